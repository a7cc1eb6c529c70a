"""Files of many documents are put together again: what stood in a list stands in a list, what was broken is
broken."""

import json
from pathlib import Path
from typing import Any

import pytest

from builders import entries, joblog, pattern, query, write
from returning import assert_documents_are_back, assert_equal_rows, migrated_again
from rmos_migration import ExportResult, export, migrate


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def without_id(**more: Any) -> dict[str, Any]:
    return {key: value for key, value in pattern(**more).items() if key != "id"}


def exported(tree: Path, database: Path, out: Path) -> ExportResult:
    """Migrate and write back; whatever the shape, documents, rows and reasons are those of before."""
    migrate(tree, database)
    result = export(database, out, format="source")
    assert_documents_are_back(database, tree, out)
    again = migrated_again(out, database)
    assert_equal_rows(database, again)
    rejected = "SELECT path, pointer, code FROM migration_ledger WHERE outcome = 'rejected' ORDER BY 1, 2"
    assert set(query(database, rejected)) <= set(query(again, rejected))
    return result


SHAPES: dict[str, tuple[Any, Any]] = {
    "list": ([pattern("a"), without_id()], [pattern("a"), without_id()]),
    "list of one": ([without_id()], [without_id()]),
    "list with a wrapper of nothing": ([{"runs": []}, without_id()], [{"items": []}, without_id()]),
    "keyed": ({"a": without_id(), "b": without_id()}, {"a": without_id(), "b": without_id()}),
    "keyed by numbers": ({"0": without_id(), "1": without_id()}, {"0": without_id(), "1": without_id()}),
    "keyed by large numbers": (
        {"1001": pattern("1001"), "1002": pattern("1002")},
        {"1001": pattern("1001"), "1002": pattern("1002")},
    ),
    "wrapper keyed by large numbers": (
        {"patterns": {"12": pattern("a"), "999999": pattern("b")}},
        {"patterns": {"12": pattern("a"), "999999": pattern("b")}},
    ),
    "categories that are numbers": (
        {"categories": {"6": [pattern("a"), pattern("b")], "0": {"c": pattern("c")}}},
        {"categories": {"6": [pattern("a"), pattern("b")], "0": {"c": pattern("c")}}},
    ),
    "keyed with pointer signs": ({"a/b": without_id(), "~1": without_id()},) * 2,
    "keyed by its own id": ({"a": pattern("a")}, {"a": pattern("a")}),
    "wrapper": ({"items": [pattern()], "page": 1}, {"items": [pattern()]}),
    "keyed wrapper": ({"patterns": {"a": without_id()}, "v": 2}, {"patterns": {"a": without_id()}}),
    "categories": ({"categories": {"torres": [pattern()]}}, {"categories": {"torres": [pattern()]}}),
    "answer": ({"success": True, "pattern": pattern(), "ms": 3}, {"success": True, "pattern": pattern()}),
    "event": (
        {"type": "pattern:saved", "data": pattern(), "timestamp": 3},
        {"type": "rmos:record", "data": pattern()},
    ),
    "list of PowerShell": (
        {"value": [pattern("a"), pattern("b")], "Count": 2},
        {"Count": 2, "value": [pattern("a"), pattern("b")]},
    ),
}


@pytest.mark.parametrize(("written", "expected"), SHAPES.values(), ids=SHAPES)
def test_file_has_the_shape_it_had(
    written: Any, expected: Any, tree: Path, database: Path, out: Path
) -> None:
    write(tree, "patterns/file.json", written)
    result = exported(tree, database, out)
    assert json.loads((out / "patterns/file.json").read_bytes()) == expected
    assert (result.files, result.missing, result.totals.records) == (1, (), 0)


@pytest.mark.parametrize("ending", ["jsonl", "json"])
@pytest.mark.parametrize(
    "broken", ['{"id": "x", "n": NaN}', '{"id": 1, "id": 2}', '{"id": "cut', '{"n": 1e999}']
)
def test_broken_line_is_put_back_as_it_was(
    ending: str, broken: str, tree: Path, database: Path, out: Path
) -> None:
    lines = [json.dumps(joblog("a")), f"  {broken}", "", json.dumps(joblog("b"))]
    write(tree, f"joblogs/file.{ending}", "\r\n".join(lines))
    result = exported(tree, database, out)
    written = (out / f"joblogs/file.{ending}").read_text().split("\n")[1]
    assert written.removesuffix(",") == broken.strip()  # under .json, what a list can hold stands in one
    assert (result.totals.documents, result.totals.kept_out, result.missing) == (2, 1, ())


def test_rejected_element_of_a_list_keeps_its_own_text(tree: Path, database: Path, out: Path) -> None:
    odd = '{"name": "n",   "ring_count": 0.0e0,\n "geometry": {"\\u00e9": 1.50}}'
    write(
        tree, "patterns/file.json", f"[{json.dumps(without_id())}, {odd}, {json.dumps(without_id(name='x'))}]"
    )
    assert exported(tree, database, out).totals.kept_out == 1
    assert odd in (out / "patterns/file.json").read_text()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"a": "\xff"}',
        '{"name": "ä"}'.encode("utf-16"),
        b"\0\1\2",
        b'[{"a": NaN}]',
        b"[1, 2]\n\n",
    ],
)
def test_rejected_file_comes_back_byte_for_byte(raw: bytes, tree: Path, database: Path, out: Path) -> None:
    write(tree, "patterns/file.json", raw)
    exported(tree, database, out)
    assert (out / "patterns/file.json").read_bytes() == raw


def test_conflict_in_a_list_leaves_null_so_that_the_others_keep_their_numbers(
    tree: Path, database: Path, out: Path
) -> None:
    write(tree, "patterns/file.json", [pattern("a"), pattern("a", name="other"), without_id()])
    result = exported(tree, database, out)
    assert json.loads((out / "patterns/file.json").read_bytes()) == [pattern("a"), None, without_id()]
    assert [(one.pointer, one.reason) for one in result.missing] == [("/1", "id-conflict")]
    assert {entry["record_id"] for entry in entries(database)} == {"a", "file-2"}


def test_keyed_file_of_which_one_document_is_left_is_still_keyed(
    tree: Path, database: Path, out: Path
) -> None:
    write(tree, "patterns/a.json", pattern("y"))
    write(tree, "patterns/file.json", {"x": without_id(), "y": without_id(name="other")})
    result = exported(tree, database, out)
    assert [(one.pointer, one.reason) for one in result.missing] == [("/y", "id-conflict")]


def test_category_comes_from_the_entry_that_made_the_row(tree: Path, database: Path, out: Path) -> None:
    write(tree, "patterns/a.json", pattern("rope"))
    write(tree, "patterns/b.json", {"categories": {"torres": [pattern("rope"), pattern("wave")]}})
    write(tree, "patterns/c.json", pattern("wave"))
    result = exported(tree, database, out)
    assert (result.totals.documents, result.missing) == (4, ())


def test_documents_in_another_encoding_come_back_as_utf_8(tree: Path, database: Path, out: Path) -> None:
    document = pattern(name="Größe", notes=["月"])
    write(tree, "patterns/a.json", json.dumps(document, ensure_ascii=False).encode("utf-16"))
    exported(tree, database, out)
    assert json.loads((out / "patterns/a.json").read_text(encoding="utf-8")) == document


def test_flat_files_and_lines_of_one_document_come_back(tree: Path, database: Path, out: Path) -> None:
    write(tree, "joblog.jsonl", json.dumps(joblog("a")))
    write(tree, "patterns.json", [pattern("b")])
    write(tree, "joblogs/indented.jsonl", json.dumps(joblog("c"), indent=1))
    write(tree, "joblogs/upper.JSONL", json.dumps(joblog("d")) + "\n" + json.dumps(joblog("e")))
    result = exported(tree, database, out)
    assert (result.files, result.totals.documents, result.missing) == (4, 5, ())
