"""Files beside which others work: what is there may be gone at the next look, so look once."""

import os
import stat
from contextlib import suppress
from pathlib import Path

_BEGINNING = b"SQLite format 3\0"
_BESIDE = ("-wal", "-shm", "-journal", ".lock", ".token", ".reading-token")
"""Ends of the names of files that SQLite or this program keeps beside a database."""


def looked_at(path: Path) -> os.stat_result | None:
    """Return how a file looks; None where there is none.

    Raises:
        OSError: if that cannot be found out; a link that leads back to itself is one such.
    """
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last for a name that none can have
        return None


def size_of(path: Path) -> int:
    """Return how many bytes a file has; none where it is gone.

    Raises:
        OSError: if that cannot be found out.
    """
    found = looked_at(path)
    return 0 if found is None else found.st_size


def real_path(path: Path) -> Path:
    """Return where a path leads; where its links go in a circle, it stays a path that cannot be opened.

    ``Path.resolve`` raises a RuntimeError of its own for those before Python 3.13.
    """
    return Path(os.path.realpath(path))


def database_of(path: Path) -> Path | None:
    """Return the database that a file is, or is kept beside; None for any other file.

    A device or a pipe is not read: what it would give would be taken from somebody else.
    """
    beside = (path.with_name(path.name.removesuffix(end)) for end in _BESIDE if path.name.endswith(end))
    return next((one for one in (path, *beside) if _begins_as_database(one)), None)


def _begins_as_database(path: Path) -> bool:
    with suppress(OSError):
        if stat.S_ISREG(path.stat().st_mode):
            with path.open("rb") as file:
                return file.read(len(_BEGINNING)) == _BEGINNING
    return False
