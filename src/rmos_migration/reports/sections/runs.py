"""The sections on runs: the last ones into the database, and the one that the report is about."""

from collections.abc import Iterator

from ...presentation.model import Run
from ...presentation.plain_text import aligned, labelled
from ...presentation.text import ENDED, amount, passed_over, seconds, size, when
from ..model import Report
from .section import Section


def _last_runs(report: Report) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [("run", "started", "ended", "found", "arrived", "conflicts", "rejected")]
    for run in report.history:
        totals = run.totals
        numbers = (totals.found, run.arrived, totals.conflicts, totals.rejected)
        rows.append((f"{run.id}", when(run.started_at), ENDED[run.status], *(f"{one:,}" for one in numbers)))
    yield from aligned(rows)


def _this_run(report: Report) -> Iterator[str]:
    yield from labelled(_facts(report))


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    run, files, database, rate = report.run, report.files, report.database, report.run.documents_per_second
    yield "Run", _run_name(run)
    yield "Started", when(run.started_at)
    yield "Finished", when(run.finished_at)
    yield "Took", seconds(run.duration_seconds)
    yield "Speed", "-" if rate is None else f"{amount(rate, 'document')} a second"
    yield "Source", run.source
    yield (
        "Files",
        f"{files.found:,} found, {files.read:,} read, {files.unread:,} not read"
        " (unchanged, or not to be opened)"
        f"{passed_over(files)}",
    )
    yield "Database", report.database_url
    if database is not None:
        made = when(database.schema_applied_at)
        yield "", f"{size(database.size_bytes)}, schema {database.schema_version} of {made}"
    if run.options:
        yield "Options", ", ".join(f"{name}={value}" for name, value in run.options.items())
    yield "Program", f"rmos-migration {run.tool_version or '(version not recorded)'}"
    made = when(report.made_at)
    yield "Report made", f"{made} from the {report.made_from}, by version {report.tool_version}"


def _run_name(run: Run) -> str:
    name = "a dry run" if run.dry_run or run.id is None else f"{run.id}"
    return f"{name}, {run.status.replace('_', ' ')}"


LAST_RUNS = Section("runs", "Last runs", _last_runs, is_shown=lambda report: len(report.history) > 1)

THIS_RUN = Section(
    "about", "About this run", _this_run, values=lambda report: {"run_name": _run_name(report.run)}
)
