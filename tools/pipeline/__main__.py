"""``python -m tools.pipeline STAGE [--folder FOLDER]``: carry out one stage, or ``all`` in their order.

Every stage leaves ``results/STAGE.json`` and ``logs/STAGE.log`` in the folder. Exit code 1 means that
something was not as it must be; a sentence says what.
"""

import argparse
import sqlite3
import sys
from pathlib import Path

from . import proofs, runs, sample, serving, summary
from .place import Place, Result, Stage, Unexpected

STAGES: dict[str, Stage] = {
    "sample": sample.sample,
    "dry-run": runs.dry_run,
    "migrate": runs.migrate,
    "audit": proofs.audit,
    "verify": proofs.verify,
    "reports": proofs.reports,
    "duplicates": runs.duplicates,
    "sqlite": proofs.sqlite,
    "api": serving.api,
}
"""In the order in which they build on each other; after them comes the summary, whatever became of them."""

LAST = "summary"


def main() -> int:
    """Carry out what the command line asks for; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.pipeline", description="Migrate sample data, and check."
    )
    parser.add_argument("stage", choices=[*STAGES, LAST, "all"])
    parser.add_argument("--folder", type=Path, default=Path("build/pipeline"), help="where all of it is made")
    options = parser.parse_args()
    folder = options.folder.absolute()
    if options.stage == LAST:
        return _summarised(folder)
    if options.stage != "all":
        return 0 if _carried_out(folder, options.stage) else 1
    for stage in STAGES:
        if not _carried_out(folder, stage):
            break  # the summary tells which
    return _summarised(folder)


def _carried_out(folder: Path, stage: str) -> bool:
    place = Place(folder, stage)
    try:
        place.begin()
        result = STAGES[stage](place)
    except Unexpected as unexpected:
        result = Result(False, str(unexpected), {})
    except (OSError, ValueError, LookupError, sqlite3.Error) as error:  # answers of another shape, too
        result = Result(False, f"{type(error).__name__}: {error}", {})
    place.keep(result)
    _say(stage, result)
    return result.passed


def _summarised(folder: Path) -> int:
    result = summary.summarise(folder, list(STAGES))
    _say(LAST, result)
    return 0 if result.passed else 1


def _say(stage: str, result: Result) -> None:
    stream = sys.stdout if result.passed else sys.stderr
    stream.write(f"{stage}: {'' if result.passed else 'failed: '}{result.said}\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
