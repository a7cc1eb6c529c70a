"""Connections to SQLite with safe settings: references enforced, every commit on the disk."""

import os
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event

from ..failures import driver_errors_as_ours
from ..port import never
from ..requirements import refuse_old
from .driver import Clock, TimedConnection

PATIENCE = 5.0
"""Seconds that a question waits while another program holds the database."""

SHORT_PATIENCE = 0.2
"""The same for a server, which answers many: those who ask next must not wait for each other's waiting."""

_TICK = 500_000
"""Instructions of SQLite between two looks at the clock, some 10 ms. Each look waits for its turn among
Python's threads."""

_CACHE, _SMALL_CACHE = 16384, 4096
"""KiB that a connection may hold of its file; a server keeps several open, and what it reads is small."""


def uri(path: Path, mode: str) -> str:
    """Return a file as SQLite's URI, with a mode such as ``mode=ro``.

    The host is left empty also for a network folder of Windows, which SQLite would otherwise not take.
    """
    place = path.absolute().as_posix()
    rooted = place if place.startswith("/") else f"/{place}"  # a drive of Windows has no slash before it
    return f"file://{quote_from_bytes(os.fsencode(rooted), safe='/:')}?{mode}"


def file_engine(
    path: Path,
    *,
    read_only: bool = False,
    immutable: bool = False,
    keep_mode: bool = False,
    is_pooled: bool = False,
) -> Engine:
    """Return an engine for a database file, made when it is not there unless ``read_only``.

    ``immutable`` leaves no files beside it, for a file that nobody writes; ``keep_mode`` leaves the file's
    journal mode; ``is_pooled`` is for a connection that different threads use, one at a time.
    """
    refuse_old()
    mode = ("mode=ro" + "&immutable=1" * immutable) if read_only else "mode=rwc"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri(path, mode),
            uri=True,
            isolation_level=None,
            timeout=SHORT_PATIENCE if is_pooled else PATIENCE,
            check_same_thread=not is_pooled,
            factory=TimedConnection,
        )
        if read_only or _checks_json_untrusted():
            connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        if not read_only and not keep_mode:
            connection.execute(
                "PRAGMA journal_mode = WAL"
            )  # written into the file, which a dry run must not do
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # on macOS; the same for checkpoints
        connection.execute("PRAGMA checkpoint_fullfsync = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_SMALL_CACHE if is_pooled else _CACHE}")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")  # pages, 16 MB
        connection.create_function("rmos_folded", 1, _folded, deterministic=True)
        return connection

    return _begin_at_once(create_engine("sqlite://", creator=connect, poolclass=StaticPool), read_only)


def memory_engine() -> Engine:
    """Return an engine for a database in memory."""
    refuse_old()
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"isolation_level": None})
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    return _begin_at_once(engine, read_only=False)


@contextmanager
def connected(
    engine: Engine, *, seconds: float | None = None, is_stopped: Callable[[], bool] = never
) -> Iterator[Connection]:
    """Yield the one connection of an engine, whose errors become ours; both are closed at the end.

    Raises:
        TookTooLong: once the database has worked for the block for so many ``seconds``, or with them
            ``is_stopped``.
    """
    try:
        with driver_errors_as_ours(), engine.connect() as connection, ExitStack() as limits:
            if seconds is not None:
                limits.enter_context(time_limit(connection, seconds, is_stopped=is_stopped))
            yield connection
    finally:
        engine.dispose()


@contextmanager
def time_limit(
    connection: Connection, seconds: float, *, is_stopped: Callable[[], bool] = never
) -> Iterator[None]:
    """Let the database work for the block for so many seconds, then end its question.

    Only the time in the database counts, not what the block does with the answers: the disk that an export is
    written to may be slow. SQLite calls back while it works. That also lets Ctrl-C end a long question: what
    a signal raises comes out of the block, whatever became of the question's own error.

    Args:
        connection: may be lent from thread to thread, but has one time limit at a time.
        seconds: for all questions of the block together.
        is_stopped: ends the question earlier, as if the time were over.

    Raises:
        TookTooLong: at the border, where SQLite was ended (``failures.ours``).
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, TimedConnection):
        yield
        return
    clock = driver.clock = Clock(seconds, is_stopped)
    driver.set_progress_handler(clock.is_over, _TICK)
    try:
        with clock.listening():
            yield
    finally:
        driver.clock = None
        with suppress(
            sqlite3.ProgrammingError
        ):  # SQLAlchemy closes a connection whose question was interrupted
            driver.set_progress_handler(None, 0)
        if clock.raised is not None:
            raise clock.raised


@cache
def _checks_json_untrusted() -> bool:
    """Return whether this SQLite runs our CHECKs where the schema is not trusted (3.40 does not).

    There a writer has to trust the schema. It has looked for triggers and views before, and refused them.
    """
    with closing(sqlite3.connect(":memory:")) as trial:
        trial.execute("PRAGMA trusted_schema = OFF")
        try:
            trial.execute("CREATE TABLE t (j CHECK (json_valid(j)))")
            trial.execute("INSERT INTO t VALUES ('{}')")
        except sqlite3.OperationalError:
            return False
    return True


def interrupt_if_over(connection: Connection) -> None:
    """End a question whose time is over; called by another thread than the one that asks.

    SQLite looks at the clock between two steps, and after so many of them (``_TICK``); a step may take a
    second.
    """
    driver = connection.connection.driver_connection
    if isinstance(driver, TimedConnection) and driver.clock is not None and driver.clock.is_over():
        driver.interrupt()


def _begin_at_once(engine: Engine, read_only: bool) -> Engine:
    """Make SQLAlchemy's transactions SQLite's: the driver's own implicit BEGIN would come too late."""
    statement = "BEGIN" if read_only else "BEGIN IMMEDIATE"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(statement))
    return engine


def _folded(text: Any) -> Any:
    """Return text without regard to case and Unicode normal form, for SQL to compare by."""
    return unicodedata.normalize("NFC", text.casefold()) if isinstance(text, str) else text


def checkpoint(connection: Connection) -> None:
    """Fold the log into the file, so that a copy of the one file is the whole database."""
    connection.rollback()
    connection.connection.execute(
        "PRAGMA busy_timeout = 200"
    )  # ms; somebody's open read must not hold the run up
    connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
