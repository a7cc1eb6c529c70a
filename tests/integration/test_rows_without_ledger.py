"""Rows that were in the database before any run knew of them are compared by value, not overwritten."""

from pathlib import Path

import pytest

from builders import domain_rows, execute, fates, pattern, query, records, write
from rmos_migration import migrate
from rmos_migration.migrate import pipeline
from rmos_migration.store.database import database_at


@pytest.fixture
def filled(database: Path) -> Path:
    """A database with one pattern that somebody wrote with SQL."""
    with database_at(database).write("a test"):
        pass
    execute(
        database,
        "INSERT INTO patterns (id, name, pattern_type, ring_count, geometry_json) VALUES"
        " ('p1', 'by hand', 'generic', 1, '{\"rings\": [{\"segments\": 24, \"radius_mm\": 45.50}]}')",
    )
    return database


def test_a_document_equal_to_an_unknown_row_is_unchanged(tree: Path, filled: Path) -> None:
    write(tree, "patterns/a.json", pattern(name="by hand"))
    rows = domain_rows(filled)
    summary = migrate(tree, filled)
    assert (summary.exit_code, summary.totals.unchanged) == (0, 1)
    assert domain_rows(filled) == rows
    assert fates(filled) == {"patterns/a.json": ("unchanged", None)}


def test_a_document_other_than_an_unknown_row_is_a_conflict(tree: Path, filled: Path) -> None:
    write(tree, "patterns/a.json", pattern(name="from a file"))
    rows = domain_rows(filled)
    assert migrate(tree, filled).totals.conflicts == 1
    assert domain_rows(filled) == rows


def test_an_unknown_row_is_replaced_where_asked(tree: Path, filled: Path) -> None:
    write(tree, "patterns/a.json", pattern(name="from a file"))
    assert migrate(tree, filled, on_conflict="replace").totals.migrated == 1
    assert records(filled, "patterns")["p1"]["name"] == "from a file"


@pytest.mark.parametrize("size", [1, 1000])
def test_the_first_document_equal_to_an_unknown_row_is_what_it_was_made_from(
    size: int, tree: Path, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", size)
    document = pattern(name="by hand")
    write(tree, "patterns/a.json", document)
    write(tree, "patterns/p1.json", {key: value for key, value in document.items() if key != "id"})
    expected = {"patterns/a.json": ("unchanged", None), "patterns/p1.json": ("conflict", "id-conflict")}
    migrate(tree, filled)
    assert fates(filled) == expected
    migrate(tree, filled, rehash=True)
    assert fates(filled) == expected


def test_a_document_may_refer_to_an_unknown_row(tree: Path, filled: Path) -> None:
    write(tree, "joblogs/a.json", {"id": "j1", "job_type": "slice", "parameters": {}, "pattern_id": "p1"})
    assert migrate(tree, filled).exit_code == 0
    assert query(filled, "SELECT pattern_id FROM joblogs") == [("p1",)]


def test_a_row_edited_with_sql_is_not_put_back(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    execute(database, "UPDATE patterns SET name = 'mended by hand'")
    assert migrate(tree, database).exit_code == 0
    assert records(database, "patterns")["p1"]["name"] == "mended by hand"
