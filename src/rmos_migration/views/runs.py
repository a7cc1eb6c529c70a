"""Runs: all of them, one with what it noticed and its report; and the dry runs that the server made."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..diagnostics import Severity
from ..presentation import conversion as facts
from ..presentation.conclusion import advice, mood_of, verdict
from ..presentation.model import Kind, Notice, Run
from ..reports.build import report_in
from ..reports.model import Report
from ..store import runs
from ..store.checks import doubts
from ..store.runs import RunRow
from . import models
from .context import NotFound, ViewContext
from .paging import as_cursor, one_page
from .redaction import Redactor


class RunOutcome(NamedTuple):
    """How a run ended, for a person: the mood with its sign, one sentence, and what to do."""

    mood: tuple[str, str]
    sentence: str
    advice: list[str]
    is_kept: bool
    """Whether what it wrote stays."""


class NoticeFilter(NamedTuple):
    """Which diagnostics of a run are wanted; ``path`` is a part of the file's path."""

    code: str | None = None
    severity: Severity | None = None
    path: str | None = None

    def matches(self, notice: Notice) -> bool:
        """Tell whether a notice is one of those that are wanted."""
        return (
            self.code in (None, notice.code)
            and (self.severity is None or self.severity.value == notice.severity)
            and (self.path is None or self.path.lower() in notice.path.lower())
        )


class RunScreen(NamedTuple):
    """The page of a run: its counts, how it ended, what it noticed by kind, and the notices one by one."""

    run: models.RunDetail
    outcome: RunOutcome
    kinds: list[Kind]
    notices: models.DiagnosticsAnswer


class DryRunScreen(NamedTuple):
    """The page of a dry run; ``kept_out_total`` counts the documents of which ``report`` has the first."""

    run: models.RunDetail
    report: Report
    mood: tuple[str, str]
    kept_out_total: int


def page(context: ViewContext, *, before: int | None, limit: int, trusted: bool) -> models.RunsAnswer:
    """Return a page of runs, the latest first, from the one before ``before`` on."""
    more, total = runs.page(context.snapshot, before=before, limit=limit + 1)
    found, last = one_page(more, limit)
    return models.RunsAnswer(
        runs=[_run_of_row(context, one, trusted=trusted) for one in found],
        total=total,
        next=as_cursor(last and [last.id]),
    )


def one(context: ViewContext, run_id: int, *, trusted: bool) -> models.RunDetail:
    """Return a run.

    Raises:
        NotFound: if there is none of this number.
    """
    return _run_of_row(context, _row(context, run_id), trusted=trusted)


def newest(context: ViewContext) -> int:
    """Return the number of the run that began last."""
    return runs.newest(context.snapshot, 1)[0].id


def screen(context: ViewContext, run_id: int, wanted: NoticeFilter, *, after: int, limit: int) -> RunScreen:
    """Return the page of a run.

    Raises:
        NotFound: if there is none of this number.
    """
    row = _row(context, run_id)
    return RunScreen(
        run=_run_of_row(context, row, trusted=False),
        outcome=outcome_of(context, row, doubts(context.snapshot)),
        kinds=_kinds(context, row),
        notices=_notices(context, run_id, wanted, after=after, limit=limit),
    )


def notices(
    context: ViewContext, run_id: int, wanted: NoticeFilter, *, after: int, limit: int
) -> models.DiagnosticsAnswer:
    """Return what a run noticed, in the order it did, from behind number ``after`` on.

    Raises:
        NotFound: if there is no such run.
    """
    _row(context, run_id)
    return _notices(context, run_id, wanted, after=after, limit=limit)


def report(context: ViewContext, run_id: int, *, trusted: bool) -> Report:
    """Return the report of a run.

    Raises:
        NotFound: if there is no such run.
    """
    _row(context, run_id)
    made = report_in(context.snapshot, context.database, run_id)
    return made if trusted else context.redactor.report(made)


def outcome_of(context: ViewContext, row: RunRow, doubted: Sequence[str]) -> RunOutcome:
    """Return how a run ended; ``doubted`` is what speaks against the numbers of the database."""
    run = context.redactor.run(facts.run_of_row(row))
    what_to_do = advice(
        run,
        _kinds(context, row),
        None,
        balanced=bool(row.counts.get("balanced", True)),
        is_last=not runs.has_later(context.snapshot, row),
        doubted=doubted,
    )
    return RunOutcome(mood_of(run, doubted=bool(doubted)), verdict(run, doubted), what_to_do, run.is_kept)


def dry_run(made: Report, name: str, redactor: Redactor | None) -> models.RunDetail:
    """Return a dry run from its report, without folders where there is a redactor."""
    counts = {
        "entities": {entity: one.model_dump() for entity, one in made.entities.items()},
        "files": made.files.model_dump(),
        "generations": made.generations,
        "diagnostics": {
            severity.value: sum(kind.count for kind in made.noticed if kind.severity == severity.value)
            for severity in reversed(Severity)
        },
    }
    return _detail(redactor.run(made.run) if redactor else made.run, counts, name)


def dry_run_screen(made: Report, name: str, redactor: Redactor, *, limit: int) -> DryRunScreen:
    """Return the page of a finished dry run, with the first ``limit`` documents that would not be loaded."""
    public = redactor.report(made, limit)
    return DryRunScreen(
        run=dry_run(public, name, redactor),
        report=public,
        mood=mood_of(public.run),
        kept_out_total=len(made.kept_out or []),
    )


def dry_run_notices(
    made: Report, wanted: NoticeFilter, *, first: int, limit: int
) -> models.DiagnosticsAnswer:
    """Return why documents would not be loaded: ``limit`` notices, from number ``first`` on."""
    found, total = [], 0
    for document in made.kept_out or []:
        for notice in filter(wanted.matches, document.notices):
            if first <= total < first + limit:
                found.append(notice)
            total += 1
    more = as_cursor([first + limit]) if first + limit < total else None
    return models.DiagnosticsAnswer(diagnostics=found, total=total, next=more)


def _row(context: ViewContext, run_id: int) -> RunRow:
    row = runs.find(context.snapshot, run_id)
    if row is None:
        raise NotFound(f"there is no run {run_id}")
    return row


def _run_of_row(context: ViewContext, row: RunRow, *, trusted: bool) -> models.RunDetail:
    run = facts.run_of_row(row)
    return _detail(run if trusted else context.redactor.run(run), row.counts)


def _detail(run: Run, counts: Mapping[str, Any], name: str = "") -> models.RunDetail:
    return models.RunDetail(
        **{**run.model_dump(), "id": name or run.id, "totals": run.totals},
        verdict=verdict(run),
        entities={name: facts.counted(tally) for name, tally in counts.get("entities", {}).items()},
        files=facts.files(counts),
        generations=counts.get("generations", {}),
        diagnostics=counts.get("diagnostics", {}),
    )


def _kinds(context: ViewContext, row: RunRow) -> list[Kind]:
    return facts.in_order(facts.kind(*one) for one in runs.diagnostic_counts(context.snapshot, row.id))


def _notices(
    context: ViewContext, run_id: int, wanted: NoticeFilter, *, after: int, limit: int
) -> models.DiagnosticsAnswer:
    more, total = runs.diagnostics_page(
        context.snapshot, run_id, after=after, limit=limit + 1, **wanted._asdict()
    )
    found, last = one_page(more, limit)
    return models.DiagnosticsAnswer(
        diagnostics=[facts.notice(one.diagnostic) for one in found],
        total=total,
        next=as_cursor(last and [last.number]),
    )
