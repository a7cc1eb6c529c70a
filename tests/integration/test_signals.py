"""SIGINT and SIGTERM end a run cleanly at a batch edge; the next run carries on."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from builders import RMOS_IN_SMALL_BATCHES, domain_rows, ledger, query, rmos, started, status_of, workshop
from rmos_migration import migrate
from rmos_migration.migrate import pipeline

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as a shell sends them are POSIX")

DOCUMENTS = 4_000


@pytest.fixture(scope="module")
def large_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree that takes long enough to be interrupted: some 160 batches."""
    tree = tmp_path_factory.mktemp("large") / "legacy"
    workshop(tree, DOCUMENTS)
    return tree


@pytest.fixture(scope="module")
def undisturbed(large_tree: Path) -> Path:
    """The database of a run that nobody interrupted."""
    database = large_tree.with_name("undisturbed.db")
    migrate(large_tree, database)
    return database


def wait_for_a_batch(process: subprocess.Popen[str], database: Path) -> None:
    """Wait until the run has committed something."""
    for _ in range(3000):
        if process.poll() is not None:
            return
        if database.exists() and database.with_name("rmos.db-wal").exists():
            try:
                if query(database, "SELECT count(*) > 0 FROM migration_ledger")[0][0]:
                    return
            except Exception:
                pass
        time.sleep(0.005)
    raise AssertionError("the run committed nothing within 15 s")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_at_a_batch_edge(
    number: signal.Signals, code: int, large_tree: Path, undisturbed: Path, database: Path
) -> None:
    with started(*RMOS_IN_SMALL_BATCHES, "migrate", large_tree, "--database", database, "--json") as process:
        wait_for_a_batch(process, database)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert "Traceback" not in err
    summary = json.loads(out)
    assert summary["status"] == "interrupted"
    assert summary["balanced"]
    assert 0 < summary["totals"]["migrated"] < DOCUMENTS
    assert status_of(database, 1) == "interrupted"
    assert len(ledger(database)) == summary["totals"]["migrated"]
    assert query(database, "PRAGMA integrity_check") == [("ok",)]
    done = rmos("migrate", large_tree, "--database", database, "--json")
    assert done.returncode == 0
    totals = json.loads(done.stdout)["totals"]
    assert totals["unchanged"] == summary["totals"]["migrated"]
    assert totals["unchanged"] + totals["migrated"] == DOCUMENTS
    assert domain_rows(database) == domain_rows(undisturbed)


def test_a_signal_in_a_dry_run_leaves_nothing(large_tree: Path, database: Path) -> None:
    with started(
        *RMOS_IN_SMALL_BATCHES, "migrate", large_tree, "--database", database, "--dry-run"
    ) as process:
        time.sleep(0.8)  # no trace shows how far it has come; wherever it is, nothing may be left
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode in (0, 130, -signal.SIGINT)
    assert "Traceback" not in err or process.returncode == -signal.SIGINT
    assert list(database.parent.iterdir()) == []


def test_a_signal_rolls_back_all_or_nothing(
    tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", 2)
    workshop(tree, 20)
    summary = migrate(tree, database, all_or_nothing=True, stop=lambda: signal.SIGTERM)
    assert (summary.exit_code, str(summary.status)) == (143, "interrupted")
    assert all(rows == [] for rows in domain_rows(database).values())
    assert status_of(database, summary.run_id) == "interrupted"
    assert migrate(tree, database, all_or_nothing=True).totals.migrated == 20


@pytest.mark.parametrize("batches", [1, 3, 7])
def test_a_run_stopped_after_some_batches_is_carried_on(
    batches: int, tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", 2)
    workshop(tree, 20)
    asked = iter([None] * (batches - 1))
    first = migrate(tree, database, stop=lambda: next(asked, signal.SIGINT))
    assert (first.exit_code, first.totals.migrated) == (130, 2 * batches)
    second = migrate(tree, database)
    assert (second.exit_code, second.totals.unchanged) == (0, 2 * batches)
    other = database.with_name("other.db")
    migrate(tree, other)
    assert domain_rows(database) == domain_rows(other)


def test_a_second_signal_ends_the_run_at_once(large_tree: Path, undisturbed: Path, database: Path) -> None:
    with started(*RMOS_IN_SMALL_BATCHES, "migrate", large_tree, "--database", database) as process:
        wait_for_a_batch(process, database)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT), err
    assert query(database, "PRAGMA integrity_check") == [("ok",)]
    assert rmos("migrate", large_tree, "--database", database).returncode == 0
    assert domain_rows(database) == domain_rows(undisturbed)
