"""Building the report of a run: from the database, from its statistics alone, or of a dry run."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from .._version import __version__
from ..audit.auditor import audit_database
from ..audit.result import AuditResult, RuleState
from ..diagnostics import Severity, printable
from ..errors import UsageError
from ..migrate.outcome import RunStatus
from ..migrate.summary import RunSummary
from ..presentation import conversion
from ..presentation.conclusion import advice, verdict
from ..presentation.model import Counted, KeptOut, Kind, Run
from ..store import rejects, runs
from ..store.checks import doubts
from ..store.model import DocumentKey, now
from ..store.port import DatabasePort
from ..store.runs import DiagnosticCount, RunRow
from ..store.snapshot import Snapshot
from .database_now import database_now
from .model import Audit, Change, Comparison, Report
from .not_loaded import bytes_of_run, bytes_of_source, documents_not_loaded, with_excerpts
from .recorder import RunRecorder
from .statistics import Statistics, read_statistics

HISTORY = 30
"""Runs that a report lists."""

_WHOLE = {RunStatus.COMPLETED, RunStatus.COMPLETED_WITH_REJECTS, RunStatus.ROLLED_BACK}
"""Runs that looked at every document."""


def report_of_run(
    database: DatabasePort,
    run_id: int | None = None,
    *,
    with_audit: bool = False,
    recorder: RunRecorder | None = None,
) -> Report:
    """Return the report of a run in the database, by default the last one.

    The result of the run is as it was recorded then; database, workshop and patterns are as they are now. A
    ``recorder`` of the run knows the files of one that was undone.

    Raises:
        UsageError: if there is no such run.
        DatabaseUnusable: if the database is missing, of another schema, damaged, or cannot be opened.
    """
    with database.read() as snapshot:
        report = report_in(snapshot, database, run_id, recorder=recorder)
    if not with_audit:
        return report
    return report.model_copy(update={"audit": _audit(audit_database(database))})


def report_in(
    snapshot: Snapshot,
    database: DatabasePort,
    run_id: int | None,
    *,
    recorder: RunRecorder | None = None,
) -> Report:
    """Return the report of a run as ``report_of_run`` does, from a snapshot.

    Args:
        snapshot: to the database.
        database: the database.
        run_id: the run; None for the last one.
        recorder: of the run, if it was undone.

    Raises:
        UsageError: if there is no such run.
    """
    row = _find(snapshot, run_id)
    before = runs.before(snapshot, row)
    run, counts = conversion.run_of_row(row), row.counts
    known = (recorder.known if recorder else {}) | rejects.rejected_by(snapshot, row.id)
    reasons = runs.reasons(snapshot, row.id)
    raw_of = bytes_of_run(snapshot, row, known)
    history = runs.newest(snapshot, HISTORY)
    return _report(
        run,
        database.url,
        counts,
        made_from="database",
        noticed=_kinds(runs.diagnostic_counts(snapshot, row.id)),
        kept_out=with_excerpts(documents_not_loaded(reasons, known), raw_of, row.options.get("encoding")),
        not_looked_at=[conversion.notice(one) for one in runs.not_looked_at(snapshot, row.id)],
        is_last=not runs.has_later(snapshot, row),
        history=[conversion.run_of_row(one) for one in history],
        previous=before and _comparison(snapshot, run, before, set(reasons)),
        **database_now(snapshot, database),
        doubted=doubts(snapshot),
    )


def report_of_statistics(file: Path) -> Report:
    """Return the report of a run from its statistics file alone: counts, without documents and database.

    Raises:
        UsageError: if the file does not exist, or is not the statistics of a run.
        EnvironmentFailure: if it cannot be read.
    """
    statistics: Statistics = read_statistics(file)
    summary = statistics.as_json()
    run = conversion.run_of_summary(summary, None)
    noticed = conversion.kinds_of_counts(summary, run.options)
    return _report(run, statistics.database, summary, made_from="statistics", noticed=noticed)


def report_of_dry_run(summary: RunSummary, recorder: RunRecorder, encoding: str | None = None) -> Report:
    """Return the report of a dry run, from its summary and what was recorded of it."""
    run = conversion.run_of_summary(summary.as_json(), __version__)
    kept_out = documents_not_loaded(recorder.reasons, recorder.known)
    raw_of = bytes_of_source(recorder.location, recorder.known)
    return _report(
        run,
        summary.database,
        summary.counts.as_json(),
        made_from="dry run",
        noticed=_kinds(recorder.kinds),
        kept_out=with_excerpts(kept_out, raw_of, encoding),
        not_looked_at=[conversion.notice(one) for one in recorder.not_looked_at],
    )


def _report(
    run: Run,
    database_url: str,
    counts: Mapping[str, Any],
    *,
    made_from: Literal["database", "statistics", "dry run"],
    noticed: list[Kind],
    kept_out: list[KeptOut] | None = None,
    is_last: bool = True,
    doubted: Sequence[str] = (),
    **parts: Any,
) -> Report:
    entities = {name: conversion.counted(tally) for name, tally in counts.get("entities", {}).items()}
    balanced = all(_is_balanced(tally) for tally in entities.values())
    return Report(
        made_at=now(),
        tool_version=__version__,
        made_from=made_from,
        verdict=verdict(run, doubted),
        advice=advice(run, noticed, kept_out, balanced=balanced, is_last=is_last, doubted=doubted),
        doubts=[printable(doubt) for doubt in doubted],
        run=run,
        database_url=printable(database_url),
        balanced=balanced,
        entities=entities,
        files=conversion.files(counts),
        generations=counts.get("generations", {}),
        noticed=noticed,
        kept_out=kept_out,
        **parts,
    )


def _is_balanced(tally: Counted) -> bool:
    return tally.found == tally.arrived + tally.kept_out


def _find(snapshot: Snapshot, run_id: int | None) -> RunRow:
    if run_id is None:
        last = runs.newest(snapshot, 1)
        if not last:
            raise UsageError("there was no run yet, so there is nothing to report", "run: rmos migrate")
        return last[0]
    row = runs.find(snapshot, run_id) if 0 < run_id < 2**63 else None
    if row is None:
        raise UsageError(f"there is no run {run_id}", "see: rmos history")
    return row


def _kinds(found: Iterable[DiagnosticCount]) -> list[Kind]:
    return conversion.in_order(conversion.kind(*one) for one in found)


def _comparison(snapshot: Snapshot, run: Run, before: RunRow, places: set[DocumentKey]) -> Comparison:
    previous = conversion.run_of_row(before)
    if {RunStatus(run.status), RunStatus(previous.status)} - _WHOLE:
        return Comparison(run=previous, kept_out=None)
    then = runs.places_not_loaded(snapshot, before.id)
    change = Change(newly=len(places - then), still=len(places & then), no_longer=len(then - places))
    return Comparison(run=previous, kept_out=change)


def _audit(result: AuditResult) -> Audit:
    states = Counter(checked.state for checked in result.rules)
    return Audit(
        passed=result.passed,
        rules=len(result.rules),
        rules_held=states[RuleState.PASSED],
        rules_not_run=states[RuleState.NOT_RUN],
        errors=result.number(Severity.ERROR),
        warnings=result.number(Severity.WARNING),
        findings=result.findings,
    )
