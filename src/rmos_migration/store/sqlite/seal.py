"""The seal: how a database's file looked when its last writer ended well, kept in the lock file.

A file that still looks so is sound without being read from end to end. A seal must not lie. It is gone as
soon as somebody takes the write lock, so a writer that is killed leaves none. It names size, number, times of
writing and of change; a copy, another file put in its place, a byte written by whatever hands changes one of
them. The time of writing is set here to a moment finer than the ticks of the system's clock, so that no later
write can have the same, however soon. SQLite's own change counter would add nothing: with a write-ahead log
it stands still, and who opens the file to read it takes away the locks that SQLite holds
(``file_state.examine``).
"""

import os
import time
from pathlib import Path
from typing import NamedTuple

from .file_state import has_log

_SETTLED_NS = 2_000_000_000
"""Nanoseconds; the coarsest clock of a file system in use. A file not written for so long cannot be written
anew without its time showing it."""
_FINEST_NS = 1000
"""Nanoseconds; what every file system keeps that keeps fine times at all (Windows: 100 ns)."""


class Seal(NamedTuple):
    """How a database file looks: bytes, number in its file system, times in nanoseconds since 1970."""

    size: int
    number: int
    written_ns: int
    changed_ns: int

    @property
    def text(self) -> str:
        """The seal as a line of the lock file."""
        times = f"written {self.written_ns}, changed {self.changed_ns}"
        return f"sound, {self.size} bytes, file {self.number}, {times}"

    @property
    def is_settled(self) -> bool:
        """Whether the file was not written for so long that its time is its own."""
        return 0 <= self.written_ns < time.time_ns() - _SETTLED_NS


def seal_of(path: Path) -> Seal | None:
    """Return how a file looks now; None where there is none, or a log holds a part of it."""
    try:
        if has_log(path):
            return None
        found = path.stat()
    except OSError:
        return None
    return Seal(found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns)


def stamped(path: Path) -> Seal | None:
    """Return a file's look with a time that no later write can have; None where it cannot be set."""
    try:
        moment = time.time_ns() // _FINEST_NS * _FINEST_NS
        os.utime(path, ns=(path.stat().st_atime_ns, moment))
    except OSError:  # somebody else's file, for one
        return None
    seal = seal_of(path)
    return seal if seal is not None and seal.written_ns == moment else None
