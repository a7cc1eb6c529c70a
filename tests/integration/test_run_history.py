"""What a run leaves behind about itself: where it read, what stopped it, and which document a diagnostic is
about."""

import os
from pathlib import Path
from typing import Any

import pytest

from builders import joblog, pattern, query, write
from rmos_migration import migrate


def run_row(database: Path) -> tuple[object, ...]:
    """Status, location and what stopped it, of the last run."""
    rows = query(database, "SELECT status, location, stopped_by FROM migration_runs ORDER BY id DESC")
    return rows[0]


def test_a_run_remembers_the_real_place_of_its_source(
    tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree.parent)
    migrate("legacy", database)
    assert run_row(database) == ("completed", os.path.realpath(tree), None)


def test_a_run_that_was_ended_says_by_what(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", "{")
    migrate(tree, database, max_rejects=0)
    status, _, stopped_by = run_row(database)
    assert status == "failed"
    assert stopped_by == "1 document was rejected, more than --max-rejects 0 allows"


def test_each_diagnostic_knows_its_document(tree: Path, database: Path) -> None:
    write(tree, "patterns/list.json", [pattern("a"), pattern("b", ring_count=0), {"zebra": 1}])
    write(tree, "joblogs/one.json", joblog(parameters=7))
    write(tree, "joblogs/keyed.json", {"j/1": joblog("k1", status="?"), "j2": joblog("k2", job_type=None)})
    migrate(tree, database)
    found = query(
        database, "SELECT path, pointer, document FROM migration_diagnostics ORDER BY path, pointer"
    )
    assert found == [
        ("joblogs/keyed.json", "/j2/job_type", "/j2"),
        ("joblogs/keyed.json", "/j~11/status", "/j~11"),
        ("joblogs/one.json", "/parameters", ""),
        ("patterns/list.json", "/1/ring_count", "/1"),
        ("patterns/list.json", "/2", "/2"),
    ]


def test_what_is_noticed_of_the_source_itself_is_written_down(tree: Path, database: Path) -> None:
    outside = tree.parent / "outside.json"
    outside.write_text("{}")
    (tree / "patterns/loop").symlink_to(tree / "patterns")
    summary = migrate(tree, database)
    assert summary.counts.codes == {"link-not-followed": 1}
    assert query(database, "SELECT code, path FROM migration_diagnostics") == [
        ("link-not-followed", "patterns/loop")
    ]


@pytest.mark.parametrize("options", [{}, {"all_or_nothing": True}, {"max_rejects": 0}, {"rehash": True}])
def test_summary_and_history_name_the_same_times(options: dict[str, Any], tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", "{")
    write(tree, "patterns/b.json", pattern())
    summary = migrate(tree, database, **options)
    times = query(database, "SELECT started_at, finished_at, round(duration_seconds, 3) FROM migration_runs")
    said = summary.as_json()
    assert times == [(said["started_at"], said["finished_at"], said["duration_seconds"])]
