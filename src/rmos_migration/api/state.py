"""What the routes share: what is served, what was read, what goes on."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from anyio import CapacityLimiter, to_thread
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from .audit_cache import AuditCache
from .jobs import Jobs
from .listeners import Listeners
from .metrics import Metrics
from .response_cache import ResponseCache
from .server_settings import ServerSettings

_Result = TypeVar("_Result")

_ANSWERING_SECONDS = 2.0
"""For answers to be made when the server is to end; fewer than it waits for them to be sent."""


class AppState:
    """One server's working state."""

    def __init__(self, serving: ServerSettings) -> None:
        self.serving = serving
        self.answers = ResponseCache(serving.database)
        self.quick_checkup = AuditCache(self.answers, quick=True)
        self.checkup = AuditCache(self.answers, quick=False)
        self.jobs = Jobs(serving.database, serving.source)
        self.metrics = Metrics(serving.database)
        self.listeners = Listeners()
        self.is_ending = False
        self._editing = CapacityLimiter(1)

    async def costly(self, request: Request, make: Callable[[], bytes]) -> bytes:
        """What ``make`` gives, called in a thread in the costly lane."""
        return await self.answers.costly.run(request, lambda _: make())

    def ask_to_end(self) -> None:
        """Let the run that goes on come to an end, those who listen to it, and, soon, every question to the database."""
        self.is_ending = True
        self.jobs.ask_to_stop()
        asyncio.get_running_loop().call_later(_ANSWERING_SECONDS, self.answers.readers.end_questions)

    async def edited(self, work: Callable[[], _Result]) -> _Result:
        """What ``work`` gives, which changes a record, called in a thread; one waits for the other instead of being refused
        for its lock.
        """
        return await to_thread.run_sync(work, limiter=self._editing)

    def close(self) -> None:
        """End what goes on."""
        self.jobs.stop()
        self.answers.close()


def state_of(request: Request) -> AppState:
    """The desk of the server that got a request."""
    desk: AppState = request.app.state.desk
    return desk


def is_trusted(request: Request) -> bool:
    """Whether the caller showed the token."""
    return bool(getattr(request.state, "trusted", False))


def root_of(request: Request) -> str:
    """The path below which the caller sees the server, behind a proxy: ``/rmos``, or nothing."""
    return str(request.scope.get("root_path", ""))


def json_bytes(value: Any) -> bytes:
    """A value as JSON."""
    return orjson.dumps(value.model_dump() if isinstance(value, BaseModel) else value)


def json_answer(content: bytes, status: int = 200, **headers: str) -> Response:
    """JSON as an answer."""
    return Response(
        content, status, {name.replace("_", "-"): v for name, v in headers.items()}, "application/json"
    )
