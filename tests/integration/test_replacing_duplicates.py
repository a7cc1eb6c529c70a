"""--on-conflict replace with several files of one id: the last one wins, once, and stays."""

from pathlib import Path

import pytest

from builders import domain_rows, fates, pattern, records, touch, write
from rmos_migration import migrate
from rmos_migration.migrate import pipeline


@pytest.fixture(params=[1, 1000], ids=["a batch each", "one batch"])
def two_files(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tree: Path) -> Path:
    """Two files with one id and other content."""
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", request.param)
    write(tree, "patterns/a.json", pattern(name="first", created_at="2024-01-01T00:00:00Z"))
    write(tree, "patterns/b.json", pattern(name="last", created_at="2025-01-01T00:00:00Z"))
    return tree


def test_the_last_file_in_path_order_wins(two_files: Path, database: Path) -> None:
    summary = migrate(two_files, database, on_conflict="replace")
    assert (summary.exit_code, summary.totals.migrated, summary.totals.conflicts) == (1, 1, 1)
    row = records(database, "patterns")["p1"]
    assert (row["name"], row["created_at"]) == ("last", "2024-01-01T00:00:00.000000Z")


def test_the_ledger_says_whose_content_is_in_the_row(two_files: Path, database: Path) -> None:
    migrate(two_files, database, on_conflict="replace")
    assert fates(database) == {
        "patterns/a.json": ("conflict", "record-replaced"),
        "patterns/b.json": ("migrated", None),
    }


@pytest.mark.parametrize("later", ["replace", "keep", "reject"])
def test_later_runs_do_not_flip_the_row_back(two_files: Path, database: Path, later: str) -> None:
    migrate(two_files, database, on_conflict="replace")
    rows, entries = domain_rows(database), fates(database)
    for _ in range(3):
        summary = migrate(two_files, database, on_conflict=later)
        totals = summary.totals
        assert (summary.exit_code, totals.unchanged, totals.conflicts) == (1, 1, 1)
        assert summary.counts.files.read == 0
    assert domain_rows(database) == rows
    assert fates(database) == entries


@pytest.mark.parametrize("later", ["replace", "keep"])
def test_rehash_does_not_flip_the_row_back(two_files: Path, database: Path, later: str) -> None:
    migrate(two_files, database, on_conflict="replace")
    rows, entries = domain_rows(database), fates(database)
    summary = migrate(two_files, database, on_conflict=later, rehash=True)
    assert domain_rows(database) == rows
    assert fates(database) == entries
    assert (summary.exit_code, summary.totals.unchanged, summary.totals.conflicts) == (1, 1, 1)


def test_touching_the_replaced_file_does_not_flip_the_row_back(two_files: Path, database: Path) -> None:
    migrate(two_files, database, on_conflict="replace")
    rows = domain_rows(database)
    touch(two_files / "patterns/a.json")
    migrate(two_files, database, on_conflict="replace")
    assert domain_rows(database) == rows


def test_a_file_that_was_replaced_and_then_edited_replaces_again(two_files: Path, database: Path) -> None:
    migrate(two_files, database, on_conflict="replace")
    write(two_files, "patterns/a.json", pattern(name="edited"))
    migrate(two_files, database, on_conflict="replace")
    assert records(database, "patterns")["p1"]["name"] == "edited"
    assert fates(database)["patterns/b.json"] == ("conflict", "record-replaced")


def test_copies_of_the_winning_content_are_unchanged(two_files: Path, database: Path) -> None:
    write(two_files, "patterns/c.json", pattern(name="last", created_at="2025-01-01T00:00:00Z"))
    summary = migrate(two_files, database, on_conflict="replace")
    totals = summary.totals
    assert (totals.migrated, totals.unchanged, totals.conflicts) == (1, 1, 1)
    assert fates(database)["patterns/c.json"] == ("unchanged", None)
