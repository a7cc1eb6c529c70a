"""--all-or-nothing: the whole run is one transaction, and still reports everything."""

from pathlib import Path

import pytest

from builders import (
    DOMAIN_TABLES,
    EXAMPLES,
    domain_rows,
    family,
    kept,
    noticed,
    pattern,
    query,
    status_of,
    write,
)
from rmos_migration import migrate
from rmos_migration.migrate import pipeline

NOTHING: dict[str, list[tuple[object, ...]]] = {name: [] for name in DOMAIN_TABLES}


@pytest.fixture(params=[1, 1000], autouse=True, ids=lambda size: f"batches of {size}")
def batches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", request.param)


def test_a_tree_without_fault_is_committed(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family())
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    summary = migrate(tree, database, all_or_nothing=True)
    assert (summary.exit_code, str(summary.status)) == (0, "completed")
    assert query(database, "SELECT strip_family_id FROM patterns") == [("f1",)]
    assert status_of(database, summary.run_id) == "completed"


def test_one_reject_rolls_everything_back(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family())
    write(tree, "patterns/a.json", pattern())
    write(tree, "joblogs/a.json", "{")
    summary = migrate(tree, database, all_or_nothing=True)
    assert (summary.exit_code, str(summary.status)) == (1, "rolled_back")
    assert kept(database) == NOTHING | {"ledger": [], "rejects": [], "pending": []}
    assert status_of(database, summary.run_id) == "rolled_back"


def test_one_conflict_rolls_everything_back(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    write(tree, "patterns/b.json", pattern(name="other"))
    summary = migrate(tree, database, all_or_nothing=True)
    assert (summary.exit_code, str(summary.status)) == (1, "rolled_back")
    assert domain_rows(database) == NOTHING


def test_a_warning_rolls_nothing_back(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern(strip_family_id="lost"))
    assert migrate(tree, database, all_or_nothing=True).exit_code == 0
    assert query(database, "SELECT count(*) FROM migration_pending_references") == [(1,)]


def test_all_problems_of_the_run_are_stored_though_nothing_else_is(database: Path) -> None:
    summary = migrate(EXAMPLES / "messy_legacy", database, all_or_nothing=True)
    other = database.with_name("other.db")
    plain = migrate(EXAMPLES / "messy_legacy", other)
    assert noticed(database, summary.run_id) == noticed(other, plain.run_id)
    assert summary.counts.codes == plain.counts.codes
    assert summary.entities == plain.entities
    assert summary.totals.rejected == 15
    assert domain_rows(database) == NOTHING


def test_what_earlier_runs_brought_stays(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    before = kept(database)
    write(tree, "patterns/b.json", pattern("p2"))
    write(tree, "patterns/c.json", "")
    migrate(tree, database, all_or_nothing=True)
    assert kept(database) == before


def test_the_run_after_mending_brings_everything(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    write(tree, "patterns/b.json", "{")
    migrate(tree, database, all_or_nothing=True)
    write(tree, "patterns/b.json", pattern("p2"))
    summary = migrate(tree, database, all_or_nothing=True)
    assert (summary.exit_code, summary.totals.migrated) == (0, 2)
    assert len(domain_rows(database)["patterns"]) == 2


def test_a_run_that_was_rolled_back_can_be_repeated_without_the_option(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    write(tree, "patterns/b.json", "{")
    migrate(tree, database, all_or_nothing=True)
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.rejected) == (1, 1)
