"""What is at a place where a file is to be written: a file that may be replaced, a link, a device, or an open stream."""

import errno
import os
import re
import stat
from contextlib import suppress
from pathlib import Path

NO_SUCH_NAME = {errno.EILSEQ, errno.EINVAL, errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR}
"""Errors of a system that cannot have a file of some name, or has a file where a folder would have to be."""

_OPENED = re.compile(r"/dev/(?:(stdout|stderr)|fd/([0-9]{1,9}))")
"""Names of the streams that the process has open."""


class IsALinkError(OSError):
    """A result is not written through a link."""


def is_link(target: Path) -> bool:
    """Return whether a path is a link that nothing is written through: not one to a device, a pipe or an open stream."""
    if open_descriptor(target) is not None:
        return False
    there = status_at(target)
    return there is not None and stat.S_ISLNK(there.st_mode)


def is_special(target: Path) -> bool:
    """Return whether a disk or a socket is at a path: a file neither replaces it nor is written into it."""
    if open_descriptor(target) is not None:
        return False
    there = status_at(target)
    return there is not None and (stat.S_ISBLK(there.st_mode) or stat.S_ISSOCK(there.st_mode))


def open_descriptor(target: Path) -> int | None:
    """Return the descriptor of a target that names what the process has open (``/dev/stdout``); None for all others."""
    if opened := _OPENED.fullmatch(os.fspath(target)):
        return {"stdout": 1, "stderr": 2}.get(opened[1]) or int(opened[2])
    return None


def status_at(target: Path) -> os.stat_result | None:
    """Return the status of what is at a path, None for nothing; of a link to a device or a pipe, the status of that."""
    try:
        own = target.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(own.st_mode):
        with suppress(OSError):
            led_to = target.stat()
            return led_to if stat.S_ISCHR(led_to.st_mode) or stat.S_ISFIFO(led_to.st_mode) else own
    return own
