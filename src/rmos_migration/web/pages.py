"""The pages about the migration: overview, runs, what is not loaded, audit, the API; and their files."""

from functools import partial
from typing import Annotated, NamedTuple

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ..api.jobs import Job
from ..api.parameters import LONGEST_CURSOR, RunId, number_from, place_from
from ..api.problems import Problem, of_error
from ..api.requests import Parameters
from ..api.state import AppState, question, state_of
from ..catalogue import CATALOGUE
from ..diagnostics import Severity
from ..errors import DatabaseUnusable
from ..store.model import LedgerPlace
from ..views import audit, models, not_loaded, overview, runs
from ..views.context import ViewContext
from ..views.not_loaded import RejectFilter
from ..views.runs import NoticeFilter
from . import record_pages
from .assets import asset
from .rendering import Shell, address, as_page, shell_of

SHOWN = 50
"""Entries of a page."""

_FINDINGS = 20
"""Findings of a rule that are shown."""

Text = Annotated[str | None, Query(max_length=200)]
Cursor = Annotated[str | None, Query(max_length=LONGEST_CURSOR)]

router = APIRouter(include_in_schema=False, dependencies=[Parameters])


class ListedDryRun(NamedTuple):
    """A dry run as the list of runs names it."""

    name: str
    started_at: str
    is_over: bool


def page_routers() -> list[APIRouter]:
    """Return the routes of the pages."""
    return [router, record_pages.router()]


@router.get("/")
async def first_page(request: Request) -> Response:
    """Show whether the data are in, since when, and what is wrong."""
    state, shell = state_of(request), shell_of(request)
    try:
        validation = audit.validation(await state.quick_audit.result())
        return as_page(await state.cached(question(_overview, shell, validation), is_of_files=True))
    except DatabaseUnusable as error:
        problem = await to_thread.run_sync(partial(of_error, error, state.settings, trusted=False))
        if problem.kind != "database-missing":
            raise
        return as_page(shell.page("beginning.html", "/"))


def _overview(context: ViewContext, shell: Shell, validation: models.Validation) -> bytes:
    return shell.page("overview.html", "/", **overview.overview(context, validation)._asdict())


@router.get("/runs")
async def list_of_runs(request: Request, cursor: Cursor = None) -> Response:
    """List the runs, the latest first."""
    state, before = state_of(request), number_from(cursor)
    listed = () if before is not None else tuple(map(_listed, reversed(state.jobs.dry_runs.values())))
    asked = question(_runs, shell_of(request), before, listed)
    return as_page(await state.cached(asked, request))


def _listed(job: Job) -> ListedDryRun:
    return ListedDryRun(f"dry-{job.number}", job.started_at, job.over.is_set())


def _runs(
    context: ViewContext, shell: Shell, before: int | None, dry_runs: tuple[ListedDryRun, ...]
) -> bytes:
    found = runs.page(context, before=before, limit=SHOWN, trusted=False)
    return shell.page(
        "runs.html",
        "/runs",
        found=found,
        dry_runs=dry_runs,
        is_first=before is None,
        next_page=found.next and address("/runs", cursor=found.next),
    )


@router.get("/runs/{run_id}")
async def one_run(
    request: Request,
    run_id: RunId,
    cursor: Cursor = None,
    code: Text = None,
    severity: Severity | None = None,
) -> Response:
    """Show a run: how it ended, what it noticed, its report."""
    state, shell = state_of(request), shell_of(request)
    if run_id.startswith("dry-"):
        return as_page(await state.costly(request, lambda: _dry_run(state, run_id, shell)))
    may_stop = shell.may_change and state.jobs.going_on(run_id) is not None
    after, wanted = number_from(cursor) or 0, NoticeFilter(code, severity)
    asked = question(_run, shell, int(run_id), wanted, after, may_stop=may_stop)
    return as_page(await state.cached(asked, request))


def _run(
    context: ViewContext, shell: Shell, run_id: int, wanted: NoticeFilter, after: int, *, may_stop: bool
) -> bytes:
    found = runs.screen(context, run_id, wanted, after=after, limit=SHOWN)
    more = found.notices.next
    path = f"/runs/{run_id}"
    return shell.page(
        "run.html",
        "/runs",
        **found._asdict(),
        may_stop=may_stop,
        wanted=wanted,
        next_page=more and address(path, cursor=more, code=wanted.code, severity=wanted.severity),
    )


def _dry_run(state: AppState, name: str, shell: Shell) -> bytes:
    made = state.jobs.dry_run(name).report
    found = made and runs.dry_run_screen(made, name, state.settings.redactor, limit=SHOWN)
    return shell.page("dry_run.html", "/runs", name=name, found=found)


@router.get("/rejects")
async def rejects(request: Request, cursor: Cursor = None, code: Text = None, path: Text = None) -> Response:
    """Show what is not loaded, why, and what to do."""
    wanted = RejectFilter(code=code or None, path=path or None)
    asked = question(_rejects, shell_of(request), wanted, place_from(cursor))
    return as_page(await state_of(request).cached(asked, request, is_of_files=True))


def _rejects(context: ViewContext, shell: Shell, wanted: RejectFilter, after: LedgerPlace | None) -> bytes:
    found = not_loaded.page(context, wanted, after=after, limit=SHOWN)
    more = found.next
    return shell.page(
        "rejects.html",
        "/rejects",
        found=found,
        catalogue=CATALOGUE,
        wanted=wanted,
        next_page=more and address("/rejects", cursor=more, code=wanted.code, path=wanted.path),
    )


@router.get("/audit")
async def full_audit(request: Request) -> Response:
    """Show every rule and what it found."""
    result = await state_of(request).full_audit.result()
    content = shell_of(request).page(
        "audit.html",
        "/audit",
        result=result,
        families=audit.rules_by_family(result),
        shown=_FINDINGS,
        warnings=result.number(Severity.WARNING),
    )
    return as_page(content)


@router.get("/docs")
async def documentation(request: Request) -> Response:
    """Show the API, for programmers."""
    return as_page(shell_of(request).page("docs.html", "", described=request.app.openapi()))


@router.get("/static/{name}")
async def static(name: str, v: Text = None) -> Response:  # noqa: ARG001 - other content, another address
    """Return a style or script of the pages."""
    found = asset(name)
    if found is None:
        raise Problem("not-found", f"there is no file {name}")
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": "max-age=86400"})
