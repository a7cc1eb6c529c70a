"""Writing files into a new folder, each of them whole or not at all."""

import errno
import os
from pathlib import Path

from ..entities import ENTITIES
from ..errors import EnvironmentFailure, UsageError, remedy
from ..files.atomic import write_whole
from ..files.folders import make_folder
from ..files.permissions import ANYBODYS, Permissions
from ..files.sync import sync_all, sync_folder
from ..files.targets import NO_SUCH_NAME
from ..sources.legacy_folder import UNFINISHED_MARK, UNFINISHED_NOTE

_NO_SUCH_NAME = NO_SUCH_NAME | {errno.EEXIST, errno.ENOENT}


class NameRefusedError(Exception):
    """The system cannot have a file of this name here, or has one already; nothing was written."""


def prepare_folder(folder: Path, permissions: Permissions = ANYBODYS) -> None:
    """Make an export's folder, or check that it is empty, and mark it as unfinished (``finish_folder``).

    Raises:
        UsageError: if something is in it, or it is no folder: an export never overwrites anything.
        EnvironmentFailure: if it cannot be made or looked into.
    """
    try:
        make_folder(folder, permissions)
        found = [one.name for one in folder.iterdir()]
    except NotADirectoryError:
        raise UsageError(f"{folder} is no folder", "name a new folder, or an empty one") from None
    except OSError as error:
        raise EnvironmentFailure(
            f"the folder {folder} cannot be made: {error.strerror}", "name a place that may be written to"
        ) from error
    if UNFINISHED_MARK in found:
        raise UsageError(
            f"{folder} is an export that did not finish, or is still being written",
            "if none is running, delete the folder; then export again, or export into another one",
        )
    if found:
        raise UsageError(
            f"{folder} is not empty, and an export never overwrites anything",
            "name a new folder, or an empty one",
        )
    try:
        write_whole(
            folder / UNFINISHED_MARK, UNFINISHED_NOTE.encode(), permissions=permissions, replace=False
        )
    except OSError as error:
        raise _failure(folder / UNFINISHED_MARK, error) from error


def finish_folder(folder: Path) -> None:
    """Force everything in an export's folder to the disk, then take away the mark that it is unfinished.

    Raises:
        EnvironmentFailure: if the system could not write something of it; the mark stays then.
    """
    try:
        sync_all(folder)
        (folder / UNFINISHED_MARK).unlink()
        sync_folder(folder)
    except OSError as error:
        raise _failure(folder, error) from error


def make_tree(tree: Path, permissions: Permissions = ANYBODYS) -> None:
    """Make a legacy folder with its three folders, so that it is known for one even where nothing is in them.

    Raises:
        EnvironmentFailure: if they cannot be made.
    """
    for entity in ENTITIES:
        try:
            make_folder(tree / entity.name, permissions)
        except OSError as error:
            raise _failure(tree / entity.name, error) from error


def write_new(target: Path, content: bytes, permissions: Permissions = ANYBODYS) -> None:
    """Write a file that is not there yet, with the folders on the way.

    It gets its name when all of it is written. It is forced to the disk with all others, at the end
    (``finish_folder``).

    Raises:
        NameRefusedError: if the system cannot have such a file, or has one under this name already.
        EnvironmentFailure: if it cannot be written for another reason.
    """
    try:
        try:
            write_whole(target, content, permissions=permissions, replace=False, sync=False)
        except FileNotFoundError:
            make_folder(target.parent, permissions)
            write_whole(target, content, permissions=permissions, replace=False, sync=False)
    except OSError as error:
        if error.errno in _NO_SUCH_NAME:
            raise NameRefusedError(target) from error
        raise _failure(target, error) from error
    except ValueError:  # a name that no system call takes
        raise NameRefusedError(target) from None


def _failure(target: Path, error: OSError) -> EnvironmentFailure:
    shown = os.fsencode(target).decode("utf-8", "backslashreplace")
    return EnvironmentFailure(
        f"{shown} cannot be written: {error.strerror or error}",
        f"{remedy(error.errno, 'name another folder')}; delete what was begun, then export again",
    )
