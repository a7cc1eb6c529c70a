"""Reading of source files: regular files of limited size, each opened once and hashed as it is parsed."""

import errno
import os
import stat
import time
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from ..diagnostics import Diagnostic, Location, diagnose
from .cost import rejected_for_cost
from .machine import raise_if_machine_failed

_CHEAP = 256 * 1024
"""Bytes. A file of this size is parsed whatever is in it."""

SIZE_LIMIT = 16 * 1024 * 1024
"""Bytes. A larger file is rejected before it is read, and while it is read."""

READ_AHEAD = 64
"""How many files are open at once, so that the system fetches them while earlier ones are parsed."""

RACY_NS = 2_000_000_000
"""Nanoseconds; the coarsest clock of a file system in use is that of memory sticks (FAT). A file written so
shortly before it was read could change once more without its time showing it. So it is read twice and must be
the same, and its time is not remembered, so that the next run reads it again."""

FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe put in the place of a file must not hang the open
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
"""How a legacy file is opened: never through a link, never waiting for a pipe."""


class SourceFile(NamedTuple):
    """A file to read: its path below the source with ``/``, the system's path, and what prevents it."""

    path: str
    full: str
    problem: Diagnostic | None = None


class Reading(NamedTuple):
    """A file after reading: its bytes and their SHA-256 (hex), or the problem that prevented it.

    ``size`` is in bytes, ``mtime_ns`` in nanoseconds since the epoch; both are None if the file was not read,
    ``mtime_ns`` also if it cannot be trusted (``RACY_NS``).
    """

    path: str
    raw: bytes
    sha256: str | None = None
    size: int | None = None
    mtime_ns: int | None = None
    problem: Diagnostic | None = None


def read_files(files: Iterable[SourceFile]) -> Iterator[Reading]:
    """Read files in the given order, at most ``READ_AHEAD`` of them open at once.

    Raises:
        EnvironmentFailure: if the machine fails (``machine.py``), which says nothing about the file.
    """
    waiting = iter(files)
    while group := list(islice(waiting, READ_AHEAD)):
        opened = [_open(file) for file in group]
        try:
            for index, file in enumerate(group):
                handle, opened[index] = opened[index], None
                yield _read(file, handle)
        finally:
            for handle in opened:
                if isinstance(handle, int):
                    os.close(handle)


def beginning_of(full: str, limit: int) -> bytes | None:
    """Return the first bytes of a regular file; None for a link, pipe or device, which is not read.

    Raises:
        OSError: if it cannot be read, even where a buffered file would return nothing yet (EAGAIN).
    """
    handle = os.open(full, FLAGS)
    try:
        return _all_of(handle, limit)[:limit] if stat.S_ISREG(os.fstat(handle).st_mode) else None
    finally:
        os.close(handle)


def _open(file: SourceFile) -> int | Diagnostic | None:
    if file.problem is not None:
        return file.problem
    try:
        handle = os.open(file.full, FLAGS)
    except OSError as error:
        return _unreadable(file, error)
    _fetch_soon(handle)
    return handle


if hasattr(os, "posix_fadvise"):

    def _fetch_soon(handle: int) -> None:
        try:  # noqa: SIM105 - suppress() costs as much as the call itself
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_WILLNEED)
        except OSError:  # a pipe or device has nothing to fetch; fstat will tell
            pass

else:

    def _fetch_soon(handle: int) -> None:
        """Do nothing: this system cannot be asked to read ahead."""


def _read(file: SourceFile, handle: int | Diagnostic | None) -> Reading:
    if not isinstance(handle, int):
        return Reading(file.path, b"", problem=handle)
    try:
        return _read_open_file(file.path, handle)
    except OSError as error:
        return Reading(file.path, b"", problem=_unreadable(file, error))
    finally:
        os.close(handle)


def _read_open_file(path: str, handle: int) -> Reading:
    before = os.fstat(handle)
    if not stat.S_ISREG(before.st_mode):
        return _rejected(path, "file-not-regular", "this is not an ordinary file")
    if before.st_size > SIZE_LIMIT:
        return _rejected(path, "file-too-large", f"{before.st_size:,} bytes; the limit is {SIZE_LIMIT:,}")
    raw = _all_of(handle, before.st_size)
    digest = sha256(raw).hexdigest()
    is_settled = time.time_ns() - before.st_mtime_ns > RACY_NS
    is_torn = not is_settled and _read_again(handle, before.st_size) != raw
    after = os.fstat(handle)
    if is_torn or (len(raw), after.st_size, after.st_mtime_ns) != (
        before.st_size,
        before.st_size,
        before.st_mtime_ns,
    ):
        return _rejected(path, "file-changed", "the file changed while it was read")
    if len(raw) > _CHEAP and (reason := rejected_for_cost(raw)) is not None:
        return _rejected(path, *reason)
    return Reading(path, raw, digest, before.st_size, before.st_mtime_ns if is_settled else None)


def _all_of(handle: int, size: int) -> bytes:
    """Return the bytes of a file, and one more than expected if there are more."""
    raw = os.read(handle, size + 1)
    while raw and len(raw) < size:
        more = os.read(handle, size + 1 - len(raw))
        if not more:
            break
        raw += more
    return raw


def _read_again(handle: int, size: int) -> bytes:
    """Return the bytes once more, from the beginning.

    A program may rewrite a file in place, in several steps, between two steps of reading: half of what was
    read is then old and half new, and within a tick of the clock neither size nor time show it.
    """
    os.lseek(handle, 0, os.SEEK_SET)
    return _all_of(handle, size)


def _rejected(path: str, code: str, message: str) -> Reading:
    return Reading(path, b"", problem=diagnose(code, message, Location(path)))


def _unreadable(file: SourceFile, error: OSError) -> Diagnostic:
    """Return why a file cannot be read, if the reason is the file's own.

    Raises:
        EnvironmentFailure: if the machine failed.
    """
    raise_if_machine_failed(file.path, error, file.full)
    if error.errno == errno.ELOOP:
        return diagnose("file-changed", "a link took the place of the file", Location(file.path))
    return diagnose("file-unreadable", f"the system says: {error.strerror or error}", Location(file.path))
