"""Where the pipeline works, how it runs the program there, and what its stages leave for each other."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENTITIES = ("strip_families", "patterns", "joblogs")
COUNTS = ("found", "migrated", "unchanged", "conflicts", "rejected")

Counts = dict[str, dict[str, int]]
"""The five numbers of each entity, by name."""


class Unexpected(Exception):  # noqa: N818 - it is what was found that is unexpected
    """Something is not as a stage expects it; the text is a sentence on what."""


@dataclass(frozen=True)
class Result:
    """What a stage came to: a sentence for people, figures for the stages after it."""

    passed: bool
    said: str
    figures: dict[str, Any]


@dataclass(frozen=True)
class Place:
    """The pipeline's folder, as one stage sees it."""

    folder: Path
    stage: str

    @property
    def tree(self) -> Path:
        """The sample data."""
        return self.folder / "legacy"

    @property
    def database(self) -> Path:
        """What they are migrated to."""
        return self.folder / "rmos.db"

    @property
    def log(self) -> Path:
        """What the stage ran, and what was said."""
        return self.folder / "logs" / f"{self.stage}.log"

    def result_of(self, stage: str) -> Path:
        """Where a stage's result is kept."""
        return self.folder / "results" / f"{stage}.json"

    def begin(self) -> None:
        """Forget what the stage left before."""
        for file in (self.log, self.result_of(self.stage)):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink(missing_ok=True)

    def keep(self, result: Result) -> None:
        """Leave a result for the stages after this one."""
        text = json.dumps(vars(result), indent=2, ensure_ascii=False)
        self.result_of(self.stage).write_text(text + "\n", encoding="utf-8")

    def figures(self, stage: str) -> dict[str, Any]:
        """Return the figures of a stage before this one.

        Raises:
            Unexpected: if it has not passed.
        """
        return self.passed(stage).figures

    def passed(self, stage: str) -> Result:
        """Return what a stage came to that passed.

        Raises:
            Unexpected: if it has not.
        """
        try:
            result = Result(**json.loads(self.result_of(stage).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            raise Unexpected(f"there is no result of {stage}; run make pipeline-{stage}") from None
        if not result.passed:
            raise Unexpected(f"{stage} has failed: {result.said}")
        return result

    def rmos(self, *arguments: str, code: int = 0) -> str:
        """Return what the program prints, run in the folder with these arguments.

        Raises:
            Unexpected: if it ends with another exit code than ``code``.
        """
        done = subprocess.run(
            [command(), *arguments],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        with self.log.open("a", encoding="utf-8") as log:
            log.write(
                f"$ rmos {' '.join(arguments)}\n{done.stdout}{done.stderr}exit code {done.returncode}\n\n"
            )
        if done.returncode != code:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise Unexpected(
                f"rmos {arguments[0]} ended with {done.returncode}, not {code}"
                f" ({' '.join(said)[:200]}); logs/{self.stage}.log has all of it"
            )
        return done.stdout


Stage = Callable[[Place], Result]


def command() -> str:
    """Return the program, as it is installed beside this Python.

    Raises:
        Unexpected: if it is not installed.
    """
    found = shutil.which("rmos", path=str(Path(sys.executable).parent))
    if found is None:
        raise Unexpected("rmos is not installed in this environment; run make setup")
    return found


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without settings of the program, and ``more``."""
    settings = ("RMOS_", "DATABASE_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    return kept | {"PYTHONUTF8": "1"} | more


def expect(what: str, found: object, wanted: object) -> None:
    """Insist that something was found as it must be.

    Raises:
        Unexpected: if not.
    """
    if found != wanted:
        differing, instead_of = _differing(found, wanted)
        raise Unexpected(f"{what}: found {_shown(differing)}, expected {_shown(instead_of)}")


def _differing(found: Any, wanted: Any) -> tuple[Any, Any]:
    """Both values, without what is the same in them."""
    if not (isinstance(found, dict) and isinstance(wanted, dict)):
        return found, wanted
    names = [name for name in wanted | found if found.get(name) != wanted.get(name)]
    pairs = {name: _differing(found.get(name), wanted.get(name)) for name in names}
    return {name: pair[0] for name, pair in pairs.items()}, {name: pair[1] for name, pair in pairs.items()}


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:300]


def counts_of(told: dict[str, Any]) -> Counts:
    """Return the five numbers of each entity, from what the program tells of a run."""
    return {name: {count: told["entities"][name][count] for count in COUNTS} for name in ENTITIES}


def total(counts: Counts, count: str) -> int:
    """One of the five numbers, over all entities."""
    return sum(of_entity[count] for of_entity in counts.values())


def kept_out(counts: Counts) -> int:
    """How many documents are not in the database: rejected, or in conflict."""
    return total(counts, "rejected") + total(counts, "conflicts")


def rows_of(counts: Counts) -> dict[str, int]:
    """How many rows a first run leaves in each table."""
    return {name: of_entity["migrated"] for name, of_entity in counts.items()}
