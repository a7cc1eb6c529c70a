"""A record that was changed in the dashboard, and whose row other hands deleted: it is made anew from its
document."""

from pathlib import Path
from typing import Any

import pytest

from builders import execute, joblog, noticed, pattern, records, rmos, write
from rmos_migration import RunSummary, audit, build_report, verify
from rmos_migration.editing import edit
from rmos_migration.entities import JOBLOG, PATTERN
from rmos_migration.migrate.options import OnConflict, Options
from rmos_migration.migrate.pipeline import run
from rmos_migration.store.database import database_at
from rmos_migration.verify.model import DocumentState

SIZES = [1, 7, 1000]
CODE = "edits-lost"


def ran(tree: Path, database: Path, size: int = 1000, **options: Any) -> RunSummary:
    return run(tree, database_at(database), Options(**options), batch_documents=size)


def changed(database: Path, record_id: str = "j1", job_type: str = "contour") -> None:
    fields = {"job_type": job_type, "parameters": {}}
    edit.change(database_at(database), JOBLOG, record_id, fields, b"{}", tag=edit.ANY)


def said(database: Path, summary: RunSummary) -> list[str]:
    return [path for path, code, _ in noticed(database, summary.run_id) if code == CODE]


def is_equal_and_sound(tree: Path, database: Path, equal: int) -> bool:
    result = verify(tree, database)
    return result.tallies.totals == {DocumentState.EQUAL: equal} and audit(database).passed


@pytest.mark.parametrize("options", [{}, {"rehash": True}, {"on_conflict": OnConflict.REPLACE}])
@pytest.mark.parametrize("size", SIZES)
def test_the_row_is_made_anew_and_the_loss_of_the_edits_is_told(
    size: int, options: dict[str, Any], tree: Path, database: Path
) -> None:
    write(tree, "joblogs/a.json", joblog("j1"))
    write(tree, "joblogs/b.json", joblog("j2"))
    ran(tree, database)
    changed(database)
    execute(database, "DELETE FROM joblogs WHERE id = 'j1'")
    result = verify(tree, database)
    assert [(one.place, one.state) for one in result.differing] == [("joblogs/a.json", DocumentState.MISSING)]
    assert result.exit_code == 6
    summary = ran(tree, database, size, **options)
    assert (summary.totals.migrated, summary.totals.unchanged, summary.counts.overridden) == (1, 1, 0)
    assert said(database, summary) == ["joblogs/a.json"]
    assert records(database, "joblogs")["j1"]["job_type"] == "slice"
    assert is_equal_and_sound(tree, database, 2)
    again = ran(tree, database, size, **options)
    assert (again.totals.unchanged, again.counts.overridden, said(database, again)) == (2, 0, [])


def test_the_command_says_that_the_edits_are_lost(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", joblog("j1"))
    ran(tree, database)
    changed(database)
    execute(database, "DELETE FROM joblogs")
    before = rmos("verify", tree, "--database", database)
    assert before.returncode == 6
    assert "EQUAL:" not in before.stdout
    done = rmos("migrate", tree, "--database", database, "-v")
    assert done.returncode == 0, done.stderr
    assert "since" not in done.stdout
    assert "what was changed in the dashboard is lost" in done.stdout + done.stderr


def test_a_dry_run_says_it_and_changes_nothing(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", joblog("j1"))
    ran(tree, database)
    changed(database)
    execute(database, "DELETE FROM joblogs")
    summary = ran(tree, database, dry_run=True)
    assert (summary.totals.migrated, summary.counts.codes) == (1, {CODE: 1})
    assert records(database, "joblogs") == {}


def test_a_record_that_was_changed_twice_is_made_anew(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", joblog("j1"))
    ran(tree, database)
    changed(database)
    changed(database, job_type="batch")
    execute(database, "DELETE FROM joblogs")
    assert said(database, ran(tree, database)) == ["joblogs/a.json"]
    assert is_equal_and_sound(tree, database, 1)


def test_a_record_that_is_changed_again_after_that_stays_so(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", joblog("j1"))
    ran(tree, database)
    changed(database)
    execute(database, "DELETE FROM joblogs")
    ran(tree, database)
    changed(database, job_type="batch")
    summary = ran(tree, database, rehash=True)
    assert (summary.totals.unchanged, summary.counts.overridden) == (1, 1)
    assert records(database, "joblogs")["j1"]["job_type"] == "batch"
    assert audit(database).passed


def test_a_record_that_was_deleted_in_the_dashboard_stays_away(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", joblog("j1"))
    ran(tree, database)
    changed(database)
    edit.delete(database_at(database), JOBLOG, "j1")
    for rehash in (False, True):
        summary = ran(tree, database, rehash=rehash)
        assert (summary.totals.migrated, summary.counts.overridden) == (0, 1)
        assert said(database, summary) == []
    assert records(database, "joblogs") == {}
    assert verify(tree, database).exit_code == 0
    assert audit(database).passed


@pytest.mark.parametrize("size", SIZES)
def test_of_two_documents_of_the_record_the_first_makes_it_and_the_other_is_in_conflict(
    size: int, tree: Path, database: Path
) -> None:
    write(tree, "joblogs/a.json", joblog("j1"))
    write(tree, "joblogs/b.json", joblog("j2"))
    write(tree, "joblogs/c.json", joblog("j1"))
    ran(tree, database)
    write(tree, "joblogs/d.json", joblog("j1", job_type="batch"))
    ran(tree, database)
    changed(database)
    execute(database, "DELETE FROM joblogs WHERE id = 'j1'")
    summary = ran(tree, database, size)
    totals = summary.totals
    assert (totals.migrated, totals.unchanged, totals.conflicts) == (1, 2, 1)
    assert summary.counts.overridden == 0
    told = verify(tree, database).tallies.totals
    assert told == {DocumentState.EQUAL: 3, DocumentState.CONFLICT: 1}
    assert [one.outcome for one in build_report(database).kept_out or []] == ["conflict"]
    assert audit(database).passed


def test_an_edited_document_makes_the_row_and_the_loss_is_told(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", joblog("j1"))
    ran(tree, database)
    changed(database)
    write(tree, "joblogs/a.json", joblog("j1", job_type="batch"))
    execute(database, "DELETE FROM joblogs")
    summary = ran(tree, database)
    assert (summary.totals.migrated, said(database, summary)) == (1, ["joblogs/a.json"])
    assert is_equal_and_sound(tree, database, 1)


def test_a_record_that_was_made_in_the_dashboard_comes_from_a_new_document(
    tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", pattern("p1"))
    ran(tree, database)
    fields = {"id": "p2", "name": "new", "ring_count": 1, "geometry": {"rings": []}}
    edit.create(database_at(database), PATTERN, fields, b"{}")
    execute(database, "DELETE FROM patterns WHERE id = 'p2'")
    write(tree, "patterns/b.json", pattern("p2"))
    summary = ran(tree, database)
    assert (summary.totals.migrated, said(database, summary)) == (1, ["patterns/b.json"])
    assert is_equal_and_sound(tree, database, 2)


@pytest.mark.parametrize("policy", [OnConflict.KEEP, OnConflict.REPLACE])
def test_what_becomes_of_two_that_had_the_row_does_not_depend_on_the_batch(
    policy: OnConflict, tree: Path, tmp_path: Path
) -> None:
    ends = []
    for size in SIZES:
        database = tmp_path / f"{policy.value}{size}.db"
        write(tree, "joblogs/a.json", joblog("j1"))
        write(tree, "joblogs/b.json", joblog("j1", job_type="batch"))
        ran(tree, database, on_conflict=OnConflict.REPLACE)
        changed(database)
        execute(database, "DELETE FROM joblogs")
        summary = ran(tree, database, size, on_conflict=policy)
        told = {one.place: one.state for one in verify(tree, database).differing}
        assert audit(database).passed
        again = ran(tree, database, size, on_conflict=policy, rehash=True)
        assert (again.totals.migrated, again.totals.unchanged, again.totals.conflicts) == (0, 1, 1)
        row = records(database, "joblogs")["j1"]["job_type"]
        ends.append((summary.totals, summary.counts.codes, told, noticed(database, summary.run_id), row))
    assert all(one == ends[0] for one in ends)
    assert list(ends[0][2].values()) == [DocumentState.CONFLICT]


def test_the_same_document_of_another_folder_has_arrived_again(
    tree: Path, database: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    for folder in (tree, other):
        write(folder, "joblogs/a.json", joblog("j1"))
        ran(folder, database)
    changed(database)
    execute(database, "DELETE FROM joblogs")
    assert ran(tree, database).totals.migrated == 1
    for folder in (tree, other):
        assert verify(folder, database).differing == []
    assert ran(other, database).totals.unchanged == 1
    assert audit(database).passed
