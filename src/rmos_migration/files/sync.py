"""Force files, folders and trees to the disk, so that a power cut does not undo them."""

import ctypes
import errno
import os
import sys
from contextlib import suppress
from pathlib import Path

if os.name == "posix":
    import fcntl

NO_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM, errno.EBADF}
"""Errors of a file system that cannot sync a folder, or of a folder that may be written but not read."""


def force(handle: int) -> None:
    """Force an open file to the disk itself; macOS's ``fsync`` alone ends at the disk's own memory."""
    if os.name == "posix" and (full := getattr(fcntl, "F_FULLFSYNC", None)) is not None:
        with suppress(OSError):  # a network folder, or a disk that cannot
            fcntl.fcntl(handle, full)
            return
    os.fsync(handle)


def sync_file(path: str | Path) -> None:
    """Force a file to the disk, also one that may only be read, where the system can do that.

    Raises:
        OSError: if it cannot be opened, or not be written.
    """
    access = os.O_RDONLY if os.name == "posix" else os.O_RDWR
    handle = os.open(path, access | getattr(os, "O_NOFOLLOW", 0))
    try:
        force(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk, where the system can do that."""
    if os.name != "posix":
        return
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            force(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in NO_SYNC:
            raise


def sync_all(root: Path) -> None:
    """Force a folder and everything below it to the disk, the names last.

    Raises:
        OSError: if the system could not write something of it.
    """
    if sys.platform == "linux" and _sync_file_system(root):  # file by file it takes ten times as long
        return
    for folder, _, names in os.walk(root, topdown=False):
        for name in names:
            sync_file(f"{folder}{os.sep}{name}")
        sync_folder(Path(folder))


def _sync_file_system(folder: Path) -> bool:
    """Force a folder's whole file system to the disk; return whether the system can do that."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if call is None:
        return False
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if call(handle) == 0:
            return True
        code = ctypes.get_errno()
        if code in NO_SYNC | {errno.ENOSYS}:
            return False
        raise OSError(code, os.strerror(code), str(folder))
    finally:
        os.close(handle)
