"""What the database itself refuses is rejected with its reason; the rest of the batch is loaded."""

from pathlib import Path

import pytest

from builders import (
    family,
    fates,
    ledger,
    noticed,
    pattern,
    query,
    records,
    redefine,
    refusing,
    write,
)
from rmos_migration import migrate


def many(tree: Path, number: int) -> None:
    for index in range(number):
        write(tree, f"patterns/{index:04}.json", pattern(f"p{index}"))


def test_only_the_refused_documents_are_kept_out(tree: Path, database: Path) -> None:
    refusing(database, "id IN ('p0', 'p7', 'p8', 'p29')")
    many(tree, 30)
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.migrated, summary.totals.rejected) == (1, 26, 4)
    assert len(records(database, "patterns")) == 26
    kept_out = {path for path, fate in fates(database).items() if fate[0] == "rejected"}
    assert kept_out == {f"patterns/{number:04}.json" for number in (0, 7, 8, 29)}


def test_the_reject_names_the_code_and_the_reason_of_the_database(tree: Path, database: Path) -> None:
    refusing(database, "id = 'p1'")
    many(tree, 3)
    summary = migrate(tree, database)
    assert fates(database)["patterns/0001.json"] == ("rejected", "refused-by-database")
    assert noticed(database, summary.run_id) == [("patterns/0001.json", "refused-by-database", "error")]
    (message,) = query(database, "SELECT message FROM migration_diagnostics")[0]
    assert "unwelcome" in message
    body = (tree / "patterns/0001.json").read_bytes()
    assert query(database, "SELECT body FROM migration_rejects") == [(body,)]


def test_a_batch_of_which_all_is_refused_is_rejected_document_by_document(tree: Path, database: Path) -> None:
    refusing(database, "1")
    many(tree, 9)
    write(tree, "strip_families/a.json", family())
    summary = migrate(tree, database)
    assert (summary.entities["patterns"].rejected, summary.totals.migrated) == (9, 1)
    assert {fate for path, fate in fates(database).items() if path.startswith("patterns")} == {
        ("rejected", "refused-by-database")
    }


def test_a_batch_of_hundreds_loses_only_the_one(tree: Path, database: Path) -> None:
    refusing(database, "id = 'p641'")
    many(tree, 700)
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.rejected) == (699, 1)


def test_refused_documents_stay_rejected_in_the_second_run(tree: Path, database: Path) -> None:
    refusing(database, "id = 'p1'")
    many(tree, 3)
    migrate(tree, database)
    entries = fates(database)
    summary = migrate(tree, database)
    assert (summary.totals.rejected, summary.totals.unchanged) == (1, 2)
    assert fates(database) == entries


def test_what_was_refused_arrives_once_the_reason_is_gone(tree: Path, database: Path) -> None:
    refusing(database, "id = 'p1'")
    many(tree, 3)
    migrate(tree, database)
    rule = "CONSTRAINT unwelcome CHECK (NOT (id = 'p1')), "
    redefine(database, "patterns", rule, "")
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.migrated, summary.totals.unchanged) == (0, 1, 2)
    assert query(database, "SELECT count(*) FROM migration_rejects") == [(0,)]


def test_a_copy_of_a_refused_document_is_refused_too(tree: Path, database: Path) -> None:
    refusing(database, "id = 'p1'")
    write(tree, "patterns/a.json", pattern("p1"))
    write(tree, "patterns/b.json", pattern("p1"))
    write(tree, "patterns/c.json", pattern("p2"))
    summary = migrate(tree, database)
    assert (summary.totals.rejected, summary.totals.migrated, summary.totals.unchanged) == (2, 1, 0)
    assert fates(database)["patterns/b.json"] == ("rejected", "refused-by-database")


def test_a_refused_document_does_not_take_its_id(tree: Path, database: Path) -> None:
    refusing(database, "name = 'bad'")
    write(tree, "patterns/a.json", pattern("p1", name="bad"))
    write(tree, "patterns/b.json", pattern("p1", name="good"))
    summary = migrate(tree, database)
    assert fates(database) == {
        "patterns/a.json": ("rejected", "refused-by-database"),
        "patterns/b.json": ("migrated", None),
    }
    assert (summary.totals.rejected, summary.totals.migrated) == (1, 1)


@pytest.mark.parametrize("runs", [1, 2])
def test_a_refused_replacement_costs_only_itself(tree: Path, database: Path, runs: int) -> None:
    refusing(database, "name = 'bad'")
    write(tree, "patterns/a.json", pattern("p1", name="good"))
    if runs == 2:
        migrate(tree, database)
    write(tree, "patterns/b.json", pattern("p1", name="bad"))
    summary = migrate(tree, database, on_conflict="replace")
    assert summary.totals.rejected == 1
    assert fates(database) == {
        "patterns/a.json": ("migrated", None),
        "patterns/b.json": ("rejected", "refused-by-database"),
    }
    assert records(database, "patterns")["p1"]["name"] == "good"


def test_a_child_of_a_refused_parent_is_detached(tree: Path, database: Path) -> None:
    refusing(database, "id = 'p1'")
    write(tree, "patterns/a.json", pattern("p1"))
    write(tree, "joblogs/a.json", {"job_type": "slice", "parameters": {}, "pattern_id": "p1"})
    migrate(tree, database)
    assert query(database, "SELECT pattern_id FROM joblogs") == [(None,)]
    assert ledger(database)["joblogs/a.json"]["outcome"] == "migrated"


def test_a_dry_run_foresees_what_the_database_refuses(tree: Path, database: Path) -> None:
    refusing(database, "id = 'p1'")
    many(tree, 3)
    foreseen = migrate(tree, database, dry_run=True)
    real = migrate(tree, database)
    assert foreseen.entities == real.entities
    assert foreseen.counts.codes == real.counts.codes == {"refused-by-database": 1}
