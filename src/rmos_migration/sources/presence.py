"""Whether a file that was read once is still in its source."""

import os
import stat
from collections.abc import Sequence

from .names import is_fitted


def is_gone(location: str, path: str) -> bool:
    """Whether a file was taken out of its source since; not, where the whole source is out of reach.

    Args:
        location: the source's folder, as the ledger knows it.
        path: the file's path below it, with ``/``.
    """
    if "//" in path or is_fitted(path):  # a name in escapes, or a path that was cut
        return False
    try:
        if not stat.S_ISDIR(os.stat(location).st_mode):
            return False
        os.lstat(os.path.join(location, path))
    except (FileNotFoundError, NotADirectoryError):
        return os.path.isdir(location)
    except (OSError, ValueError):  # out of reach
        return False
    return False


def was_moved(before: str, now: str, paths: Sequence[str]) -> bool:
    """Whether a source lies elsewhere now: it is gone from where it was, and most of its files are here.

    Args:
        before, now: the folders.
        paths: files that the source had, below it, with ``/``.
    """
    if os.path.lexists(before):
        return False
    found = sum(os.path.lexists(os.path.join(now, path)) for path in paths)
    return 2 * found > len(paths)
