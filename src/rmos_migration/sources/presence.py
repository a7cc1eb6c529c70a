"""Whether a file that was read once is still in its source."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from .folders import is_read_by_name
from .machine import is_folder
from .names import is_fitted
from .paths import parts_of


def is_gone(location: str, path: str) -> bool:
    """Whether a file was taken out of its source since, or the folder with it; not, where either is out of reach.

    What is not there is gone only if the folder in which it is missing can be listed. Where a link on the way leads
    nowhere, the disk that it led to may not be connected.

    Args:
        location: the source's folder, as the ledger knows it.
        path: the file's path below it, with ``/``.
    """
    parts = parts_of(path)
    if is_fitted(path) or (parts is None and "//" in path):  # it does not lead to its file on this system
        return False
    try:
        if not stat.S_ISDIR(os.stat(location).st_mode):
            return False
        os.lstat(os.path.join(location, *(parts or [path])))
    except (FileNotFoundError, NotADirectoryError):
        return _was_taken_out(location, parts or path.split("/"))
    except (OSError, ValueError):  # out of reach
        return False
    return False


def _was_taken_out(folder: str, steps: Sequence[str]) -> bool:
    """Whether the first folder on a way that lacks the next step can be listed, so that it is known to lack it."""
    try:
        for step in steps:
            full = os.path.join(folder, step)
            if not os.path.lexists(full):
                with os.scandir(folder):
                    return True
            if not os.path.isdir(full):  # another thing took the folder's place, or a link leads nowhere
                return not os.path.islink(full)
            folder = full
    except (OSError, ValueError):
        pass
    return False


def is_out_of_reach(location: str, path: str) -> bool:
    """Whether a source is there without the first folder on the way to a file: a disk that is not connected, perhaps.

    To be asked of other sources than the one that is read. Folders below the first were taken out if they are missing.
    """
    return not os.path.isdir(os.path.join(location, path.partition("/")[0] if "/" in path else ""))


def is_read_no_more(root: Path, path: str) -> bool:
    """Tell whether what could not be read at a path of the ledger is neither a folder now nor read by its name.

    Raises:
        EnvironmentFailure: if the machine fails when it is asked.
    """
    parts = parts_of(path)
    if parts is None or is_read_by_name(parts[-1]):
        return False
    return not is_folder(path, os.path.join(os.path.realpath(root), *parts))


def was_moved(before: str, now: str, paths: Sequence[str]) -> bool:
    """Whether a source lies elsewhere now: it is gone from where it was, and most of its files are here.

    Args:
        before, now: the folders.
        paths: files that the source had, below it, with ``/``.
    """
    try:
        os.lstat(before)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError):  # out of reach
        return False
    else:
        return False
    found = sum(os.path.lexists(os.path.join(now, path)) for path in paths)
    return 2 * found > len(paths)
