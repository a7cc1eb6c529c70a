"""What became of all stages, as a page of Markdown made from their results alone."""

import os
import platform
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .place import COUNTS, Place, Result, Unexpected, expect, total

Passed = Mapping[str, Result]
"""The result of every stage that passed."""

_RUNS = {"dry-run": "Dry run", "migrate": "Migration", "duplicates": "Second run"}


def summarise(folder: Path, stages: Sequence[str]) -> Result:
    """Write ``summary.md``, and add it to the summary of the job where there is one.

    Passed only if every stage has and their numbers fit together.
    """
    place = Place(folder, "summary")
    passed: dict[str, Result] = {}
    troubles: dict[str, str] = {}
    for stage in stages:
        try:
            passed[stage] = place.passed(stage)
        except Unexpected as unexpected:
            troubles[stage] = str(unexpected)
    if not troubles:
        troubles |= _contradictions(passed)
    text = "\n".join(_page(stages, passed, troubles)) + "\n"
    _write(folder, text)
    if troubles:
        return Result(False, "; ".join(f"{stage}: {trouble}" for stage, trouble in troubles.items()), {})
    return Result(True, f"all {len(stages)} stages passed; summary.md has the numbers", {})


def _write(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.md").write_text(text, encoding="utf-8")
    if of_the_job := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(of_the_job, "a", encoding="utf-8") as file:
            file.write(text)


def _contradictions(passed: Passed) -> dict[str, str]:
    """Numbers that one stage tells otherwise than another, by stage."""
    found = {}
    for stage in ("dry-run", "migrate"):
        counts, planted = (passed[name].figures.get("counts") for name in (stage, "sample"))
        try:
            expect("counts, against what was planted", counts, planted)
        except Unexpected as unexpected:
            found[stage] = str(unexpected)
    return found


def _page(stages: Iterable[str], passed: Passed, troubles: Mapping[str, str]) -> Iterator[str]:
    yield f"## Migration of sample data: {'failed' if troubles else 'passed'}"
    yield ""
    yield from _table(
        ("stage", "state", "what"), ((stage, *_state(stage, passed, troubles)) for stage in stages)
    )
    for stage, title in _RUNS.items():
        if stage in passed:
            yield from _run(title, passed[stage].figures)
    yield from _checks(passed)
    yield from _versions()


def _state(stage: str, passed: Passed, troubles: Mapping[str, str]) -> tuple[str, str]:
    return ("**failed**", troubles[stage]) if stage in troubles else ("passed", passed[stage].said)


def _run(title: str, figures: dict[str, Any]) -> Iterator[str]:
    counts = figures["counts"]
    yield f"### {title}"
    yield ""
    rows = [(name.replace("_", " "), *(f"{n[count]:,}" for count in COUNTS)) for name, n in counts.items()]
    rows.append(("total", *(f"{total(counts, count):,}" for count in COUNTS)))
    yield from _table(("", *COUNTS), rows)
    seconds, speed = figures["duration_seconds"], figures["documents_per_second"]
    yield f"{seconds:.2f} s, {speed:,} documents a second."
    yield ""


def _checks(passed: Passed) -> Iterator[str]:
    """Yield what audit and verify found."""
    if "audit" in passed:
        audit = passed["audit"].figures
        found = ", ".join(f"{n} `{code}`" for code, n in audit["found"].items()) or "nothing"
        yield from ("### Audit", "", f"{audit['errors']} errors, {audit['warnings']} warnings: {found}.", "")
    if "verify" in passed:
        states = passed["verify"].figures["states"]
        yield from ("### Verify", "")
        yield from _table(("state", "documents"), ((state, f"{n:,}") for state, n in states.items()))


def _versions() -> Iterator[str]:
    yield from ("### Versions", "")
    rows = {
        "rmos-migration": version("rmos-migration"),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "system": platform.platform(),
    }
    yield from _table(("", "version"), rows.items())


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a table, and the empty line after it."""
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
