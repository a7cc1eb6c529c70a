"""Whether a file that was read once is still in its source."""

import os
import stat


def is_gone(location: str, path: str) -> bool:
    """Whether a file was taken out of its source since; not, where the whole source is out of reach.

    Args:
        location: the source's folder, as the ledger knows it.
        path: the file's path below it, with ``/``.
    """
    if "//" in path:  # a name in escapes
        return False
    try:
        if not stat.S_ISDIR(os.stat(location).st_mode):
            return False
        os.lstat(os.path.join(location, path))
    except (FileNotFoundError, NotADirectoryError):
        return os.path.isdir(location)
    except (OSError, ValueError):  # out of reach
        return False
    return False
