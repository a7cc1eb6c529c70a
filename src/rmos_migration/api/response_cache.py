"""What was read and made of it, kept as long as the data are the same.

While a run writes, data change many times a second; then an answer may be up to a second old, and while somebody waits
for a newer one, the others get the one that there is.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import nullcontext
from functools import partial
from typing import Any, NamedTuple

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Connection
from starlette.requests import Request

from ..editing.refusals import EditRefused
from ..errors import RmosError
from ..store.database import SqliteDatabase
from ..store.lock import is_locked
from ..store.pool import ReadPool
from .lanes import COSTLY, QUESTION_SECONDS, HasLeft, Lane, is_refused
from .problems import Problem

MAY_BE_OLD = 1.0
"""Seconds, while a run goes on."""

_MUCH_TOO_OLD = 5.0
"""Seconds, after which everybody waits for a newer one."""

FILES_SECONDS = 5.0
"""Seconds, after which what tells of files is asked anew: they come and go without a change of the data."""

_LOOK_SECONDS = 0.02
"""Between two looks whether a run goes on, where the data did not change; a look costs as much as half an answer."""

Moment = tuple[int, bool | None]
"""The state of the data, as ``ReadPool.moment`` numbers it, and whether a run goes on: one that lost its process is told
from one that goes on by the lock alone."""

MOST_KEPT = 256
MOST_BYTES = 32 * 1024 * 1024
"""Of all answers that are kept."""

_LARGEST = 2 * 1024 * 1024
"""Bytes of an answer that is kept."""

_AT_ONCE = 2
"""Quick questions that the database is asked at the same time; more would only wait for each other."""


class CacheEntry(NamedTuple):
    """An answer, the moment of the data that it tells of, when it was made, and whether it tells of files, too."""

    moment: Moment
    made_at: float
    answer: Any
    is_of_files: bool = False

    @property
    def size(self) -> int:
        """Bytes, about."""
        return len(self.answer) if isinstance(self.answer, bytes | str) else 0


class _FreshRead(NamedTuple):
    moment: Moment
    made_at: float


class _Failed(NamedTuple):
    """A look at the data that came to nothing, and when it began."""

    error: RmosError
    began: float


class _Making:
    """An answer that is being made. Where it ends with neither answer nor failure, that was a matter of its caller alone."""

    def __init__(self) -> None:
        self.is_over = asyncio.Event()
        self.moment: Moment | None = None
        self.kept: CacheEntry | None = None
        self.failure: Exception | None = None


class LruCache:
    """Answers by their question; those that nobody asked for lately make room for new ones."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, CacheEntry] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> CacheEntry | None:
        """The answer to a question, if it is kept."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(self, key: Hashable, kept: CacheEntry) -> None:
        """Keep an answer, unless it is too large."""
        before = self._kept.pop(key, None)
        self.size -= before.size if before else 0
        if kept.size > _LARGEST:
            return
        self._kept[key] = kept
        self.size += kept.size
        while len(self._kept) > MOST_KEPT or self.size > MOST_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self.size -= oldest.size


class ResponseCache:
    """Asks the database, and remembers."""

    def __init__(self, database: SqliteDatabase) -> None:
        self.database = database
        self.readers = ReadPool(database, _AT_ONCE + COSTLY, harmless=(Problem, EditRefused))
        self.costly = Lane()
        self._limiter = CapacityLimiter(_AT_ONCE)
        self._shelf = LruCache()
        self._looking = CapacityLimiter(1)
        self._failed: _Failed | None = None
        self._being_made: dict[Hashable, _Making] = {}
        self._look = _FreshRead((-1, False), 0.0)

    async def to(
        self,
        key: Hashable,
        make: Callable[[Connection], Any],
        caller: Request | None = None,
        *,
        is_of_files: bool = False,
    ) -> Any:
        """What ``make`` gives, which is called in a thread with a connection in a transaction; ``key`` names the question.

        With a ``caller``, the question is a costly one, and is asked for him alone: see ``lanes``. ``is_of_files`` says that
        the answer tells of files, too, for instance which are gone.

        Raises:
            DatabaseUnusable: if there is no database, or it cannot be used.
            Problem: if too many ask for what costs.
        """
        moment = await self.moment()
        kept = self._shelf.get(key)
        oldest = _MUCH_TOO_OLD if key in self._being_made else MAY_BE_OLD
        if kept is None or not _is_fresh(kept, moment, oldest):
            kept = await self._shared(key, moment, caller) or await self._made(
                key, make, caller, is_of_files=is_of_files
            )
        return kept.answer

    async def ask(self, make: Callable[[Connection], Any], caller: Request | None = None) -> Any:
        """What ``make`` gives, asked anew; ``caller`` as for ``to``."""
        if caller is not None:
            return await self.costly.run(caller, partial(self._asked_for_long, make))
        return await to_thread.run_sync(self._asked, make, limiter=self._limiter)

    def close(self) -> None:
        """Close the connections."""
        self.readers.close()

    async def moment(self) -> Moment:
        """Return the state of the data; asked in a thread where that could take a while.

        Raises:
            DatabaseUnusable: if there is no database, or it cannot be used.
            LockedError: if another program does not let it be read.
        """
        changes, asked_at = self.readers.moment_at_once(), time.monotonic()
        if self._look.moment[0] != changes or asked_at - self._look.made_at >= _LOOK_SECONDS:
            await to_thread.run_sync(self._look_closely, asked_at, limiter=self._looking)
        return self._look.moment

    def _look_closely(self, asked_at: float) -> None:
        """Look at the data and the lock; one that began while this waited for its turn is as good."""
        if self._look.made_at >= asked_at:
            return
        if self._failed is not None and self._failed.began >= asked_at:
            raise self._failed.error.with_traceback(None)
        began = time.monotonic()
        try:
            changes = self.readers.moment()
        except RmosError as error:
            self._failed = _Failed(error, began)
            raise
        self._failed = None
        if self._look.moment[0] != changes or began - self._look.made_at >= _LOOK_SECONDS:
            self._look = _FreshRead((changes, is_locked(self.database.path)), began)

    async def _shared(self, key: Hashable, moment: Moment, caller: Request | None) -> CacheEntry | None:
        """Return what is being made for somebody else; None where nothing is, or it tells of the data as they were before.

        Raises:
            RmosError, Problem: what came of it instead.
            Problem: if too many wait, or it was waited too long. Only a ``caller`` of what costs is counted.
        """
        is_newer = False
        while (making := self._being_made.get(key)) is not None:
            async with nullcontext() if caller is None else self.costly.waiting(caller):
                await making.is_over.wait()
            if making.failure is not None and (is_newer or making.moment == moment):
                raise making.failure.with_traceback(None)
            kept = making.kept
            if kept is not None and (is_newer or _is_fresh(kept, moment, MAY_BE_OLD)):
                return kept
            is_newer = True  # whatever is being made now was begun after this was asked
        return None

    async def _made(
        self,
        key: Hashable,
        make: Callable[[Connection], Any],
        caller: Request | None,
        *,
        is_of_files: bool,
    ) -> CacheEntry:
        making = self._being_made[key] = _Making()
        try:
            moment, now = await self.moment(), time.monotonic()
            making.moment = moment
            making.kept = kept = CacheEntry(moment, now, await self.ask(make, caller), is_of_files)
            self._shelf.put(key, kept)
        except (RmosError, Problem, EditRefused) as error:
            making.failure = None if is_refused(error) else error
            raise
        finally:
            del self._being_made[key]
            making.is_over.set()
        return kept

    def _asked(self, make: Callable[[Connection], Any]) -> Any:
        with self.readers.reading() as connection:
            return make(connection)

    def _asked_for_long(self, make: Callable[[Connection], Any], has_left: HasLeft) -> Any:
        with self.readers.reading(seconds=QUESTION_SECONDS, is_stopped=has_left) as connection:
            return make(connection)


def _is_fresh(kept: CacheEntry, moment: Moment, oldest: float) -> bool:
    """Return whether an answer tells of the data as they are, or a run goes on and it is not older than ``oldest``."""
    _, is_locked_now = moment
    age = time.monotonic() - kept.made_at
    if kept.moment == moment:
        return not kept.is_of_files or age < FILES_SECONDS
    return bool(is_locked_now) and age < oldest
