"""The one border where SQLAlchemy's and the driver's errors become ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import clear_frames

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..errors import DatabaseUnusable, EnvironmentFailure, LockedError, RmosError, TookTooLong

_REFUSALS = {sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_MACHINE = {
    sqlite3.SQLITE_FULL: "free some disk space, then run the same command again; it carries on",
    sqlite3.SQLITE_IOERR: "check the disk, then run the same command again; it carries on",
    sqlite3.SQLITE_READONLY: "make the file and its folder writable",
    sqlite3.SQLITE_CANTOPEN: "check that the folder exists and may be written",
    sqlite3.SQLITE_PERM: "check the permissions of the file",
    sqlite3.SQLITE_NOMEM: "close other programs and try again",
}


@contextmanager
def driver_errors_as_ours() -> Iterator[None]:
    """Raise the errors of the block as ``errors.RmosError``."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise ours(error) from error


@contextmanager
def damage_as_unusable() -> Iterator[None]:
    """Raise what a damaged database makes of a query as DatabaseUnusable, the machine's failures as ours.

    Damage shows in many ways: SQLite says that the file is malformed, that a table it has is not there, that it cannot
    parse its own schema; the driver cannot decode a text or a message.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, UnicodeDecodeError) as error:
        known = ours(error)
        if known.hint and code_of(error) not in _DAMAGED:
            raise known from error
        said = f"the database is damaged or was changed by other hands: {reason(error)}"
        raise DatabaseUnusable(said, "see rmos audit; restore the database from a backup") from error


@contextmanager
def oddities_as_unusable() -> Iterator[None]:
    """Raise as DatabaseUnusable what damage makes of a query, and of values that are not what their column says."""
    try:
        with damage_as_unusable():
            yield
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as error:
        said = str(error).partition("\n")[0]
        raise DatabaseUnusable(f"a value is not what its column says: {said}", "see: rmos audit") from error


def ours(error: Exception) -> RmosError:
    """The driver's error as one of ours."""
    primary = code_of(error)
    if primary == sqlite3.SQLITE_INTERRUPT:
        return TookTooLong(
            "the database did not answer in time",
            "try again when less is going on; if it stays so, see: rmos doctor",
        )
    if primary in _BUSY:
        return LockedError(
            f"the database is busy: {reason(error)}", "wait for the other program to finish, then try again"
        )
    if primary in _DAMAGED:
        return DatabaseUnusable(
            f"the database is damaged: {reason(error)}", "see: rmos audit; restore the database from a backup"
        )
    if primary in _REFUSALS:
        return DatabaseUnusable(
            f"what stands in the database does not fit what is to be written: {reason(error)}",
            "see: rmos audit",
        )
    hint = _MACHINE.get(primary, "") if primary is not None else ""
    return EnvironmentFailure(f"the database failed: {reason(error)}", hint)


def code_of(error: Exception) -> int | None:
    """SQLite's primary result code, where the driver gives one."""
    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None)
    return code & 0xFF if code is not None else None


def is_refusal(error: DBAPIError) -> bool:
    """Whether the database refused a row, rather than failed."""
    return code_of(error) in _REFUSALS


def refused_with(error: DBAPIError) -> str:
    """Give the database's reason for refusing rows, and let go of the rows.

    SQLAlchemy's error stands in a frame of its own traceback: a cycle, which keeps every row of the batch in memory until
    Python happens to look for cycles.

    Raises:
        sqlalchemy.exc.DBAPIError: the error itself, if the database failed rather than refused.
    """
    if not is_refusal(error):
        raise error
    said = reason(error)
    error.params = None
    linked: list[BaseException | None] = [error]
    while linked:
        one = linked.pop()
        if one is not None and one.__traceback__ is not None:
            clear_frames(one.__traceback__)
            one.__traceback__ = None
            linked += [one.__cause__, one.__context__, getattr(one, "orig", None)]
    return said


def reason(error: Exception) -> str:
    """The database's own words."""
    return str(error.orig if isinstance(error, DBAPIError) else error)
