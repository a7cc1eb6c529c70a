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

from ..errors import EnvironmentFailure
from .engines import uri

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
    """
    unfinished = target.with_name(f"{target.name}.{token_hex(4)}.unfinished")
    try:
        _copy(path, unfinished)
        refuse(unfinished)
        _name(unfinished, target)
    except (sqlite3.Error, OSError) as error:
        raise EnvironmentFailure(
            f"the backup {target} could not be made: {error}",
            "nothing was changed; free some disk space, or name another place that can be written",
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _copy(path: Path, unfinished: Path) -> None:
    """Nobody may read the copy who may not read the database."""
    unfinished.touch(stat.S_IMODE(path.stat().st_mode) | stat.S_IWUSR, exist_ok=False)
    with (
        closing(sqlite3.connect(uri(path, "mode=ro"), uri=True)) as source,
        closing(sqlite3.connect(unfinished)) as copy,
    ):
        source.backup(copy)


def _name(unfinished: Path, target: Path) -> None:
    """Give a copy its name, which another process may have taken meanwhile."""
    try:
        os.link(unfinished, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        unfinished.rename(target)
