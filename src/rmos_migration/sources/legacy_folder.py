"""Which folder is a legacy folder, and which one may have been meant; nothing is written into one."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from shlex import quote

from ..entities import BY_NAME
from ..errors import EnvironmentFailure, UsageError
from .folders import is_archive, is_of_records
from .machine import is_folder, own_faults_ignored, raise_if_machine_failed

_FOLDERS_TRIED = 1000
_NAME_THE_FOLDER = "name the folder that holds patterns, strip_families, joblogs"


class NoRecordsError(UsageError):
    """Neither a folder nor any folder near it holds anything that says what its documents are.

    ``names_records`` says whether the message names files in it that seem to be records.
    """

    def __init__(self, message: str, hint: str, *, names_records: bool = False) -> None:
        super().__init__(message, hint)
        self.names_records = names_records


def is_source(root: Path) -> bool:
    """Tell whether a folder holds anything that says which entity's records it is."""
    with own_faults_ignored(str(root), str(root)), os.scandir(root) as entries:
        return any(is_of_records(entry) for entry in entries)
    return False


def refuse_other_than_source(root: Path) -> None:
    """Raise if this is not a legacy folder, with the one that may have been meant.

    Raises:
        NoRecordsError: if it has no folder or file of records, and no legacy folder is near it.
        UsageError: if it is not a folder, does not exist, or is an export that did not finish.
        EnvironmentFailure: if it may not be listed.
    """
    _refuse_closed(root)
    refuse_incomplete(root)
    if is_folder(str(root), str(root)):
        if not is_source(root):
            message = f"{root} holds none of the folders {', '.join(BY_NAME)}, and no file of such a name"
            _refuse_folder(root, message)
    elif os.path.islink(root):
        hint = "connect the disk that it leads to, or name the folder itself"
        raise UsageError(f"{root} is a link that leads nowhere (to {os.readlink(root)})", hint)
    elif not os.path.exists(root):
        raise UsageError(f"folder {root} does not exist", _NAME_THE_FOLDER)
    elif is_archive(root.name):
        hint = "unpack it, then name the folder that came out of it"
        raise UsageError(f"{root} is an archive, not a folder; archives are not read", hint)
    else:
        above = next(filter(is_source, islice(root.resolve().parents, 3)), None)
        hint = _NAME_THE_FOLDER if above is None else f"did you mean {above}?"
        raise UsageError(f"{root} is a file, not a folder", hint)


def _refuse_closed(root: Path) -> None:
    """Raise EnvironmentFailure for a folder that may not be listed, or whose files may not be opened."""
    try:
        if os.path.isdir(root):
            with os.scandir(root):
                pass
            os.stat(os.path.join(root, "."))
        else:
            os.lstat(root)
    except PermissionError as error:
        hint = (
            "run rmos as the user who owns the folder, or get yourself the right to read it"
            f" (Windows: Properties, Security; else: chmod -R u+rX {quote(str(root))})"
        )
        raise EnvironmentFailure(f"the folder {root} cannot be listed: {error.strerror}", hint) from error
    except ValueError:  # a NUL in the name
        pass
    except OSError as error:
        raise_if_machine_failed(str(root), error, str(root))


def _refuse_folder(root: Path, message: str) -> None:
    for candidate in _folders_near(root):
        if is_source(candidate):
            raise UsageError(message, f"did you mean {candidate}?")
    raise NoRecordsError(message, _NAME_THE_FOLDER)


def _folders_near(root: Path) -> Iterator[Path]:
    """Yield where the right folder may be: one or two levels below the one named, or one level above it."""
    below = _folders_in(root)
    yield from below
    yield root.resolve().parent
    for folder in below:
        yield from _folders_in(folder)


def _folders_in(folder: Path) -> list[Path]:
    with suppress(OSError):
        return sorted(one for one in islice(folder.iterdir(), _FOLDERS_TRIED) if one.is_dir())
    return []


UNFINISHED_MARK = ".rmos-export-unfinished"
"""A file in the folder of an export until all of it is on the disk."""

UNFINISHED_NOTE = (
    "This folder is an export of rmos that did not finish: files may be missing from it.\n"
    "If no rmos export is running, delete the folder and export again.\n"
)


def refuse_incomplete(root: Path) -> None:
    """Raise UsageError for an export that did not finish, or one of the trees in it."""
    for folder in (root, Path(os.path.realpath(root)).parent):
        if os.path.lexists(os.path.join(folder, UNFINISHED_MARK)):
            raise UsageError(
                f"{folder} is an export that did not finish, so files may be missing from it",
                "export again into another folder, or delete this one and export again",
            )


def refuse_inside(target: Path, folders: Iterable[str | Path]) -> None:
    """Raise UsageError if a file would be written into a legacy folder: the next migration would read it."""
    real = Path(os.path.realpath(target))
    for folder in folders:
        if real.is_relative_to(os.path.realpath(folder)):
            raise UsageError(
                f"{target} lies in the legacy folder {folder}, which is never written to",
                "name a place somewhere else",
            )
