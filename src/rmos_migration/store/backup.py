"""Copies of a database, made before something changes it that cannot be undone."""

import logging
import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing, suppress
from itertools import chain, count
from pathlib import Path
from secrets import token_hex
from time import monotonic

from ..errors import EnvironmentFailure
from .condition import is_read_unnoticed
from .engines import PATIENCE, uri
from .failures import ours

log = logging.getLogger(__name__)


def free_name(path: Path, occasion: str) -> Path:
    """A name beside the database that is not taken: ``rmos.db.before-repair``, then with ``-2`` and so on."""
    stem = f"{path.name}.{occasion}"
    names = chain([stem], (f"{stem}-{number}" for number in count(2)))
    return next(free for name in names if not (free := path.with_name(name)).exists())


def back_up(path: Path, occasion: str) -> Path:
    """Copy a database beside itself, also one that is in use; returns the copy.

    Raises:
        EnvironmentFailure: if the copy cannot be made; nothing was changed then.
    """
    target = free_name(path, occasion)
    copy_whole(path, target)
    log.info("the database was backed up to %s", target)
    return target


def copy_whole(path: Path, target: Path, refuse: Callable[[Path], None] = lambda _: None) -> None:
    """Copy a database as it is at one moment, also one that is in use; ``target`` is there whole or not at all.

    ``refuse`` may look at the copy before it gets its name, and raise; then there is none.

    Raises:
        EnvironmentFailure: if the copy cannot be made, or its name was taken meanwhile; nothing was changed then.
        LockedError: if another program holds the database all the time.
    """
    unfinished = target.with_name(f"{target.name}.{token_hex(4)}.unfinished")
    try:
        _copy(path, unfinished)
        refuse(unfinished)
        _name(unfinished, target)
    except (sqlite3.Error, OSError) as error:
        if isinstance(error, sqlite3.Error) and not isinstance(
            known := ours(error), EnvironmentFailure
        ):  # locked, or damaged
            raise known from error
        raise EnvironmentFailure(
            f"the backup {target} could not be made: {error}",
            "nothing was changed; free some disk space, or name another place that can be written",
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _copy(path: Path, unfinished: Path) -> None:
    """Copy what a transaction of our own sees; nobody may read the copy who may not read the database.

    SQLite's own backup waits for ever while another program holds the database; a transaction ends its waiting in time.
    """
    mode = "mode=ro&immutable=1" if is_read_unnoticed(path) else "mode=ro"
    unfinished.touch(stat.S_IMODE(path.stat().st_mode) | stat.S_IWUSR, exist_ok=False)
    with (
        closing(sqlite3.connect(uri(path, mode), uri=True, isolation_level=None, timeout=PATIENCE)) as source,
        closing(sqlite3.connect(unfinished)) as copy,
    ):
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(copy, progress=_Deadline())


class _Deadline:
    """Ends a backup that has been refused a lock for too long."""

    def __init__(self) -> None:
        self.end = monotonic() + PATIENCE

    def __call__(self, status: int, remaining: int, total: int) -> None:  # noqa: ARG002 - sqlite3 gives them
        if status not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            self.end = monotonic() + PATIENCE
        elif monotonic() > self.end:
            busy = sqlite3.OperationalError("database is locked")
            busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise busy


def _name(unfinished: Path, target: Path) -> None:
    """Give a copy its name, which another process may have taken meanwhile."""
    try:
        os.link(unfinished, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        unfinished.rename(target)
