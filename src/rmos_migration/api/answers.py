"""What was read and made of it, kept as long as the data are the same.

While a run writes, data change many times a second; then an answer may be up to a second old.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Connection

from ..store.database import Database
from ..store.lock import is_locked
from ..store.standing import Readers

MAY_BE_OLD = 1.0
"""Seconds, while a run goes on."""

_KEPT = 256
_LARGEST = 2 * 1024 * 1024
"""Bytes of an answer that is kept."""

_AT_ONCE = 4
"""Questions that the database is asked at the same time; more would only wait for each other."""


class _Kept(NamedTuple):
    moment: int
    made_at: float
    answer: Any


class Answers:
    """Asks the database, and remembers."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.readers = Readers(database, _AT_ONCE)
        self._limiter = CapacityLimiter(_AT_ONCE)
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._being_made: dict[Hashable, asyncio.Lock] = {}

    async def to(self, key: Hashable, make: Callable[[Connection], Any]) -> Any:
        """What ``make`` gives, which is called in a thread with a connection in a transaction; ``key`` names the question.

        Raises:
            DatabaseUnusable: if there is no database, or it cannot be used.
        """
        moment = self.readers.moment()
        kept = self._fresh(key, moment)
        if kept is None:
            lock = self._being_made.setdefault(key, asyncio.Lock())
            try:
                async with lock:
                    kept = self._fresh(key, moment) or await self._made(key, make)
            finally:
                if not lock.locked():
                    self._being_made.pop(key, None)
        return kept.answer

    async def ask(self, make: Callable[[Connection], Any]) -> Any:
        """What ``make`` gives, asked anew."""
        return await to_thread.run_sync(self._asked, make, limiter=self._limiter)

    def close(self) -> None:
        """Close the connections."""
        self.readers.close()

    def _fresh(self, key: Hashable, moment: int) -> _Kept | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.moment != moment:
            is_young = time.monotonic() - kept.made_at < MAY_BE_OLD
            if not (is_young and is_locked(self.database.path)):
                return None
        self._kept.move_to_end(key)
        return kept

    async def _made(self, key: Hashable, make: Callable[[Connection], Any]) -> _Kept:
        moment, now = self.readers.moment(), time.monotonic()
        kept = _Kept(moment, now, await self.ask(make))
        if not isinstance(kept.answer, bytes) or len(kept.answer) <= _LARGEST:
            self._kept[key] = kept
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return kept

    def _asked(self, make: Callable[[Connection], Any]) -> Any:
        with self.readers.reading() as connection:
            return make(connection)
