"""The driver's connections to SQLite: each call is a question that a clock may end."""

import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from threading import current_thread, main_thread
from time import monotonic
from typing import Any

from ...errors import CorruptRow
from ..port import Engine

_WAL_FIX = (3, 51, 3)
"""The first SQLite without the WAL-reset fault, which needs two checkpointing connections; this program has
one."""


def engine() -> Engine:
    """Return the version of SQLite that Python brings, and what is known against it."""
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= _WAL_FIX:
        return Engine("SQLite", version)
    return Engine(
        "SQLite",
        version,
        "below 3.51.3 two programs that checkpoint one database at once can damage it",
        "rmos never does; do not open the database for writing with another program",
    )


class Clock:
    """The clock that tells SQLite when to end a question.

    An exception in a callback of SQLite's is lost, so it is kept here.
    """

    def __init__(self, seconds: float, is_stopped: Callable[[], bool]) -> None:
        self.raised: BaseException | None = None
        self._left = seconds
        self._began = inf
        self._is_stopped = is_stopped

    def start(self) -> None:
        """Begin to count: a question is asked."""
        self._began = monotonic()

    def stop(self) -> None:
        """Count no more: it is answered."""
        self._left -= monotonic() - self._began
        self._began = inf

    def is_over(self) -> bool:
        """Return whether the question that is being asked has to end."""
        return self.raised is not None or monotonic() - self._began > self._left or self._is_stopped()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Keep what Ctrl-C raises, where nobody else listens to it."""
        is_ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if not is_ours or current_thread() is not main_thread():
            yield
            return
        signal.signal(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _interrupt(self, *_: object) -> None:
        self.raised = KeyboardInterrupt()
        raise self.raised


class _Cursor(sqlite3.Cursor):
    """A cursor that raises driver's errors whatever goes wrong; each call is a timed question."""

    connection: "TimedConnection"

    def execute(self, *given: Any) -> "_Cursor":
        with _question(self.connection):
            super().execute(*given)
        return self

    def executemany(self, *given: Any) -> "_Cursor":
        with _question(self.connection):
            super().executemany(*given)
        return self

    def fetchone(self) -> Any:
        with _question(self.connection):
            return super().fetchone()

    def fetchmany(self, *given: Any, **named: Any) -> list[Any]:
        with _question(self.connection):
            return super().fetchmany(*given, **named)

    def fetchall(self) -> list[Any]:
        with _question(self.connection):
            return super().fetchall()


class TimedConnection(sqlite3.Connection):
    """The driver's connection with a clock, which runs while a question is asked."""

    clock: Clock | None = None

    def cursor(self, factory: type[sqlite3.Cursor] = _Cursor) -> sqlite3.Cursor:  # type: ignore[override]
        """Return a cursor whose calls are questions."""
        with _question(self):
            return super().cursor(factory)

    def execute(self, *given: Any) -> sqlite3.Cursor:
        """Execute on a cursor of our own; the driver's method would not call ``cursor``."""
        return self.cursor().execute(*given)


class _question:  # noqa: N801 - used like a function; a generator would cost more at each call
    def __init__(self, connection: TimedConnection) -> None:
        self.clock = connection.clock

    def __enter__(self) -> None:
        if self.clock is not None:
            self.clock.start()
            if self.clock.is_over():
                self.clock.stop()
                raise _driver_error("interrupted", sqlite3.SQLITE_INTERRUPT)

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if self.clock is not None:
            self.clock.stop()
        if isinstance(error, UnicodeDecodeError):  # of a message of SQLite's, or of a column's name
            said = bytes(error.object).decode("utf-8", "backslashreplace")
            code = sqlite3.SQLITE_CORRUPT if said.startswith("malformed") else sqlite3.SQLITE_ERROR
            raise _driver_error(said, code) from error
        if isinstance(
            error, UnicodeEncodeError
        ):  # of what was read although it is not UTF-8, and is looked up again
            said = "a text in the database is not UTF-8, so what belongs to it cannot be looked up"
            raise CorruptRow(said, "see: rmos audit") from error
        if isinstance(error, MemoryError):
            raise _driver_error("out of memory", sqlite3.SQLITE_NOMEM) from error


def _driver_error(said: str, code: int) -> sqlite3.DatabaseError:
    made = sqlite3.OperationalError(said)
    made.sqlite_errorcode = code
    return made
