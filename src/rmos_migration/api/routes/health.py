"""The server's own health, for programs that watch over it."""

from anyio import to_thread
from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from ...errors import RmosError
from ...store import schema
from .. import models
from ..metrics import CONTENT_TYPE
from ..requests import Parameters
from ..state import json_answer, json_bytes, state_of

router = APIRouter(tags=["health"], dependencies=[Parameters])


@router.get("/healthz", responses={200: {"model": models.Alive}})
async def healthz() -> Response:
    """The server answers."""
    return json_answer(json_bytes(models.Alive()))


@router.get("/readyz", responses={200: {"model": models.Ready}})
async def readyz(request: Request) -> Response:
    """The database can be read; if not, 503 and why."""
    version = await state_of(request).answers.ask(schema.version_of)
    return json_answer(json_bytes(models.Ready(schema_version=version)))


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"description": "Numbers for Prometheus", "content": {"text/plain": {"schema": {}}}}},
)
async def metrics(request: Request) -> Response:
    """Numbers for Prometheus."""
    desk = state_of(request)

    def make(connection: Connection | None) -> bytes:
        return desk.metrics.of_database(connection, desk.quick_checkup)

    audited = desk.quick_checkup.last
    try:
        of_database = await desk.answers.to(
            ("metrics", audited and audited.started_at), make, is_of_files=True
        )
    except RmosError:
        of_database = await to_thread.run_sync(make, None)
    return Response(desk.metrics.of_requests() + of_database, media_type=CONTENT_TYPE)
