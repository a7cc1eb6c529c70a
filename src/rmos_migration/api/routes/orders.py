"""Starting runs, and stopping those that were started here."""

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from ...views import models, runs
from ..parameters import MIGRATION, RunId
from ..problems import Problem
from ..requests import Parameters, json_body
from ..run_order import RunOrder, order_from
from ..state import json_answer, json_bytes, question, root_of, state_of
from .runs import run_detail

_STOPPING_SECONDS = 60.0
"""For a run to come to the end of its batch, which whoever stops it waits for."""

router = APIRouter(prefix=MIGRATION, tags=["migration"], dependencies=[Parameters])


@router.post(
    "/runs",
    status_code=202,
    responses={202: {"model": models.RunStarted}},
    openapi_extra={
        "requestBody": {"content": {"application/json": {"schema": RunOrder.model_json_schema()}}}
    },
)
async def start_run(request: Request) -> Response:
    """Start a run over the configured folder, or with ``dry_run`` see what it would do."""
    state = state_of(request)
    order = order_from(await json_body(request, empty={}))
    job = await to_thread.run_sync(state.jobs.start, order.options(state.settings.configured))
    name = job.name = f"dry-{job.number}" if job.number else str(await state.fresh(question(runs.newest)))
    location = f"{root_of(request)}{MIGRATION}/runs/{name}"
    started = models.RunStarted(run=name, dry_run=order.dry_run, location=location)
    return json_answer(json_bytes(started), 202, Location=location)


@router.post(
    "/runs/{run_id}/stop",
    responses={
        200: {"model": models.RunAnswer},
        202: {"model": models.RunAnswer, "description": "It has not ended yet"},
    },
    description=(
        "Stop a run that was started here: it ends after the batch that it is at, and what it wrote stays;"
        " of a dry run, nothing\ndoes. The answer comes when it has ended."
    ),
)
async def stop_run(request: Request, run_id: RunId) -> Response:
    """Stop a run that was started here, and wait until it has ended."""
    state = state_of(request)
    if await json_body(request, empty={}) != {}:
        raise Problem("invalid", "stopping takes no fields", "leave the body out")
    job = state.jobs.going_on(run_id)
    if job is None:
        run = await run_detail(request, run_id)
        was = "is over" if run.status != "running" else "was not started by this server"
        hint = "" if run.status != "running" else "stop it where it was started: Ctrl-C there"
        raise Problem("not-running", f"the run {run_id} {was}", hint)
    job.ask_to_stop()
    is_over = await to_thread.run_sync(job.over.wait, _STOPPING_SECONDS)
    if is_over and job.failure is not None:
        job.raise_failure()
    if not is_over and job.number:
        raise Problem(
            "busy",
            f"{run_id} was asked to stop and is still in progress",
            "its progress stream tells when it has ended",
        )
    return json_answer(
        json_bytes(models.RunAnswer(run=await run_detail(request, run_id))), 200 if is_over else 202
    )
