"""A run that was started over the API is stopped over it: it ends after its batch, and what it wrote
stays."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from builders import joblog, migrate_messy, query, write
from rmos_migration import audit, migrate
from rmos_migration.store.sqlite.lock import write_lock
from serving import MIGRATION, Served, served

FILES, OF_A_FILE = 40, 1_000
"""More than a run gets through while somebody asks it to stop: each file is a batch of its own."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("large") / "legacy"
    for file in range(FILES):
        jobs = [joblog(f"j{file}-{number}") for number in range(OF_A_FILE)]
        write(tree, f"joblogs/{file}.json", json.dumps(jobs).encode())
    return tree


@pytest.fixture
def server(large: Path, database: Path) -> Iterator[Served]:
    with served(database, "--source", large) as found:
        yield found


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


def test_a_run_is_stopped_after_its_batch_and_goes_on_when_it_is_started_again(
    server: Served, large: Path, database: Path
) -> None:
    with server.client() as caller:
        place = caller.post(f"{MIGRATION}/runs").headers["location"]
        stopped = caller.post(f"{place}/stop")
        assert stopped.status_code == 200, stopped.text
        run = stopped.json()["run"]
        assert (run["id"], run["status"]) == (1, "interrupted")
        assert caller.get(place).json()["run"]["status"] == "interrupted"
        assert problem(caller.post(f"{place}/stop")) == (409, "not-running")
    ((kept,),) = query(database, "SELECT count(*) FROM joblogs")
    assert kept < FILES * OF_A_FILE
    assert kept % OF_A_FILE == 0
    assert audit(database).passed
    assert migrate(large, database).totals.migrated == FILES * OF_A_FILE - kept


def test_a_dry_run_is_stopped_and_its_report_says_so(server: Served, database: Path) -> None:
    with server.client() as caller:
        place = caller.post(f"{MIGRATION}/runs", json={"dry_run": True}).headers["location"]
        stopped = caller.post(f"{place}/stop")
        assert stopped.status_code == 200, stopped.text
        assert (stopped.json()["run"]["id"], stopped.json()["run"]["status"]) == ("dry-1", "interrupted")
        assert caller.get(place).json()["run"]["totals"]["found"] < FILES * OF_A_FILE
        assert problem(caller.post(f"{place}/stop")) == (409, "not-running")
        assert caller.post(f"{MIGRATION}/runs", json={"dry_run": True}).status_code == 202
    assert not database.exists()


@pytest.mark.parametrize("run", ["2", "dry-1"])
def test_a_run_that_is_not_there_is_not_stopped(database: Path, run: str) -> None:
    migrate_messy(database)
    with served(database) as server, server.client() as caller:
        assert problem(caller.post(f"{MIGRATION}/runs/{run}/stop")) == (404, "not-found")
        assert problem(caller.post(f"{MIGRATION}/runs/1/stop")) == (409, "not-running")


def test_a_run_that_was_started_elsewhere_is_not_stopped_from_here(database: Path) -> None:
    migrate_messy(database)
    with served(database) as server, server.client() as caller, write_lock(database, "another run"):
        refused = caller.post(f"{MIGRATION}/runs/1/stop")
        assert problem(refused) == (409, "not-running")


def test_who_has_no_token_stops_nothing(server: Served) -> None:
    with server.client() as caller, server.client(token=None) as stranger:
        place = caller.post(f"{MIGRATION}/runs").headers["location"]
        assert problem(stranger.post(f"{place}/stop")) == (401, "token-needed")
        from_elsewhere = caller.post(f"{place}/stop", headers={"Origin": "http://elsewhere.example"})
        assert problem(from_elsewhere) == (403, "origin-refused")
        assert caller.get(place).json()["run"]["status"] == "running"
        assert caller.post(f"{place}/stop").status_code == 200
