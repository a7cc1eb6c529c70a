"""Copies of a database, made before something changes it that cannot be undone."""

import logging
import sqlite3
from contextlib import closing
from itertools import chain, count
from pathlib import Path

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


def copy_whole(path: Path, target: Path) -> None:
    """Copy a database as it is at one moment, also one that is in use; ``target`` is there whole or not at all.

    Raises:
        EnvironmentFailure: if the copy cannot be made; nothing was changed then.
    """
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(uri(path, "mode=ro"), uri=True)) as source,
            closing(sqlite3.connect(unfinished)) as copy,
        ):
            source.backup(copy)
        unfinished.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise EnvironmentFailure(
            f"the backup {target} could not be made: {error}", "nothing was changed; free some disk space"
        ) from error
