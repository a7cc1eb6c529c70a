"""Results that are written into one file: where they may be, and how they get there."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from ..errors import EnvironmentFailure, RmosError, UsageError, remedy
from ..files.atomic import write_whole
from ..files.leftovers import sweep
from ..files.permissions import ANYBODYS, Permissions
from ..files.targets import is_link, is_special
from ..settings import Settings
from ..sources.legacy_folder import refuse_inside
from ..store.database import database_at, database_of
from ..store.ledger import locations


def write_file(path: Path, text: str, what: str, hint: str, *, permissions: Permissions = ANYBODYS) -> None:
    """Write a result into a file, in UTF-8; ``what`` names it and ``hint`` says how to name another place.

    An earlier file is replaced by the whole of the new one, or not at all. ``permissions`` are the most that others may.

    Raises:
        UsageError: if it must not be written there (``check_file``).
        EnvironmentFailure: if it cannot be written.
    """
    check_file(path)
    try:
        sweep(path.parent)
        write_whole(path, text.encode("utf-8", "backslashreplace"), permissions=permissions)
    except OSError as error:
        raise EnvironmentFailure(
            f"{what} could not be written to {path}: {error.strerror}", remedy(error.errno, hint)
        ) from error


def check_file(path: Path) -> None:
    """Raise UsageError where a result cannot be, or must not: it is asked before the work is done.

    That is a folder (which an empty name stands for, too), a link, a disk or a socket, a database, and what is kept beside one: a slip would cost the workshop its records.
    """
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for some names
        raise UsageError(f"{path} is a folder, and the result is a file", "name a file")
    with suppress(OSError):  # what the system says of the place is told when it is written to
        if is_link(path):
            hint = "name the file itself, or take the link away"
            raise UsageError(f"{path} is a link, and no result is written through one", hint)
        if is_special(path):
            raise UsageError(f"{path} is a disk or a socket, and the result is a file", "name a file")
    if database := database_of(path):
        what = "is a database" if database == path else f"belongs to the database {database}"
        raise UsageError(f"{path} {what} and was left as it is", "name another file for the result")


def keep_out_of_legacy_folders(target: Path, settings: Settings) -> None:
    """Raise UsageError where a result would lie in a legacy folder: the one that is set, or one that the database knows."""
    known = [str(settings.source)]
    with suppress(RmosError), database_at(settings.database).read() as snapshot:
        known += locations(snapshot)
    refuse_inside(target, known)


def beginning(path: Path, length: int) -> bytes:
    """The first bytes of a file; none of what cannot be read, and of a device or a pipe, from which they would be taken."""
    with suppress(OSError):
        if stat.S_ISREG(path.stat().st_mode):
            with path.open("rb") as file:
                return file.read(length)
    return b""
