"""How the server answers while a run writes: real ``rmos serve`` and ``rmos migrate``, asked by wrk.

``python -m bench.serving`` measures this alone. Which reads are the heaviest is found first: every one is
asked for a second, and those with the fewest answers a second are. They are asked by 50 connections at once,
as is a page that is another one every time, so that no kept answer serves.
"""

import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.request import urlopen

from .measure import WrongResult
from .reporting import spoil
from .tree import plant, plant_in_lists

CONNECTIONS = 50
HEAVIEST = 3

_ROOT = Path(__file__).parent.parent
_STORES = "/api/rmos/stores"
READS = {
    "status": f"{_STORES}/migration/status",
    "history": f"{_STORES}/migration/history?limit=500",
    "one run": f"{_STORES}/migration/runs/1",
    "500 diagnostics": f"{_STORES}/migration/runs/2/diagnostics?limit=500",
    "500 rejects": f"{_STORES}/migration/rejects?limit=500",
    "500 patterns": f"{_STORES}/patterns?limit=500",
    "500 patterns by name": f"{_STORES}/patterns?limit=500&name=rope",
    "500 job logs": f"{_STORES}/joblogs?limit=500",
    "500 failed job logs, newest": f"{_STORES}/joblogs?limit=500&status=failed&sort=newest",
    "statistics of patterns": f"{_STORES}/patterns/statistics",
    "statistics of job logs": f"{_STORES}/joblogs/statistics",
    "metrics": "/metrics",
}
"""What may be asked for, and is heavy enough to be the heaviest."""


class Sizes(NamedTuple):
    """Documents in the database, of another source with a tenth broken, and of each tree migrated beside;
    how many such trees; the seconds that a read is measured."""

    sound: int
    spoiled: int
    beside: int
    trees: int
    seconds: int


USUAL = Sizes(95_000, 6_000, 60_000, 5, 5)
QUICK = Sizes(900, 100, 500, 4, 1)


class Read(NamedTuple):
    """How one read was answered; ``failed`` counts unsuccessful answers, broken connections included.

    ``is_heaviest``: it is one of those that the target is about.
    """

    title: str
    p50_ms: float
    p99_ms: float
    per_second: float
    failed: int
    is_heaviest: bool


class Serving(NamedTuple):
    """How the server did: each read; documents a second of the runs beside it; its memory in MB (10^6 bytes)
    before the reads and after, None where the system does not tell; the largest write-ahead log."""

    reads: list[Read]
    documents_per_second: float
    memory_before_mb: float | None
    memory_after_mb: float | None
    log_mb: float


def can_measure() -> bool:
    """Whether wrk is there, which asks."""
    return shutil.which("wrk") is not None


def served(place: Path, sizes: Sizes) -> Serving:
    """Measure in ``place``, which may be filled and is left empty.

    Raises:
        WrongResult: if the server or a run fails.
    """
    with TemporaryDirectory(dir=place) as folder:
        root = Path(folder)
        database = root / "rmos.db"
        plant_in_lists(root / "sound", sizes.sound, seed=20)
        plant(root / "spoiled", sizes.spoiled, seed=21)
        spoil(root / "spoiled")
        trees = [root / f"beside-{number}" for number in range(sizes.trees)]
        for number, tree in enumerate(trees):
            plant_in_lists(tree, sizes.beside, seed=30 + number)
        for tree in (root / "sound", root / "spoiled"):
            migrated(tree, database)
        if hasattr(os, "sync"):
            os.sync()  # the runs beside shall not wait for files that were planted
        with server(database) as (process, url):
            wrk = _Wrk(url, root / "paths")
            for path in READS.values():
                wrk.ask_once(path)
            with _Runs(trees, database) as runs:
                return _measured(wrk, process.pid, runs, sizes)


def _measured(wrk: "_Wrk", pid: int, runs: "_Runs", sizes: Sizes) -> Serving:
    speed = {title: wrk.ask([path], seconds=1).per_second for title, path in READS.items()}
    heaviest = sorted(READS, key=lambda title: speed[title])[:HEAVIEST]
    before = _memory_mb(pid)
    reads = [
        wrk.ask([READS[title]], seconds=sizes.seconds)._replace(title=title, is_heaviest=True)
        for title in heaviest
    ]
    reads.append(wrk.ask(_varied(runs.database), seconds=sizes.seconds)._replace(title=VARIED))
    return Serving(reads, runs.documents_per_second(), before, _memory_mb(pid), runs.largest_log / 1e6)


VARIED = "500 job logs, each page once"


def _varied(database: Path) -> list[str]:
    """Addresses of pages that begin behind different records, the same at every measurement."""
    from rmos_migration.views.paging import as_cursor

    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
    last = connection.execute("SELECT id, created_at FROM joblogs ORDER BY id LIMIT 20000").fetchall()
    connection.close()
    random.Random(20).shuffle(last)
    return [f"{READS['500 job logs']}&cursor={as_cursor(row)}" for row in last]


class _Wrk:
    """Asks a server for paths, given in a file."""

    def __init__(self, url: str, paths: Path) -> None:
        self.url = url
        self.paths = paths

    def ask_once(self, path: str) -> None:
        """Ask for a path, and wait for the answer."""
        with urlopen(self.url + path) as answer:
            answer.read()

    def ask(self, paths: Sequence[str], *, seconds: int) -> Read:
        """Ask for the paths in turn; for the first once before, as if somebody were looking already."""
        self.ask_once(paths[0])
        self.paths.write_text("\n".join(paths) + "\n", encoding="ascii")
        script = Path(__file__).with_suffix(".lua")
        command = [
            "wrk",
            "--threads=1",
            f"--connections={CONNECTIONS}",
            f"--duration={seconds}s",
            "--latency",
        ]
        command += ["--timeout=10s", f"--script={script}", self.url, "--", str(self.paths)]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        told = re.search(r"^found: (.*)$", said, re.MULTILINE)
        if told is None:
            raise WrongResult(f"wrk said nothing of {paths[0]}")
        found = json.loads(told[1])
        failed = found["failed"] + found["broken"]
        per_second = found["requests"] / found["seconds"]
        return Read(paths[0], found["p50_ms"], found["p99_ms"], per_second, failed, False)


@contextmanager
def server(database: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``rmos serve`` in a process of its own, and its address."""
    command = [*_RMOS, "serve", "--port", "0", "--no-browser", "--database", str(database)]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            if found is None:
                raise WrongResult("rmos serve did not start, see above")
            yield process, found[0]
            if process.poll() is not None:
                raise WrongResult(f"rmos serve ended with {process.returncode}")
        finally:
            process.terminate()


_RMOS = (sys.executable, "-m", "rmos_migration")


def migrated(tree: Path, database: Path) -> None:
    command = [*_RMOS, "migrate", str(tree), "--database", str(database)]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise WrongResult(f"rmos migrate ended with {done.returncode}: {done.stderr[-300:]}")


class _Runs:
    """``rmos migrate`` over one tree after another, and over the same ones again, until the block ends."""

    def __init__(self, trees: Sequence[Path], database: Path) -> None:
        self.database = database
        self.largest_log = 0
        self._trees = trees
        self._before = _documents_in(database)
        self._began = time.perf_counter()
        self._ended = threading.Event()
        self._trouble: WrongResult | None = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "_Runs":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        if self._trouble is not None:
            raise self._trouble

    def documents_per_second(self) -> float:
        """How many documents a second were entered in the ledger since the first run began."""
        return (_documents_in(self.database) - self._before) / (time.perf_counter() - self._began)

    def _run(self) -> None:
        log = self.database.with_name(self.database.name + "-wal")
        number = 0
        while not self._ended.is_set():
            tree = self._trees[number % len(self._trees)]
            command = [*_RMOS, "migrate", str(tree), "--database", str(self.database)]
            quiet = subprocess.DEVNULL
            with subprocess.Popen(command, cwd=_ROOT, stdout=quiet, stderr=quiet) as process:
                while process.poll() is None:
                    if self._ended.wait(0.2):
                        process.kill()
                    self.largest_log = max(self.largest_log, log.stat().st_size if log.exists() else 0)
            if process.returncode not in (0, 1) and not self._ended.is_set():
                self._trouble = WrongResult(f"rmos migrate ended with {process.returncode} beside the server")
                return
            number += 1


def _documents_in(database: Path) -> int:
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
    (found,) = connection.execute("SELECT count(*) FROM migration_ledger").fetchone()
    connection.close()
    return int(found)


def _memory_mb(pid: int) -> float | None:
    """Return the memory that a process holds now; None where the system has no such file."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    from .report import serving_table

    if not can_measure():
        sys.exit("wrk is not installed, so the server cannot be measured")
    with TemporaryDirectory(prefix="rmos-bench-") as folder:
        print(serving_table(served(Path(folder), QUICK if "--quick" in sys.argv else USUAL)))
