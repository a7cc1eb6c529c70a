"""What ends a run, and the one table of exit codes.

    RmosError
    ├── UsageError           the call cannot be carried out as asked         exit 2
    ├── LockedError          another run or program holds the database       exit 3
    ├── DatabaseUnusable     not ours, newer, damaged, not to be opened      exit 4
    │   ├── CorruptRow       a value is not what its column says             exit 4
    │   └── TookTooLong      a question to it was not answered in time       exit 4
    ├── EnvironmentFailure   disk full, no permission, I/O error             exit 5
    └── ProgramFault         a fault of this program                         exit 70

Bad documents never raise: they become diagnostics (see ``diagnostics.py``).
This module imports nothing of the package.
"""

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import IntEnum

log = logging.getLogger(__name__)


class ExitCode(IntEnum):
    """What the process answers to its caller."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    LOCKED = 3
    DATABASE = 4
    ENVIRONMENT = 5
    MISMATCH = 6
    FAULT = 70
    SIGINT = 130
    READER_LEFT = 141
    SIGTERM = 143


EXIT_MEANINGS = {
    ExitCode.OK: "all well",
    ExitCode.FINDINGS: "finished, with rejects, conflicts or findings",
    ExitCode.USAGE: "the command was called wrongly",
    ExitCode.LOCKED: "another run or program holds the database",
    ExitCode.DATABASE: "the database cannot be used",
    ExitCode.ENVIRONMENT: "disk, permission or input/output failure",
    ExitCode.MISMATCH: "source and database differ",
    ExitCode.FAULT: "a fault of the program, not of your data",
    ExitCode.SIGINT: "interrupted from the keyboard",
    ExitCode.READER_LEFT: "nobody read the output any more",
    ExitCode.SIGTERM: "asked to stop",
}


class RmosError(Exception):
    """A failure that ends the run: what happened, and a hint on what to do next."""

    exit_code = ExitCode.ENVIRONMENT

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(RmosError):
    """The call cannot be carried out as asked: no such folder, options that exclude each other."""

    exit_code = ExitCode.USAGE


class LockedError(RmosError):
    """Another process holds the database's write lock."""

    exit_code = ExitCode.LOCKED


class DatabaseUnusable(RmosError):  # noqa: N818 - the name says what is wrong
    """The database is not ours, newer than this program, damaged, or cannot be opened."""

    exit_code = ExitCode.DATABASE


class CorruptRow(DatabaseUnusable):
    """A value in the database is not what its column says: changed outside this program, or damaged."""


class TookTooLong(DatabaseUnusable):
    """The database did not answer a question in the time that it was given."""


class EnvironmentFailure(RmosError):  # noqa: N818
    """The machine failed: disk full, no permission, input/output error."""

    exit_code = ExitCode.ENVIRONMENT


class ProgramFault(RmosError):  # noqa: N818
    """The program itself failed; whoever is told so finds the traceback in the log."""

    exit_code = ExitCode.FAULT


class Terminated(KeyboardInterrupt):
    """SIGTERM, where it ends things at once like Ctrl-C."""


@contextmanager
def all_tried(reassurance: str = "") -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Let several things be done, each also where another fails; the first failure is raised at the end.

    ``reassurance`` says what is well all the same, and comes before what to do.

    Raises:
        Exception: the first failure itself; of the others the log tells.
    """
    failures: list[Exception] = []

    @contextmanager
    def tried() -> Iterator[None]:
        try:
            yield
        except Exception as failure:
            failures.append(failure)

    yield tried
    for further in failures[1:]:
        known = isinstance(further, RmosError)
        log.error("%s", uncaught(further), exc_info=None if known else further)
    for failure in failures[:1]:
        if isinstance(failure, RmosError):
            failure.hint = "; ".join(filter(None, (reassurance, failure.hint)))
        raise failure


_REMEDIES = {
    errno.ENOSPC: "free some space",
    getattr(errno, "EDQUOT", errno.ENOSPC): "free some space",
    errno.EFBIG: "keep it on a disk that takes large files",
    errno.EACCES: "let the folder be written to",
    errno.EPERM: "let the folder be written to",
    errno.ENOENT: "make the folder first",
    errno.EIO: "check the disk",
}


def remedy(number: int | None, elsewhere: str) -> str:
    """Return what to do about a failed write, by the system's error number, or where else to write."""
    return ", or ".join(filter(None, (_REMEDIES.get(number or 0), elsewhere)))


def uncaught(error: Exception) -> RmosError:
    """Return what a person is told of an uncaught exception; its traceback belongs in the log.

    Want of memory and a failing system call are the machine's; anything else is this program's fault.
    """
    if isinstance(error, RmosError):
        return error
    if isinstance(error, MemoryError):
        return EnvironmentFailure("there is not enough memory", "close other programs, then try again")
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return EnvironmentFailure(
            f"the machine failed: {place}{error.strerror or error}", "see the log above"
        )
    said = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}".removesuffix(": ")
    return ProgramFault(
        f"this is a fault of the program, not of your data: {said}",
        "please report it, with the lines above, which say where it happened",
    )
