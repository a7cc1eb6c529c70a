"""The application: routes, errors, documentation, and the guard in front of it all."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from .. import __version__
from ..editing.refusals import Refusal
from ..errors import RmosError
from . import problems
from .desk import Desk, desk_of, is_trusted
from .metrics import Measured
from .problems import Fault, Problem, ProblemBody
from .requests import LARGEST_BODY
from .routes import health, migration, stores
from .security import Guard
from .serving import Serving

log = logging.getLogger(__name__)

_ABOUT = """The records of a guitar workshop, and how they came into its database.

Reading is free on this machine; changes need `Authorization: Bearer TOKEN`. Errors are problems (RFC 9457)."""


def create_app(serving: Serving, *pages: Any) -> ASGIApp:
    """The application that serves a database; ``pages`` are further routers, such as the web pages'."""
    app = FastAPI(
        title="RMOS migration",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=LARGEST_BODY,
        lifespan=_lifespan,
    )
    app.state.desk = Desk(serving)
    for router in (health.router, migration.router, *stores.routers(), *pages):
        app.include_router(router)
    app.add_exception_handler(Problem, _of_problem)
    app.add_exception_handler(RmosError, _of_error)
    app.add_exception_handler(Refusal, _of_refusal)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(Exception, _of_failure)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return Guard(Measured(app, app.state.desk.metrics), serving)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.desk.close()


async def _of_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - Starlette's signature says Exception
    return error.response()


async def _of_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RmosError)  # noqa: S101
    return problems.of_error(error, desk_of(request).serving, trusted=is_trusted(request)).response()


async def _of_refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101
    return problems.of_refusal(error).response()


async def _of_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    return problems.of_status(error.status_code, str(error.detail), error.headers).response()


async def _of_validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    faults = [
        Fault(
            code="field-invalid",
            message=f"{one['loc'][-1]}: {one['msg']}",
            pointer=str(one["loc"][-1]),
            hint="",
        )
        for one in error.errors()
    ]
    return Problem("invalid", faults[0].message, "correct the address", errors=faults).response()


async def _of_failure(_: Request, error: Exception) -> Response:
    log.error("a request failed", exc_info=error)
    return Problem("failed", "the server's log says why", "please report it").response()


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document: every operation may answer with a problem, and those that change something need the token."""
    if app.openapi_schema:
        return app.openapi_schema
    described = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    parts = described.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = ProblemBody.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    parts["schemas"] |= parts["schemas"]["Problem"].pop("$defs", {})
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for name in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(name, None)
    for operations in described["paths"].values():
        for method, operation in operations.items():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {
                "description": "A problem",
                "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            if method != "get":
                operation["security"] = [{"token": []}]
    app.openapi_schema = described
    return described
