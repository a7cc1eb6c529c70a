"""The one border where SQLAlchemy's and the driver's errors become ours.

What the driver raises besides its own errors (for text that is not UTF-8 in a message, for want of memory) is made one of its
errors where it is raised, in ``engines``. What neither a file nor a machine can be blamed for passes as it is: a fault of
this program keeps its name and its traceback.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import clear_frames

from sqlalchemy.exc import DBAPIError, MultipleResultsFound, SQLAlchemyError

from ..errors import DatabaseUnusable, EnvironmentFailure, LockedError, RmosError, TookTooLong

_REFUSALS = {sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
"""What SQLite answers where the file is damaged, or no database; nothing else is called damage."""
_FAULTS = {sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE}
"""What SQLite answers to a program that does not use it as it should."""
_BESIDE = "the database and what lies beside it, with -wal and -shm at the end of its name,"
_MACHINE = {
    sqlite3.SQLITE_FULL: "free some disk space, then run the same command again; it carries on",
    sqlite3.SQLITE_IOERR: "check the disk, then run the same command again; it carries on",
    sqlite3.SQLITE_READONLY: "make the file and its folder writable",
    sqlite3.SQLITE_CANTOPEN: f"check that the folder exists, and that {_BESIDE} may be read and written",
    sqlite3.SQLITE_PERM: f"check the permissions: {_BESIDE} must be readable and writable",
    sqlite3.SQLITE_AUTH: "check the permissions of the file",
    sqlite3.SQLITE_NOMEM: "close other programs and try again",
    sqlite3.SQLITE_NOLFS: "keep the database on a file system that takes large files",
}
_OF_LOCKS = {
    sqlite3.SQLITE_IOERR_LOCK,
    sqlite3.SQLITE_IOERR_UNLOCK,
    sqlite3.SQLITE_IOERR_RDLOCK,
    sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMLOCK,
    sqlite3.SQLITE_IOERR_SHMMAP,
}
_OFF_THE_NETWORK = "keep the database on a disk of this machine; a network folder may lack what SQLite needs"
"""What helps where a file system cannot lock or share memory."""


@contextmanager
def driver_errors_as_ours() -> Iterator[None]:
    """Raise the errors of the block as ``errors.RmosError``, but for those that are faults of this program."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        if is_fault(error):
            raise
        raise ours(error) from error


def is_fault(error: Exception) -> bool:
    """Return whether an error is this program's own: it misused the driver or SQLAlchemy."""
    if isinstance(error, DBAPIError):
        return isinstance(error.orig, sqlite3.ProgrammingError) or code_of(error) in _FAULTS
    if isinstance(error, sqlite3.Error):
        return isinstance(error, sqlite3.ProgrammingError) or code_of(error) in _FAULTS
    return not isinstance(error, MultipleResultsFound)  # two rows of one key: an index is damaged


def ours(error: Exception) -> RmosError:
    """Return the driver's error as one of ours."""
    primary, said = code_of(error), reason(error)
    if primary == sqlite3.SQLITE_INTERRUPT:
        return TookTooLong(
            "the database did not answer in time",
            "try again when less is going on; if it stays so, see: rmos doctor",
        )
    if primary in _BUSY:
        return LockedError(
            f"the database is busy: {said}", "wait for the other program to finish, then try again"
        )
    if primary in DAMAGED:
        return DatabaseUnusable(
            f"the database is damaged: {said}", "see: rmos audit; restore the database from a backup"
        )
    if primary in _REFUSALS:
        return DatabaseUnusable(
            f"what stands in the database does not fit what is to be written: {said}", "see: rmos audit"
        )
    if primary in _MACHINE:
        original = error.orig if isinstance(error, DBAPIError) else error
        is_of_locks = getattr(original, "sqlite_errorcode", None) in _OF_LOCKS
        hint = _OFF_THE_NETWORK if is_of_locks else _MACHINE[primary]
        return EnvironmentFailure(f"the database failed: {said}", hint)
    return DatabaseUnusable(f"the database is not as this program made it: {said}", "see: rmos audit")


def code_of(error: Exception) -> int | None:
    """SQLite's primary result code, where the driver gives one."""
    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None)
    return code & 0xFF if code is not None else None


def code_behind(error: RmosError) -> int | None:
    """Return SQLite's primary result code behind one of our errors, where the driver's error is its cause."""
    return code_of(error.__cause__) if isinstance(error.__cause__, Exception) else None


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
