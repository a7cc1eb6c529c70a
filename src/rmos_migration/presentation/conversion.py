"""The values of ``model``, made from what the database, a run's summary or a diagnostic holds."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..diagnostics import CATALOGUE, FOLDER_NOT_LOOKED_AT, Diagnostic, Severity, printable
from ..migrate.options import Options
from ..migrate.outcome import FileCounts, Tally, success_rate
from ..store.runs import RunRow
from .model import Counted, Files, Kind, Notice, Run

_DEFAULTS = Options().as_json()
_NO_FILES = FileCounts().as_json()
_REJECTING = {"on_conflict": "id-conflict", "missing_references": "reference-missing"}
"""Options that make an error of what is a warning otherwise, when they say ``reject``: the code."""

_RANKS = {severity.value: rank for rank, severity in enumerate(reversed(Severity))}


def counted(counts: Mapping[str, Any]) -> Counted:
    """Return documents by outcome, from a tally's JSON; all zero if it is empty."""
    tally = Tally(**{name: int(counts.get(name, 0)) for name in Tally.__dataclass_fields__})
    return Counted(**vars(tally), success_rate=min(success_rate(tally), 100))


def files(counts: Mapping[str, Any]) -> Files:
    """Return source files by what was done with them, from the JSON of a run's counts."""
    known = _NO_FILES | counts.get("files", {})
    return Files(**{name: known[name] for name in Files.model_fields})


def unusual(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a run that differ from the defaults."""
    return {name: value for name, value in options.items() if value != _DEFAULTS.get(name)}


def run_of_row(row: RunRow) -> Run:
    """Return a run as the database knows it."""
    seconds = row.duration_seconds
    rate = round(row.counts.get("totals", {}).get("found", 0) / seconds) if seconds else None
    return _run(row._asdict() | {"dry_run": False, "documents_per_second": rate}, row.counts)


def run_of_summary(summary: Mapping[str, Any], tool_version: str | None) -> Run:
    """Return a run as its summary tells it."""
    return _run({**summary, "id": summary["run_id"], "tool_version": tool_version}, summary)


def _run(known: Mapping[str, Any], counts: Mapping[str, Any]) -> Run:
    same = {name: known[name] for name in Run.model_fields if name in known}
    other = {
        "source": printable(known["source"]),
        "options": unusual(known["options"]),
        "stopped_by": known["stopped_by"] or "",
        "totals": counted(counts.get("totals", {})),
        "not_looked_at": counts.get("files", {}).get("not_looked_at", 0),
        "folders_not_looked_at": counts.get("codes", {}).get(FOLDER_NOT_LOOKED_AT, 0),
        "overridden": counts.get("overridden", 0),
    }
    return Run(**same | other)


def notice(diagnostic: Diagnostic) -> Notice:
    """Return a diagnostic as reports and the API show it."""
    return Notice(**diagnostic.as_json())


def kind(code: str, severity: str, count: int, examples: Iterable[Diagnostic]) -> Kind:
    """Return how often one kind of thing was noticed; unknown codes have no explanation."""
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
    """Return kinds in order: errors, warnings, information; the most frequent first."""
    return sorted(kinds, key=lambda one: (_RANKS[one.severity], -one.count, one.code))


def kinds_of_counts(counts: Mapping[str, Any], options: Mapping[str, Any]) -> list[Kind]:
    """Return what was noticed from counts alone, without examples; the run's options tell the severity."""
    return in_order(
        kind(code, _severity(code, options), number, ()) for code, number in counts.get("codes", {}).items()
    )


def _severity(code: str, options: Mapping[str, Any]) -> Severity:
    if any(options.get(option) == "reject" for option, of in _REJECTING.items() if of == code):
        return Severity.ERROR
    return CATALOGUE[code].severity if code in CATALOGUE else Severity.INFO
