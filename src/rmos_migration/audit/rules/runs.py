"""Runs: their counts add up, their times are possible, and none was interrupted."""

from collections.abc import Iterator
from typing import Any

from ...diagnostics import Severity, shown
from ...entities.stored import corrupt_value, stored_object
from ...errors import CorruptRow
from ...generations.times import is_instant
from ...store import checks
from ..rule import DatabaseCheck, Rule, Subject, Violation

_WITHOUT_END = ("running", "interrupted")
"""Statuses of a run whose process died, so that it could not record when it ended."""

_OUTCOMES = ("migrated", "unchanged", "conflicts", "rejected")


def _unbalanced(subject: Subject) -> Iterator[Violation]:
    for run_id, status, text in checks.counts_of_runs(subject.snapshot):
        if status in ("completed", "completed_with_rejects"):
            for message in _imbalances(text):
                yield Violation(message, "migration_runs", str(run_id), "counts_json")


def _imbalances(text: str | None) -> Iterator[str]:
    """Yield what is wrong with a run's counts; found must be migrated + unchanged + conflicts + rejected."""
    try:
        entities, totals = _tallies(text)
    except CorruptRow:
        yield "the counts of the run cannot be read"
        return
    tallies = [*entities.items(), ("total", totals)]
    odd = [
        f"{_words(name)}: {outcome} is {shown(number)}, which is not a number of documents"
        for name, tally in tallies
        for outcome, number in tally.items()
        if type(number) is not int or number < 0
    ]
    yield from odd
    if odd:
        return
    for name, tally in tallies:
        ended = sum(tally[outcome] for outcome in _OUTCOMES)
        if tally["found"] != ended:
            yield f"{_words(name)}: {tally['found']:,} were found, {ended:,} have an outcome"
    for outcome, total in totals.items():
        if total != sum(tally.get(outcome, 0) for tally in entities.values()):
            yield f"{outcome}: the total is not the sum of the kinds of records"


def _tallies(text: str | None) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Return the outcomes that a run counted, by entity and in total.

    Raises:
        CorruptRow: if the counts are missing or not what a run counts.
    """
    counts = stored_object("migration_runs.counts_json", text)
    entities: Any = counts.get("entities")
    totals: Any = counts.get("totals")
    if not isinstance(entities, dict) or not all(map(_is_tally, (*entities.values(), totals))):
        raise corrupt_value("migration_runs.counts_json", text, "what a run counted")
    return entities, totals


def _is_tally(counted: object) -> bool:
    return isinstance(counted, dict) and counted.keys() >= {"found", *_OUTCOMES}


def _times(subject: Subject) -> Iterator[Violation]:
    for run_id, status, started, finished, duration in checks.times_of_runs(subject.snapshot):
        for column, message in _impossible_times(status, started, finished, duration):
            yield Violation(message, "migration_runs", str(run_id), column)


def _impossible_times(
    status: str, started: str, finished: str | None, duration: float | None
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a run's times: column and sentence."""
    for column, value in (("started_at", started), ("finished_at", finished)):
        if value is not None and not is_instant(value):
            yield column, f"{column} {shown(value)} is not in the form YYYY-MM-DDTHH:MM:SS.ffffffZ"
    if finished is None and status not in _WITHOUT_END:
        yield "finished_at", f"the run is {_words(status)}, but has no end"
    if finished is not None and finished < started and is_instant(finished) and is_instant(started):
        yield "finished_at", f"the run ended {finished}, before it began ({started})"
    if duration is not None and duration < 0:
        yield "duration_seconds", f"the run took {duration:g} s"


def _running(subject: Subject) -> Iterator[Violation]:
    for run_id, status, _ in checks.counts_of_runs(subject.snapshot):
        if (
            status == "running"
            and subject.snapshot.is_running is False
            and subject.database.is_running() is False
        ):
            yield Violation("the run was interrupted", "migration_runs", str(run_id), "status")


def _words(name: str) -> str:
    return name.replace("_", " ")


RUN_RULES: tuple[Rule, ...] = (
    Rule(
        "run-unbalanced",
        Severity.ERROR,
        "The counts of every run add up",
        "For every kind of record, found = migrated + unchanged + conflicts + rejected, and no count is"
        " negative. A run that does not balance has lost track of a document.",
        "either this program has a bug or somebody changed the counts; please report it",
        DatabaseCheck(_unbalanced, ("migration_runs",)),
    ),
    Rule(
        "run-times",
        Severity.WARNING,
        "Every run ended after it began",
        "The times of a run are UTC, all in one format. If a run ends before it began, the clock was set"
        " back in between, or somebody changed its row.",
        "check the machine's clock; documents and records are not affected by a run's times",
        DatabaseCheck(_times, ("migration_runs",)),
    ),
    Rule(
        "run-left-running",
        Severity.WARNING,
        "No run was interrupted",
        "The last run did not finish, so documents may be missing. What it had written is complete.",
        "run rmos migrate again: it continues from there",
        DatabaseCheck(_running, ("migration_runs",)),
    ),
)
