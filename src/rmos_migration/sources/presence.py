"""Whether a file that was read once is still in its source."""

import os
from pathlib import Path


def is_gone(location: str, path: str) -> bool:
    """Whether a file was taken out of its source since; not, where the whole source is out of reach.

    Args:
        location: the source's folder, as the ledger knows it.
        path: the file's path below it, with ``/``.
    """
    source = Path(location)
    return source.is_dir() and not os.path.lexists(source / path) and "//" not in path
