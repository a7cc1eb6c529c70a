"""Jobs: what their status, times and durations say of one another."""

from datetime import datetime

from ...diagnostics import Severity
from ...entities import JOBLOG, Entity
from ...generations.times import ends_before_start, is_clock
from ..rule import EachRow, Family, Flaws, Row, RowCheck, Rule, Subject

TOLERANCE_SECONDS = 2.0
TOLERANCE_SHARE = 0.01
"""Programs wrote times in whole seconds and rounded durations, so a small difference says nothing."""


def _unfinished(row: Row) -> Flaws:
    if row["status"] != "completed":
        return ()
    return [
        (name, f"the job is completed, but has no {name}")
        for name in ("end_time", "duration_seconds")
        if row[name] is None
    ]


def _end_before_start(row: Row) -> Flaws:
    start, end = row["start_time"], row["end_time"]
    if start and end and is_clock(start) and is_clock(end) and ends_before_start(start, end):
        return [("end_time", f"end_time {end} is before start_time {start}")]
    return ()


def _duration(row: Row) -> Flaws:
    start, end, duration = row["start_time"], row["end_time"], row["duration_seconds"]
    if duration is None or not start or not end or not is_clock(start) or not is_clock(end):
        return ()
    elapsed = _elapsed(start, end)
    if elapsed is None or elapsed < 0:
        return ()
    if abs(elapsed - duration) <= max(TOLERANCE_SECONDS, elapsed * TOLERANCE_SHARE):
        return ()
    return [("duration_seconds", f"the duration is {duration:g} s, from start to end it is {elapsed:g} s")]


def _elapsed(start: str, end: str) -> float | None:
    """Seconds from one clock to the other; None where they cannot be compared to the second."""
    if len(start) == 10 or len(end) == 10:
        return None
    first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    if (first.tzinfo is None) != (last.tzinfo is None):
        return None
    return (last - first).total_seconds()


def _of_jobs(check: RowCheck) -> EachRow:
    def for_entity(entity: Entity, _: Subject) -> RowCheck | None:
        return check if entity is JOBLOG else None

    return EachRow(for_entity)


FAMILY = Family(
    "jobs",
    "job logs",
    (
        Rule(
            "job-unfinished",
            Severity.WARNING,
            "Completed jobs have an end and a duration",
            "Some programs never recorded them. Sums and averages over jobs leave such a job out.",
            "fill them in if the workshop knows them; else count such jobs apart",
            _of_jobs(_unfinished),
        ),
        Rule(
            "job-end-before-start",
            Severity.WARNING,
            "No job ends before it starts",
            "One of the two times is wrong. Times with and without a zone are not compared.",
            "check the clock of the machine that wrote the document",
            _of_jobs(_end_before_start),
        ),
        Rule(
            "job-duration-differs",
            Severity.WARNING,
            "Durations agree with start and end",
            "A duration is kept as it was recorded, never computed. It may leave out pauses; it may also be wrong. A"
            " difference of 2 s or 1 % is passed over.",
            "check which of the three was recorded by the machine",
            _of_jobs(_duration),
        ),
    ),
)
