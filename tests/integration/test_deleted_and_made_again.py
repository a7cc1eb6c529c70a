"""A record that was deleted in the dashboard, and that another document makes again: the first is in conflict
at once."""

from pathlib import Path

import pytest

from builders import noticed, pattern, records, write
from rmos_migration import RunSummary, audit, build_report, verify
from rmos_migration.editing import edit
from rmos_migration.entities import PATTERN
from rmos_migration.migrate.options import OnConflict, Options
from rmos_migration.migrate.pipeline import run
from rmos_migration.store.database import database_at

SIZES = [1, 7, 1000]
POLICIES = [OnConflict.KEEP, OnConflict.REPLACE]


def ran(tree: Path, database: Path, size: int, policy: OnConflict, *, rehash: bool) -> RunSummary:
    options = Options(on_conflict=policy, rehash=rehash)
    return run(tree, database_at(database), options, batch_documents=size)


def numbers(summary: RunSummary) -> tuple[int, int, int, int]:
    totals = summary.totals
    return totals.migrated, totals.unchanged, totals.conflicts, summary.counts.overridden


@pytest.mark.parametrize("rehash", [False, True])
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("first", ["a", "z"], ids=["its document comes first", "its document comes last"])
def test_a_deleted_record_that_another_document_makes_again(
    first: str, size: int, policy: OnConflict, rehash: bool, tree: Path, database: Path
) -> None:
    write(tree, f"patterns/{first}.json", pattern("p", name="old"))
    write(tree, "patterns/m.json", [pattern(f"other{number}") for number in range(3)])
    ran(tree, database, size, policy, rehash=False)
    edit.delete(database_at(database), PATTERN, "p")
    assert numbers(ran(tree, database, size, policy, rehash=rehash)) == (0, 4, 0, 1)
    write(tree, "patterns/n.json", pattern("p", name="new"))
    summary = ran(tree, database, size, policy, rehash=rehash)
    assert numbers(summary) == (1, 3, 1, 0)
    assert records(database, "patterns")["p"]["name"] == "new"
    said = [one for one in noticed(database, summary.run_id) if one[1] == "document-superseded"]
    assert [path for path, _, _ in said] == [f"patterns/{first}.json"]
    assert [one.outcome for one in build_report(database).kept_out or []] == ["conflict"]
    told = {state.value: number for state, number in verify(tree, database).tallies.totals.items() if number}
    assert told == {"equal": 4, "conflict": 1}
    assert audit(database).passed
    assert numbers(ran(tree, database, size, policy, rehash=rehash)) == (0, 4, 1, 0)
