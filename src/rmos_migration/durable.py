"""Folders and trees that a power cut does not undo, and the permissions of what is made from another file."""

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from .atomic import NO_SYNC, IsALinkError, sync_file, sync_folder


def mode_of(origin: Path) -> int:
    """The permissions for what is made from a file: no wider than its own; anybody's where there is none, as by the umask."""
    try:
        return stat.S_IMODE(origin.stat().st_mode) & 0o666 | stat.S_IRUSR | stat.S_IWUSR
    except OSError:
        return 0o666


def make_folder(folder: Path, mode: int = 0o666) -> None:
    """Make a folder, and those above it that are missing, so that a power cut does not undo it.

    Args:
        folder: what is to be there in the end.
        mode: the permissions of the files that it is for; who may read those may enter.

    Raises:
        NotADirectoryError: if something else is in its place.
        OSError: if it cannot be made.
    """
    missing = [folder]
    while not missing[-1].parent.is_dir() and missing[-1].parent != missing[-1]:
        missing.append(missing[-1].parent)
    for one in reversed(missing):
        try:
            one.mkdir(mode | (mode & 0o444) >> 2, exist_ok=True)
        except FileExistsError:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(one)) from None
        sync_folder(one.parent)


def make_folder_below(root: Path, parts: Iterable[str], mode: int = 0o666) -> Path:
    """Make the folders that lead down from ``root``; returns the last. No link among them is followed.

    Raises:
        IsALinkError: if one of them is a link.
        OSError: if one of them cannot be made.
    """
    for part in parts:
        root = root / part
        if root.is_symlink() or getattr(os.path, "isjunction", os.path.islink)(root):
            raise IsALinkError(errno.ELOOP, "it is a link", str(root))
        if not root.is_dir():
            make_folder(root, mode)
    return root


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
    """Force all that was written to a folder's file system to the disk; returns whether the system can."""
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
