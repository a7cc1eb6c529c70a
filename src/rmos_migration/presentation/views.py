"""Parts of a report from what the database, a summary or a diagnostic says."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..diagnostics import CATALOGUE, FOLDER_NOT_LOOKED_AT, Diagnostic, Severity, printable
from ..migrate.options import Options
from ..migrate.outcome import Tally, success_rate
from ..store.runs import RunRow
from .model import Counted, Files, Kind, Notice, Run

_USUAL = Options().as_json()
_REJECTING = {"on_conflict": "id-conflict", "missing_references": "reference-missing"}
"""What is an error instead of a warning, where the option says reject."""

_RANKS = {severity.value: rank for rank, severity in enumerate(reversed(Severity))}


def counted(counts: Mapping[str, Any]) -> Counted:
    """Documents by outcome, from a tally's JSON; nothing found where it is empty."""
    tally = Tally(**{name: int(counts.get(name, 0)) for name in Tally.__dataclass_fields__})
    return Counted(
        found=tally.found,
        migrated=tally.migrated,
        unchanged=tally.unchanged,
        conflicts=tally.conflicts,
        rejected=tally.rejected,
        success_rate=min(success_rate(tally), 100),
    )


def files(counts: Mapping[str, Any]) -> Files:
    """Source files, from the JSON of a run's counts."""
    of_files = counts.get("files", {})
    return Files(
        found=of_files.get("found", 0),
        read=of_files.get("read", 0),
        unread=of_files.get("unread", 0),
        ignored=of_files.get("ignored", {}),
        ignored_paths=of_files.get("ignored_paths", {}),
    )


def unusual(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a run that differ from what is usual."""
    return {name: value for name, value in options.items() if value != _USUAL.get(name)}


def run_of_row(row: RunRow) -> Run:
    """A run as the database knows it."""
    totals = counted(row.counts.get("totals", {}))
    return Run(
        id=row.id,
        status=row.status,
        dry_run=False,
        source=printable(row.source),
        started_at=row.started_at,
        finished_at=row.finished_at,
        duration_seconds=row.duration_seconds,
        documents_per_second=_rate(totals.found, row.duration_seconds),
        tool_version=row.tool_version,
        options=unusual(row.options),
        stopped_by=row.stopped_by or "",
        totals=totals,
        not_looked_at=row.counts.get("files", {}).get("not_looked_at", 0),
        folders_not_looked_at=row.counts.get("codes", {}).get(FOLDER_NOT_LOOKED_AT, 0),
        overridden=row.counts.get("overridden", 0),
    )


def run_of_summary(summary: Mapping[str, Any], tool_version: str | None) -> Run:
    """A run as its summary tells it."""
    return Run(
        id=summary["run_id"],
        status=summary["status"],
        dry_run=summary["dry_run"],
        source=printable(summary["source"]),
        started_at=summary["started_at"],
        finished_at=summary["finished_at"],
        duration_seconds=summary["duration_seconds"],
        documents_per_second=summary["documents_per_second"],
        tool_version=tool_version,
        options=unusual(summary["options"]),
        stopped_by=summary["stopped_by"],
        totals=counted(summary["totals"]),
        not_looked_at=summary["files"].get("not_looked_at", 0),
        folders_not_looked_at=summary.get("codes", {}).get(FOLDER_NOT_LOOKED_AT, 0),
        overridden=summary.get("overridden", 0),
    )


def notice(diagnostic: Diagnostic) -> Notice:
    """A diagnostic as a report shows it."""
    return Notice(**diagnostic.as_json())


def kind(code: str, severity: str, count: int, examples: Iterable[Diagnostic]) -> Kind:
    """How often one kind of thing was noticed; a code that this version does not know has no explanation."""
    known = CATALOGUE.get(code)
    return Kind(
        code=code,
        number=known.number if known else "",
        severity=severity,
        count=count,
        explanation=known.explanation if known else "",
        hint=known.hint if known else "",
        examples=[notice(example) for example in examples],
    )


def in_order(kinds: Iterable[Kind]) -> list[Kind]:
    """Errors, warnings, information; the most frequent first."""
    return sorted(kinds, key=lambda one: (_RANKS[one.severity], -one.count, one.code))


def kinds_of_counts(counts: Mapping[str, Any], options: Mapping[str, Any]) -> list[Kind]:
    """What was noticed, from counts alone, without examples; how severe it was, as the run's options say."""
    return in_order(
        kind(code, _severity(code, options), number, ()) for code, number in counts.get("codes", {}).items()
    )


def _severity(code: str, options: Mapping[str, Any]) -> Severity:
    if any(options.get(option) == "reject" for option, of in _REJECTING.items() if of == code):
        return Severity.ERROR
    return CATALOGUE[code].severity if code in CATALOGUE else Severity.INFO


def _rate(documents: int, seconds: float | None) -> int | None:
    return round(documents / seconds) if seconds else None
