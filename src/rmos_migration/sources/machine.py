"""Whose failure it is that a file or folder cannot be read: its own, or the machine's.

A file that may not be read, or is gone, is rejected like any bad document. A failing disk, a network drive
that does not answer, a system out of memory or handles say nothing about the file: if they counted as its
fault, a sound document would be rejected, and another one might take its id. So they end the run, and the
next run carries on.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import EnvironmentFailure

_OF_THE_FILE = frozenset(
    {
        errno.EACCES,
        errno.EPERM,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.EINVAL,  # an impossible name; on Windows also errors without a number of their own
        errno.EOVERFLOW,
        errno.ETXTBSY,
    }
)
"""Errors of a single file or folder. Every other one is taken for the machine's failure."""

_NO_DRIVER = frozenset({errno.ENXIO, errno.ENODEV})
"""Errors of a drive that is gone, but also of a socket or device in the place of a file."""

_OF_WINDOWS = frozenset(
    {
        4, 8, 14, 15, 20, 21, 23, 25, 27, 30, 31, 51, 53, 54, 55, 56, 58, 59, 64, 65, 67, 71, 88, 121,
        483, 1006, 1117, 1127, 1167, 1222, 1225, 1231, 1232, 1236, 1237, 1392, 1393, 1450, 1453, 1455,
    }
)  # fmt: skip
"""Windows' own numbers (``winerror``) for failures of disks, networks and memory: handles or memory used up
(4, 8, 14, 1450 to 1455), drive not there, not ready or failing (15 to 31, 55, 483, 1006, 1117 to 1167, 1392,
1393), network or server gone (51 to 88 and 121, 1222 to 1237). Python turns most of them into ENOENT, EACCES
or EINVAL."""

_USED_UP = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})


def raise_if_machine_failed(path: str, error: OSError, full: str = "") -> None:
    """Raise EnvironmentFailure unless an error is the file's or folder's own.

    Args:
        path: what could not be read, as the user knows it.
        error: the system's error.
        full: the system's path, to look at what is there if the error alone does not tell.
    """
    is_of_machine = getattr(error, "winerror", None) in _OF_WINDOWS or error.errno not in _OF_THE_FILE
    if not is_of_machine or (error.errno in _NO_DRIVER and _is_special(full)):
        return
    if error.errno in _USED_UP:
        hint = "close other programs, then run the same command again; it carries on"
    else:
        hint = (
            "check the disk or the network drive, then run the same command again; it carries on."
            " If only this one keeps failing, move it out of the folder"
        )
    raise EnvironmentFailure(f"{path} cannot be read: {error.strerror or error}", hint) from error


@contextmanager
def own_faults_ignored(path: str, full: str) -> Iterator[None]:
    """End the block silently at an error of the file or folder itself; raise failures of the machine."""
    try:
        yield
    except OSError as error:
        raise_if_machine_failed(path, error, full)


def names_in(path: str, full: str) -> list[str]:
    """Return the names of everything in a folder; nothing if it may not be listed."""
    with own_faults_ignored(path, full):
        return os.listdir(full)
    return []


def is_folder(path: str, full: str) -> bool:
    """Tell whether this is a folder, like ``os.path.isdir``, but raise if the machine fails."""
    return stat.S_ISDIR(_mode(path, full))


def is_file(path: str, full: str) -> bool:
    """Tell whether this is a file, like ``os.path.isfile``, but raise if the machine fails."""
    return stat.S_ISREG(_mode(path, full))


def is_there(path: str, full: str) -> bool:
    """Tell whether anything is there; like ``os.path.lexists``, but raise if the machine fails."""
    return _mode(path, full, follow=False) != 0


def leads_anywhere(path: str, full: str) -> bool:
    """Tell whether a link leads to anything that exists and can be reached, and not in a circle."""
    return _mode(path, full) != 0


def _mode(path: str, full: str, *, follow: bool = True) -> int:
    try:
        return os.stat(full, follow_symlinks=follow).st_mode
    except OSError as error:
        raise_if_machine_failed(path, error, full)
    except ValueError:  # a NUL in the name
        pass
    return 0


def _is_special(full: str) -> bool:
    try:
        mode = os.lstat(full).st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))
