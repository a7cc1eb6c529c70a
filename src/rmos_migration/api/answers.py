"""What was read and made of it, kept as long as the data are the same.

While a run writes, data change many times a second; then an answer may be up to a second old, and while somebody waits
for a newer one, the others get the one that there is.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, NamedTuple

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Connection
from starlette.requests import Request

from ..store.database import Database
from ..store.lock import is_locked
from ..store.standing import Readers
from .lanes import COSTLY, QUESTION_SECONDS, HasLeft, Lane

MAY_BE_OLD = 1.0
"""Seconds, while a run goes on."""

_MUCH_TOO_OLD = 5.0
"""Seconds, after which everybody waits for a newer one."""

_LOOK_SECONDS = 0.02
"""Between two looks whether a run goes on, where the data did not change; a look costs as much as half an answer."""

Moment = tuple[int, bool | None]
"""The state of the data, as ``Readers.moment`` numbers it, and whether a run goes on: one that lost its process is told
from one that goes on by the lock alone."""

MOST_KEPT = 256
MOST_BYTES = 32 * 1024 * 1024
"""Of all answers that are kept."""

_LARGEST = 2 * 1024 * 1024
"""Bytes of an answer that is kept."""

_AT_ONCE = 2
"""Quick questions that the database is asked at the same time; more would only wait for each other."""


class Kept(NamedTuple):
    """An answer, the moment of the data that it tells of, and when it was made."""

    moment: Moment
    made_at: float
    answer: Any

    @property
    def size(self) -> int:
        """Bytes, about."""
        return len(self.answer) if isinstance(self.answer, bytes | str) else 0


class _Look(NamedTuple):
    moment: Moment
    made_at: float


class Shelf:
    """Answers by their question; those that nobody asked for lately make room for new ones."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> Kept | None:
        """The answer to a question, if it is kept."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(self, key: Hashable, kept: Kept) -> None:
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


class Answers:
    """Asks the database, and remembers."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.readers = Readers(database, _AT_ONCE + COSTLY)
        self.costly = Lane()
        self._limiter = CapacityLimiter(_AT_ONCE)
        self._shelf = Shelf()
        self._being_made: dict[Hashable, asyncio.Lock] = {}
        self._look = _Look((-1, False), 0.0)

    async def to(
        self, key: Hashable, make: Callable[[Connection], Any], caller: Request | None = None
    ) -> Any:
        """What ``make`` gives, which is called in a thread with a connection in a transaction; ``key`` names the question.

        With a ``caller``, the question is a costly one, and is asked for him alone: see ``lanes``.

        Raises:
            DatabaseUnusable: if there is no database, or it cannot be used.
            Problem: if too many ask for what costs.
        """
        moment = self._moment()
        kept = self._fresh(key, moment, MAY_BE_OLD)
        if kept is None:
            lock = self._being_made.setdefault(key, asyncio.Lock())
            kept = self._fresh(key, moment, _MUCH_TOO_OLD) if lock.locked() else None
        if kept is None:
            try:
                async with lock:
                    kept = self._fresh(key, moment, MAY_BE_OLD) or await self._made(key, make, caller)
            finally:
                if not lock.locked():
                    self._being_made.pop(key, None)
        return kept.answer

    async def ask(self, make: Callable[[Connection], Any], caller: Request | None = None) -> Any:
        """What ``make`` gives, asked anew; ``caller`` as for ``to``."""
        if caller is not None:
            return await self.costly.run(caller, partial(self._asked_for_long, make))
        return await to_thread.run_sync(self._asked, make, limiter=self._limiter)

    def close(self) -> None:
        """Close the connections."""
        self.readers.close()

    def _fresh(self, key: Hashable, moment: Moment, oldest: float) -> Kept | None:
        """What is kept, if it tells of the data as they are, or a run goes on and it is not older than ``oldest``."""
        kept = self._shelf.get(key)
        if kept is None or kept.moment == moment:
            return kept
        _, is_locked_now = moment
        return kept if is_locked_now and time.monotonic() - kept.made_at < oldest else None

    def _moment(self) -> Moment:
        changes, now = self.readers.moment(), time.monotonic()
        if self._look.moment[0] != changes or now - self._look.made_at >= _LOOK_SECONDS:
            self._look = _Look((changes, is_locked(self.database.path)), now)
        return self._look.moment

    async def _made(self, key: Hashable, make: Callable[[Connection], Any], caller: Request | None) -> Kept:
        moment, now = self._moment(), time.monotonic()
        kept = Kept(moment, now, await self.ask(make, caller))
        self._shelf.put(key, kept)
        return kept

    def _asked(self, make: Callable[[Connection], Any]) -> Any:
        with self.readers.reading() as connection:
            return make(connection)

    def _asked_for_long(self, make: Callable[[Connection], Any], has_left: HasLeft) -> Any:
        with self.readers.reading(seconds=QUESTION_SECONDS, is_stopped=has_left) as connection:
            return make(connection)
