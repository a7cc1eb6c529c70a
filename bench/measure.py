"""One measurement, in a Python process of its own: ``python -m bench.measure JOB``, a JSON answer on stdout.

The process loads a tiny tree first, so that imports, statement caches and lazy set-up are behind it, brings
the file cache into the wanted state, lets the disk settle, and then times nothing but the loading.
"""

import gc
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from .cases import CASES, Before, Case, migrated, rows
from .contenders import COLUMNS, contents
from .tree import plant

try:
    import resource
except ImportError:  # Windows has none; the memory is then not measured
    CAN_MEASURE_MEMORY = False
else:
    CAN_MEASURE_MEMORY = True

WARM_UP_DOCUMENTS = 50
WARM_UP_SEED = 1


class Job(NamedTuple):
    """What to measure: a case's name, the tree, how many documents are in it, and the database file."""

    case: str
    source: str
    documents: int
    database: str


class Measurement(NamedTuple):
    """Seconds of the loading alone; the process's peak memory in MB (10^6 bytes), if the system tells."""

    seconds: float
    peak_mb: float | None


class WrongResult(Exception):  # noqa: N818 - the benchmark's one complaint
    """A loader did not load what it should have; its time means nothing."""


def measured(job: Job) -> Measurement:
    """Measure in a fresh process.

    Raises:
        WrongResult: if the loader failed or the documents are not in the database; stderr says how.
    """
    command = [sys.executable, "-m", "bench.measure", json.dumps(job)]
    finished = subprocess.run(command, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent, check=False)
    if finished.returncode:
        raise WrongResult(f"{CASES[job.case].title}: failed on {job.documents:,} documents, see above")
    return Measurement(*json.loads(finished.stdout))


def measure(job: Job) -> Measurement:
    """Measure in this process, which should have done nothing else before.

    Raises:
        WrongResult: if the number of documents dealt with, or of rows afterwards, is not what it must be.
    """
    case, source, database = CASES[job.case], Path(job.source), Path(job.database)
    with TemporaryDirectory(dir=database.parent) as folder:
        _warm_up(case, Path(folder), database)
    if hasattr(os, "sync"):
        os.sync()
    if case.cold:
        _empty_cache(source)
    else:
        _fill_cache(source)
    gc.collect()
    began = time.perf_counter()
    loaded = case.load(source, database)
    seconds = time.perf_counter() - began
    peak = peak_mb()
    _compare("documents", loaded, job.documents)
    _compare("rows", rows(database), _rows_expected(case, job.documents))
    return Measurement(seconds, peak)


def _warm_up(case: Case, folder: Path, database: Path) -> None:
    tree, elsewhere = folder / "tree", folder / "warm.db"
    plant(tree, WARM_UP_DOCUMENTS, WARM_UP_SEED, mixed=case.mixed)
    if case.before is not Before.NOTHING:
        migrated(tree, elsewhere)
    case.load(tree, elsewhere)
    if case.before is Before.OTHERS:
        migrated(tree, database)


def _rows_expected(case: Case, documents: int) -> int:
    before = {Before.NOTHING: 0, Before.OTHERS: WARM_UP_DOCUMENTS, Before.ALL: documents}[case.before]
    return documents if case.keeps else before


def _compare(what: str, found: int, expected: int) -> None:
    if found != expected:
        raise WrongResult(f"{found:,} {what} where {expected:,} were expected")


def _fill_cache(source: Path) -> None:
    for kind in COLUMNS:
        for _ in contents(str(source / kind)):
            pass


if hasattr(os, "posix_fadvise"):

    def _empty_cache(source: Path) -> None:
        """Drop the files' contents from the system's cache; names, sizes and times stay in it.

        Only what is on the disk already can be dropped, so this comes after ``os.sync``.
        """
        for folder, _, names in os.walk(source):
            for name in names:
                handle = os.open(os.path.join(folder, name), os.O_RDONLY)
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(handle)

else:

    def _empty_cache(source: Path) -> None:
        raise NotImplementedError(f"this system cannot be told to forget {source}")


def peak_mb() -> float | None:
    """Return the most memory this process held, with that of its largest child process if it had any.

    A new process inherits its parent's peak on Linux, so whoever starts it must be small.
    """
    if not CAN_MEASURE_MEMORY:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    users = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(user).ru_maxrss for user in users) * unit / 1e6


if __name__ == "__main__":
    print(json.dumps(measure(Job(*json.loads(sys.argv[1])))))
