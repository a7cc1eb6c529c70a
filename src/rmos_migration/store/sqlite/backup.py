"""Copies of a database, made before something changes it that cannot be undone."""

import errno
import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import chain, count
from pathlib import Path
from time import monotonic

from ...errors import EnvironmentFailure, UsageError, remedy
from ...files.atomic import unfinished
from ...files.leftovers import sweep
from ...files.permissions import permissions_of
from ...files.sync import force, sync_file, sync_folder
from ..failures import ours
from .engines import PATIENCE, uri
from .file_state import COMPANIONS, is_read_unnoticed

log = logging.getLogger(__name__)


def free_name(path: Path, occasion: str) -> Path:
    """Return a free name beside the database: ``rmos.db.before-repair``, then with ``-2`` and so on."""
    stem = f"{path.name}.{occasion}"
    names = chain([stem], (f"{stem}-{number}" for number in count(2)))
    return next(free for name in names if not os.path.lexists(free := path.with_name(name)))


def back_up(path: Path, occasion: str) -> Path:
    """Copy a database beside itself, also one that is in use; returns the copy.

    Where what was to be done was cut off before, and the database is still as it was, the copy of then stands
    for it.

    Raises:
        EnvironmentFailure: if the copy cannot be made; nothing was changed then.
    """
    target = free_name(path, occasion)
    before = last_copy(path, occasion)
    try:
        copy_whole(path, target, lambda copy: _refuse_equal(copy, before))
    except _AlreadyCopiedError as already:
        log.info("the database is as it was backed up to %s", already.copy)
        return already.copy
    log.info("the database was backed up to %s", target)
    return target


def refuse_taken(target: Path) -> None:
    """Raise UsageError where a copy cannot be: something is there already, or its folder is not."""
    if not os.path.isdir(target.parent):  # noqa: PTH112 - Path.is_dir raises for some names
        raise UsageError(f"there is no folder {target.parent}", "make it first, or name another one")
    if os.path.lexists(target):
        raise UsageError(f"{target} is there already and was left as it is", "name another file")


def refuse_companions(target: Path) -> None:
    """Raise UsageError for a name at which SQLite would not see a whole database.

    That is the name of a log, or one with a log beside it: SQLite takes a log for that of the database beside
    which it lies, changes the database by it, and deletes it.
    """
    if target.name.endswith(COMPANIONS):
        raise UsageError(f"{target} would be taken for a part of another database", "name another file")
    for found in (target.with_name(target.name + ending) for ending in COMPANIONS):
        if os.path.lexists(found):
            raise UsageError(
                f"{found} is there, of a database that was at {target}", "move it away, or name another file"
            )


def copy_whole(path: Path, target: Path, refuse: Callable[[Path], None] = lambda _: None) -> None:
    """Copy a database as of one moment, also one in use; ``target`` is whole or not there.

    ``refuse`` may look at the copy before it gets its name, and raise; then there is none.

    Raises:
        EnvironmentFailure: if the copy cannot be made, or its name was taken meanwhile; nothing was changed
            then.
        LockedError: if another program holds the database all the time.
    """
    sweep(target.parent)
    try:
        with unfinished(target.parent, permissions_of(path)) as made:
            _copy(path, made.path)
            refuse(made.path)
            force(made.handle)
            made.rename(target)
    except (sqlite3.Error, OSError) as error:
        if isinstance(error, sqlite3.Error) and not isinstance(
            known := ours(error), EnvironmentFailure
        ):  # locked, or damaged
            raise known from error
        reason, number = _cause(error)
        raise EnvironmentFailure(
            f"the backup {target} could not be made: {reason}",
            f"nothing was changed; {remedy(number, 'name another place that can be written')}",
        ) from error


def _cause(error: sqlite3.Error | OSError) -> tuple[str, int | None]:
    """Return why a copy could not be made, and the system's number; its temporary name says nothing."""
    if isinstance(error, OSError):
        return error.strerror or str(error), error.errno
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return str(error), {sqlite3.SQLITE_FULL: errno.ENOSPC, sqlite3.SQLITE_IOERR: errno.EIO}.get(code)


def last_copy(path: Path, occasion: str) -> Path | None:
    """Return the copy that was made last before an occasion; None if there is none."""
    last = None
    stem = f"{path.name}.{occasion}"
    for name in chain([stem], (f"{stem}-{number}" for number in count(2))):
        if not os.path.lexists(one := path.with_name(name)):
            return last
        last = one if one.is_file() and not one.is_symlink() else None
    return None


def _copy(path: Path, unfinished: Path) -> None:
    """Copy what a transaction of our own sees.

    No lock and no journal for the copy: nobody knows the file, and one that is not whole is deleted. SQLite's
    own backup waits for ever while another program holds the database; a transaction ends its waiting in time.
    """
    mode = "mode=ro&immutable=1" if is_read_unnoticed(path) else "mode=ro"
    with (
        closing(sqlite3.connect(uri(path, mode), uri=True, isolation_level=None, timeout=PATIENCE)) as source,
        closing(sqlite3.connect(uri(unfinished, "mode=rw&nolock=1"), uri=True)) as copy,
    ):
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")  # it is forced to the disk as a whole
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


class _AlreadyCopiedError(Exception):
    """There is a copy already of the database as it is."""

    def __init__(self, copy: Path) -> None:
        super().__init__(copy)
        self.copy = copy


def _refuse_equal(copy: Path, before: Path | None) -> None:
    """Raise _AlreadyCopiedError where an earlier copy holds the same, once that is safe on the disk."""
    if before is None:
        return
    try:
        if not _are_equal(before, copy):
            return
        sync_file(before)
        sync_folder(before.parent)
    except OSError:  # a copy that cannot be read, or not be forced to the disk, stands for none
        return
    raise _AlreadyCopiedError(before)


_OWN = (slice(18, 20), slice(24, 28), slice(92, 100))
"""What SQLite writes into the head of each copy: the journal's kind, a count of changes, its own version."""


def _are_equal(one: Path, other: Path) -> bool:
    """Return whether two copies hold the same pages."""
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        heads = [bytearray(file.read(100)) for file in (first, second)]
        for head in heads:
            for place in _OWN:
                head[place] = bytes(place.stop - place.start)
        if heads[0] != heads[1]:
            return False
        while block := first.read(1 << 20):
            if block != second.read(1 << 20):
                return False
    return True
