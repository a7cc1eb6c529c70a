"""The one border where SQLAlchemy's and the driver's errors become ours.

What the driver raises besides its own errors (for text that is not UTF-8 in a message, for want of memory) is
made one of its errors where it is raised, in ``sqlite.driver``. What neither a file nor a machine can be
blamed for passes as it is: a fault of this program keeps its name and its traceback.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from traceback import clear_frames

from sqlalchemy.exc import DBAPIError, MultipleResultsFound, SQLAlchemyError

from ..errors import DatabaseUnusable, EnvironmentFailure, LockedError, RmosError, TookTooLong
from .dialect import DIALECT, Failure

_ERRORS: tuple[type[Exception], ...] = (SQLAlchemyError, *DIALECT.errors)


@contextmanager
def driver_errors_as_ours() -> Iterator[None]:
    """Raise the block's errors as ``errors.RmosError``, except for faults of this program."""
    try:
        yield
    except _ERRORS as error:
        if is_fault(error):
            raise
        raise ours(error) from error


def is_fault(error: Exception) -> bool:
    """Return whether an error is this program's own: it misused the driver or SQLAlchemy."""
    if isinstance(error, (DBAPIError, *DIALECT.errors)):
        return DIALECT.failure(_original(error)) is Failure.MISUSE
    return not isinstance(error, MultipleResultsFound)  # two rows of one key: an index is damaged


def ours(error: Exception) -> RmosError:
    """Return the driver's error as one of ours."""
    failure, said = DIALECT.failure(_original(error)), reason(error)
    if failure is Failure.INTERRUPTED:
        return TookTooLong(
            "the database did not answer in time",
            "try again when less is going on; if it stays so, see: rmos doctor",
        )
    if failure is Failure.BUSY:
        return LockedError(
            f"the database is busy: {said}", "wait for the other program to finish, then try again"
        )
    if failure is Failure.DAMAGED:
        return DatabaseUnusable(
            f"the database is damaged: {said}", "see: rmos audit; restore the database from a backup"
        )
    if failure is Failure.REFUSED:
        return DatabaseUnusable(
            f"what stands in the database does not fit what is to be written: {said}", "see: rmos audit"
        )
    if failure is Failure.MACHINE:
        return EnvironmentFailure(f"the database failed: {said}", DIALECT.hint_on_machine(_original(error)))
    return DatabaseUnusable(f"the database is not as this program made it: {said}", "see: rmos audit")


def is_damage(error: RmosError) -> bool:
    """Return whether one of our errors comes from a file that is damaged, or not a database."""
    return DIALECT.failure(_original(error.__cause__)) is Failure.DAMAGED


def refused_with(error: DBAPIError) -> str:
    """Return the database's reason for refusing rows, and let go of the rows.

    SQLAlchemy's error is kept in a frame of its own traceback: a cycle, which keeps every row of the batch in
    memory until Python happens to look for cycles.

    Raises:
        sqlalchemy.exc.DBAPIError: the error itself, if the database failed rather than refused.
    """
    if DIALECT.failure(error.orig) is not Failure.REFUSED:
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
    """Return the database's own words."""
    return str(_original(error))


def _original(error: BaseException | None) -> BaseException | None:
    """Return the driver's error behind SQLAlchemy's."""
    return error.orig if isinstance(error, DBAPIError) else error
