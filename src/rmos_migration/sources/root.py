"""Whether a folder is a legacy folder, and which one may have been meant where it is none."""

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from ..entities import BY_NAME
from ..errors import UsageError
from .folders import entity_of_file, entity_of_folder, is_archive
from .machine import is_folder, own_faults_ignored

_FOLDERS_TRIED = 1000
_NAME_THE_FOLDER = "name the folder that holds patterns, strip_families, joblogs"


def is_source(root: Path) -> bool:
    """Tell whether a folder holds anything that says which entity's records it is."""
    with own_faults_ignored(str(root), str(root)), os.scandir(root) as entries:
        return any(is_walked(entry.name, is_folder=entry.is_dir()) for entry in entries)
    return False


def is_walked(name: str, *, is_folder: bool) -> bool:
    """Tell whether what lies directly in a source is read as records of some entity."""
    return (entity_of_folder(name) if is_folder else entity_of_file(name)) is not None


def refuse_other_than_source(root: Path) -> None:
    """Raise UsageError for what is not a legacy folder, with the one that may have been meant."""
    if is_folder(str(root), str(root)):
        if not is_source(root):
            message = f"{root} holds none of the folders {', '.join(BY_NAME)}, and no file of such a name"
            raise UsageError(message, _suggestion(root))
    elif not os.path.exists(root):
        raise UsageError(f"there is no folder {root}", _NAME_THE_FOLDER)
    elif is_archive(root.name):
        hint = "unpack it, then name the folder that came out of it"
        raise UsageError(f"{root} is an archive, not a folder; archives are not read", hint)
    else:
        raise UsageError(f"{root} is a file, not a folder", _NAME_THE_FOLDER)


def _suggestion(root: Path) -> str:
    """Return where the right folder may be: one or two levels below the one named, or one above it."""
    for candidate in _folders_near(root):
        if is_source(candidate):
            return f"did you mean {candidate}?"
    return _NAME_THE_FOLDER


def _folders_near(root: Path) -> Iterator[Path]:
    below = _folders_in(root)
    yield from below
    yield root.resolve().parent
    for folder in below:
        yield from _folders_in(folder)


def _folders_in(folder: Path) -> list[Path]:
    with suppress(OSError):
        return sorted(one for one in islice(folder.iterdir(), _FOLDERS_TRIED) if one.is_dir())
    return []
