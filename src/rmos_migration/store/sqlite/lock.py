"""The write lock: one writer a database. It dies with its holder, whatever becomes of the process.

The lock file holds a line: who holds the lock; or, once a holder has ended as it should, what it left there.
"""

import errno
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from filelock import Timeout

from ...errors import EnvironmentFailure, LockedError
from .files import real_path

if sys.platform == "win32":
    from filelock import WindowsFileLock as _FileLock
else:
    import fcntl

    from filelock import UnixFileLock as _FileLock

_WITHOUT_LOCKS = {errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOLCK}
"""What a file system answers that has no locks, or has run out of them."""

_PATIENCE = 0.5
"""Seconds. Looking whether the lock is held (``is_locked``) holds it for a moment; a run must not fail over
that."""

_LOOKING = Lock()
"""Held while one thread looks: another one would take its look for a writer."""


_LEFT = "left: "
"""Begins what a holder has left; a holder's own line begins with its purpose."""


@dataclass(frozen=True)
class HeldLock:
    """The write lock, held: the lock file, and what the last holder left there, empty if it left nothing."""

    path: Path
    left: str

    def leave(self, text: str) -> None:
        """Leave a line of text for the next holder. What cannot be written is not there then."""
        _write(self.path, _LEFT + text)


def lock_path(database: Path) -> Path:
    """Return the lock file beside a database. It stays after release; only holding it counts."""
    real = real_path(database)  # another name of the file, through a link, is the same database
    return real.with_name(real.name + ".lock")


@contextmanager
def write_lock(database: Path, purpose: str) -> Iterator[HeldLock]:
    """Hold the database's write lock; ``purpose`` is what another process is told.

    Raises:
        LockedError: if another process holds it, naming that process.
        EnvironmentFailure: if the lock file cannot be made.
    """
    path = lock_path(database)
    if not path.parent.is_dir():
        raise EnvironmentFailure(
            f"there is no folder {path.parent}", "make it, or name another place for the database"
        )
    lock = _lock(path, _PATIENCE)
    try:
        lock.acquire()
    except Timeout:
        raise LockedError(
            f"{database} is in use by {holder(database)}",
            "wait until it has finished, then run the command again",
        ) from None
    except OSError as error:
        raise _failed(path, error) from error
    try:
        left = left_at(database)
        _sign(path, purpose)
        yield HeldLock(path, left)
    finally:
        lock.release()


def is_locked(database: Path) -> bool | None:
    """Return whether some process holds the write lock now; None where that cannot be found out.

    It cannot where this user may not open the lock file, or its file system has no locks. A run that goes on
    must not be taken for one that was cut off then.
    """
    try:
        path = lock_path(database)
        if not path.exists():
            return False
    except OSError:
        return None
    lock = _lock(path, 0)
    with _LOOKING:
        try:
            lock.acquire()
        except Timeout:
            return True
        except OSError:
            return _is_locked_for_readers(path)
        lock.release()
    return False


def _lock(path: Path, timeout: float) -> _FileLock:
    """Return the system's lock, which dies with its holder, never filelock's soft one, which stays."""
    return _FileLock(path, timeout=timeout, poll_interval=_PATIENCE / 10, fallback_to_soft=False)


def _is_locked_for_readers(path: Path) -> bool | None:
    """Look at a lock file that may only be read: another user's, or in a read-only folder."""
    if sys.platform == "win32":
        return None
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(handle)
    return False


def _failed(path: Path, error: OSError) -> EnvironmentFailure:
    if error.errno in _WITHOUT_LOCKS:
        return EnvironmentFailure(
            f"{path} cannot be locked, so another run could write at the same time: {error.strerror}",
            "keep the database on a disk of this machine; a network folder may have no locks",
        )
    if error.errno == errno.ELOOP:
        return EnvironmentFailure(f"the lock file {path} is a link", "delete the link, then try again")
    return EnvironmentFailure(
        f"cannot make the lock file {path}: {error.strerror}",
        "check that the folder exists and that the lock file may be written",
    )


def left_at(database: Path) -> str:
    """Return what the last holder left; empty if nothing, or another one holds the lock now."""
    text = _read(lock_path(database))
    return text.removeprefix(_LEFT) if text.startswith(_LEFT) else ""


def holder(database: Path) -> str:
    """Return who holds the lock, in words, as that process signed it."""
    text = _read(lock_path(database))
    return "another process" if not text or text.startswith(_LEFT) else text


def _sign(path: Path, purpose: str) -> None:
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    _write(path, f"{purpose} (process {os.getpid()} on {socket.gethostname()}, since {since})")


def _read(path: Path) -> str:
    with suppress(OSError), path.open("rb") as file:
        file.seek(1)  # on Windows the first byte is the locked one
        return file.read(300).decode("utf-8", "replace").strip()
    return ""


def _write(path: Path, line: str) -> None:
    with suppress(OSError), path.open("r+b") as file:  # a courtesy; a full disk shows soon enough
        file.seek(1)
        file.write(f"\n{line}\n".encode("utf-8", "backslashreplace"))
        file.truncate()
