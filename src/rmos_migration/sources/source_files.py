"""Whether files that were read once are still in their source."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from .folders import entity_of_file, entity_of_folder, is_read_by_name
from .machine import is_folder
from .paths import as_text, fitted_path, is_fitted, names_of, parts_of


def is_gone(location: str, path: str) -> bool:
    """Tell whether a file was taken out of its source, or the folder with it; not if either is out of reach.

    A missing file is gone only if the folder that it is missing from can be listed. If a link on the way
    leads nowhere, or the source has no folder of records any more, the disk may just not be connected.

    Args:
        location: the source's folder, as the ledger has it.
        path: the file's path below it, with ``/``.
    """
    return Presence().is_gone(location, path)


class Presence:
    """Answers whether files are gone, for callers with many of them: a source is walked at most once.

    It is walked only if a path was too long to be stored as it is, and so does not lead to its file.
    """

    def __init__(self) -> None:
        self._long: dict[str, frozenset[str] | None] = {}

    def is_gone(self, location: str, path: str) -> bool:
        """Tell whether a file was taken out of its source, like the function of this name."""
        if not os.path.isabs(location):  # not a folder: an unknown one, or the API
            return False
        return self._is_long_gone(location, path) if is_fitted(path) else _is_gone(location, path)

    def _is_long_gone(self, location: str, path: str) -> bool:
        if location not in self._long:
            self._long[location] = long_paths(location)
        there = self._long[location]
        return there is not None and path not in there


def _is_gone(location: str, path: str) -> bool:
    parts = names_of(path)
    if parts is None:  # not a path of this system, or one that leads out of the source
        return False
    try:
        if not stat.S_ISDIR(os.stat(location).st_mode):
            return False
        os.lstat(os.path.join(location, *parts))
    except (FileNotFoundError, NotADirectoryError):
        return _was_taken_out(location, parts) and _has_records(location)
    except (OSError, ValueError):  # out of reach
        return False
    return False


def _has_records(location: str) -> bool:
    """Tell whether a source still has a folder or file of records; if not, its disk may not be connected."""
    try:
        return any(entity_of_folder(name) or entity_of_file(name) for name in os.listdir(location))
    except (OSError, ValueError):
        return False


def long_paths(location: str) -> frozenset[str] | None:
    """Return the paths in a source that are too long to be stored as they are, as the ledger has them.

    Returns:
        The paths, or None if they cannot all be known: a folder cannot be listed, a link may lead to more, or
        the source is out of reach.
    """
    if not os.path.isabs(location) or not _has_records(location):
        return None
    there: set[str] = set()
    waiting = [("", location)]
    try:
        while waiting:
            path, full = waiting.pop()
            with os.scandir(full) as found:
                for entry in found:
                    below = path + as_text(entry.name)
                    if (fitted := fitted_path(below)) != below:
                        there.add(fitted)
                    if entry.is_symlink() and not entry.is_file():
                        return None
                    if entry.is_dir():
                        waiting.append((f"{below}/", entry.path))
    except OSError:
        return None
    return frozenset(there)


def _was_taken_out(folder: str, steps: Sequence[str]) -> bool:
    """Tell whether the first folder that lacks the next step can be listed, so that it surely lacks it."""
    try:
        for step in steps:
            full = os.path.join(folder, step)
            if not os.path.lexists(full):
                with os.scandir(folder):
                    return True
            if not os.path.isdir(full):  # something else is in the folder's place, or a link leads nowhere
                return not os.path.islink(full)
            folder = full
    except (OSError, ValueError):
        pass
    return False


def is_read_no_more(root: Path, path: str) -> bool:
    """Tell whether what could not be read is now neither a folder nor a file that is read by its name.

    Raises:
        EnvironmentFailure: if the machine fails.
    """
    parts = parts_of(path)
    if parts is None or is_read_by_name(parts[-1]):
        return False
    return not is_folder(path, os.path.join(os.path.realpath(root), *parts))


def was_moved(before: str, now: str, paths: Sequence[str]) -> bool:
    """Tell whether a source was moved: it is gone from where it was, and most of its files are here.

    Args:
        before, now: the folders.
        paths: files that the source had, relative to it, with ``/``.
    """
    try:
        os.lstat(before)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError):  # out of reach
        return False
    else:
        return False
    steps = (names_of(path) for path in paths)
    found = sum(os.path.lexists(os.path.join(now, *parts)) for parts in steps if parts is not None)
    return 2 * found > len(paths)
