"""Files beside which others work: what is there now may be gone at the next look, so each is looked at once."""

import os
from pathlib import Path


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
