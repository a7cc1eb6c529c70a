"""What a report costs, in all three formats, of a tree with a tenth of its documents broken.

``python -m bench.reporting TREE FOLDER`` measures once, in a process of its own, and answers in JSON on
stdout.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from .measure import WARM_UP_DOCUMENTS, WARM_UP_SEED, WrongResult
from .tree import plant

ONE_IN = 10
"""One document in so many is broken."""


class Reporting(NamedTuple):
    """Seconds of a migration, and of building and writing the report of it; the largest file in bytes."""

    migration: float
    report: float
    page_bytes: int


def spoil(tree: Path) -> int:
    """Cut the end off one file in ten; returns how many those are."""
    files = sorted(tree.rglob("*.json"))[::ONE_IN]
    for file in files:
        file.write_bytes(file.read_bytes()[:-20])
    return len(files)


def share_of_report(tree: Path, documents: int, rounds: int, place: Path) -> tuple[float, list[Reporting]]:
    """Return what a report takes of the migration's time: the median of some rounds, and each of them.

    Raises:
        WrongResult: if the report does not name every document that was not loaded.
    """
    plant(tree, documents, seed=20)
    spoil(tree)
    found = []
    for _ in range(rounds):
        with TemporaryDirectory(dir=place) as folder:
            command = [sys.executable, "-m", "bench.reporting", str(tree), folder]
            done = subprocess.run(
                command, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent, check=False
            )
        if done.returncode:
            raise WrongResult("the report could not be measured, see above")
        found.append(Reporting(*json.loads(done.stdout)))
    return median(one.report / one.migration for one in found), found


def _measure(tree: Path, folder: Path) -> Reporting:
    warm = folder / "warm"
    plant(warm, WARM_UP_DOCUMENTS, WARM_UP_SEED)
    _reported(warm, folder / "warm.db", folder / "warm-reports")
    return _reported(tree, folder / "new.db", folder / "reports")


def _reported(tree: Path, database: Path, folder: Path) -> Reporting:
    from rmos_migration import build_report, migrate
    from rmos_migration.reports.files import write_reports

    began = time.perf_counter()
    summary = migrate(tree, database)
    migrated = time.perf_counter()
    report = build_report(database)
    files = write_reports(report, folder)
    ended = time.perf_counter()
    if len(report.kept_out or ()) != summary.totals.rejected:
        raise WrongResult("the report does not name what was not loaded")
    return Reporting(migrated - began, ended - migrated, max(file.stat().st_size for file in files))


if __name__ == "__main__":
    print(json.dumps(_measure(*map(Path, sys.argv[1:]))))
