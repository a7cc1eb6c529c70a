"""In what condition a database file is, found out without changing it or anything beside it."""

import errno
import os
import sqlite3
import stat
from pathlib import Path

from sqlalchemy import Connection

from ...errors import DatabaseUnusable, EnvironmentFailure, TookTooLong
from .. import schema
from ..failures import is_damage
from ..port import DatabaseState, FileCondition
from .computing import HINT, computed
from .engines import connected, file_engine
from .files import looked_at, real_path, size_of

_LOGS = ("-wal", "-journal")
COMPANIONS = (*_LOGS, "-shm")
"""What SQLite adds to a database's name for files that belong to it."""
_PATIENCE_SECONDS = 120
_SLOWEST_BYTES_A_SECOND = 500_000
_OF_A_CIRCLE = "its links lead back to themselves: name the file itself, or delete the link"
_SMALLEST = 512
"""Bytes of the smallest page that a SQLite database has."""


def examine(path: Path, *, is_hasty: bool = False) -> DatabaseState:
    """Look at the file without changing it or anything beside it.

    Only SQLite itself opens it: were the file opened and closed here, POSIX would take away the locks that
    SQLite holds on it in this process, and another process would think that nobody reads it.
    """
    try:
        found = looked_at(path)
        if found is None:
            return DatabaseState(FileCondition.ABSENT)
        if not stat.S_ISREG(found.st_mode):
            return DatabaseState(FileCondition.FOREIGN, detail=f"{path} is not a file")
        if not found.st_size:
            return DatabaseState(FileCondition.EMPTY)
        if found.st_size < _SMALLEST:  # SQLite would take a file of one byte for an empty one
            return DatabaseState(FileCondition.DAMAGED, detail=f"{path} is not a SQLite database")
        if not os.access(path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        hint = _OF_A_CIRCLE if error.errno == errno.ELOOP else "check its permissions"
        raise EnvironmentFailure(f"cannot read {path}: {error.strerror}", hint) from error
    try:
        mark = _mark(path)
    except DatabaseUnusable as error:
        if _is_no_database(error):
            return DatabaseState(FileCondition.DAMAGED, detail=f"{path} is not a SQLite database")
        mark = 0  # perhaps the log holds the rest of it
    if mark not in (0, schema.APPLICATION_ID):
        return DatabaseState(
            FileCondition.FOREIGN, detail=f"{path} is marked as another program's (id {mark:#x})"
        )
    try:
        return _examine_inside(path, is_hasty=is_hasty)
    except TookTooLong:
        raise
    except DatabaseUnusable as error:
        said = f"{path}: {error.message}"
        return DatabaseState(
            FileCondition.DAMAGED if is_damage(error) else FileCondition.CHANGED, detail=said
        )


def _is_no_database(error: DatabaseUnusable) -> bool:
    """Return whether SQLite said that the file is no database, rather than that it is damaged."""
    driver = getattr(error.__cause__, "orig", error.__cause__)
    return getattr(driver, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_NOTADB


def _mark(path: Path) -> int:
    """Return the mark in the file's header; a log beside it is neither read nor touched."""
    with connected(file_engine(path, read_only=True, immutable=True)) as connection:
        return _mark_in(connection)


def _mark_in(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA application_id").scalar() or 0) & 0xFFFFFFFF


def _examine_inside(path: Path, *, is_hasty: bool) -> DatabaseState:
    engine = file_engine(path, read_only=True, immutable=not has_log(path), is_pooled=is_hasty)
    with connected(engine, seconds=patience(path)) as connection:
        mark = _mark_in(connection)
        others = schema.imposters(connection)
        is_any = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
        is_ours = mark == schema.APPLICATION_ID or schema.has_our_tables(connection)
        is_computed = computed(connection) if is_ours else ""
        version = schema.version_of(connection) if is_ours and not is_computed else 0
        is_unreleased = version > 0 and schema.is_unreleased(connection, version)
    if not is_ours:
        if not is_any:
            return DatabaseState(FileCondition.EMPTY)
        return DatabaseState(FileCondition.FOREIGN, detail=f"{path} holds tables this program did not make")
    for name, kind in others.items():
        detail = f"{path} was changed: {name} is a {kind}, where a table of this program must be"
        return DatabaseState(FileCondition.CHANGED, version, detail)
    if is_computed:
        return DatabaseState(FileCondition.COMPUTING, version, f"{path} was changed: {is_computed}")
    if version < 1:
        return DatabaseState(
            FileCondition.CHANGED, version, f"{path} was changed: it does not say which schema it has"
        )
    if is_unreleased:
        detail = f"{path} is of an unreleased rmos-migration; migrate the legacy folder into a new database"
        return DatabaseState(FileCondition.FOREIGN, version, detail)
    if version > schema.CURRENT_VERSION:
        detail = f"{path} has schema {version}, this program knows {schema.CURRENT_VERSION}"
        return DatabaseState(FileCondition.NEWER, version, detail)
    if mark != schema.APPLICATION_ID:
        detail = f"{path} holds this program's tables, but not its mark (application_id)"
        return DatabaseState(FileCondition.UNMARKED, version, detail)
    return DatabaseState(
        FileCondition.CURRENT if version == schema.CURRENT_VERSION else FileCondition.OLDER, version
    )


def has_log(path: Path) -> bool:
    """Return whether a run, killed or going on, has left a log that holds a part of the file."""
    return bool(logs_of(path))


def logs_of(path: Path) -> dict[Path, os.stat_result]:
    """Return the logs beside a database that are not empty, and how they look.

    SQLite keeps them beside the file itself, not beside a link, and takes them away with its last connection,
    at any moment.
    """
    real = real_path(path)
    logs = [real.with_name(real.name + ending) for ending in _LOGS]
    looks = [(log, looked_at(log)) for log in logs]
    return {log: look for log, look in looks if look is not None and look.st_size > 0}


def logs_left(path: Path, found: DatabaseState) -> list[str]:
    """Return the logs beside a file that are not its own, or that it needs to be put back."""
    real = os.path.realpath(path)
    is_there = found.condition not in (FileCondition.ABSENT, FileCondition.EMPTY)
    endings = ("-journal",) if is_there else ("-journal", "-wal")
    return [real + ending for ending in endings if os.path.lexists(real + ending)]


def is_read_unnoticed(path: Path) -> bool:
    """Return whether a reader cannot note itself beside the file, and must assume no writer."""
    return not os.access(real_path(path).parent, os.W_OK) and not has_log(path)


def patience(path: Path) -> float:
    """Return how many seconds a command may ask a database.

    Honest questions are answered at tens of megabytes a second; only a file made to be endless needs so much
    time.
    """
    return _PATIENCE_SECONDS + size_of(path) / _SLOWEST_BYTES_A_SECOND


def refuse_absent(path: Path, found: DatabaseState) -> None:
    """Raise DatabaseUnusable where there is no database."""
    if found.condition in (FileCondition.ABSENT, FileCondition.EMPTY):
        raise DatabaseUnusable(f"there is no database at {path}", "run: rmos migrate")


def refuse_unusable(found: DatabaseState) -> None:
    """Raise DatabaseUnusable for a file that this program must not touch."""
    hints = {
        FileCondition.NEWER: "install the newer rmos-migration that made it",
        FileCondition.UNMARKED: "see what is wrong with it: rmos audit; then: rmos audit --repair",
        FileCondition.CHANGED: "see what is wrong with it: rmos audit; or restore the database from a backup",
        FileCondition.COMPUTING: HINT,
        FileCondition.FOREIGN: "name another file with --database; this one was not touched",
        FileCondition.DAMAGED: "restore it from a backup, or name another file; this one was not touched",
    }
    if found.condition in hints:
        raise DatabaseUnusable(found.detail, hints[found.condition])
