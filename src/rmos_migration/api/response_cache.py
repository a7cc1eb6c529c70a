"""Answers from the database, kept as long as the data are the same.

While a run writes, the data change many times a second; then an answer may be up to a second old, and while
somebody waits for a newer one, the others get the one that there is.
"""

import asyncio
import time
from collections.abc import Callable, Hashable
from contextlib import nullcontext
from functools import partial
from math import inf
from typing import Any, NamedTuple, TypeVar

from anyio import CapacityLimiter, to_thread
from cachetools import LRUCache
from starlette.requests import Request

from ..editing.refusals import EditRefused
from ..errors import RmosError
from ..store.pool import ReadPool
from ..store.port import DatabasePort
from ..store.snapshot import Snapshot
from ..views.context import NotFound
from .lanes import COSTLY, QUESTION_SECONDS, HasLeft, Lane, is_refused
from .problems import Problem

MAY_BE_OLD = 1.0
"""Seconds that an answer may be old while a run is in progress."""

_MUCH_TOO_OLD = 5.0
"""Seconds after which everybody waits for a newer answer."""

FILES_SECONDS = 5.0
"""Seconds that an answer on files is kept: they come and go without a change of the data."""

_LOOK_SECONDS = 0.02
"""Between two checks whether a run is in progress, while the data do not change; a check costs half an
answer."""

MOST_KEPT = 256
MOST_BYTES = 32 * 1024 * 1024
"""Of all answers that are kept."""

_LARGEST = 2 * 1024 * 1024
"""Bytes of an answer that is kept."""

_AT_ONCE = 2
"""Quick questions that are asked at the same time; more would only wait for each other."""

_REFUSALS = (Problem, EditRefused, NotFound)
"""What a view raises to give an answer; the connection is as good as before."""

_Answer = TypeVar("_Answer")


class DataVersion(NamedTuple):
    """The state of the data, as the pool numbers it, and whether a run is in progress.

    Only the lock distinguishes a run that lost its process from one that is in progress.
    """

    number: int
    is_locked: bool | None


class CacheEntry(NamedTuple):
    """An answer, the data it is of, when it was computed, and for how many seconds it is good at most."""

    version: DataVersion
    computed_at: float
    answer: Any
    lifetime: float = inf

    @property
    def size(self) -> int:
        """Return its size in bytes, roughly; at least as much as the cache has for each of ``MOST_KEPT``."""
        size = len(self.answer) if isinstance(self.answer, bytes | str) else 0
        return max(size, MOST_BYTES // MOST_KEPT)

    def is_fresh(self, now: DataVersion, may_be_old: float = 0.0) -> bool:
        """Tell whether the answer is of the current data, or of older data while a run writes.

        In the second case it must not be older than ``may_be_old`` seconds.
        """
        age = time.monotonic() - self.computed_at
        if self.version == now:
            return age < self.lifetime
        return bool(now.is_locked) and age < may_be_old


class _Look(NamedTuple):
    """A look at the data, and when it was taken."""

    version: DataVersion
    taken_at: float


class _FailedLook(NamedTuple):
    """A look at the data that came to nothing, and when it began."""

    error: RmosError
    began: float


class _Computation:
    """An answer that is being computed.

    If there is neither an answer nor a failure in the end, the reason concerned its caller alone.
    """

    def __init__(self) -> None:
        self.is_over = asyncio.Event()
        self.version: DataVersion | None = None
        self.entry: CacheEntry | None = None
        self.failure: Exception | None = None


class ResponseCache:
    """Asks the database, and remembers what came of it by the question and the version of the data."""

    def __init__(self, database: DatabasePort) -> None:
        self.database = database
        self.readers = ReadPool(database, _AT_ONCE + COSTLY, harmless=_REFUSALS)
        self.costly = Lane()
        self.entries = empty_cache()
        self._limiter = CapacityLimiter(_AT_ONCE)
        self._looking = CapacityLimiter(1)
        self._failed: _FailedLook | None = None
        self._computing: dict[Hashable, _Computation] = {}
        self._look = _Look(DataVersion(-1, False), 0.0)

    async def get_or_compute(
        self,
        question: Hashable,
        compute: Callable[[Snapshot], _Answer],
        caller: Request | None = None,
        *,
        is_of_files: bool = False,
    ) -> _Answer:
        """Return the answer to a question.

        ``compute`` is called in a thread, with a connection in a transaction.

        Args:
            question: names the answer; equal questions have equal answers as long as the data are the same.
            compute: finds the answer.
            caller: makes the question a costly one, which is asked for this caller alone: see ``lanes``.
            is_of_files: says that the answer depends on files, too, for instance on which are gone.

        Raises:
            DatabaseUnusable: if there is no database, or it cannot be used.
            Problem: if too many ask costly questions.
        """
        version = await self.data_version()
        entry = self.entries.get(question)
        may_be_old = _MUCH_TOO_OLD if question in self._computing else MAY_BE_OLD
        if entry is None or not entry.is_fresh(version, may_be_old):
            entry = await self._computed_by_another(question, version, caller)
        if entry is None:
            lifetime = FILES_SECONDS if is_of_files else inf
            entry = await self._computed(question, partial(self.ask, compute, caller), lifetime)
        answer: _Answer = entry.answer
        return answer

    async def ask(self, compute: Callable[[Snapshot], _Answer], caller: Request | None = None) -> _Answer:
        """Return what ``compute`` finds, whatever is kept; ``caller`` as for ``get_or_compute``."""
        if caller is not None:
            return await self.costly.run(caller, partial(self._ask_with_limit, compute))
        return await to_thread.run_sync(self._ask, compute, limiter=self._limiter)

    def close(self) -> None:
        """Close the connections."""
        self.readers.close()

    async def data_version(self) -> DataVersion:
        """Return the state of the data; asked in a thread where that could take a while.

        Raises:
            DatabaseUnusable: if there is no database, or it cannot be used.
            LockedError: if another program does not let it be read.
        """
        number, asked_at = self.readers.data_version_at_once(), time.monotonic()
        if self._look.version.number != number or asked_at - self._look.taken_at >= _LOOK_SECONDS:
            await to_thread.run_sync(self._look_closely, asked_at, limiter=self._looking)
        return self._look.version

    def _look_closely(self, asked_at: float) -> None:
        """Look at the data and the lock; a look that began while this one waited for its turn is as good."""
        if self._look.taken_at >= asked_at:
            return
        if self._failed is not None and self._failed.began >= asked_at:
            raise self._failed.error.with_traceback(None)
        began = time.monotonic()
        try:
            number = self.readers.data_version()
        except RmosError as error:
            self._failed = _FailedLook(error, began)
            raise
        self._failed = None
        if self._look.version.number != number or began - self._look.taken_at >= _LOOK_SECONDS:
            self._look = _Look(DataVersion(number, self.database.is_running()), began)

    async def _computed_by_another(
        self, question: Hashable, version: DataVersion, caller: Request | None
    ) -> CacheEntry | None:
        """Return what is being computed for somebody else; None if nothing is, or it is of older data.

        Raises:
            RmosError, Problem: if the computation failed.
            Problem: if too many wait, or the wait took too long. Only those who ask costly questions count.
        """
        is_newer = False
        while (computation := self._computing.get(question)) is not None:
            async with nullcontext() if caller is None else self.costly.waiting(caller):
                await computation.is_over.wait()
            if computation.failure is not None and (is_newer or computation.version == version):
                raise computation.failure.with_traceback(None)
            entry = computation.entry
            if entry is not None and (is_newer or entry.is_fresh(version, MAY_BE_OLD)):
                return entry
            is_newer = True  # whatever is being computed now was begun after this was asked
        return None

    async def _computed(self, question: Hashable, ask: Callable[[], Any], lifetime: float) -> CacheEntry:
        computation = self._computing[question] = _Computation()
        try:
            version, now = await self.data_version(), time.monotonic()
            computation.version = version
            entry = computation.entry = CacheEntry(version, now, await ask(), lifetime)
            keep(self.entries, question, entry)
        except (RmosError, *_REFUSALS) as error:
            computation.failure = None if is_refused(error) else error
            raise
        finally:
            del self._computing[question]
            computation.is_over.set()
        return entry

    def _ask(self, compute: Callable[[Snapshot], _Answer]) -> _Answer:
        with self.readers.reading() as snapshot:
            return compute(snapshot)

    def _ask_with_limit(self, compute: Callable[[Snapshot], _Answer], has_left: HasLeft) -> _Answer:
        with self.readers.reading(seconds=QUESTION_SECONDS, is_stopped=has_left) as snapshot:
            return compute(snapshot)


def empty_cache() -> "LRUCache[Hashable, CacheEntry]":
    """Return an empty cache, which drops the entries that were not asked for longest."""
    return LRUCache(MOST_BYTES, getsizeof=lambda entry: entry.size)


def keep(entries: "LRUCache[Hashable, CacheEntry]", question: Hashable, entry: CacheEntry) -> None:
    """Keep an answer in place of the older one, unless it is too large."""
    entries.pop(question, None)
    if entry.size <= _LARGEST:
        entries[question] = entry
