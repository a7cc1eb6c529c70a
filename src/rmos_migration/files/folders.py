"""Make folders that a power cut does not undo."""

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from .permissions import ANYBODYS, Permissions
from .sync import sync_folder
from .targets import IsALinkError


def make_folder(folder: Path, permissions: Permissions = ANYBODYS) -> None:
    """Make a folder, and those above it that are missing, so that a power cut does not undo it.

    Args:
        folder: the folder to make.
        permissions: those of the files that it is for; whoever may read those may enter.

    Raises:
        NotADirectoryError: if something else is in its place.
        OSError: if it cannot be made.
    """
    wanted = permissions.of_folder()
    missing = [folder]
    while not missing[-1].parent.is_dir() and missing[-1].parent != missing[-1]:
        missing.append(missing[-1].parent)
    for one in reversed(missing):
        try:
            one.mkdir(wanted.mode)
        except FileExistsError:
            if not one.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(one)) from None
        else:
            if not wanted.are_kept_by(made := one.stat()):
                wanted.hand_over(one, stat.S_IMODE(made.st_mode))
        sync_folder(one.parent)


def make_folder_below(root: Path, parts: Iterable[str], permissions: Permissions = ANYBODYS) -> Path:
    """Make the folders that lead down from ``root``, following no link; return the last.

    Raises:
        IsALinkError: if one of them is a link.
        OSError: if one of them cannot be made.
    """
    for part in parts:
        root = root / part
        if root.is_symlink() or getattr(os.path, "isjunction", os.path.islink)(root):
            raise IsALinkError(errno.ELOOP, "it is a link", str(root))
        if not root.is_dir():
            make_folder(root, permissions)
    return root
