"""The costly lane: callers who ask for much keep nobody from a short answer.

The quick lane is for answers that are looked up at once, or that cannot be varied, so that one is kept for
all who ask. Everything else takes the costly lane: few at a time, few waiting, each for a limited time, and
none for a caller who has hung up.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Event
from typing import Generic, TypeVar

from anyio import CapacityLimiter, create_task_group, move_on_after, sleep, to_thread
from starlette.requests import ClientDisconnect, Request

from .problems import Problem

COSTLY = 2
"""Costly answers that are computed at the same time: each may take seconds, and the memory of a whole
report."""

MOST_WAITING = 32
"""Callers that may wait for such a place."""

KEPT = 8
"""Further places to wait, for callers with the token only."""

WAITING_SECONDS = 10.0
QUESTION_SECONDS = 10.0
"""For which a costly answer may query the database."""

_BUSY = "busy"
_LOOK_SECONDS = 0.1
"""Between two checks whether the caller is still there."""

_Result = TypeVar("_Result")

HasLeft = Callable[[], bool]
"""Tells whether the caller has stopped waiting for the answer."""


class Lane:
    """The costly lane."""

    def __init__(self) -> None:
        self._places = CapacityLimiter(COSTLY)
        self._threads = CapacityLimiter(COSTLY)
        self._waiting = 0

    async def run(self, caller: Request, work: Callable[[HasLeft], _Result]) -> _Result:
        """Return what ``work`` returns, called in a thread; its argument tells whether the caller has left.

        Raises:
            Problem: if too many wait, or the wait took too long.
            ClientDisconnect: if the caller has left.
        """
        async with self._place(caller):
            if await caller.is_disconnected():
                raise ClientDisconnect
            left = Event()
            outcome: _Outcome[_Result] = _Outcome()
            async with create_task_group() as group:
                group.start_soon(_watch, caller, left)
                await to_thread.run_sync(outcome.record, work, left.is_set, limiter=self._threads)
                group.cancel_scope.cancel()
            if left.is_set():
                raise ClientDisconnect
            return outcome.result()

    @asynccontextmanager
    async def waiting(self, caller: Request) -> AsyncIterator[None]:
        """Count a caller among those who wait while the block runs.

        Raises:
            Problem: if too many wait, or the block takes too long.
        """
        if self._waiting >= MOST_WAITING + KEPT * bool(getattr(caller.state, "trusted", False)):
            raise _busy(f"{self._waiting} others wait for answers that take long")
        self._waiting += 1
        try:
            with move_on_after(WAITING_SECONDS) as waiting:
                yield
        finally:
            self._waiting -= 1
        if waiting.cancelled_caught:
            raise _busy("others ask for too much that takes long")

    @asynccontextmanager
    async def _place(self, caller: Request) -> AsyncIterator[None]:
        async with self.waiting(caller):
            await self._places.acquire()
        try:
            yield
        finally:
            self._places.release()


class _Outcome(Generic[_Result]):
    """The result or exception of a thread, taken out of the task group, which would wrap an exception."""

    def __init__(self) -> None:
        self._found: list[_Result] = []
        self._error: BaseException | None = None

    def record(self, work: Callable[[HasLeft], _Result], has_left: HasLeft) -> None:
        """Do the work, and keep what it returns or raises."""
        try:
            self._found.append(work(has_left))
        except BaseException as error:
            self._error = error

    def result(self) -> _Result:
        if self._error is not None:
            raise self._error
        return self._found[0]


async def _watch(caller: Request, left: Event) -> None:
    while not left.is_set():
        await sleep(_LOOK_SECONDS)
        if await caller.is_disconnected():
            left.set()


def is_refused(error: Exception) -> bool:
    """Tell whether an error refuses one caller, and says nothing about the answer."""
    return isinstance(error, Problem) and error.kind == _BUSY


def _busy(detail: str) -> Problem:
    return Problem(_BUSY, detail, "try again later")
