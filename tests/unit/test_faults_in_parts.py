"""A fault that leaves a file readable costs only the document it is in (docs/domain.md, Strict JSON)."""

import json
from typing import Any

import pytest

from builders import joblog, pattern
from rmos_migration.diagnostics import Diagnostic
from rmos_migration.entities import BY_NAME
from rmos_migration.migrate.prepare import Candidate, prepare
from rmos_migration.migrate.rejects import with_places
from rmos_migration.sources.locate import document_texts
from rmos_migration.sources.read import Reading

FAULTS = {
    "json-not-a-number": "NaN",
    "json-not-a-number ": "-Infinity",
    "json-not-a-number  ": "nan",
    "json-number-range": "1e999",
    "json-number-range ": "9" * 5_000,
    "json-number-precision": "0.1234567890123456789",
    "json-surrogate": '"\\ud800"',
    "json-duplicate-key": '{"k": 1, "k": 2}',
    "json-depth": "[" * 65 + "]" * 65,
    "json-depth ": "[" * 5_000 + "]" * 5_000,
    "json-depth  ": '{"a":' * 300 + "1" + "}" * 300,
}
"""What may stand in the place of a value, by its code (blanks only tell them apart)."""


def job(id_: str) -> str:
    return json.dumps(joblog(id_))


def broken(id_: str, fault: str) -> str:
    return f'{{"id": "{id_}", "job_type": "slice",\n  "parameters": {{}}, "x": {fault}}}'


CONTAINERS = {
    "list": ("[\n{}, {},\n {}]", ["/0", "/1", "/2"]),
    "keyed file": ('{{"a": {},\n"b": {}, "c": {}}}', ["/a", "/b", "/c"]),
    "wrapper with a list": (
        '{{"generated_at": 1, "runs": [{}, {},\n {}]}}',
        [f"/runs/{n}" for n in range(3)],
    ),
    "wrapper with keys": ('{{"runs": {{"a": {}, "b": {},\n "c": {}}}}}', ["/runs/a", "/runs/b", "/runs/c"]),
    "categories": (
        '{{"categories": {{"x": [{}, {}], "y": [{}]}}}}',
        ["/categories/x/0", "/categories/x/1", "/categories/y/0"],
    ),
    "wrappers in a list": (
        '[{{"items": [{}, {}]}}, {{"success": true, "joblog": {}}}]',
        ["/0/items/0", "/0/items/1", "/1/joblog"],
    ),
    "PowerShell's list": ('{{"value": [{}, {}, {}], "Count": 3}}', ["/value/0", "/value/1", "/value/2"]),
    "events": (
        '[{}, {{"type": "job:created", "data": {}}}, {}]',
        ["/0", "/1/data", "/2"],
    ),
}


def prepared(
    text: str | bytes, path: str = "joblogs/all.json", encoding: str | None = None
) -> list[Candidate]:
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return prepare(BY_NAME[path.split("/")[0]], Reading(path, raw), encoding)


def told(one: Candidate, severity: str = "error") -> list[Diagnostic]:
    return [diagnostic for diagnostic in one.diagnostics if diagnostic.severity == severity]


@pytest.mark.parametrize("code", FAULTS)
@pytest.mark.parametrize("name", CONTAINERS)
def test_fault_in_one_document_of_a_file_costs_only_that(name: str, code: str) -> None:
    form, pointers = CONTAINERS[name]
    text = form.format(job("a"), broken("b", FAULTS[code]), job("c"))
    found = prepared(text)
    assert [one.pointer for one in found] == pointers
    assert [one.record_id for one in found] == ["a", None, "c"]
    (fault,) = told(found[1])
    assert fault.code == code.strip()
    assert fault.location.pointer.startswith(f"{pointers[1]}/x")
    line = text.split("\n")[(fault.location.line or 0) - 1]
    at = line.index('"x": ') + 5
    assert (fault.location.column or 0) - 1 >= at
    assert line[at:].startswith(FAULTS[code].split("\n")[0])
    (excerpt,) = document_texts("joblogs/all.json", text, [pointers[1]]).values()
    assert excerpt.text == broken("b", FAULTS[code])


def test_each_fault_is_given_to_its_own_document() -> None:
    documents = [broken(f"j{n}", "NaN" if n % 2 else "1") for n in range(301)]
    found = prepared(f"[{','.join(documents)}]")
    assert [one.row is None for one in found] == [bool(n % 2) for n in range(301)]
    assert {tuple(d.location.pointer for d in told(one)) for one in found if one.row is None} == {
        (f"/{n}/x",) for n in range(1, 301, 2)
    }


def test_element_that_is_nothing_but_a_fault_is_a_document() -> None:
    found = prepared(f"[{job('a')}, NaN, {job('c')}]")
    assert [one.record_id for one in found] == ["a", None, "c"]
    assert [(d.code, d.location.pointer, d.location.column) for d in told(found[1])] == [
        ("json-not-a-number", "/1", len(job("a")) + 4)
    ]
    assert not told(found[0], "warning")


def test_two_documents_under_one_key_are_both_kept_out() -> None:
    found = prepared(f'{{"a": {job("x")}, "b": {job("b")},\n"a": {job("y")}}}')
    assert [(one.pointer, one.record_id) for one in found] == [("/a", None), ("/b", "b"), ("/a~~2", None)]
    assert [[(d.code, d.location.line) for d in told(one)] for one in found] == [
        [("json-duplicate-key", 1)],
        [],
        [("json-duplicate-key", 2)],
    ]


@pytest.mark.parametrize(
    ("text", "pointers"),
    [
        ('{{"runs": {{"a": {0}, "a": {0}, "a": {0}, "b": {0}}}}}', ["/runs/a", "/runs/a~~2", "/runs/a~~3"]),
        ('{{"success": true, "joblog": {0}, "joblog": {0}}}', ["/joblog", "/joblog~~2"]),
        ('[{{"type": "job:new", "data": {0}, "data": {0}}}, {0}]', ["/0/data", "/0/data~~2"]),
        ('{{"runs": {{"a": {0}, "b": {0}, "a": 3}}}}', ["/runs/a"]),
    ],
)
def test_no_document_under_a_key_that_stands_twice_is_lost(text: str, pointers: list[str]) -> None:
    found = prepared(text.format('{"job_type": "slice", "parameters": {}}'))
    assert [one.pointer for one in found if one.row is None] == pointers
    assert all(told(one)[0].code == "json-duplicate-key" for one in found if one.row is None)


def test_wrapper_that_stands_twice_loses_none_of_its_documents() -> None:
    found = prepared(f'{{"runs": [{job("a")}], "runs": [{job("b")}, {job("c")}]}}')
    assert [(one.pointer, one.record_id) for one in found] == [
        ("/runs/0", "a"),
        ("/runs~~2/0", "b"),
        ("/runs~~2/1", "c"),
    ]
    assert [d.code for one in found for d in told(one, "warning")] == ["json-duplicate-key"]


@pytest.mark.parametrize("code", FAULTS)
def test_fault_around_the_documents_costs_none_and_is_told(code: str) -> None:
    found = prepared(f'{{"total": {FAULTS[code]}, "runs": [{job("a")}, {job("b")}]}}')
    assert [one.record_id for one in found] == ["a", "b"]
    (warning,) = told(found[0], "warning")
    assert (warning.code, warning.location.line) == (code.strip(), 1)
    assert warning.location.pointer.startswith("/total")


def test_fault_around_documents_that_are_all_kept_out_is_told_too() -> None:
    found = prepared(f'{{"total": NaN, "runs": [{broken("b", "NaN")}, {broken("c", "NaN")}]}}')
    assert [[str(d.severity) for d in one.diagnostics] for one in found] == [["error", "warning"], ["error"]]
    assert {d.code for one in found for d in one.diagnostics} == {"json-not-a-number"}


@pytest.mark.parametrize(
    "text", ['[{"a": NaN}]', '{"runs": [], "x": NaN}', '{"x": NaN}', "[NaN]", '[1, {"a": NaN]', "[]{}"]
)
def test_file_that_holds_nothing_beside_its_fault_is_one_document(text: str) -> None:
    (one,) = prepared(text)
    assert (one.pointer, one.row) == ("", None)
    assert told(one)


def test_key_that_is_half_a_character_costs_what_stands_under_it() -> None:
    found = prepared(f'{{"categories": {{"\\ud800": [{job("a")}, {job("b")}], "y": [{job("c")}]}}}}')
    assert [one.record_id for one in found] == [None, None, "c"]
    assert {d.code for one in found[:2] for d in told(one)} == {"json-surrogate"}


def test_broken_syntax_still_costs_the_file() -> None:
    (one,) = prepared(f'[{job("a")}, {{"x": tru}}, {job("b")}]')
    assert [d.code for d in told(one)] == ["json-syntax"]


def test_document_may_be_as_deep_in_a_list_as_alone() -> None:
    deep = '{"id": "d", "job_type": "slice", "parameters": {}, "x": ' + "[" * 63 + "]" * 63 + "}"
    assert [one.record_id for one in prepared(deep)] == ["d"]
    assert [one.record_id for one in prepared(f"[{deep}, {job('b')}]")] == ["d", "b"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_places_are_right_in_any_encoding(encoding: str) -> None:
    text = f'[{job("a")},\n{{"id": "ä", "job_type": "slice", "parameters": {{"ö": NaN}}}}]'
    found = prepared(text.encode(encoding), encoding="cp1252")
    (fault,) = told(found[1])
    assert (fault.location.line, fault.location.column) == (2, text.split("\n")[1].index("NaN") + 1)


# JSON Lines


def test_lines_that_all_have_a_readable_fault_are_lines() -> None:
    text = "\n".join('{"job_type": "slice", "parameters": {}, "x": NaN}' for _ in range(4))
    for path in ("joblogs/a.json", "joblogs/a.jsonl"):
        found = prepared(text, path)
        assert [one.pointer for one in found] == ["/0", "/1", "/2", "/3"]
        assert [(d.code, d.location.line) for one in found for d in told(one)] == [
            ("json-not-a-number", n) for n in range(1, 5)
        ]


def test_fault_in_a_wrapper_on_a_line_costs_one_document_of_it() -> None:
    text = (
        f"{job('a')}\n\n"
        f'  {{"runs": [{job("b")}, {{"job_type": "slice", "parameters": {{"x": NaN}}}}]}}\n'
        f"{job('c')}"
    )
    found = prepared(text, "joblogs/a.jsonl")
    assert [(one.pointer, one.record_id) for one in found] == [
        ("/0", "a"),
        ("/1/runs/0", "b"),
        ("/1/runs/1", None),
        ("/2", "c"),
    ]
    (fault,) = told(found[2])
    assert (fault.location.line, fault.location.column) == (3, text.split("\n")[2].index("NaN") + 1)
    assert fault.location.pointer == "/1/runs/1/parameters/x"
    (excerpt,) = document_texts("joblogs/a.jsonl", text, ["/1/runs/1"]).values()
    assert excerpt.text == '{"job_type": "slice", "parameters": {"x": NaN}}'
    assert (excerpt.line, text.split("\n")[2][excerpt.column - 1 :].startswith(excerpt.text)) == (3, True)


def test_lines_file_that_is_one_list_with_a_fault_is_read_as_that() -> None:
    text = json.dumps([joblog("a"), joblog("b", x=float("nan"))], indent=1)
    assert [one.record_id for one in prepared(text, "joblogs/a.jsonl")] == ["a", None]


def test_single_line_with_a_fault_is_still_the_first_of_its_lines() -> None:
    (one,) = prepared('{"job_type": "slice", "parameters": {}, "x": NaN}\n', "joblogs/a.jsonl")
    assert (one.pointer, told(one)[0].location.pointer) == ("/0", "/0/x")


def test_what_is_said_of_documents_does_not_depend_on_the_fault_of_a_neighbour() -> None:
    others: list[Any] = [pattern("a"), {"name": "half"}, pattern("c", ring_count=0), 3]
    alone = prepared(json.dumps(others), "patterns/a.json")
    beside = prepared(json.dumps([*others, {"x": float("nan")}]), "patterns/a.json")
    for one, again in zip(alone, beside, strict=False):
        assert one._replace(reading=again.reading) == again


def test_what_stands_around_the_records_of_a_line_has_line_and_column() -> None:
    text = f'{job("a")}\n  {{"success": false, "joblog": {job("b")}, "k": NaN}}\n'
    candidates = prepared(text, "joblogs/a.jsonl")
    said = with_places(told(candidates[1], "warning"), candidates, None)
    assert [(one.code, one.location.line, one.location.column) for one in said] == [
        ("answer-failed", 2, text.split("\n")[1].index('"success"') + 1),
        ("json-not-a-number", 2, text.split("\n")[1].index("NaN") + 1),
    ]
