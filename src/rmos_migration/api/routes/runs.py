"""Runs: all of them, one with what it noticed and its report, and how far it has got."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response, StreamingResponse

from ...diagnostics import Severity
from ...errors import CorruptRow, DatabaseUnusable, RmosError, TookTooLong
from ...reports.build import report_in
from ...reports.formats import VIEWS, ReportFormat
from ...reports.model import Report
from ...reports.page import page_policy
from ...store import history, reporting
from ...store.lock import is_locked
from ...store.queries import RunRow
from .. import facts, models, progress
from ..cursors import as_cursor, from_cursor, one_page
from ..jobs import Job
from ..listeners import Events
from ..problems import Problem
from ..requests import Parameters
from ..state import AppState, is_trusted, json_answer, json_bytes, state_of
from .parameters import PREFIX, Cursor, Number, Part, RunId

_LISTENING_SECONDS = 3600
_LOOK_SECONDS = 0.5

router = APIRouter(prefix=PREFIX, tags=["migration"], dependencies=[Parameters])


@router.get("/runs", responses={200: {"model": models.RunsAnswer}})
async def runs(request: Request, limit: Number = 50, cursor: Cursor = None) -> Response:
    """Runs, the latest first."""
    desk, trusted = state_of(request), is_trusted(request)
    after = from_cursor(cursor, int)
    before = None if after is None else after[0]

    def make(connection: Connection) -> bytes:
        locked = is_locked(desk.serving.database.path)
        more, total = history.runs_page(connection, before=before, limit=limit + 1, locked=locked)
        found, last = one_page(more, limit)
        return json_bytes(
            models.RunsAnswer(
                runs=[facts.run_of_row(one, desk.serving, trusted=trusted) for one in found],
                total=total,
                next=as_cursor(last and [last.id]),
            )
        )

    return json_answer(await desk.answers.to(("runs", trusted, limit, before), make, request))


@router.get("/runs/{run_id}", responses={200: {"model": models.RunAnswer}})
async def run(request: Request, run_id: RunId) -> Response:
    """One run."""
    return json_answer(json_bytes(models.RunAnswer(run=await run_detail(request, run_id))))


@router.get("/runs/{run_id}/diagnostics", responses={200: {"model": models.DiagnosticsAnswer}})
async def diagnostics(
    request: Request,
    run_id: RunId,
    limit: Number = 50,
    cursor: Cursor = None,
    code: Part = None,
    severity: Severity | None = None,
    path: Part = None,
) -> Response:
    """What a run noticed; ``path`` is a part of the file's path. Of a dry run, why documents would not be loaded."""
    desk = state_of(request)
    after = from_cursor(cursor, int)
    behind = 0 if after is None else after[0]
    if run_id.startswith("dry-"):
        report, first = _dry_report(desk, run_id), max(behind, 0)

        def pick() -> bytes:
            page, total = facts.noticed(report, first, limit, code=code, severity=severity, path=path)
            more = as_cursor([first + limit]) if first + limit < total else None
            return json_bytes(models.DiagnosticsAnswer(diagnostics=page, total=total, next=more))

        return json_answer(await desk.costly(request, pick))

    def make(connection: Connection) -> bytes:
        row_of_run(connection, desk, run_id)
        more, total = history.noted(
            connection, int(run_id), after=behind, limit=limit + 1, code=code, severity=severity, path=path
        )
        found, last = one_page(more, limit)
        return json_bytes(
            models.DiagnosticsAnswer(
                diagnostics=[facts.notice(one.diagnostic) for one in found],
                total=total,
                next=as_cursor(last and [last.number]),
            )
        )

    key = ("noted", run_id, behind, limit, code, severity, path)
    return json_answer(await desk.answers.to(key, make, request))


_DOWNLOADS = {
    ReportFormat.JSON: "application/json",
    ReportFormat.HTML: "text/html; charset=utf-8",
    ReportFormat.TXT: "text/plain; charset=utf-8",
}


@router.get(
    "/runs/{run_id}/report",
    response_class=Response,
    responses={
        200: {
            "description": "The report",
            "content": {kind.partition(";")[0]: {"schema": {}} for kind in _DOWNLOADS.values()},
        }
    },
)
async def report(
    request: Request, run_id: RunId, form: Annotated[ReportFormat, Query(alias="format")] = ReportFormat.JSON
) -> Response:
    """The report of a run: as JSON, as a page, or as text. Lines of files are only shown to those with the token."""
    desk, trusted = state_of(request), is_trusted(request)

    def written(made: Report) -> bytes:
        shown = made if trusted else facts.public_report(made, desk.serving)
        return VIEWS[form](shown).encode("utf-8", "backslashreplace")

    def make(connection: Connection) -> bytes:
        locked = is_locked(desk.serving.database.path)
        row_of_run(connection, desk, run_id)
        return written(report_in(connection, desk.serving.database, int(run_id), locked=locked))

    if run_id.startswith("dry-"):
        text = await desk.costly(request, lambda: written(_dry_report(desk, run_id)))
    else:
        text = await desk.answers.ask(make, request)
    headers = {"Content-Disposition": f'inline; filename="rmos-report-run-{run_id}.{form}"'}
    if form is ReportFormat.HTML:
        headers["Content-Security-Policy"] = f"{page_policy()}; frame-ancestors 'none'"
    return Response(text, headers=headers, media_type=_DOWNLOADS[form])


@router.get(
    "/progress",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events named running, busy, idle and ended, each with a Progress as data",
            "content": {"text/event-stream": progress.EVENTS},
        }
    },
)
async def progress_of_run(request: Request) -> Response:
    """How far the run that goes on has got. The stream ends with the run; where none goes on, after saying so."""
    desk = state_of(request)
    desk.listeners.enter(trusted=is_trusted(request))
    try:
        first = await reached(desk)
    except BaseException:
        desk.listeners.leave()
        raise
    return Events(_events(desk, first), desk.listeners)


async def reached(desk: AppState) -> progress.Progress:
    """How far what goes on has got, or what ended last."""
    job = desk.jobs.current
    if job is not None and job.options.dry_run and job.number and not job.over.is_set():
        return progress.of_job(job)
    database = desk.serving.database

    def make(connection: Connection) -> progress.Progress:
        return progress.of_last_run(connection, locked=is_locked(database.path))

    try:
        now: progress.Progress = await desk.answers.ask(make)
    except (CorruptRow, TookTooLong):
        raise
    except DatabaseUnusable:
        without = await to_thread.run_sync(progress.without_runs, database)
        if without is None:
            raise
        return without
    return now


async def _events(desk: AppState, first: progress.Progress) -> AsyncIterator[str]:
    if first.state == "ended":
        yield progress.as_event(progress.idle_after(first))
        return
    yield progress.as_event(first)
    job: Job | None = desk.jobs.current if first.dry_run else None
    now = first
    for _ in range(int(_LISTENING_SECONDS / _LOOK_SECONDS)):
        if desk.is_ending or now.state not in ("running", "busy"):
            return
        await asyncio.sleep(_LOOK_SECONDS)
        try:
            now = progress.of_job(job) if job is not None else await reached(desk)
        except RmosError:  # whoever asks anew is told which
            return
        yield progress.as_event(now)


async def run_detail(request: Request, run_id: str) -> models.RunDetail:
    """A run, or a dry run of this server's.

    Raises:
        Problem: if there is none.
    """
    desk, trusted = state_of(request), is_trusted(request)
    if run_id.startswith("dry-"):
        return facts.run_of_report(_dry_report(desk, run_id), run_id, desk.serving, trusted=trusted)

    def make(connection: Connection) -> models.RunDetail:
        return facts.run_of_row(row_of_run(connection, desk, run_id), desk.serving, trusted=trusted)

    detail: models.RunDetail = await desk.answers.to(("run", run_id, trusted), make)
    return detail


def _dry_report(desk: AppState, name: str) -> Report:
    job = desk.jobs.dry_run(int(name.removeprefix("dry-")))
    if job is None:
        raise Problem("not-found", f"there is no dry run {name}", "the server keeps the last few only")
    job.raise_failure()
    if job.report is None:
        raise Problem("not-found", f"{name} still goes on", "its progress tells when it has ended")
    return job.report


def row_of_run(connection: Connection, desk: AppState, run_id: str) -> RunRow:
    """A run's row.

    Raises:
        Problem: if there is none.
    """
    row = reporting.find_run(connection, int(run_id), locked=is_locked(desk.serving.database.path))
    if row is None:
        raise Problem("not-found", f"there is no run {run_id}")
    return row
