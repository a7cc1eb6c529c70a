"""Make new files that their maker holds locked, so that a file being written can be told from one that was left.

Another user who may open a new file can lock it first, and forever. So nobody waits for it long: the next one is made so
that only its owner can open it, and gets its permissions once it is locked.
"""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from time import monotonic, sleep

from .permissions import OWNERS, Permissions

if os.name == "posix":
    import fcntl

_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
RENAMES_OPEN_FILES = os.name == "posix"
"""Whether the system can rename and delete a file that is open."""

_TRIES = 5
_PATIENCE, _PAUSE = 0.2, 0.005  # seconds: a sweeper holds a file no longer than it takes to delete it


def make_locked(
    folder: Path, permissions: Permissions, name: str, before: str, after: str
) -> tuple[Path, int]:
    """Make an empty file and lock it; return its path and the open descriptor.

    Args:
        folder: where it is made.
        permissions: those of the file.
        name: the middle of its name; empty for something random, another one at each try.
        before: how its name begins.
        after: how its name ends.

    Raises:
        FileExistsError: if another one of the same ``name`` is there.
        BlockingIOError: if each one was held by somebody else, or taken away, before it could be locked.
        OSError: if it cannot be made.
    """
    usual = None  # the mode that the system gives the first, by its umask
    for _ in range(_TRIES):
        path = folder / f"{before}{name or token_hex(8)}{after}"
        handle = os.open(path, _NEW, permissions.mode if usual is None else OWNERS.mode)
        try:
            made = os.fstat(handle)
            may_be_open_elsewhere = usual is None and not permissions.are_kept_by(made)
            if not may_be_open_elsewhere and _is_locked(handle) and _is_at(path, handle):
                if usual is not None:
                    permissions.hand_over(handle, usual)
                return path, handle
            usual = stat.S_IMODE(made.st_mode) if usual is None else usual
            is_ours = _is_at(path, handle)
        except BaseException:
            os.close(handle)
            path.unlink(missing_ok=True)
            raise
        os.close(handle)
        if is_ours:
            path.unlink(missing_ok=True)
    raise BlockingIOError(errno.EAGAIN, "another program holds or deletes what is made there", str(folder))


def _is_locked(handle: int) -> bool:
    """Lock a file; return whether nobody else held it for long.

    Where a file system has no locks, nobody sweeps either. Windows holds open files.
    """
    end = monotonic() + _PATIENCE
    while os.name == "posix":
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() > end:
                return False
            sleep(_PAUSE)
        except OSError:
            return True
        else:
            return True
    return True


def _is_at(path: Path, handle: int) -> bool:
    """Return whether an open file is still at its path; some file systems count no names of open files."""
    with suppress(OSError):
        return os.path.samestat(os.fstat(handle), path.lstat())
    return False
