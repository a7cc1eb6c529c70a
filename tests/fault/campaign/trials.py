"""Running the program with faults in its calls: the library that puts them there, and the process it is
loaded into."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from builders import environment
from forking import LoadedProgram, loaded_program

HERE = Path(__file__).parent

WRITE, SYNC, NAME, CREATE, TRUNCATE, OPEN, READ = (1 << bit for bit in range(7))
CHANGES = WRITE | SYNC | NAME | CREATE | TRUNCATE
COUNT, KILL_BEFORE, KILL_HALF, FAIL_ONCE, FAIL_ON = range(5)

BATCH = 10
"""Documents a batch, so that a small folder has many edges."""


def is_whole_campaign() -> bool:
    """Whether all trials are wanted, as in ``make fault``, and not a share of them."""
    return bool(os.environ.get("RMOS_CAMPAIGNS"))


def share_of(trials: int) -> int:
    """How many of so many trials to make: all of them, or a share (``RMOS_FAULT_SHARE``, one in forty)."""
    share = 1.0 if is_whole_campaign() else float(os.environ.get("RMOS_FAULT_SHARE", "0.025"))
    return max(1, round(trials * share))


def spread(count: int, wanted: int) -> list[int]:
    """So many of the numbers 1 to ``count``, evenly spread; all of them where there are fewer."""
    if wanted >= count:
        return list(range(1, count + 1))
    return sorted({1 + (2 * place + 1) * count // (2 * wanted) for place in range(wanted)})


@dataclass(frozen=True)
class Plan:
    """A fault: in the calls below which folder, what, at which number, with which error, of which kinds; the
    record's file."""

    below: str
    mode: int = COUNT
    number: int = 0
    error: int = 0
    kinds: int = CHANGES
    record: str = ""


@dataclass(frozen=True)
class Done:
    """How a command ended: its exit code (a signal's number negated), its output, the calls that were
    counted."""

    code: int
    out: str
    err: str
    calls: int

    @property
    def crashed(self) -> bool:
        """Whether it ended in a way that nobody planned: a traceback, or a signal other than SIGKILL."""
        return "Traceback (most recent call last)" in self.out + self.err or (
            self.code < 0 and self.code != -9
        )


class Program:
    """The program in a process of its own, which runs one command at a time in a child."""

    def __init__(self, loaded: LoadedProgram, preloaded: Mapping[str, str]) -> None:
        self._loaded = loaded
        self._preloaded = preloaded

    def run(
        self,
        *arguments: str | Path,
        cwd: Path,
        plan: Plan | None = None,
        streams: Mapping[str, str] | None = None,
    ) -> Done:
        """Run a command to its end, whatever that is; ``streams`` are files in the place of its stdout or
        stderr."""
        told = asdict(plan) if plan else None
        env = environment(**self._preloaded)
        done, calls = self._loaded.run(*arguments, cwd=cwd, environment=env, plan=told, streams=streams)
        return Done(done.returncode, done.stdout, done.stderr, calls)


@contextmanager
def program(folder: Path, library: Path | None) -> Iterator[Program]:
    """Start the process, with the library of faults in it or without."""
    preloaded = {"LD_PRELOAD": str(library)} if library else {}
    with loaded_program(environment(**preloaded) | {"PYTHONPATH": ""}, folder, BATCH) as loaded:
        yield Program(loaded, preloaded)


def build_library(folder: Path) -> Path:
    """Compile the library of faults; skip the test where that cannot be done."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not sys.platform.startswith("linux") or compiler is None:
        pytest.skip(
            "faults are put into a process's calls with a library, which needs Linux and a C compiler"
        )
    library = folder / "faults.so"
    source = HERE / "faults.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


@contextmanager
def fast_folder() -> Iterator[Path]:
    """A folder in memory where there is one: trials are thousands of small files."""
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() and shutil.disk_usage(memory).free > 2**30 else None
    with tempfile.TemporaryDirectory(prefix="rmos-faults-", dir=place) as folder:
        yield Path(folder)
