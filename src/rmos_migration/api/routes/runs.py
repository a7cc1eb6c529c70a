"""Runs: all of them, one with what it noticed and its report, and how far it has got."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from ...diagnostics import Severity
from ...errors import CorruptRow, DatabaseUnusable, RmosError, TookTooLong
from ...reports.formats import RENDERERS, Format
from ...reports.model import Report
from ...reports.page import page_policy
from ...views import models, runs
from ...views.runs import NoticeFilter
from .. import progress
from ..jobs import Job
from ..listeners import Events
from ..parameters import MIGRATION, Cursor, Number, Part, RunId, number_from
from ..problems import Problem
from ..requests import Parameters
from ..state import (
    AppState,
    cached_json,
    is_trusted,
    json_answer,
    json_bytes,
    question,
    state_of,
    written,
)

_LISTENING_SECONDS = 3600
_LOOK_SECONDS = 0.5

router = APIRouter(prefix=MIGRATION, tags=["migration"], dependencies=[Parameters])


@router.get("/runs", name="runs", responses={200: {"model": models.RunsAnswer}})
async def page_of_runs(request: Request, limit: Number = 50, cursor: Cursor = None) -> Response:
    """Runs, the latest first."""
    before = number_from(cursor)
    asked = question(runs.page, before=before, limit=limit, trusted=is_trusted(request))
    return await cached_json(request, asked)


@router.get("/runs/{run_id}", responses={200: {"model": models.RunAnswer}})
async def run(request: Request, run_id: RunId) -> Response:
    """One run."""
    return json_answer(json_bytes(models.RunAnswer(run=await run_detail(request, run_id))))


@router.get(
    "/runs/{run_id}/diagnostics",
    responses={200: {"model": models.DiagnosticsAnswer}},
    description=(
        "What a run noticed; ``path`` is a part of the file's path."
        " Of a dry run, why documents would not be loaded."
    ),
)
async def diagnostics(
    request: Request,
    run_id: RunId,
    limit: Number = 50,
    cursor: Cursor = None,
    code: Part = None,
    severity: Severity | None = None,
    path: Part = None,
) -> Response:
    """Return what a run noticed."""
    after, wanted = number_from(cursor) or 0, NoticeFilter(code, severity, path)
    if is_dry(run_id):
        made = report_of_dry_run(state_of(request), run_id)
        pick = partial(runs.dry_run_notices, made, wanted, first=max(after, 0), limit=limit)
        return json_answer(await state_of(request).costly(request, lambda: json_bytes(pick())))
    asked = question(runs.notices, int(run_id), wanted, after=after, limit=limit)
    return await cached_json(request, asked)


_DOWNLOADS = {
    Format.JSON: "application/json",
    Format.HTML: "text/html; charset=utf-8",
    Format.TXT: "text/plain; charset=utf-8",
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
    description=(
        "The report of a run: as JSON, as a page, or as text."
        " Lines of files are only shown to those with the token."
    ),
)
async def report(
    request: Request, run_id: RunId, form: Annotated[Format, Query(alias="format")] = Format.JSON
) -> Response:
    """Return the report of a run."""
    state, trusted = state_of(request), is_trusted(request)

    def write(made: Report) -> bytes:
        return RENDERERS[form](made).encode("utf-8", "backslashreplace")

    if is_dry(run_id):
        made, redactor = report_of_dry_run(state, run_id), state.settings.redactor
        text = await state.costly(request, lambda: write(made if trusted else redactor.report(made)))
    else:
        asked = question(runs.report, int(run_id), trusted=trusted)
        text = await state.fresh(written(asked, write), request)
    headers = {"Content-Disposition": f'inline; filename="rmos-report-run-{run_id}.{form}"'}
    if form is Format.HTML:
        headers["Content-Security-Policy"] = f"{page_policy()}; frame-ancestors 'none'"
    return Response(text, headers=headers, media_type=_DOWNLOADS[form])


@router.get(
    "/progress",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": (
                "Server-sent events named running, busy, idle and ended, each with a Progress as data"
            ),
            "content": {"text/event-stream": progress.EVENTS},
        }
    },
    description=(
        "How far the run that goes on has got."
        " The stream ends with the run; where none goes on, after saying so."
    ),
)
async def progress_of_run(request: Request) -> Response:
    """Stream how far the current run has got."""
    state = state_of(request)
    state.listeners.enter(trusted=is_trusted(request))
    try:
        first = await _reached(state)
    except BaseException:
        state.listeners.leave()
        raise
    return Events(_events(state, first), state.listeners)


async def _reached(state: AppState) -> progress.Progress:
    """Return how far what goes on has got, or what ended last."""
    job = state.jobs.current
    if job is not None and job.options.dry_run and job.number and not job.over.is_set():
        return progress.of_job(job)
    try:
        return await state.fresh(question(progress.of_last_run))
    except (CorruptRow, TookTooLong):
        raise
    except DatabaseUnusable:
        without = await to_thread.run_sync(progress.without_runs, state.settings.database)
        if without is None:
            raise
        return without


async def _events(state: AppState, first: progress.Progress) -> AsyncIterator[str]:
    if first.state == "ended":
        yield progress.as_event(progress.idle_after(first))
        return
    yield progress.as_event(first)
    job: Job | None = state.jobs.current if first.dry_run else None
    now = first
    for _ in range(int(_LISTENING_SECONDS / _LOOK_SECONDS)):
        if state.is_ending or now.state not in ("running", "busy"):
            return
        await asyncio.sleep(_LOOK_SECONDS)
        try:
            now = progress.of_job(job) if job is not None else await _reached(state)
        except RmosError:  # whoever asks anew is told which
            return
        yield progress.as_event(now)


async def run_detail(request: Request, run_id: str) -> models.RunDetail:
    """Return a run, or a dry run that this server made.

    Raises:
        NotFound, Problem: if there is none.
    """
    state, trusted = state_of(request), is_trusted(request)
    if is_dry(run_id):
        made = report_of_dry_run(state, run_id)
        return runs.dry_run(made, run_id, None if trusted else state.settings.redactor)
    return await state.cached(question(runs.one, int(run_id), trusted=trusted))


def is_dry(run_id: str) -> bool:
    """Tell whether an id is that of a dry run."""
    return run_id.startswith("dry-")


def report_of_dry_run(state: AppState, name: str) -> Report:
    """Return what a dry run came to.

    Raises:
        Problem: if the server does not know it, or it goes on.
        RmosError: what ended it without a result.
    """
    made = state.jobs.dry_run(name).report
    if made is None:
        raise Problem(
            "not-found", f"{name} is still in progress", "its progress stream tells when it has ended"
        )
    return made
