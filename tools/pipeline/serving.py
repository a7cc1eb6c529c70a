"""The stage that asks the REST API of a real ``rmos serve`` on this machine alone."""

import json
import re
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any
from urllib.request import ProxyHandler, build_opener

from .place import (
    Counts,
    Place,
    Result,
    Unexpected,
    command,
    counts_of,
    environment,
    expect,
    kept_out,
    rows_of,
    total,
)

PATIENCE = 60.0
"""Seconds in which a server must start, answer, and end."""

_STORES = "/api/rmos/stores"
_LISTS = {"strip_families": "strip-families", "patterns": "patterns", "joblogs": "joblogs"}


def api(place: Place) -> Result:
    """Status, history and lists of a server must agree with the runs."""
    run, last = place.figures("migrate"), place.figures("duplicates")
    rows = rows_of(run["counts"])
    with _server(place) as address:
        asked = {name: _asked(place, address, path) for name, path in _paths(run["run_id"]).items()}
    status, history = asked["status"], asked["history"]
    expect("records of the status", {name: status["entity_counts"][name] for name in rows}, rows)
    expect("errors of the status", status["validation"]["errors"], 0)
    expect("last run of the status", _short(status["migration_status"]["last_run"]), _told(last))
    runs = {run["id"]: _short(run) for day in history["history"] for run in day["runs"]}
    expect("runs of the history", runs, {run["run_id"]: _told(run), last["run_id"]: _told(last)})
    expect("counts of the run", counts_of(asked["run"]["run"]), run["counts"])
    expect("records of the lists", {name: asked[name]["total"] for name in rows}, rows)
    absent = kept_out(run["counts"])
    expect("documents of the list of what is not loaded", asked["not loaded"]["total"], absent)
    records = f"{sum(rows.values()):,} records, {absent} not loaded"
    said = f"{len(asked)} answers agree with the {len(runs)} runs: {records}"
    return Result(
        True, said, {"records": rows, "runs": sorted(runs), "validation": status["validation"]["status"]}
    )


def _paths(run_id: int) -> dict[str, str]:
    return {
        "status": "/migration/status",
        "history": "/migration/history",
        "run": f"/migration/runs/{run_id}",
        "not loaded": "/migration/rejects?limit=1",
        **{name: f"/{path}?limit=1" for name, path in _LISTS.items()},
    }


def _short(run: dict[str, Any]) -> dict[str, Any]:
    """Return a run as the API tells it in brief, without what is told elsewhere."""
    counts = {name: n for name, n in run["counts"].items() if name != "success_rate"}
    return {"id": run["id"], "status": run["status"], **counts}


def _told(figures: dict[str, Any]) -> dict[str, Any]:
    counts: Counts = figures["counts"]
    totals = {name: total(counts, name) for name in counts["patterns"]}
    return {"id": figures["run_id"], "status": figures["status"], **totals}


def _asked(place: Place, address: str, path: str) -> dict[str, Any]:
    """Return what the server answers; no proxy comes between, whatever the environment says."""
    try:
        with build_opener(ProxyHandler({})).open(address + _STORES + path, timeout=PATIENCE) as answer:
            told: dict[str, Any] = json.load(answer)
    except (OSError, ValueError) as error:
        raise Unexpected(f"GET {_STORES}{path} gave no answer: {error}") from error
    with place.log.open("a", encoding="utf-8") as log:
        log.write(f"GET {_STORES}{path}\n{json.dumps(told, indent=2, ensure_ascii=False)}\n\n")
    return told


@contextmanager
def _server(place: Place) -> Iterator[str]:
    """Yield the address of a server on a free port, until the block ends.

    Its token is made for this once and kept nowhere, as the folder is uploaded.
    """
    arguments = [command(), "serve", "--database", "rmos.db", "--port", "0", "--no-browser"]
    env = environment(RMOS_TOKEN=secrets.token_urlsafe())
    with (
        place.log.open("ab") as log,
        subprocess.Popen(
            arguments,
            cwd=place.folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield _address(place, process)
        finally:
            process.terminate()
            _end(process)


def _address(place: Place, process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    hurry = Timer(PATIENCE, process.kill)  # a server that never says anything would be waited for without end
    hurry.start()
    found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
    hurry.cancel()
    if found is None:
        raise Unexpected(f"rmos serve did not start; logs/{place.stage}.log says why")
    return found[0]


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        raise Unexpected(f"rmos serve did not end within {PATIENCE:.0f} seconds") from None
