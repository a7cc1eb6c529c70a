"""SIGKILL at random moments: whatever was committed is whole, and the next run finishes the job.

``RMOS_FAULT_KILLS`` says how often (30 unless set; ``make fault`` asks for 300).
"""

import json
import os
import random
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from builders import (
    DOMAIN_TABLES,
    RMOS,
    RMOS_IN_SMALL_BATCHES,
    digests,
    domain_rows,
    family,
    query,
    started,
    workshop,
    write,
)
from rmos_migration import migrate

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX"),
]

KILLS = int(os.environ.get("RMOS_FAULT_KILLS", "30"))
DOCUMENTS = 3000
SIZES = {"strip_families": 300, "patterns": 900, "joblogs": 1800}
WAYS = ((RMOS, 1000), (RMOS_IN_SMALL_BATCHES, 25))


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    legacy = tmp_path_factory.mktemp("fault") / "legacy"
    workshop(legacy, DOCUMENTS)
    return legacy


@pytest.fixture(scope="module")
def undisturbed(tree: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of a run that nobody killed."""
    database = tree.with_name("undisturbed.db")
    assert migrate(tree, database).totals.migrated == DOCUMENTS
    return domain_rows(database)


@pytest.fixture(scope="module")
def durations(tree: Path) -> dict[int, float]:
    """Seconds from taking the lock to the end, by batch size, in a process of its own."""
    return {size: duration(command, tree, size) for command, size in WAYS}


def duration(command: Sequence[str], tree: Path, size: int) -> float:
    database = tree.with_name(f"measured-{size}.db")
    with started(*command, "migrate", tree, "--database", database, "-q") as process:
        wait_for_lock(database)
        began = time.monotonic()
        assert process.wait(60) == 0
        return time.monotonic() - began


def wait_for_lock(database: Path) -> None:
    lock = database.with_name(f"{database.name}.lock")
    for _ in range(30_000):
        if lock.exists():
            return
        time.sleep(0.001)
    raise AssertionError("the run did not begin within 30 s")


def kill_after(seconds: float, command: Sequence[str], tree: Path, database: Path, *options: str) -> bool:
    """Start a run and kill it so long after it took the lock; whether it was still running."""
    database.with_name(f"{database.name}.lock").unlink(missing_ok=True)  # so that the new run's is seen
    with started(*command, "migrate", tree, "--database", database, "-q", *options) as process:
        wait_for_lock(database)
        time.sleep(seconds)
        process.kill()
        return process.wait(30) != 0


def check_what_was_committed(database: Path, batch: int) -> None:
    if not database.exists() or not query(
        database, "SELECT * FROM sqlite_master WHERE name = 'migration_runs'"
    ):
        return
    assert query(database, "PRAGMA integrity_check") == [("ok",)]
    assert query(database, "PRAGMA foreign_key_check") == []
    arrived = 0
    for table in DOMAIN_TABLES:
        rows = {id_ for (id_,) in query(database, f"SELECT id FROM {table}")}
        entries = query(
            database,
            "SELECT record_id FROM migration_ledger WHERE entity = ? AND outcome = 'migrated'",
            table,
        )
        assert sorted(id_ for (id_,) in entries) == sorted(rows), "a row without an entry, or the reverse"
        assert len(rows) % batch == 0 or len(rows) == SIZES[table], "half a batch was committed"
        arrived += len(rows)
    runs = query(database, "SELECT status, counts_json FROM migration_runs ORDER BY id")
    counted = [json.loads(counts)["totals"]["migrated"] for _, counts in runs if counts]
    assert sum(counted) == arrived
    assert all(status in ("running", "interrupted", "completed") for status, _ in runs)


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_run_leaves_whole_batches_and_the_next_run_finishes(
    seed: int,
    tree: Path,
    database: Path,
    durations: dict[int, float],
    undisturbed: dict[str, list[tuple[object, ...]]],
) -> None:
    command, batch = WAYS[seed % 2]
    moment = random.Random(seed).uniform(0, durations[batch])
    was_running = kill_after(moment, command, tree, database)
    check_what_was_committed(database, batch)
    summary = migrate(tree, database)
    assert str(summary.status) == "completed"
    assert summary.totals.migrated + summary.totals.unchanged == DOCUMENTS
    assert domain_rows(database) == undisturbed
    check_what_was_committed(database, batch)
    statuses = [status for (status,) in query(database, "SELECT status FROM migration_runs ORDER BY id")]
    assert statuses[-1] == "completed"
    assert not was_running or set(statuses[:-1]) <= {"interrupted", "completed"}


def test_a_run_killed_again_and_again_arrives_in_the_end(
    tree: Path,
    database: Path,
    durations: dict[int, float],
    undisturbed: dict[str, list[tuple[object, ...]]],
) -> None:
    command, batch = RMOS_IN_SMALL_BATCHES, 25
    moments = random.Random(1)
    for _ in range(8):
        kill_after(moments.uniform(0, durations[batch] / 3), command, tree, database)
        check_what_was_committed(database, batch)
    assert migrate(tree, database).totals.found == DOCUMENTS
    assert domain_rows(database) == undisturbed


def test_a_killed_run_of_all_or_nothing_leaves_nothing(
    tree: Path, database: Path, durations: dict[int, float]
) -> None:
    command, batch = RMOS_IN_SMALL_BATCHES, 25
    for fraction in (0.3, 0.5, 0.7):
        if kill_after(durations[batch] * fraction, command, tree, database, "--all-or-nothing"):
            arrived = {table: len(rows) for table, rows in domain_rows(database).items()}
            assert arrived in (dict.fromkeys(arrived, 0), SIZES), "neither nothing nor all"
            assert query(database, "PRAGMA integrity_check") == [("ok",)]
    assert migrate(tree, database, all_or_nothing=True).exit_code == 0


def test_a_killed_dry_run_leaves_the_database_as_it_is(
    tree: Path, database: Path, tmp_path: Path, durations: dict[int, float]
) -> None:
    write(tmp_path / "first", "strip_families/a.json", family("first"))
    migrate(tmp_path / "first", database)
    before = digests(database.parent)["rmos.db"]
    rows = domain_rows(database)
    for fraction in (0.2, 0.4, 0.6, 0.8):
        kill_after(durations[25] * fraction, RMOS_IN_SMALL_BATCHES, tree, database, "--dry-run")
        assert digests(database.parent)["rmos.db"] == before
    assert domain_rows(database) == rows


def test_a_run_killed_while_it_makes_the_database_does_not_spoil_it(tree: Path, tmp_path: Path) -> None:
    for hundredths in range(0, 20, 5):
        database = tmp_path / f"{hundredths}.db"
        kill_after(hundredths / 100, RMOS, tree, database)
        check_what_was_committed(database, 1000)
        assert migrate(tree, database).exit_code == 0
