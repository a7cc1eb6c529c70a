"""Read-only connections that stay open, for a server that answers many short questions.

Each use looks whether the file is still the one that was opened: a database may be moved away, restored from
a backup or upgraded while the server runs.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from queue import Empty, LifoQueue
from threading import Event, Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

from ..errors import DatabaseUnusable
from . import schema
from .dialect import DIALECT
from .failures import driver_errors_as_ours
from .port import DatabasePort, never
from .snapshot import Snapshot
from .sqlite.engines import SHORT_PATIENCE, interrupt_if_over, time_limit

QUESTION_SECONDS = 30.0
"""How long one answer of a server may ask the database, unless it is said otherwise."""

_LOOK_SECONDS = 0.25
"""Between two looks whether a question should be over of which SQLite has not looked at the clock."""

_Identity = tuple[int, ...]


class _PooledConnection:
    """One connection with the identity of the file that it reads."""

    def __init__(self, database: DatabasePort) -> None:
        self.identity = database.identity()
        self._stack = ExitStack()
        self.connection = self._stack.enter_context(database.connect_pooled())
        self.changes = -1

    def close(self) -> None:
        """Close the connection."""
        self._stack.close()

    def is_as_before(self) -> bool:
        """Return whether nobody has written since ``has_changed``; False where that takes waiting."""
        try:
            return DIALECT.data_version(self.connection) == self.changes
        except sqlite3.Error:
            return False

    def has_changed(self) -> bool:
        """Return whether anybody has written since this was last asked."""
        with self._waiting():
            changes = DIALECT.data_version(self.connection)
        if changes == self.changes:
            return False
        self.changes = changes
        if schema.version_of(self.connection) != schema.CURRENT_VERSION:
            raise DatabaseUnusable("the schema was changed meanwhile", "restart rmos serve")
        self.connection.rollback()
        return True

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """Let the block wait for other programs, and nothing behind it, such as ``is_as_before``."""
        driver = self.connection.connection
        driver.execute(f"PRAGMA busy_timeout = {SHORT_PATIENCE * 1000:.0f}")
        yield
        driver.execute("PRAGMA busy_timeout = 0")


class ReadPool:
    """Connections to one database, lent out one by one; ``data_version`` tells whether the data changed.

    Args:
        database: to which.
        count: how many stay open.
        seconds: how long a block may ask.
        harmless: what blocks raise to give an answer; every other exception costs the connection, which may
            be in the middle of a question.
    """

    def __init__(
        self,
        database: DatabasePort,
        count: int = 4,
        *,
        seconds: float = QUESTION_SECONDS,
        harmless: tuple[type[Exception], ...] = (),
    ) -> None:
        self.database = database
        self.seconds = seconds
        self.harmless = harmless
        self.is_ending = False
        self._lent_out: set[_PooledConnection] = set()
        self._is_closed = Event()
        self._timer: Thread | None = None
        self._idle: LifoQueue[_PooledConnection] = LifoQueue()
        self._count = count
        self._watch: _PooledConnection | None = None
        self._version = 0
        self._watching = Lock()

    @contextmanager
    def reading(
        self, *, seconds: float | None = None, is_stopped: Callable[[], bool] = never
    ) -> Iterator[Snapshot]:
        """Yield a snapshot of the database; everything read is of one moment.

        Args:
            seconds: how long the block may go on asking; ``self.seconds`` unless said.
            is_stopped: ends it earlier, as if the time were over.

        Raises:
            TookTooLong: if it asks longer; the connection is closed then.
            DatabaseUnusable: if there is no database, it is of another schema, damaged, or cannot be opened;
                or a value is not what its column says.
        """
        is_running = self.database.is_running()
        pooled = self._lent()
        self._lent_out.add(pooled)
        if self._timer is None:
            self._keep_time()
        try:
            with (
                driver_errors_as_ours(),
                self._limited(pooled, seconds, is_stopped),
                pooled.connection.begin(),
            ):
                yield Snapshot(pooled.connection, is_running)
        except self.harmless:
            self._take_back(pooled)
            raise
        except BaseException:
            pooled.close()
            raise
        else:
            self._take_back(pooled)
        finally:
            self._lent_out.discard(pooled)

    def _take_back(self, pooled: _PooledConnection) -> None:
        if self._idle.qsize() < self._count:
            self._idle.put(pooled)
        else:
            pooled.close()

    def data_version_at_once(self) -> int | None:
        """Return what ``data_version`` would, without waiting for anybody; None where that cannot be."""
        if not self._watching.acquire(blocking=False):
            return None
        try:
            watch = self._watch
            is_known = (
                watch is not None and watch.identity == self.database.identity() and watch.is_as_before()
            )
            return self._version if is_known else None
        finally:
            self._watching.release()

    def data_version(self) -> int:
        """Return a number that changes whenever the data may have changed.

        Raises:
            DatabaseUnusable: as ``reading``.
        """
        with self._watching:
            watch = self._watch
            if watch is None or watch.identity != self.database.identity():
                self._stop_watching()
                watch = self._watch = _PooledConnection(self.database)
            try:
                with driver_errors_as_ours(), self._limited(watch):
                    if watch.has_changed():
                        self._version += 1
            except BaseException:
                self._stop_watching()
                raise
            return self._version

    def end_questions(self) -> None:
        """End every question, now and from now on, with TookTooLong: the server is to end."""
        self.is_ending = True
        self._interrupt_those_over()

    def close(self) -> None:
        """Close every connection that is not lent out, and end the questions of the others."""
        self.end_questions()
        self._is_closed.set()
        with self._watching:
            self._stop_watching()
        while (pooled := self._next()) is not None:
            pooled.close()

    def _keep_time(self) -> None:
        with self._watching:
            if self._timer is None:
                self._timer = Thread(target=self._end_in_time, daemon=True)
                self._timer.start()

    def _end_in_time(self) -> None:
        while not self._is_closed.wait(_LOOK_SECONDS):
            self._interrupt_those_over()

    def _interrupt_those_over(self) -> None:
        for pooled in list(self._lent_out):
            with suppress(sqlite3.Error, SQLAlchemyError):  # it was closed meanwhile
                interrupt_if_over(pooled.connection)

    def _limited(
        self,
        pooled: _PooledConnection,
        seconds: float | None = None,
        is_stopped: Callable[[], bool] = never,
    ) -> AbstractContextManager[None]:
        limit = self.seconds if seconds is None else seconds
        return time_limit(pooled.connection, limit, is_stopped=lambda: self.is_ending or is_stopped())

    def _lent(self) -> _PooledConnection:
        if self.data_version_at_once() is None:
            self.data_version()  # which refuses a file whose schema was upgraded since it was opened
        while (pooled := self._next()) is not None:
            if pooled.identity == self.database.identity():
                return pooled
            pooled.close()
        return _PooledConnection(self.database)

    def _next(self) -> _PooledConnection | None:
        try:
            return self._idle.get_nowait()
        except Empty:
            return None

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None
            self._version += 1
