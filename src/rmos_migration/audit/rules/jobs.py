"""Jobs: whether their status, times and durations agree with one another."""

from ...diagnostics import Severity
from ...entities import JOBLOG
from ...generations.times import elapsed_seconds
from ..rule import INVALID, Family, Row, RowViolations, Rule, check_of

TOLERANCE_SECONDS = 2.0
TOLERANCE_SHARE = 0.01
"""Programs wrote times in whole seconds and rounded durations, so small differences mean nothing."""


def _unfinished(row: Row) -> RowViolations:
    if row["status"] != "completed":
        return ()
    return [
        (name, f"the job is completed, but has no {name}")
        for name in ("end_time", "duration_seconds")
        if row[name] is None and name not in row.get(INVALID, ())
    ]


def _end_before_start(row: Row) -> RowViolations:
    elapsed = _elapsed(row)
    if elapsed is None or elapsed >= 0:
        return ()
    return [("end_time", f"end_time {row['end_time']} is before start_time {row['start_time']}")]


def _duration(row: Row) -> RowViolations:
    duration = row["duration_seconds"]
    elapsed = None if duration is None else _elapsed(row)
    if elapsed is None or elapsed < 0 or len(row["start_time"]) == _DATE:
        return ()
    if abs(elapsed - duration) <= max(TOLERANCE_SECONDS, elapsed * TOLERANCE_SHARE):
        return ()
    return [("duration_seconds", f"the duration is {duration:g} s, from start to end it is {elapsed:g} s")]


_DATE = len("2025-01-15")
_NOT_READ = object()


def _elapsed(row: Row) -> float | None:
    """Return the seconds from start to end, computed once for all rules; None if they cannot be compared."""
    elapsed = row.get("elapsed", _NOT_READ)
    if elapsed is _NOT_READ:
        start, end = row["start_time"], row["end_time"]
        elapsed = row["elapsed"] = elapsed_seconds(start, end) if start and end else None
    return elapsed  # type: ignore[no-any-return]


FAMILY = Family(
    "jobs",
    "job logs",
    (
        Rule(
            "job-unfinished",
            Severity.WARNING,
            "Completed jobs have an end and a duration",
            "Some programs never recorded them. Sums and averages over jobs leave such jobs out.",
            "if the workshop knows them, add them to the document, then migrate it with --on-conflict"
            " replace; otherwise count such jobs separately",
            check_of(JOBLOG, _unfinished),
        ),
        Rule(
            "job-end-before-start",
            Severity.WARNING,
            "No job ends before it starts",
            "One of the two times is wrong. Times with and without a zone are not compared.",
            "check the clock of the machine that wrote the document; correct the document, then migrate it"
            " with --on-conflict replace",
            check_of(JOBLOG, _end_before_start),
        ),
        Rule(
            "job-duration-differs",
            Severity.WARNING,
            "Durations agree with start and end",
            "A duration is stored as it was recorded, never computed. It may leave out pauses, or be wrong. A"
            " difference of 2 s or 1 % is ignored.",
            "check which of the three the machine recorded; correct the document, then migrate it with"
            " --on-conflict replace",
            check_of(JOBLOG, _duration),
        ),
    ),
)
