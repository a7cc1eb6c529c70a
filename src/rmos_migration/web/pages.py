"""The pages about the migration: overview, runs, what is not loaded, audit, the API; and the files that pages load."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from ..api import facts
from ..api.cursors import LONGEST, as_cursor, from_cursor, one_page
from ..api.problems import Problem, of_error
from ..api.rejects import page_of_rejects
from ..api.requests import Parameters
from ..api.routes.parameters import RunId
from ..api.routes.runs import row_of_run
from ..api.state import AppState, state_of
from ..audit.rules import FAMILIES
from ..catalogue import CATALOGUE
from ..diagnostics import Severity
from ..errors import DatabaseUnusable
from ..presentation import views as report_facts
from ..presentation.conclusion import advice, mood_of, verdict
from ..presentation.model import Run
from ..presentation.not_loaded import counted_by_outcome, strays_there
from ..store import history, queries, reporting
from ..store.doubts import doubts
from ..store.kept_out import KeptOutPlace
from ..store.lock import is_locked
from ..store.queries import RunRow
from . import records
from .assets import asset
from .rendering import address, as_page, render, shared

RUNS_SHOWN = 30
SHOWN = 50
"""Entries of a page."""

_FINDINGS = 20
"""Findings of a rule that are shown."""

_TITLES = {family.name: family.title for family in FAMILIES}

Text = Annotated[str | None, Query(max_length=200)]
Cursor = Annotated[str | None, Query(max_length=LONGEST)]

router = APIRouter(include_in_schema=False, dependencies=[Parameters])


def page_routers() -> list[APIRouter]:
    """The routes of the pages."""
    return [router, records.router()]


@router.get("/")
async def overview(request: Request) -> Response:
    """Is my data in, when, what is wrong."""
    desk = state_of(request)
    known = shared(request)
    try:
        audited = await desk.quick_checkup.result()
        make = partial(_overview, desk=desk, known=known, validation=facts.validation(audited))
        key = ("overview", known["root"], audited.started_at)
        return as_page(await desk.answers.to(key, make, is_of_files=True))
    except DatabaseUnusable as error:
        problem = await to_thread.run_sync(partial(of_error, error, desk.serving, trusted=False))
        if not problem.body.type.endswith("database-missing"):
            raise
        return as_page(render("beginning.html", "/", **known))


def _overview(connection: Connection, desk: AppState, known: dict[str, Any], validation: Any) -> bytes:
    locked = is_locked(desk.serving.database.path)
    rows = queries.runs_newest_first(connection, RUNS_SHOWN, locked=locked)
    last = rows[0] if rows else None
    run, told, doubted = None, None, doubts(connection)
    if last is not None:
        run = report_facts.run_of_row(last)
        told = _told(connection, last, facts.public_run(run, desk.serving), doubted)
    return render(
        "overview.html",
        "/",
        **known,
        run=run,
        told=told,
        mood=("warn", "…") if run is None else mood_of(run, doubted=bool(doubted)),
        runs=[report_facts.run_of_row(one) for one in rows],
        counts=queries.entity_counts(connection),
        kept_out=counted_by_outcome(connection).total(),
        not_looked_at=len(strays_there(connection)),
        recent=facts.recent_of_each(connection),
        validation=validation,
        status=facts.migration_status(connection, desk.serving, last, trusted=False),
    )


def _told(connection: Connection, row: RunRow, run: Run, doubted: Sequence[str]) -> tuple[str, list[str]]:
    """What a run came to, and what to do."""
    kinds = report_facts.in_order(report_facts.kind(*one) for one in reporting.noticed(connection, row.id))
    is_last = not reporting.has_later_run(connection, row)
    balanced = bool(row.counts.get("balanced", True))
    told = advice(run, kinds, None, balanced=balanced, is_last=is_last, doubted=doubted)
    return verdict(run, doubted), told


@router.get("/runs")
async def runs(request: Request, cursor: Cursor = None) -> Response:
    """Every run, the latest first."""
    desk = state_of(request)
    known = shared(request)
    after = from_cursor(cursor, int)
    before = None if after is None else after[0]

    def make(connection: Connection) -> bytes:
        locked = is_locked(desk.serving.database.path)
        several, total = history.runs_page(connection, before=before, limit=SHOWN + 1, locked=locked)
        found, last = one_page(several, SHOWN)
        more = as_cursor(last and [last.id])
        listed = [facts.run_of_row(one, desk.serving, trusted=False) for one in found]
        dry_runs = [
            (f"dry-{number}", job) for number, job in reversed(desk.jobs.dry_runs.items()) if before is None
        ]
        return render(
            "runs.html",
            "/runs",
            **known,
            runs=listed,
            total=total,
            dry_runs=dry_runs,
            is_first=before is None,
            next_page=more and address("/runs", cursor=more),
        )

    dry = tuple((number, job.over.is_set()) for number, job in desk.jobs.dry_runs.items())
    key = ("runs page", known["root"], before, dry)
    return as_page(await desk.answers.to(key, make, request))


@router.get("/runs/{run_id}")
async def run(
    request: Request,
    run_id: RunId,
    cursor: Cursor = None,
    code: Text = None,
    severity: Severity | None = None,
) -> Response:
    """One run: what it came to, what it noticed, its report."""
    desk = state_of(request)
    known = shared(request)
    if run_id.startswith("dry-"):
        return as_page(await desk.costly(request, partial(_dry_run, desk, run_id, known)))
    after = from_cursor(cursor, int)
    behind = 0 if after is None else after[0]
    may_stop = known["may_change"] and desk.jobs.going_on(run_id) is not None

    def make(connection: Connection) -> bytes:
        row = row_of_run(connection, desk, run_id)
        several, total = history.noted(
            connection, int(run_id), after=behind, limit=SHOWN + 1, code=code, severity=severity
        )
        noted, last = one_page(several, SHOWN)
        more = as_cursor(last and [last.number])
        known_run = report_facts.run_of_row(row)
        doubted = doubts(connection)
        said, what_to_do = _told(connection, row, facts.public_run(known_run, desk.serving), doubted)
        kinds = report_facts.in_order(
            report_facts.kind(*one) for one in reporting.noticed(connection, row.id)
        )
        return render(
            "run.html",
            "/runs",
            **known,
            run=facts.run_of_row(row, desk.serving, trusted=False),
            may_stop=may_stop,
            is_kept=known_run.is_kept,
            said=said,
            what_to_do=what_to_do,
            mood=mood_of(known_run, doubted=bool(doubted)),
            kinds=kinds,
            notices=[facts.notice(one.diagnostic) for one in noted],
            total=total,
            asked={"code": code, "severity": severity and severity.value},
            next_page=more and address(f"/runs/{run_id}", cursor=more, code=code, severity=severity),
        )

    key = ("run page", known["root"], run_id, behind, code, severity, may_stop)
    return as_page(await desk.answers.to(key, make, request))


def _dry_run(desk: AppState, name: str, known: dict[str, Any]) -> bytes:
    job = desk.jobs.dry_run(int(name.removeprefix("dry-")))
    if job is None:
        raise Problem("not-found", f"there is no dry run {name}", "the server keeps the last few only")
    job.raise_failure()
    report = job.report and facts.public_report(job.report, desk.serving, SHOWN)
    detail = report and facts.run_of_report(report, name, desk.serving, trusted=False)
    mood = mood_of(report.run) if report else ("warn", "…")
    total = len(job.report.kept_out or []) if job.report else 0
    return render(
        "dry_run.html",
        "/runs",
        **known,
        name=name,
        report=report,
        run=detail,
        mood=mood,
        kept_out_total=total,
    )


@router.get("/rejects")
async def rejects(request: Request, cursor: Cursor = None, code: Text = None, path: Text = None) -> Response:
    """What is not loaded, why, and what to do."""
    desk = state_of(request)
    known = shared(request)
    code, path = code or None, path or None
    after = from_cursor(cursor, int, str, str)
    place = None if after is None else KeptOutPlace(*after)

    def make(connection: Connection) -> bytes:
        found = page_of_rejects(connection, after=place, limit=SHOWN, code=code, path=path)
        return render(
            "rejects.html",
            "/rejects",
            **known,
            found=found,
            catalogue=CATALOGUE,
            asked={"code": code, "path": path},
            next_page=found.next and address("/rejects", cursor=found.next, code=code, path=path),
        )

    key = ("rejects page", known["root"], place, code, path)
    return as_page(await desk.answers.to(key, make, request, is_of_files=True))


@router.get("/audit")
async def audit(request: Request) -> Response:
    """Every rule, and what it found."""
    result = await state_of(request).checkup.result()
    families: dict[str, list[Any]] = {}
    for one in result.verdicts:
        families.setdefault(one.family, []).append(one)
    values = shared(request) | {"result": result, "families": families, "shown": _FINDINGS, "titles": _TITLES}
    return as_page(render("audit.html", "/audit", **values, warnings=result.number(Severity.WARNING)))


@router.get("/docs")
async def documentation(request: Request) -> Response:
    """The API, for those who write programs."""
    return as_page(render("docs.html", "", **shared(request), described=request.app.openapi()))


@router.get("/static/{name}")
async def static(name: str, v: Text = None) -> Response:  # noqa: ARG001 - other content, another address
    """A style or script of the pages."""
    found = asset(name)
    if found is None:
        raise Problem("not-found", f"there is no file {name}")
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": "max-age=86400"})
