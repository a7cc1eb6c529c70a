"""What the routes share: the settings, the cache, the runs in progress; and how they ask a view."""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, NamedTuple, ParamSpec, TypeVar, cast

import orjson
from anyio import CapacityLimiter, to_thread
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from ..store.snapshot import Snapshot
from ..views.context import ViewContext
from .audit_cache import AuditCache
from .jobs import Jobs
from .listeners import Listeners
from .metrics import Metrics
from .response_cache import ResponseCache
from .server_settings import ServerSettings

_Result = TypeVar("_Result")
_Other = TypeVar("_Other")
_Arguments = ParamSpec("_Arguments")

_ANSWERING_SECONDS = 2.0
"""For answers to be computed when the server is asked to end; less than it waits for them to be sent."""


class Question(NamedTuple, Generic[_Result]):
    """A view with the arguments that it is called with: see ``question``.

    The cache finds an answer by this value. So an answer depends on nothing but the data and the arguments,
    and no argument can be forgotten in a key.
    """

    view: Callable[..., Any]
    arguments: tuple[Hashable, ...]
    named: tuple[tuple[str, Hashable], ...]
    writers: tuple[Callable[[Any], Any], ...] = ()
    """What is done with the view's value, one after the other: see ``written``."""

    def answer(self, context: ViewContext) -> _Result:
        """Call the view."""
        value = self.view(context, *self.arguments, **dict(self.named))
        for write in self.writers:
            value = write(value)
        return cast("_Result", value)


@dataclass(frozen=True)
class Given(Generic[_Result]):
    """An argument that was read from the same data, and so is not part of the question: all are equal."""

    value: _Result = field(compare=False)


def question(
    view: Callable[Concatenate[ViewContext, _Arguments], _Result],
    *arguments: _Arguments.args,
    **named: _Arguments.kwargs,
) -> Question[_Result]:
    """Return the question that ``view`` answers when called with these arguments, which must be hashable."""
    return Question(view, arguments, tuple(named.items()))


def written(asked: Question[_Result], write: Callable[[_Result], _Other]) -> Question[_Other]:
    """Return the question whose answer ``write`` makes of the value, in the thread of the view."""
    return Question(asked.view, asked.arguments, asked.named, (*asked.writers, write))


class AppState:
    """One server's working state."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.cache = ResponseCache(settings.database)
        self.quick_audit = AuditCache(self.cache, quick=True)
        self.full_audit = AuditCache(self.cache, quick=False)
        self.jobs = Jobs(settings.database, settings.source)
        self.metrics = Metrics()
        self.listeners = Listeners()
        self.is_ending = False
        self._editing = CapacityLimiter(1)

    async def cached(
        self, asked: Question[_Result], caller: Request | None = None, *, is_of_files: bool = False
    ) -> _Result:
        """Return the answer to a question, from the cache if it is there (``get_or_compute``)."""
        return await self.cache.get_or_compute(
            asked, lambda snapshot: asked.answer(self._context(snapshot)), caller, is_of_files=is_of_files
        )

    async def fresh(self, asked: Question[_Result], caller: Request | None = None) -> _Result:
        """Return the answer to a question, whatever is kept."""
        return await self.cache.ask(lambda snapshot: asked.answer(self._context(snapshot)), caller)

    async def costly(self, request: Request, compute: Callable[[], bytes]) -> bytes:
        """Return what ``compute`` returns, called in a thread in the costly lane."""
        return await self.cache.costly.run(request, lambda _: compute())

    async def edited(self, work: Callable[[], _Result]) -> _Result:
        """Return what ``work`` returns, which changes a record, called in a thread.

        One change waits for another instead of being refused because of its lock.
        """
        return await to_thread.run_sync(work, limiter=self._editing)

    def ask_to_end(self) -> None:
        """End the current run after its batch, the streams of progress, and soon every query."""
        self.is_ending = True
        self.jobs.ask_to_stop()
        asyncio.get_running_loop().call_later(_ANSWERING_SECONDS, self.cache.readers.end_questions)

    def close(self) -> None:
        """End the current run, and close the connections."""
        self.jobs.stop()
        self.cache.close()

    def _context(self, snapshot: Snapshot) -> ViewContext:
        return ViewContext(snapshot, self.settings.database, self.settings.redactor)


def state_of(request: Request) -> AppState:
    """Return the state of the server that got a request."""
    state: AppState = request.app.state.rmos
    return state


def is_trusted(request: Request) -> bool:
    """Tell whether the caller showed the token for changes."""
    return bool(getattr(request.state, "trusted", False))


def root_of(request: Request) -> str:
    """Return the path below which the caller sees the server, behind a proxy: ``/rmos``, or nothing."""
    return str(request.scope.get("root_path", ""))


def json_bytes(value: Any) -> bytes:
    """Return a value as JSON."""
    return orjson.dumps(value.model_dump() if isinstance(value, BaseModel) else value)


def json_answer(content: bytes, status: int = 200, **headers: str) -> Response:
    """Return JSON as an answer."""
    return Response(
        content, status, {name.replace("_", "-"): v for name, v in headers.items()}, "application/json"
    )


async def cached_json(
    request: Request, asked: Question[Any], *, is_costly: bool = True, is_of_files: bool = False
) -> Response:
    """Answer with the JSON of what a view says; see ``ResponseCache.get_or_compute``."""
    caller = request if is_costly else None
    content = await state_of(request).cached(written(asked, json_bytes), caller, is_of_files=is_of_files)
    return json_answer(content)
