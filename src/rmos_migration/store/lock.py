"""The write lock: one writer a database. It dies with its holder, whatever becomes of the process."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from filelock import FileLock, Timeout

from ..errors import EnvironmentFailure, LockedError

_PATIENCE = 0.5
"""Seconds. Looking whether the lock is held (``is_locked``) holds it for a moment; a run must not fail over that."""

_LOOKING = Lock()
"""Held while one thread looks: another one would take its look for a writer."""


def lock_path(database: Path) -> Path:
    """The lock file beside a database file. It stays when the lock is released; only holding it counts."""
    real = database.resolve()  # another name of the file, through a link, is the same database
    return real.with_name(real.name + ".lock")


@contextmanager
def write_lock(database: Path, purpose: str) -> Iterator[None]:
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
        _sign(path, purpose)
        yield
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


def holder(database: Path) -> str:
    """Who holds the lock, in words, as that process signed it."""
    try:
        with lock_path(database).open("rb") as file:
            file.seek(1)  # on Windows the first byte is the locked one
            return file.read(300).decode("utf-8", "replace").strip() or "another process"
    except OSError:
        return "another process"


def _sign(path: Path, purpose: str) -> None:
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    text = f"\n{purpose} (process {os.getpid()} on {socket.gethostname()}, since {since})\n"
    with suppress(OSError), path.open("r+b") as file:  # a courtesy; a full disk shows soon enough
        file.seek(1)
        file.write(text.encode("utf-8", "backslashreplace"))
        file.truncate()
