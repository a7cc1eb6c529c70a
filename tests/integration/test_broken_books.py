"""Books that do not fit together are no failure of the machine: nothing is written, and what the audit
advises helps."""

from collections.abc import Callable
from pathlib import Path

import pytest

from builders import EXAMPLES, domain_rows, execute, joblog, query, rmos, write
from rmos_migration import audit, migrate, verify
from rmos_migration.editing import edit
from rmos_migration.entities import JOBLOG
from rmos_migration.errors import DatabaseUnusable
from rmos_migration.store.database import database_at

SOURCE = EXAMPLES / "older_workshop"

BROKEN = {
    "no source": "DELETE FROM migration_sources",
    "another source": "UPDATE migration_sources SET id = id + 7",
    "a ledger of another source": "UPDATE migration_ledger SET source_id = 99",
    "one ledger entry of another source": (
        "UPDATE migration_ledger SET source_id = 99 WHERE path = (SELECT min(path) FROM migration_ledger)"
    ),
    "rejects of another source": "UPDATE migration_rejects SET source_id = 99",
    "no run": "DELETE FROM migration_runs",
    "another run": "UPDATE migration_runs SET id = id + 5",
    "a ledger of another run": "UPDATE migration_ledger SET run_id = 77",
    "rejects of another run": "UPDATE migration_rejects SET run_id = 77",
    "diagnostics of another run": "UPDATE migration_diagnostics SET run_id = 77",
}

BOOKS = ("migration_rejects", "migration_ledger", "migration_diagnostics")


@pytest.fixture
def filled(database: Path) -> Path:
    migrate(SOURCE, database)
    return database


def as_the_hint_says(database: Path) -> None:
    """Delete the rows of the books that name what is not there."""
    for table in BOOKS:
        for column, parent in (("source_id", "migration_sources"), ("run_id", "migration_runs")):
            if (table, column) != ("migration_diagnostics", "source_id"):
                execute(database, f"DELETE FROM {table} WHERE {column} NOT IN (SELECT id FROM {parent})")


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN)
def test_nothing_is_written_before_the_books_are_mended_as_the_audit_says(script: str, filled: Path) -> None:
    rows = domain_rows(filled)
    execute(filled, script)
    before = filled.read_bytes()
    for act in (
        lambda: migrate(SOURCE, filled),
        lambda: migrate(SOURCE, filled, rehash=True),
        lambda: migrate(SOURCE, filled, dry_run=True),
        lambda: edit.delete(database_at(filled), JOBLOG, rows["joblogs"][0][0]),
        lambda: verify(SOURCE, filled),
    ):
        with pytest.raises(DatabaseUnusable, match="that is not there") as refusal:
            act()
        assert refusal.value.hint == "see: rmos audit"
        assert filled.read_bytes() == before
    findings = [one for one in audit(filled).findings if one.code == "reference-broken"]
    assert {one.table for one in findings} <= set(BOOKS)
    assert "with the sqlite3 tool" in findings[0].hint
    as_the_hint_says(filled)
    summary = migrate(SOURCE, filled)
    assert (summary.totals.migrated, summary.totals.unchanged, summary.totals.rejected) == (0, 119, 5)
    assert audit(filled).passed
    assert verify(SOURCE, filled).holds
    assert domain_rows(filled) == rows


def test_the_command_and_the_doctor_answer_four(filled: Path) -> None:
    execute(filled, BROKEN["no source"])
    for command in (["migrate", SOURCE], ["doctor"], ["verify", SOURCE], ["init"]):
        done = rmos(*command, "--database", filled)
        assert done.returncode == 4, (command, done.stdout, done.stderr)
        assert "migration_sources" in done.stdout + done.stderr
        assert "failed: UNIQUE" not in done.stderr


FORGOTTEN: dict[str, Callable[[Path], None]] = {
    "every entry": lambda database: execute(database, "DELETE FROM migration_ledger"),
    "those of rejects": lambda database: execute(
        database, "DELETE FROM migration_ledger WHERE outcome = 'rejected'"
    ),
    "ledger and source": lambda database: execute(
        database, "DELETE FROM migration_ledger; UPDATE migration_sources SET location = '/elsewhere'"
    ),
    "every kept text": lambda database: execute(database, "DELETE FROM migration_rejects"),
}


@pytest.mark.parametrize("rehash", [False, True])
@pytest.mark.parametrize("forget", FORGOTTEN.values(), ids=FORGOTTEN)
def test_rejects_that_the_ledger_does_not_know_stop_no_run(
    forget: Callable[[Path], None], rehash: bool, filled: Path
) -> None:
    kept = query(filled, "SELECT path, pointer, code, body FROM migration_rejects ORDER BY path, pointer")
    forget(filled)
    summary = migrate(SOURCE, filled, rehash=rehash)
    assert (summary.totals.unchanged, summary.totals.rejected) == (119, 5)
    here = "(SELECT max(source_id) FROM migration_ledger)"
    query_of = f"SELECT path, pointer, code, body FROM migration_rejects WHERE source_id = {here}"
    assert query(filled, f"{query_of} ORDER BY path, pointer") == kept


def test_records_whose_row_other_hands_deleted_are_still_made_again(tree: Path, database: Path) -> None:
    write(tree, "patterns/p.json", {"id": "p", "name": "P", "ring_count": 1, "geometry": {"rings": []}})
    write(tree, "joblogs/j.json", joblog("j", pattern_id="p"))
    migrate(tree, database)
    execute(database, "DELETE FROM patterns")
    assert migrate(tree, database).totals.migrated == 1
    assert audit(database).passed
