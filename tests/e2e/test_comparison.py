"""What docs/comparison.md says becomes of a document is what becomes of it: in sqlite-utils, and in this
program."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from builders import fates, joblog, pattern, query, records, write
from rmos_migration import migrate

PATTERN = json.dumps(pattern("a"))


class Loaded(NamedTuple):
    """How sqlite-utils ended, and what it said."""

    exit_code: int
    said: str


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Where sqlite-utils loads into."""
    folder = tmp_path / "other"
    folder.mkdir()
    return folder / "other.db"


def load(database: Path, document: str | bytes, *options: str) -> Loaded:
    """``sqlite-utils insert`` of one file into the table t, whose key is id."""
    file = database.with_name("document.json")
    file.write_bytes(document.encode() if isinstance(document, str) else document)
    command = [sys.executable, "-m", "sqlite_utils", "insert", database, "t", file, "--pk", "id", *options]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    return Loaded(done.returncode, (done.stdout + done.stderr).strip())


def kept_out(tree: Path, database: Path, text: str | bytes, **options: str) -> str | None:
    """Why this program rejects a document; None if it does not."""
    write(tree, "patterns/a.json", text)
    migrate(tree, database, **options)  # type: ignore[arg-type]
    return fates(database)["patterns/a.json"][1]


def test_key_that_stands_twice(tree: Path, database: Path, other: Path) -> None:
    assert load(other, '{"id": "a", "w": 1, "w": 2}') == Loaded(0, "")
    assert query(other, "SELECT w FROM t") == [(2,)]
    assert kept_out(tree, database, PATTERN[:-1] + ', "ring_count": 9}') == "json-duplicate-key"


def test_nan(tree: Path, database: Path, other: Path) -> None:
    assert load(other, '{"id": "a", "duration": NaN}') == Loaded(0, "")
    assert query(other, "SELECT duration FROM t") == [(None,)]
    assert kept_out(tree, database, PATTERN[:-1] + ', "x": NaN}') == "json-not-a-number"


def test_number_with_more_digits_than_a_double(tree: Path, database: Path, other: Path) -> None:
    assert load(other, '{"id": "a", "w": 80.9016994374947424102293417}') == Loaded(0, "")
    assert query(other, "SELECT w FROM t") == [(80.90169943749474,)]
    assert (
        kept_out(tree, database, PATTERN[:-1] + ', "x": 80.9016994374947424102293417}')
        == "json-number-precision"
    )


def test_integer_beyond_64_bits(tree: Path, database: Path, other: Path) -> None:
    refused = load(other, '{"id": "a", "n": 4071990023381756402918345}')
    assert (refused.exit_code, "4071990023381756402918345" in refused.said) == (1, True)
    assert kept_out(tree, database, PATTERN[:-1] + ', "n": 4071990023381756402918345}') == "json-number-range"


def test_comma_too_many(tree: Path, database: Path, other: Path) -> None:
    refused = load(other, '{"id": "a",\n "w": 1,}')
    assert (refused.exit_code, "line 2 column" in refused.said) == (1, True)
    write(tree, "joblogs/sound.json", joblog())
    assert kept_out(tree, database, PATTERN[:-1] + ",}") == "json-syntax"
    assert set(records(database, "joblogs")) == {"j1"}


def test_id_that_is_there_already(tree: Path, database: Path, other: Path) -> None:
    assert load(other, '{"id": "a", "w": 1}').exit_code == 0
    assert load(other, '{"id": "a", "w": 1}').exit_code == 1
    assert load(other, '{"id": "a", "w": 2}', "--ignore").exit_code == 0
    assert query(other, "SELECT w FROM t") == [(1,)]
    assert load(other, '{"id": "a", "w": 3}', "--replace").exit_code == 0
    assert query(other, "SELECT w FROM t") == [(3,)]
    for name, document in [("1", pattern("a")), ("2", pattern("a")), ("3", pattern("a", ring_count=2))]:
        write(tree, f"patterns/{name}.json", document)
    migrate(tree, database)
    assert [outcome for outcome, _ in fates(database).values()] == ["migrated", "unchanged", "conflict"]


def test_key_that_no_other_document_has(tree: Path, database: Path, other: Path) -> None:
    load(other, '{"id": "a"}')
    assert load(other, '{"id": "b", "lane": "safe"}').exit_code == 1
    assert load(other, '{"id": "b", "lane": "safe"}', "--alter").exit_code == 0
    assert kept_out(tree, database, PATTERN[:-1] + ', "lane": "safe"}') is None
    assert json.loads(records(database, "patterns")["a"]["extra_json"]) == {"lane": "safe"}


def test_bytes_of_an_old_windows_program(tree: Path, database: Path, other: Path) -> None:
    text = json.dumps(pattern("a", name="Café"), ensure_ascii=False)
    assert load(other, text.encode("cp1252")).exit_code == 1
    assert "must be used with --csv" in load(other, text.encode("cp1252"), "--encoding", "cp1252").said
    assert kept_out(tree, database, text.encode("cp1252")) == "encoding-unknown"
    write(tree, "patterns/b.json", text.replace('"a"', '"b"'))
    migrate(tree, database, encoding="cp1252")
    assert {row["name"] for row in records(database, "patterns").values()} == {"Café"}
