"""Writing files into a new folder, each of them whole or not at all."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from ..entities import ENTITIES
from ..errors import EnvironmentFailure, UsageError

_UNFINISHED = ".rmos-export.tmp"
"""Hidden and no JSON, so that a migration of the folder would pass over one that a power cut left behind."""

_NO_SUCH_NAME = {
    errno.EILSEQ,
    errno.EINVAL,
    errno.ENAMETOOLONG,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.EISDIR,
    errno.ENOENT,
}


class NameRefusedError(Exception):
    """The system cannot have a file of this name here, or has one already; nothing was written."""


def prepare_folder(folder: Path) -> None:
    """Make the folder of an export, or see that it is empty.

    Raises:
        UsageError: if something is in it, or it is no folder: an export never overwrites anything.
        EnvironmentFailure: if it cannot be made or looked into.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = next(folder.iterdir(), None) is None
    except (FileExistsError, NotADirectoryError):
        raise UsageError(f"{folder} is no folder", "name a new folder, or an empty one") from None
    except OSError as error:
        raise EnvironmentFailure(
            f"the folder {folder} cannot be made: {error.strerror}", "name a place that may be written to"
        ) from error
    if not is_empty:
        raise UsageError(
            f"{folder} is not empty, and an export never overwrites anything",
            "name a new folder, or an empty one",
        )


def make_tree(tree: Path) -> None:
    """Make a legacy folder with its three folders, so that it is known for one even where nothing is in them.

    Raises:
        EnvironmentFailure: if they cannot be made.
    """
    for entity in ENTITIES:
        try:
            (tree / entity.name).mkdir(parents=True)
        except OSError as error:
            raise _failure(tree / entity.name, error) from error


def write_new(target: Path, content: bytes) -> None:
    """Write a file that is not there yet, with the folders on the way.

    It gets its name when all of it is written; after a power cut it is there whole, or not at all where the system had
    not yet stored it (nothing is forced to the disk).

    Raises:
        NameRefusedError: if the system cannot have such a file, or has one under this name already.
        EnvironmentFailure: if it cannot be written for another reason.
    """
    unfinished = target.parent / _UNFINISHED
    try:
        if os.path.lexists(target):
            raise NameRefusedError(target)
        try:
            _write(unfinished, content)
        except FileNotFoundError:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(unfinished, content)
        unfinished.replace(target)
    except OSError as error:
        _remove(unfinished)
        if error.errno in _NO_SUCH_NAME:
            raise NameRefusedError(target) from error
        raise _failure(target, error) from error
    except ValueError:  # a name that no system call takes
        raise NameRefusedError(target) from None
    except KeyboardInterrupt:
        _remove(unfinished)
        raise


def _failure(target: Path, error: OSError) -> EnvironmentFailure:
    shown = os.fsencode(target).decode("utf-8", "backslashreplace")
    return EnvironmentFailure(
        f"{shown} cannot be written: {error.strerror or error}",
        "free some space or name another folder, delete what was begun, then export again",
    )


def _write(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
        file.write(content)


def _remove(unfinished: Path) -> None:
    with suppress(OSError, ValueError):
        unfinished.unlink(missing_ok=True)
