"""The write lock: one writer a database. It dies with its holder, whatever becomes of the process.

The lock file holds a line: who holds the lock; or, once a holder has ended as it should, what it left there.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from filelock import FileLock, Timeout

from ..errors import EnvironmentFailure, LockedError

_PATIENCE = 0.5
"""Seconds. Looking whether the lock is held (``is_locked``) holds it for a moment; a run must not fail over that."""

_LOOKING = Lock()
"""Held while one thread looks: another one would take its look for a writer."""


_LEFT = "left: "
"""Begins what a holder has left; a holder's own line begins with its purpose."""


@dataclass(frozen=True)
class Held:
    """The write lock, held: the lock file, and what the last holder left there, empty if it left nothing."""

    path: Path
    left: str

    def leave(self, text: str) -> None:
        """Leave a line of text for the next holder. What cannot be written is not there then."""
        _write(self.path, _LEFT + text)


def lock_path(database: Path) -> Path:
    """The lock file beside a database file. It stays when the lock is released; only holding it counts."""
    real = database.resolve()  # another name of the file, through a link, is the same database
    return real.with_name(real.name + ".lock")


@contextmanager
def write_lock(database: Path, purpose: str) -> Iterator[Held]:
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
    lock = FileLock(path, timeout=_PATIENCE, poll_interval=_PATIENCE / 10)
    try:
        lock.acquire()
    except Timeout:
        raise LockedError(
            f"{database} is in use by {holder(database)}",
            "wait until it has finished, then run the command again",
        ) from None
    except OSError as error:
        raise EnvironmentFailure(
            f"cannot make the lock file {path}: {error.strerror}",
            "check that the folder exists and may be written",
        ) from error
    try:
        left = left_at(database)
        _sign(path, purpose)
        yield Held(path, left)
    finally:
        lock.release()


def is_locked(database: Path) -> bool:
    """Whether some process holds the write lock now."""
    lock = FileLock(lock_path(database), timeout=0)
    with _LOOKING:
        try:
            if not lock_path(database).exists():
                return False
            lock.acquire()
        except Timeout:
            return True
        except OSError:
            return False
        lock.release()
    return False


def left_at(database: Path) -> str:
    """What the last holder left, empty if it left nothing, or another one holds the lock now."""
    text = _read(lock_path(database))
    return text.removeprefix(_LEFT) if text.startswith(_LEFT) else ""


def holder(database: Path) -> str:
    """Who holds the lock, in words, as that process signed it."""
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
