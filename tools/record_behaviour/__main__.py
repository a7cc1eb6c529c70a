"""Record everything the program says, to prove that a change of the source changes nothing.

``python -m tools.record_behaviour FOLDER`` runs every verb, asks every route and reads every table, over the
examples and a generated workshop, and writes what it saw below FOLDER. Do it before the change and after it:
``diff -r`` of the two folders shows what became different. ``--python`` names the interpreter of another
installation.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from .course import record_program, record_workshop
from .normalise import Normaliser
from .recorder import Recorder, environment, loaded
from .workshops import NAMES

PROGRAM = "program"
"""What is recorded without a workshop."""


def main() -> int:
    """Record what the arguments name; return the exit code."""
    asked = _arguments()
    if asked.folder.exists() and any(asked.folder.iterdir()):
        sys.stderr.write(f"{asked.folder} is not empty; name a new folder\n")
        return 2
    began = time.monotonic()
    version = _version(asked.python)
    with (
        tempfile.TemporaryDirectory(prefix="rmos-behaviour-") as work,
        ThreadPoolExecutor(asked.jobs) as pool,
    ):
        whole = Path(work).resolve()
        for finished in [pool.submit(_record, asked, one, whole, version) for one in asked.only]:
            finished.result()
    print(f"{asked.folder}: {', '.join(asked.only)}, in {time.monotonic() - began:.0f} s")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.record_behaviour", description=__doc__)
    parser.add_argument("folder", type=Path, help="a new or empty folder")
    parser.add_argument(
        "--python", default=sys.executable, help="the Python that has the program; else this one"
    )
    parser.add_argument(
        "--only", nargs="+", choices=[*NAMES, PROGRAM], default=[*NAMES, PROGRAM], help="not all of it"
    )
    parser.add_argument("--jobs", type=int, default=2, help="how many workshops at once (2)")
    return parser.parse_args()


def _version(python: str) -> str:
    command = [python, "-m", "rmos_migration", "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]


def _record(asked: argparse.Namespace, name: str, whole: Path, version: str) -> None:
    work, home = whole / name / "work", whole / name / "home"
    for folder in (work, home):
        folder.mkdir(parents=True)
    normaliser = Normaliser(work, datetime.now(UTC), version)
    with loaded(asked.python, work, home) as program:
        recorder = Recorder(asked.folder / name, work, asked.python, normaliser, program, environment(home))
        if name == PROGRAM:
            record_program(recorder)
        else:
            record_workshop(recorder, name)


if __name__ == "__main__":
    sys.exit(main())
