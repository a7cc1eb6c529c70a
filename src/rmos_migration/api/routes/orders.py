"""Starting runs, and stopping those that were started here."""

from typing import Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Request
from pydantic import ValidationError
from sqlalchemy import Connection
from starlette.responses import Response

from ...diagnostics import CATALOGUE
from ...migrate.options import Limit, MissingReferences, OnConflict, Options
from ...store import history
from .. import models
from ..problems import MOST_FAULTS, Fault, Problem
from ..requests import Parameters, json_body
from ..state import AppState, json_answer, json_bytes, root_of, state_of
from .parameters import PREFIX, RunId
from .runs import run_detail

_STOPPING_SECONDS = 60.0
"""For a run to come to the end of its batch, which whoever stops it waits for."""

router = APIRouter(prefix=PREFIX, tags=["migration"], dependencies=[Parameters])


@router.post(
    "/runs",
    status_code=202,
    responses={202: {"model": models.RunStarted}},
    openapi_extra={
        "requestBody": {"content": {"application/json": {"schema": models.RunOrder.model_json_schema()}}}
    },
)
async def start_run(request: Request) -> Response:
    """Start a run over the configured folder, or with ``dry_run`` see what it would do."""
    desk = state_of(request)
    order = _order(await json_body(request, empty={}))
    job = await to_thread.run_sync(desk.jobs.start, _options(order, desk))
    name = job.name = f"dry-{job.number}" if job.number else str(await desk.answers.ask(_newest_run))
    location = f"{root_of(request)}{PREFIX}/runs/{name}"
    started = models.RunStarted(run=name, dry_run=order.dry_run, location=location)
    return json_answer(json_bytes(started), 202, Location=location)


@router.post(
    "/runs/{run_id}/stop",
    responses={
        200: {"model": models.RunAnswer},
        202: {"model": models.RunAnswer, "description": "It has not ended yet"},
    },
)
async def stop_run(request: Request, run_id: RunId) -> Response:
    """Stop a run that was started here: it ends after the batch that it is at, and what it wrote stays; of a dry run, nothing
    does. The answer comes when it has ended.
    """
    desk = state_of(request)
    if await json_body(request, empty={}) != {}:
        raise Problem("invalid", "stopping takes no fields", "leave the body out")
    job = desk.jobs.going_on(run_id)
    if job is None:
        told = await run_detail(request, run_id)
        was = "is over" if told.status != "running" else "was not started by this server"
        hint = "" if told.status != "running" else "stop it where it was started: Ctrl-C there"
        raise Problem("not-running", f"the run {run_id} {was}", hint)
    job.ask_to_stop()
    is_over = await to_thread.run_sync(job.over.wait, _STOPPING_SECONDS)
    if is_over and job.failure is not None:
        job.raise_failure()
    if not is_over and job.number:
        raise Problem(
            "busy", f"{run_id} is to end, and still goes on", "its progress tells when it has ended"
        )
    return json_answer(
        json_bytes(models.RunAnswer(run=await run_detail(request, run_id))), 200 if is_over else 202
    )


def _newest_run(connection: Connection) -> int:
    (row,), _ = history.runs_page(connection, before=None, limit=1, locked=True)
    return row.id


def _order(body: Any) -> models.RunOrder:
    try:
        return models.RunOrder.model_validate_json(orjson.dumps(body), strict=True)
    except ValidationError as error:
        faults = [
            Fault(
                code="field-invalid",
                message=problem["msg"],
                pointer="".join(f"/{step}" for step in problem["loc"]),
                hint="",
            )
            for problem in error.errors(include_url=False, include_input=False, include_context=False)[
                :MOST_FAULTS
            ]
        ]
        hint, total = CATALOGUE["field-invalid"].hint, error.error_count()
        raise Problem("invalid", faults[0].message, hint, errors=faults, errors_total=total) from None


def _options(order: models.RunOrder, desk: AppState) -> Options:
    usual = desk.serving.settings
    limit = order.max_rejects or usual.max_rejects
    return Options(
        dry_run=order.dry_run,
        all_or_nothing=order.all_or_nothing,
        on_conflict=OnConflict(order.on_conflict or usual.on_conflict),
        missing_references=MissingReferences(order.missing_references or usual.missing_references),
        max_rejects=None if limit is None else Limit.parse(limit, "max_rejects"),
        encoding=order.encoding or usual.encoding,
        rehash=order.rehash,
    )
