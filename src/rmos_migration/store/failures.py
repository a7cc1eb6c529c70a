"""The one border where SQLAlchemy's and the driver's errors become ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..errors import EnvironmentFailure, LockedError, RmosError

_REFUSALS = {sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_MACHINE = {
    sqlite3.SQLITE_FULL: "free some disk space, then run the same command again; it carries on",
    sqlite3.SQLITE_IOERR: "check the disk, then run the same command again; it carries on",
    sqlite3.SQLITE_READONLY: "make the file and its folder writable",
    sqlite3.SQLITE_CANTOPEN: "check that the folder exists and may be written",
    sqlite3.SQLITE_PERM: "check the permissions of the file",
    sqlite3.SQLITE_NOMEM: "close other programs and try again",
    sqlite3.SQLITE_CORRUPT: "restore the database from a backup",
    sqlite3.SQLITE_NOTADB: "restore the database from a backup",
}


@contextmanager
def driver_errors_as_ours() -> Iterator[None]:
    """Raise the errors of the block as ``errors.RmosError``."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise ours(error) from error


def ours(error: Exception) -> RmosError:
    """The driver's error as one of ours."""
    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary in _BUSY:
        return LockedError(
            f"the database is busy: {original}", "wait for the other program to finish, then try again"
        )
    hint = _MACHINE.get(primary, "") if primary is not None else ""
    return EnvironmentFailure(f"the database failed: {reason(error)}", hint)


def is_refusal(error: DBAPIError) -> bool:
    """Whether the database refused a row, rather than failed."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _REFUSALS


def reason(error: Exception) -> str:
    """The database's own words."""
    return str(error.orig if isinstance(error, DBAPIError) else error)
