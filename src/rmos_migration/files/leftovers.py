"""What killed writers left: files that nobody holds any more, to be listed or deleted.

Windows neither deletes nor renames a file that is open, and has no such locks: there nothing is taken for abandoned that
was written a short while ago.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time

from .locked_files import RENAMES_OPEN_FILES

if os.name == "posix":
    import fcntl

_A_SHORT_WHILE = 3600  # seconds
_NAMES = re.compile(r"\.rmos-.*\.unfinished|.+\.open-[0-9a-f]{16}\.unfinished\.html", re.DOTALL)
_OLDER = re.compile(r"[^.].*\.[0-9a-f]{8}\.unfinished(?:-journal)?", re.DOTALL)
"""Names under which earlier versions made copies of a database."""


def leftovers(folder: Path) -> list[Path]:
    """Return the unfinished files in a folder that no process is writing, sorted; none where it cannot be listed."""
    return [path for path in _unfinished_in(folder) if _look(path)]


def older_leftovers(folder: Path) -> list[Path]:
    """Return the unfinished copies that an earlier version left in a folder, sorted, with their journals.

    They are never deleted unasked: a power cut may have left a whole backup under such a name.
    """
    try:
        with os.scandir(folder) as found:
            return sorted(folder / one.name for one in found if _OLDER.fullmatch(one.name))
    except OSError:
        return []


def is_unfinished(name: str) -> bool:
    """Return whether a name is that of an unfinished file."""
    return _NAMES.fullmatch(name) is not None


def sweep(folder: Path) -> list[Path]:
    """Delete the unfinished files in a folder that no process is writing; return those that are gone."""
    return [path for path in _unfinished_in(folder) if _look(path, Path.unlink)]


def _unfinished_in(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as found:
            return sorted(folder / one.name for one in found if is_unfinished(one.name))
    except OSError:
        return []


def _look(path: Path, do: Callable[[Path], object] = lambda _: None) -> bool:
    """Return whether nobody is writing an unfinished file; then do something to it, while nobody can begin to write it."""
    try:
        with _held(path) as is_abandoned:
            if is_abandoned:
                do(path)
            return is_abandoned
    except OSError:
        return False


@contextmanager
def _held(path: Path) -> Iterator[bool]:
    """Hold an unfinished file; yield whether it is one that nobody is writing.

    Raises:
        OSError: if somebody holds it, or it cannot be looked at.
    """
    if not RENAMES_OPEN_FILES:
        yield time() - path.stat().st_mtime > _A_SHORT_WHILE
        return
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.fstat(handle)
        yield stat.S_ISREG(found.st_mode) and os.path.samestat(found, path.lstat())
    finally:
        os.close(handle)
