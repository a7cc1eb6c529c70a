"""In what condition a database file is, found out without changing it or anything beside it."""

import errno
import os
import sqlite3
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from ..errors import DatabaseUnusable, EnvironmentFailure
from . import schema
from .engines import file_engine
from .failures import code_of, reason

_WRITE_AHEAD_LOG = "-wal"
COMPANIONS = (_WRITE_AHEAD_LOG, "-shm", "-journal")
"""What SQLite adds to a database's name for files that belong to it."""
_SMALLEST = 512
"""Bytes of the smallest page that a SQLite database has."""


class Condition(Enum):
    """What stands where the database should be."""

    ABSENT = "there is no database yet"
    EMPTY = "the file is empty"
    CURRENT = "the schema is current"
    OLDER = "the schema is older than this program"
    NEWER = "the schema is newer than this program"
    UNMARKED = "the file holds this program's tables, but not its mark"
    FOREIGN = "the file belongs to another program"
    DAMAGED = "the file is damaged or no SQLite database"


@dataclass(frozen=True)
class Examination:
    """The condition of a database file, its schema version where it has one, and the details in words."""

    condition: Condition
    version: int = 0
    detail: str = ""


def examine(path: Path) -> Examination:
    """Look at the file without changing it or anything beside it.

    Only SQLite itself opens it: were the file opened and closed here, POSIX would take away the locks that SQLite holds on it
    in this process, and another process would think that nobody reads it.
    """
    try:
        if not path.exists():
            return Examination(Condition.ABSENT)
        if not path.is_file():
            return Examination(Condition.DAMAGED, detail=f"{path} is not a file")
        size = path.stat().st_size
        if not size:
            return Examination(Condition.EMPTY)
        if size < _SMALLEST:  # SQLite would take a file of one byte for an empty one
            return Examination(Condition.DAMAGED, detail=f"{path} is not a SQLite database")
        if not os.access(path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise EnvironmentFailure(f"cannot read {path}: {error.strerror}", "check its permissions") from error
    try:
        mark = _mark(path)
    except SQLAlchemyError as error:
        if code_of(error) == sqlite3.SQLITE_NOTADB:
            return Examination(Condition.DAMAGED, detail=f"{path} is not a SQLite database")
        mark = 0  # perhaps the log holds the rest of it
    if mark not in (0, schema.APPLICATION_ID):
        return Examination(Condition.FOREIGN, detail=f"{path} is marked as another program's (id {mark:#x})")
    return _examine_inside(path)


def _mark(path: Path) -> int:
    """The mark in the file's header; a log beside it is neither read nor touched."""
    engine = file_engine(path, read_only=True, immutable=True)
    try:
        with engine.connect() as connection:
            mark = connection.exec_driver_sql("PRAGMA application_id").scalar()
    finally:
        engine.dispose()
    return int(mark or 0) & 0xFFFFFFFF


def _examine_inside(path: Path) -> Examination:
    try:
        engine = file_engine(path, read_only=True, immutable=not has_log(path))
        with engine.connect() as connection:
            mark = connection.exec_driver_sql("PRAGMA application_id").scalar()
            tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
            is_ours = mark == schema.APPLICATION_ID or schema.has_our_tables(connection)
            version = schema.version_of(connection) if is_ours else 0
        engine.dispose()
    except (SQLAlchemyError, UnicodeDecodeError) as error:
        return Examination(Condition.DAMAGED, detail=f"{path} is damaged: {reason(error)}")
    if not is_ours:
        if not tables:
            return Examination(Condition.EMPTY)
        return Examination(Condition.FOREIGN, detail=f"{path} holds tables this program did not make")
    if version > schema.CURRENT_VERSION:
        detail = f"{path} has schema {version}, this program knows {schema.CURRENT_VERSION}"
        return Examination(Condition.NEWER, version, detail)
    if mark != schema.APPLICATION_ID:
        detail = f"{path} holds this program's tables, but not its mark (application_id)"
        return Examination(Condition.UNMARKED, version, detail)
    return Examination(Condition.CURRENT if version == schema.CURRENT_VERSION else Condition.OLDER, version)


def has_log(path: Path) -> bool:
    """Whether a killed run, or one that goes on, has left its write-ahead log beside the file."""
    log = log_of(path)
    return log.exists() and log.stat().st_size > 0


def log_of(path: Path) -> Path:
    """Where a database has its write-ahead log."""
    return path.with_name(path.name + _WRITE_AHEAD_LOG)


def refuse_absent(path: Path, found: Examination) -> None:
    """Raise DatabaseUnusable where there is no database."""
    if found.condition in (Condition.ABSENT, Condition.EMPTY):
        raise DatabaseUnusable(f"there is no database at {path}", "run: rmos migrate")


def refuse_unusable(found: Examination) -> None:
    """Raise DatabaseUnusable for a file that this program must not touch."""
    hints = {
        Condition.NEWER: "install the newer rmos-migration that made it",
        Condition.UNMARKED: "see what is wrong with it: rmos audit; then: rmos audit --repair",
        Condition.FOREIGN: "name another file with --database; this one was not touched",
        Condition.DAMAGED: "restore it from a backup, or name another file; this one was not touched",
    }
    if found.condition in hints:
        raise DatabaseUnusable(found.detail, hints[found.condition])
