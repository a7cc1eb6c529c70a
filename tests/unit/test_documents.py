"""The documents in a file of any shape, each with its pointer and id (docs/domain.md, Shapes, Identity)."""

import codecs
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rmos_migration.entities import BY_NAME
from rmos_migration.generations import recognise
from rmos_migration.migrate.prepare import Candidate, prepare
from rmos_migration.sources.discover import Source
from rmos_migration.sources.documents import documents_in
from rmos_migration.sources.read import read_files
from rmos_migration.sources.shapes import MAX_DOCUMENTS

Found = list[tuple[str, str | None]]


def pattern(**more: Any) -> dict[str, Any]:
    return {"name": "Rope", "ring_count": 1, "geometry": {"rings": [{"radius_mm": 45}]}} | more


def job(**more: Any) -> dict[str, Any]:
    return {"job_type": "slice", "parameters": {}} | more


@pytest.fixture
def prepared_of(write: Callable[[str, Any], Path], tmp_path: Path) -> Callable[..., list[Candidate]]:
    """The prepared documents of one file of patterns."""

    def run(content: Any, name: str = "file.json", folder: str = "patterns") -> list[Candidate]:
        write(f"{folder}/{name}", content)
        entity = BY_NAME[folder]
        (reading,) = read_files(Source(tmp_path / "legacy").files(entity))
        return prepare(entity, reading)

    return run


@pytest.fixture
def found_in(prepared_of: Callable[..., list[Candidate]]) -> Callable[..., Found]:
    """Pointer and id of each document in a file; a document that is not loaded has no id."""

    def run(*arguments: Any, **more: Any) -> Found:
        return [(prepared.pointer, prepared.record_id) for prepared in prepared_of(*arguments, **more)]

    return run


def codes(prepared: list[Candidate]) -> list[list[str]]:
    return [[str(d.code) for d in one.diagnostics if d.severity == "error"] for one in prepared]


# lists and keyed files


def test_elements_of_a_list_are_named_after_the_file_and_their_place(found_in: Any) -> None:
    content = [pattern(), pattern(id="own"), pattern()]
    assert found_in(content) == [("/0", "file-0"), ("/1", "own"), ("/2", "file-2")]


def test_element_that_is_no_record_costs_only_itself(prepared_of: Any) -> None:
    prepared = prepared_of([pattern(), 3, None, {"feeds": 1}, pattern(ring_count=0), [], pattern()])
    assert [one.pointer for one in prepared] == [f"/{n}" for n in range(7)]
    assert [one.row is not None for one in prepared] == [True, False, False, False, False, False, True]
    assert codes(prepared)[1:6] == [["not-a-record"]] * 3 + [["field-invalid"]] + [["not-a-record"]]
    assert prepared[-1].record_id == "file-6"


def test_list_may_hold_records_of_several_generations_and_envelopes(prepared_of: Any) -> None:
    content = [
        pattern(),
        {"session_id": "s", "design": {"ring_count": 2}},
        {"success": True, "pattern": pattern(id="e")},
        {"items": [pattern(id="w0"), pattern()]},
    ]
    prepared = prepared_of(content)
    assert [(one.pointer, one.record_id, one.generation) for one in prepared] == [
        ("/0", "file-0", "native"),
        ("/1", "s", "RMOS 2.0 / Art Studio"),
        ("/2/pattern", "e", "native"),
        ("/3/items/0", "w0", "native"),
        ("/3/items/1", "file-4", "native"),
    ]


def test_documents_of_a_keyed_file_have_their_keys_for_ids(found_in: Any) -> None:
    content = {"a/b": pattern(), "c~d": pattern(id="own"), "": pattern(pattern_id=None)}
    assert found_in(content) == [("/a~1b", "a/b"), ("/c~0d", "own"), ("/", None)]


def test_stray_object_in_a_keyed_file_costs_only_itself(prepared_of: Any) -> None:
    prepared = prepared_of(
        {"a": pattern(), "b": {"name": "half"}, "c": pattern(), "d": pattern(ring_count=None)}
    )
    assert [one.record_id for one in prepared] == ["a", None, "c", None]
    assert codes(prepared) == [[], ["partial-record"], [], ["field-missing"]]


@pytest.mark.parametrize(
    "content",
    [
        {"only": pattern()},
        {"a": pattern(), "b": {"x": 1}},
        {"a": pattern(), "b": {"name": "part"}, "c": {"name": "part"}},
        {"a": pattern(), "b": pattern(), "version": 3},
        {"a": {"x": 1}, "b": {"y": 2}},
        {"before": {"name": "a"}, "after": {"name": "b"}},
    ],
)
def test_object_of_objects_that_are_not_mostly_records_is_no_record(content: Any, prepared_of: Any) -> None:
    (prepared,) = prepared_of(content)
    assert (prepared.pointer, codes([prepared])) == ("", [["not-a-record"]])


@pytest.mark.parametrize("name", ["p-1", 7])
def test_single_object_under_its_own_id_is_a_keyed_file(name: Any, found_in: Any) -> None:
    assert found_in({str(name): pattern(id=name)}) == [(f"/{name}", str(name))]


def test_part_of_a_record_in_a_keyed_file_of_two_costs_only_itself(prepared_of: Any) -> None:
    prepared = prepared_of({"a": pattern(), "b": {"name": "half"}})
    assert [(one.pointer, one.record_id) for one in prepared] == [("/a", "a"), ("/b", None)]


# wrappers


@pytest.mark.parametrize(
    "key", ["runs", "patterns", "entries", "items", "joblogs", "strip_families", "categories"]
)
def test_wrapper_holds_a_list_or_a_dictionary(key: str, found_in: Any) -> None:
    assert found_in({key: [pattern(), pattern(id="own")], "total": 2}) == [
        (f"/{key}/0", "file-0"),
        (f"/{key}/1", "own"),
    ]
    assert found_in({key: {"a": pattern(), "b": pattern(id="own")}, "generated_at": "2025"})[-1][1] == "own"


def test_dictionary_in_a_wrapper_gives_its_keys_for_ids_even_a_single_one(found_in: Any) -> None:
    assert found_in({"patterns": {"a": pattern()}}) == [("/patterns/a", "a")]


def test_category_goes_into_extra_unless_the_document_has_its_own(prepared_of: Any) -> None:
    content = {"categories": {"torres": [pattern(), pattern(category="own")], "hauser": {"h": pattern()}}}
    prepared = prepared_of(content)
    assert [(one.pointer, one.record_id) for one in prepared] == [
        ("/categories/torres/0", "file-0"),
        ("/categories/torres/1", "file-1"),
        ("/categories/hauser/h", "h"),
    ]
    extras = [
        json.loads(dict(zip(BY_NAME["patterns"].columns, one.row, strict=True))["extra_json"])
        for one in prepared
    ]
    assert [extra["category"] for extra in extras] == ["torres", "own", "hauser"]
    assert ["category" in json.loads(one.derived) for one in prepared] == [True, False, True]


def test_category_is_no_part_of_the_content(prepared_of: Any) -> None:
    (alone,) = prepared_of(pattern(id="p"))
    (inside,) = prepared_of({"categories": {"torres": [pattern(id="p")]}})
    assert alone.content_sha256 == inside.content_sha256


@pytest.mark.parametrize(
    "content",
    [
        {"patterns": []},
        {"success": True, "patterns": [], "total": 0},
        {"runs": {}},
        {"categories": {"torres": []}},
        [],
        {},
    ],
)
def test_empty_wrapper_holds_no_document(content: Any, found_in: Any) -> None:
    assert found_in(content) == []


@pytest.mark.parametrize(
    "content",
    [
        {"name": "Rope", "items": []},
        {"id": "p", "ring_count": 3, "entries": [{"x": 1}]},
        {"pattern_id": "p", "runs": {}},
    ],
)
def test_broken_record_with_a_key_named_like_a_wrapper_is_not_passed_over(
    content: Any, prepared_of: Any
) -> None:
    (prepared,) = prepared_of(content)
    assert (prepared.pointer, codes([prepared])) == ("", [["partial-record"]])


@pytest.mark.parametrize(
    "content",
    [
        {"patterns": [], "data": {"geometry": [None]}},
        {"categories": [], "saved": [{"strips": [1]}]},
        {"runs": [], "last": {"job": {"parameters": {"blade_mm": 0.8}}}},
    ],
)
def test_part_of_a_record_beside_an_empty_wrapper_is_not_passed_over(content: Any, prepared_of: Any) -> None:
    assert codes(prepared_of(content)) == [["not-a-record"]]


def test_statistics_of_entities_are_no_wrapper(prepared_of: Any) -> None:
    (prepared,) = prepared_of({"patterns": {"found": 3}, "joblogs": {"found": 2}})
    assert (prepared.pointer, codes([prepared])) == ("", [["not-a-record"]])


def test_wrapping_that_looks_like_a_record_itself_is_pointed_out(prepared_of: Any) -> None:
    prepared = prepared_of({"pattern_id": "outer", "name": "Book", "items": [pattern(), pattern()]})
    noticed = [[(d.code, d.location.pointer) for d in one.diagnostics] for one in prepared]
    assert noticed == [[("keys-around", "")], []]
    assert all(one.row is not None for one in prepared)


def test_plain_values_beside_documents_in_a_dictionary_are_no_documents(found_in: Any) -> None:
    assert found_in({"runs": {"a": pattern(), "schema_version": 1, "by": "hand", "z": None}}) == [
        ("/runs/a", "a")
    ]


def test_text_that_powershell_left_for_a_document_is_not_passed_over(prepared_of: Any) -> None:
    prepared = prepared_of({"runs": {"a": pattern(), "b": "@{name=Rope; ring_count=1}"}})
    assert [one.row is not None for one in prepared] == [True, False]


def test_categories_of_single_records_do_not_share_an_id(found_in: Any) -> None:
    content = {"categories": {"torres": pattern(), "hauser": pattern()}}
    assert found_in(content) == [("/categories/torres", "file-0"), ("/categories/hauser", "file-1")]


def test_record_goes_before_wrapper(found_in: Any) -> None:
    assert found_in(pattern(items=[pattern(id="inner")])) == [("", "file")]


def test_other_entities_in_an_export_of_everything_are_sent_to_their_folders(prepared_of: Any) -> None:
    prepared = prepared_of({"patterns": [pattern()], "joblogs": [job()]})
    assert [(one.pointer, one.row is not None) for one in prepared] == [
        ("/patterns/0", True),
        ("/joblogs/0", False),
    ]
    assert codes(prepared)[1] == ["wrong-folder"]


def test_list_as_windows_powershell_writes_it_is_a_list(found_in: Any) -> None:
    assert found_in({"runs": {"value": [pattern(id="a")], "Count": 1}}) == [("/runs/value/0", "a")]
    assert found_in({"value": [pattern(), pattern()], "Count": 2}) == [
        ("/value/0", "file-0"),
        ("/value/1", "file-1"),
    ]


# envelopes


def test_answer_of_the_api_holds_one_record(found_in: Any) -> None:
    assert found_in({"success": True, "pattern": pattern()}) == [("/pattern", "file")]


def test_answer_holds_a_record_without_anything_nested_too(found_in: Any) -> None:
    assert found_in({"success": True, "pattern": {"id": "flat", "name": "n", "rings": 3}}) == [
        ("/pattern", "flat")
    ]


def test_answer_with_a_record_of_another_folder_is_sent_there(prepared_of: Any) -> None:
    (prepared,) = prepared_of({"success": True, "joblog": job()})
    assert (prepared.pointer, codes([prepared])) == ("/joblog", [["wrong-folder"]])


@pytest.mark.parametrize(
    "content", [{"success": False, "error": "x"}, {"success": True, "id": "p", "pattern": None}]
)
def test_answer_without_a_record_is_none(content: Any, prepared_of: Any) -> None:
    (prepared,) = prepared_of(content)
    assert codes([prepared]) == [["not-a-record"]]


@pytest.mark.parametrize("kind", ["job:created", "rosette_cnc_export"])
def test_event_holds_one_record_and_its_type_is_no_job_type(kind: str, prepared_of: Any) -> None:
    event = {"type": kind, "data": job(id="j"), "timestamp": "2025-12-09T12:00:00Z"}
    (prepared,) = prepared_of(event, folder="joblogs")
    row = dict(zip(BY_NAME["joblogs"].columns, prepared.row, strict=True))
    assert (prepared.pointer, row["id"], row["job_type"], row["created_at"]) == ("/data", "j", "slice", None)


def test_event_around_part_of_a_record_points_at_the_part(prepared_of: Any) -> None:
    (prepared,) = prepared_of(
        {"type": "pattern:created", "data": {"pattern_id": "p", "name": "x"}, "timestamp": "t"}
    )
    assert (prepared.pointer, codes([prepared])) == ("/data", [["partial-record"]])


# JSON Lines


def lines(*values: Any, end: str = "\n") -> str:
    return end.join(value if isinstance(value, str) else json.dumps(value) for value in values)


@pytest.mark.parametrize("name", ["file.jsonl", "file.json", "file.JSONL"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n", "\n  \r\n"])
def test_every_line_is_a_document(name: str, end: str, found_in: Any) -> None:
    content = lines(pattern(), pattern(id="own"), pattern(), end=end) + end
    assert found_in(content, name=name) == [("/0", "file-0"), ("/1", "own"), ("/2", "file-2")]


def test_broken_line_costs_only_itself_and_is_found_in_the_file(prepared_of: Any) -> None:
    content = lines(pattern(), "", '  {"name": "cut o', pattern(ring_count=0), pattern())
    prepared = prepared_of(content, name="file.json")
    assert [(one.pointer, one.record_id) for one in prepared] == [
        ("/0", "file-0"),
        ("/1", None),
        ("/2", None),
        ("/3", "file-3"),
    ]
    (fault,) = prepared[1].diagnostics
    assert (fault.code, fault.location.line, fault.location.pointer) == ("json-syntax", 3, "/1/name")
    assert [d.location.pointer for d in prepared[2].diagnostics] == ["/2/ring_count"]


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
@pytest.mark.parametrize("name", ["file.jsonl", "file.json"])
def test_lines_may_be_in_any_encoding(mark: bytes, name: str, found_in: Any) -> None:
    encoding = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}[
        mark
    ]
    content = mark + lines(pattern(name="Säge"), pattern(), end="\r\n").encode(encoding)
    assert found_in(content, name=name) == [("/0", "file-0"), ("/1", "file-1")]


def test_line_separators_inside_text_end_no_line(found_in: Any) -> None:
    content = "\n".join(json.dumps(pattern(name="a\u2028b\x85c"), ensure_ascii=False) for _ in range(2))
    assert found_in(content) == [("/0", "file-0"), ("/1", "file-1")]


def test_single_line_of_a_lines_file_is_still_the_first_of_its_lines(found_in: Any) -> None:
    assert found_in(lines(pattern()) + "\n", name="file.jsonl") == [("/0", "file-0")]


@pytest.mark.parametrize("content", [pattern(id="p"), [pattern(id="p")], {"items": [pattern(id="p")]}])
def test_lines_file_that_is_one_value_over_several_lines_is_read_as_that(content: Any, found_in: Any) -> None:
    assert [name for _, name in found_in(json.dumps(content, indent=2), name="file.jsonl")] == ["p"]


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "a"} {"name": "b"}',
        '{\n"name": "a",\n"b": }\n',
        '{"a": 1}\n{"b": 2},\nnot json',
        '{"a": 1},\n{"a": 2},\n{"a": 3},',
        "[1]\n[2]",
        '{"a": 1\n{"b": 2',
    ],
)
def test_broken_json_is_not_taken_for_lines(text: str, prepared_of: Any) -> None:
    (prepared,) = prepared_of(text)
    assert (prepared.pointer, codes([prepared])[0][0]) == ("", "json-syntax")


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "file-empty"), (b" \n\n", "file-empty"), (b"\xff{}\n{}", "encoding-unknown")]
)
def test_lines_file_that_cannot_be_read_is_one_document(content: bytes, code: str, prepared_of: Any) -> None:
    (prepared,) = prepared_of(content, name="file.jsonl")
    assert (prepared.pointer, codes([prepared])) == ("", [[code]])


def test_line_that_an_encoding_made_of_half_characters_costs_only_itself(write: Any, tmp_path: Path) -> None:
    write("patterns/a.jsonl", b'{"name": "\\ud800"}\n{"name": "b"}\n\xff')
    (reading,) = read_files(Source(tmp_path / "legacy").files(BY_NAME["patterns"]))
    prepared = prepare(BY_NAME["patterns"], reading, "unicode_escape")
    assert [one.pointer for one in prepared] == ["/0", "/1", "/2"]
    assert all(one.row is None for one in prepared)


# bounds


@pytest.mark.parametrize("shape", ["list", "keyed", "lines"])
def test_file_of_very_many_documents_is_refused_as_a_whole(shape: str) -> None:
    entity = BY_NAME["joblogs"]
    many = [job()] * (MAX_DOCUMENTS + 1)
    texts = {
        "list": lambda: json.dumps(many),
        "keyed": lambda: json.dumps(dict(enumerate(many))),
        "lines": lambda: "\n".join(map(json.dumps, many)),
    }
    raw = texts[shape]().encode()
    (document,) = documents_in("joblogs/many.json", raw, entity, recognise).documents
    assert [fault.code for fault in document.errors] == ["file-too-large"]


@pytest.mark.parametrize("key", ["items", "pattern"])
def test_wrappers_in_wrappers_end_where_the_nesting_does(key: str, prepared_of: Any) -> None:
    value: Any = pattern(id="deep")
    for _ in range(28):
        value = {key: [value]} if key == "items" else {"pattern": value}
    (prepared,) = prepared_of(value)
    assert prepared.record_id == "deep"
