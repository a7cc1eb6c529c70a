"""How long commands take to start, against ``sqlite-utils --help``, a similar command line over SQLite.

Every round runs each command once, in a process of its own, and begins one further down the list. The best of
many rounds counts, on either side: what is longer than that is the machine's.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from .measure import WrongResult
from .tree import plant

DOCUMENTS = 10
OTHER = "sqlite-utils --help"
TARGETS = {
    "rmos --help": 2.0,
    "rmos --version": 2.0,
    "rmos migrate, ten files known": 3.0,
    "rmos migrate, ten files, new database": 3.0,
}
"""The most that a command may take, as a multiple of the other's start."""


class Start(NamedTuple):
    """One command: the seconds of its fastest run, and how many times the other's start that is."""

    command: str
    seconds: float
    ratio: float


def started(place: Path, rounds: int) -> list[Start]:
    """Measure the start of commands, with bytecode on the disk on both sides.

    Raises:
        WrongResult: if a command fails.
    """
    tree, filled, new = place / "ten", place / "ten.db", place / "new.db"
    plant(tree, DOCUMENTS, seed=20)
    rmos = [sys.executable, "-m", "rmos_migration"]
    commands: dict[str, tuple[list[str], Callable[[], None]]] = {
        OTHER: ([sys.executable, "-m", "sqlite_utils", "--help"], _nothing),
        "rmos --help": ([*rmos, "--help"], _nothing),
        "rmos --version": ([*rmos, "--version"], _nothing),
        "rmos status": ([*rmos, "status", "--database", str(filled)], _nothing),
        "rmos migrate, ten files known": ([*rmos, "migrate", str(tree), "--database", str(filled)], _nothing),
        "rmos migrate, ten files, new database": (
            [*rmos, "migrate", str(tree), "--database", str(new)],
            lambda: _remove(new),
        ),
    }
    _run([*rmos, "migrate", str(tree), "--database", str(filled)])
    names = list(commands)
    best = dict.fromkeys(names, float("inf"))
    for number in range(rounds + 1):  # the first round writes bytecode and fills the file cache
        for name in names[number % len(names) :] + names[: number % len(names)]:
            command, before = commands[name]
            before()
            seconds = _run(command)
            if number:
                best[name] = min(best[name], seconds)
    return [Start(name, best[name], best[name] / best[OTHER]) for name in names]


def _run(command: list[str]) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise WrongResult(f"{' '.join(command)} ended with {done.returncode}, see above")
    return seconds


def _nothing() -> None:
    pass


def _remove(database: Path) -> None:
    for file in database.parent.glob(f"{database.name}*"):
        file.unlink()
