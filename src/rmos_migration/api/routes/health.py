"""The server's own health, for programs that watch over it."""

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from ...diagnostics import Severity
from ...errors import RmosError
from ...store import schema
from ...views import models
from .. import metrics
from ..requests import Parameters
from ..state import json_answer, json_bytes, question, state_of

router = APIRouter(tags=["health"], dependencies=[Parameters])


@router.get("/healthz", responses={200: {"model": models.Alive}})
async def healthz() -> Response:
    """The server answers."""
    return json_answer(json_bytes(models.Alive()))


@router.get("/readyz", responses={200: {"model": models.Ready}})
async def readyz(request: Request) -> Response:
    """The database can be read; if not, 503 and why."""
    version = await state_of(request).cache.ask(lambda snapshot: schema.version_of(snapshot.connection))
    return json_answer(json_bytes(models.Ready(schema_version=version)))


@router.get(
    "/metrics",
    name="metrics",
    response_class=Response,
    responses={200: {"description": "Numbers for Prometheus", "content": {"text/plain": {"schema": {}}}}},
)
async def metrics_of_all(request: Request) -> Response:
    """Numbers for Prometheus."""
    state = state_of(request)
    audit = state.quick_audit.last
    findings = () if audit is None else tuple((one, audit.number(one)) for one in Severity)
    try:
        found = await state.cached(question(metrics.of_database, findings), is_of_files=True)
    except RmosError:
        found = await to_thread.run_sync(metrics.without_database)
    return Response(state.metrics.of_requests() + found, media_type=metrics.CONTENT_TYPE)
