"""Connections to SQLite, with the settings that make them safe: references enforced, every commit on the disk."""

import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event

from .failures import driver_errors_as_ours

_CACHE, _SMALL_CACHE = 16384, 4096
"""KiB that a connection may hold of its file; a server keeps several open, and what it reads is small."""


def uri(path: Path, mode: str) -> str:
    """A file as SQLite's URI, with a mode such as ``mode=ro``."""
    return f"{path.absolute().as_uri()}?{mode}"


def file_engine(
    path: Path,
    *,
    read_only: bool = False,
    immutable: bool = False,
    keep_mode: bool = False,
    handed_round: bool = False,
) -> Engine:
    """An engine for a database file, made when it is not there unless ``read_only``.

    ``immutable`` leaves no files beside it, for a file that nobody writes; ``keep_mode`` leaves the file's journal mode;
    ``handed_round`` is for a connection that different threads use, one at a time.
    """
    mode = ("mode=ro" + "&immutable=1" * immutable) if read_only else "mode=rwc"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri(path, mode), uri=True, isolation_level=None, timeout=5, check_same_thread=not handed_round
        )
        if not read_only and not keep_mode:
            connection.execute(
                "PRAGMA journal_mode = WAL"
            )  # written into the file, which a dry run must not do
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_SMALL_CACHE if handed_round else _CACHE}")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")  # pages, 16 MB
        connection.create_function("rmos_folded", 1, _folded, deterministic=True)
        return connection

    return _begin_at_once(create_engine("sqlite://", creator=connect, poolclass=StaticPool), read_only)


def memory_engine() -> Engine:
    """An engine for a database in memory."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"isolation_level": None})
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    return _begin_at_once(engine, read_only=False)


@contextmanager
def connected(
    engine: Engine, border: Callable[[], AbstractContextManager[None]] = driver_errors_as_ours
) -> Iterator[Connection]:
    """The one connection of an engine, whose errors become ours at the border; both are closed at the end."""
    try:
        with border(), engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def tolerate_broken_text(connection: Connection, *, tolerant: bool) -> None:
    """Let text that is no UTF-8 be read, its bytes as half characters, instead of failing; or no longer."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.text_factory = partial(str, encoding="utf-8", errors="surrogateescape") if tolerant else str


def _begin_at_once(engine: Engine, read_only: bool) -> Engine:
    """Make SQLAlchemy's transactions SQLite's: the driver's own implicit BEGIN would come too late."""
    statement = "BEGIN" if read_only else "BEGIN IMMEDIATE"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(statement))
    return engine


def _folded(text: Any) -> Any:
    """Text without regard to case and Unicode normal form, for SQL to compare by."""
    return unicodedata.normalize("NFC", text.casefold()) if isinstance(text, str) else text
