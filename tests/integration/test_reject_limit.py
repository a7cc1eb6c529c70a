"""--max-rejects: the run stops when more are rejected; the current batch is undone, earlier ones stay."""

from pathlib import Path

import pytest

from builders import domain_rows, pattern, query, status_of, write
from rmos_migration import migrate
from rmos_migration.errors import UsageError
from rmos_migration.migrate import pipeline


@pytest.fixture
def ten_files(tree: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five batches of two patterns: the 4th and the 6th document are bad."""
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", 2)
    for number in range(10):
        write(tree, f"patterns/{number}.json", pattern(f"p{number}", ring_count=int(number not in (3, 5))))
    return tree


@pytest.mark.parametrize("limit", ["2", "3", "20%", "100%", "33.3%", 2, None])
def test_a_run_within_the_limit_goes_to_its_end(
    limit: str | int | None, ten_files: Path, database: Path
) -> None:
    summary = migrate(ten_files, database, max_rejects=limit)
    assert (str(summary.status), summary.totals.migrated) == ("completed_with_rejects", 8)
    assert summary.stopped_by == ""


@pytest.mark.parametrize(
    ("limit", "arrived"), [("1", 3), ("0", 2), (1, 3), ("19%", 6), ("10%", 6), ("0%", 6)]
)
def test_a_run_beyond_the_limit_stops_and_keeps_the_batches_before(
    limit: str | int, arrived: int, ten_files: Path, database: Path
) -> None:
    summary = migrate(ten_files, database, max_rejects=limit)
    assert (summary.exit_code, str(summary.status)) == (1, "failed")
    assert summary.stopped_by
    (rows,) = query(database, "SELECT count(*) FROM patterns")
    assert rows == (arrived,)
    assert summary.totals.migrated == arrived
    assert summary.counts.balanced
    assert status_of(database, summary.run_id) == "failed"
    ledger = query(database, "SELECT count(*) FROM migration_ledger WHERE outcome = 'migrated'")
    assert ledger == [(arrived,)]


def test_the_next_run_without_the_limit_carries_on(ten_files: Path, database: Path) -> None:
    migrate(ten_files, database, max_rejects=0)
    summary = migrate(ten_files, database)
    assert (summary.totals.unchanged, summary.totals.migrated, summary.totals.rejected) == (2, 6, 2)
    undisturbed = database.with_name("undisturbed.db")
    migrate(ten_files, undisturbed)
    assert domain_rows(database) == domain_rows(undisturbed)


def test_a_percentage_counts_all_documents_not_only_the_first(
    tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", 1)
    write(tree, "patterns/0.json", "{")
    for number in range(1, 20):
        write(tree, f"patterns/{number}.json", pattern(f"p{number}"))
    assert str(migrate(tree, database, max_rejects="5%").status) == "completed_with_rejects"


def test_a_percentage_is_of_documents_not_of_files(tree: Path, database: Path) -> None:
    write(tree, "patterns/all.json", [pattern(f"p{number}") for number in range(97)])
    for number in range(3):
        write(tree, f"patterns/{number}.json", "{")
    assert str(migrate(tree, database, max_rejects="2.9%").status) == "failed"
    assert query(database, "SELECT count(*) FROM patterns") == [(0,)]
    assert str(migrate(tree, database, max_rejects="3%").status) == "completed_with_rejects"


def test_a_list_of_rejects_counts_as_many_as_it_holds(tree: Path, database: Path) -> None:
    write(tree, "patterns/all.json", [pattern(f"p{number}", ring_count=0) for number in range(5)])
    for number in range(5):
        write(tree, f"patterns/{number}.json", pattern(f"q{number}"))
    assert str(migrate(tree, database, max_rejects="49%").status) == "failed"
    assert str(migrate(tree, database, max_rejects="50%").status) == "completed_with_rejects"


@pytest.mark.parametrize("good", [989, 1200])
def test_a_percentage_is_judged_once_a_thousand_documents_were_found(
    good: int, tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", 10)
    write(tree, "patterns/0.json", [pattern(f"b{number}", ring_count=0) for number in range(11)])
    write(tree, "patterns/1.json", [pattern(f"p{number}") for number in range(good)])
    write(tree, "patterns/2.json", [pattern(f"q{number}") for number in range(200)])
    summary = migrate(tree, database, max_rejects="1%")
    is_within = 0.01 * (11 + good) >= 11
    assert (str(summary.status) == "failed") == (not is_within)
    if not is_within:
        assert (summary.totals.found, summary.totals.migrated) == (11, 0)


def test_what_was_there_already_counts_as_found(tree: Path, database: Path) -> None:
    for number in range(9):
        write(tree, f"patterns/{number}.json", pattern(f"p{number}"))
    migrate(tree, database)
    write(tree, "patterns/z.json", "{")
    assert str(migrate(tree, database, max_rejects="10%").status) == "completed_with_rejects"
    assert str(migrate(tree, database, max_rejects="9%").status) == "failed"


def test_conflicts_are_no_rejects(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    write(tree, "patterns/b.json", pattern(name="other"))
    assert migrate(tree, database, max_rejects=0).totals.conflicts == 1


@pytest.mark.parametrize("limit", ["-1", "5.5", "101%", "many", "", "%", "5%%", "nan", "inf", "1e400"])
def test_a_limit_that_is_none_is_refused_before_anything_happens(
    limit: str, ten_files: Path, database: Path
) -> None:
    with pytest.raises(UsageError):
        migrate(ten_files, database, max_rejects=limit)
    assert not database.exists()
