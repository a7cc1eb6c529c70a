"""A document that was not loaded because of its id is accounted for only while something of that id is
there."""

from pathlib import Path

import pytest

from builders import execute, joblog, records, rmos, write
from rmos_migration import Verification, audit, migrate, verify
from rmos_migration.editing import edit
from rmos_migration.entities import JOBLOG
from rmos_migration.store.database import database_at
from rmos_migration.verify.model import DocumentState


def states(result: Verification) -> dict[str, DocumentState]:
    """The state of every document that is not equal, by its place."""
    return {one.place: one.state for one in result.differing}


@pytest.mark.parametrize("policy", ["keep", "replace", "reject"])
def test_a_conflict_is_missing_once_the_row_of_its_id_is_gone(
    policy: str, tree: Path, database: Path
) -> None:
    write(tree, "joblogs/a.json", joblog("j1"))
    write(tree, "joblogs/b.json", joblog("j1", job_type="batch"))
    migrate(tree, database, on_conflict=policy)
    kept_out = "joblogs/a.json" if policy == "replace" else "joblogs/b.json"
    expected = DocumentState.REJECTED if policy == "reject" else DocumentState.CONFLICT
    assert states(verify(tree, database)) == {kept_out: expected}
    execute(database, "DELETE FROM joblogs")
    result = verify(tree, database)
    assert states(result) == {
        "joblogs/a.json": DocumentState.MISSING,
        "joblogs/b.json": DocumentState.MISSING,
    }
    assert result.exit_code == 6
    assert not audit(database).passed
    migrate(tree, database, on_conflict=policy)
    assert states(verify(tree, database)) == {kept_out: expected}
    assert audit(database).passed


def test_a_conflict_with_another_folders_row_is_missing_once_the_row_is_gone(
    tree: Path, database: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    write(other, "joblogs/a.json", joblog("j1"))
    write(tree, "joblogs/a.json", joblog("j1", job_type="batch"))
    migrate(other, database)
    migrate(tree, database)
    assert states(verify(tree, database)) == {"joblogs/a.json": DocumentState.CONFLICT}
    execute(database, "DELETE FROM joblogs")
    done = rmos("verify", tree, "--database", database)
    assert done.returncode == 6, done.stdout
    assert "1 missing" in done.stdout
    assert "not loaded, accounted for" not in done.stdout
    assert migrate(tree, database).totals.migrated == 1
    assert verify(tree, database).differing == []


@pytest.mark.parametrize(
    "forged",
    [
        "outcome = 'conflict', code = 'id-conflict', content_sha256 = NULL",
        "outcome = 'conflict', code = 'record-replaced'",
        "outcome = 'conflict', code = 'record-replaced', content_sha256 = NULL",
        "outcome = 'rejected', code = 'id-conflict', content_sha256 = NULL",
    ],
)
def test_a_ledger_that_calls_everything_a_conflict_accounts_for_nothing(
    forged: str, tree: Path, database: Path
) -> None:
    write(tree, "joblogs/a.json", joblog("j1"))
    write(tree, "joblogs/b.json", joblog("j2"))
    migrate(tree, database)
    execute(database, f"UPDATE migration_ledger SET {forged}; DELETE FROM joblogs")
    result = verify(tree, database)
    assert result.tallies.totals == {DocumentState.MISSING: 2}
    assert result.exit_code == 6
    assert not audit(database).passed


def test_a_conflict_that_can_no_longer_be_used_is_missing_where_no_row_has_its_id(
    tree: Path, database: Path
) -> None:
    write(tree, "joblogs/a.json", {"id": "j1", "job_type": "slice"})
    migrate(tree, database)
    assert states(verify(tree, database)) == {"joblogs/a.json": DocumentState.REJECTED}
    execute(
        database, "UPDATE migration_ledger SET outcome = 'conflict', code = 'id-conflict', record_id = 'j1'"
    )
    assert states(verify(tree, database)) == {"joblogs/a.json": DocumentState.MISSING}


def test_one_of_many_conflicts_loses_its_row_alone(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", [joblog(f"j{number}") for number in range(5)])
    write(tree, "joblogs/b.json", [joblog(f"j{number}", job_type="batch") for number in range(5)])
    migrate(tree, database)
    execute(database, "DELETE FROM joblogs WHERE id = 'j3'")
    totals = verify(tree, database).tallies.totals
    assert totals == {DocumentState.EQUAL: 4, DocumentState.CONFLICT: 4, DocumentState.MISSING: 2}


def test_documents_of_a_record_that_was_deleted_in_the_dashboard_stay_accounted_for(
    tree: Path, database: Path
) -> None:
    write(tree, "joblogs/a.json", joblog("j1"))
    write(tree, "joblogs/b.json", joblog("j1", job_type="batch"))
    migrate(tree, database, on_conflict="replace")
    edit.delete(database_at(database), JOBLOG, "j1")
    result = verify(tree, database)
    assert result.tallies.totals == {DocumentState.CONFLICT: 2}
    assert result.exit_code == 0
    assert audit(database).passed
    migrate(tree, database)
    assert records(database, "joblogs") == {}
    assert verify(tree, database).tallies.totals == {DocumentState.CONFLICT: 2}
