"""Whether a file is still as it was when it was read last, as far as its size and time say."""

import os


def is_untouched(full: str, size_bytes: int | None, mtime_ns: int | None) -> bool | None:
    """Whether a file has the size and the time that the ledger says; None where it is out of reach.

    Args:
        full: the system's path of the file itself, not of a link to it.
        size_bytes, mtime_ns: as the ledger has them; a file for which it has none is not known.
    """
    try:
        now = os.stat(full, follow_symlinks=False)  # noqa: PTH116 - called for every file; pathlib is slower
    except OSError:
        return None
    return mtime_ns is not None and (now.st_size, now.st_mtime_ns) == (size_bytes, mtime_ns)
