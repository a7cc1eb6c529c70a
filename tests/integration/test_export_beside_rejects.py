"""An export with rejected documents in files of many is the folder that was migrated, to a new database and
to verify."""

import json
from pathlib import Path

import pytest

from builders import joblog, pattern, query, write
from returning import assert_documents_are_back, assert_equal_rows, migrated_again
from rmos_migration import export, migrate, verify

REJECTED = "SELECT path, pointer, code, body FROM migration_rejects WHERE path <> '' ORDER BY path, pointer"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def put_back(tree: Path, database: Path, out: Path, equal: int, rejected: int) -> None:
    """Migrate, export, and insist that nobody can tell the export from the folder."""
    migrate(tree, database)
    result = export(database, out, format="source")
    assert (result.totals.documents, result.totals.kept_out, result.missing) == (equal, rejected, ())
    assert_documents_are_back(database, tree, out)
    again = migrated_again(out, database)
    assert_equal_rows(database, again)
    assert query(again, REJECTED) == query(database, REJECTED)
    verification = verify(out, database)
    assert verification.holds, verification.differing
    totals = verification.tallies.totals
    assert (totals["equal"], totals["rejected"]) == (equal, rejected)


def job(name: str, value: str = "1") -> str:
    """The text of a job, spaced as no program of ours would, with a number in it."""
    return json.dumps(joblog(name)).removesuffix("}") + f',  "feed": {value}}}'


FAULTS = {
    "no number": "NaN",
    "out of range": "1e999",
    "not exact": "0.12345678901234567891",
    "a key twice": '{"a": 1, "a": 2}',
    "half a character": '"\\ud800"',
    "too deep": "[" * 600 + "]" * 600,
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize(
    "shape",
    [
        "[{}, {},\n {}]",
        '{{"a": {}, "b": {}, "c": {}}}',
        '{{"joblogs": [{},\n{}, {}]}}',
        '{{"items": {{"a": {}, "b": {}, "c": {}}}, "page": 2}}',
        '{{"success": true, "joblog": [{}, {}, {}]}}',
        '{{"value": [{}, {}, {}], "Count": 3}}',
    ],
)
def test_rejected_document_in_a_file_of_many(
    shape: str, fault: str, tree: Path, database: Path, out: Path
) -> None:
    write(tree, "joblogs/l.json", shape.format(job("a"), job("b", fault), job("c")))
    put_back(tree, database, out, equal=2, rejected=1)
    whole = (out / "joblogs/l.json").read_text()
    assert whole.lstrip()[0] == shape[0]
    assert job("b", fault) in whole


@pytest.mark.parametrize("ending", ["json", "jsonl", "ndjson"])
def test_rejected_lines_among_many(ending: str, tree: Path, database: Path, out: Path) -> None:
    lines = [job(f"j{i}", "1.10" if i % 3 else "0.12345678901234567891") for i in range(433)]
    write(tree, f"joblogs/l.{ending}", "\r\n".join(lines))
    put_back(tree, database, out, equal=288, rejected=145)


@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_broken_line_among_others(ending: str, tree: Path, database: Path, out: Path) -> None:
    write(tree, f"joblogs/l.{ending}", "\n\n".join([job("a"), job("b")[:-9], job("c", "NaN"), job("d")]))
    put_back(tree, database, out, equal=2, rejected=2)


def test_first_and_last_and_all_but_one(tree: Path, database: Path, out: Path) -> None:
    write(tree, "joblogs/l.json", f"[{job('a', 'NaN')}, {job('b')}, {job('c', '1e999')}]")
    put_back(tree, database, out, equal=1, rejected=2)


def test_only_rejected_documents_in_a_list(tree: Path, database: Path, out: Path) -> None:
    write(tree, "patterns/l.json", [pattern("a", ring_count=0), pattern("b", ring_count=0)])
    put_back(tree, database, out, equal=0, rejected=2)


def test_key_that_stands_twice_in_a_keyed_file(tree: Path, database: Path, out: Path) -> None:
    write(tree, "joblogs/l.json", f'{{"a": {job("a")}, "x": {job("b")}, "x": {job("c")}, "d": {job("d")}}}')
    put_back(tree, database, out, equal=2, rejected=2)


def test_list_in_another_encoding(tree: Path, database: Path, out: Path) -> None:
    text = f"[{job('a')}, {job('b', 'NaN')}, {job('c', chr(34) + 'Möwe' + chr(34))}]"
    write(tree, "joblogs/l.json", text.encode("utf-16"))
    put_back(tree, database, out, equal=2, rejected=1)


def test_verify_tells_a_rejected_document_that_changed(tree: Path, database: Path) -> None:
    write(tree, "joblogs/l.json", f"[{job('a')}, {job('b', 'NaN')}]")
    migrate(tree, database)
    write(tree, "joblogs/l.json", f"[{job('a')}, {job('b', '-Infinity')}]")
    changed = verify(tree, database).differing
    assert [(one.pointer, one.state) for one in changed] == [("/1", "source-changed")]


def test_verify_tells_a_rejected_document_that_is_whole_now(tree: Path, database: Path) -> None:
    write(tree, "joblogs/l.json", f'{{"a": {job("a")}, "x": {job("b")}, "x": {job("c")}, "d": {job("d")}}}')
    migrate(tree, database)
    write(tree, "joblogs/l.json", f'{{"a": {job("a")}, "x": {job("b")}, "d": {job("d")}}}')
    changed = verify(tree, database).differing
    assert ("/x", "source-changed") in [(one.pointer, one.state) for one in changed]
