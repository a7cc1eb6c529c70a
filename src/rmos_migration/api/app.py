"""The application: routes, errors, the OpenAPI document, and the guard in front of everything."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp

from .._version import __version__
from ..editing.refusals import EditRefused
from ..errors import RmosError
from ..views.context import NotFound
from . import problems
from .metrics import RequestMetrics
from .problems import Problem, ProblemBody, invalid_field
from .requests import LARGEST_BODY
from .routes import health, migration, one_time_link, orders, runs, stores
from .security import Guard
from .server_settings import ASK_TO_END, ServerSettings
from .state import AppState, is_trusted, root_of, state_of

_ABOUT = (
    "The records of a guitar workshop, and how they came into its database.\n\n"
    "Reading is free on this machine, unless others are served; changes need `Authorization: Bearer TOKEN`."
    " Errors are problems\n(RFC 9457)."
)


ProblemPage = Callable[[Request, Problem], Response]


def create_app(
    settings: ServerSettings, pages: Sequence[APIRouter] = (), problem_page: ProblemPage | None = None
) -> ASGIApp:
    """Return the application that serves a database.

    Args:
        settings: what to serve, and to whom.
        pages: further routes, for people.
        problem_page: makes the page that shows a problem to a person; programs get it as JSON.
    """
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
    app.state.rmos = AppState(settings)
    app.state.problem_page = problem_page
    app.state.routers = (
        health.router,
        one_time_link.router,
        migration.router,
        runs.router,
        orders.router,
        *stores.routers(),
        *pages,
    )
    for router in app.state.routers:
        app.include_router(router)
    app.add_exception_handler(Problem, _of_problem)
    app.add_exception_handler(NotFound, _of_not_found)
    app.add_exception_handler(RmosError, _of_error)
    app.add_exception_handler(EditRefused, _of_refusal)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(ClientDisconnect, _of_disconnect)
    app.add_exception_handler(Exception, _of_failure)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return RequestMetrics(Guard(app, settings), app.state.rmos.metrics)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    state: AppState = app.state.rmos
    yield {ASK_TO_END: state.ask_to_end}
    state.close()


def _respond(request: Request, problem: Problem) -> Response:
    """Return a problem as an answer: a page for people, JSON for programs."""
    page: ProblemPage | None = request.app.state.problem_page
    path = request.scope["path"].removeprefix(root_of(request))
    is_of_api = path.startswith(("/api/", "/readyz", "/healthz", "/metrics", "/openapi.json"))
    if page is None or is_of_api or "text/html" not in request.headers.get("accept", ""):
        return problem.response()
    return page(request, problem)


async def _of_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - Starlette's signature says Exception
    return _respond(request, error)


async def _of_not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotFound)  # noqa: S101
    return _respond(request, problems.of_not_found(error))


async def _of_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RmosError)  # noqa: S101
    settings = state_of(request).settings
    trusted = is_trusted(request)
    problem = await to_thread.run_sync(lambda: problems.of_error(error, settings, trusted=trusted))
    return _respond(request, problem)


async def _of_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, EditRefused)  # noqa: S101
    return _respond(request, problems.of_refusal(error))


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods_at(request))
    return _respond(request, problems.of_status(error.status_code, str(error.detail), headers))


def _methods_at(request: Request) -> list[str]:
    """Return the methods of all routes of an address: the framework lists those of the first only."""
    found = {
        method
        for router in request.app.state.routers
        for route in router.routes
        if isinstance(route, APIRoute) and route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


async def _of_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    places = [(str(one["loc"][-1]), one["msg"]) for one in error.errors()]
    faults = [invalid_field(f"{place}: {message}", place) for place, message in places]
    return _respond(request, Problem("invalid", faults[0].message, "correct the address", errors=faults))


async def _of_disconnect(_: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
    return Problem("bad-request", "the request was cut off").response()  # nobody receives it


async def _of_failure(request: Request, _: Exception) -> Response:
    return _respond(request, Problem("failed", "the server's log says why", "please report it"))


def _openapi(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document: every operation may answer with a problem, and changes need the token."""
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
