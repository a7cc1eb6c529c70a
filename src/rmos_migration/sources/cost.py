"""What it costs to hold a file's JSON in memory: lists and objects of two characters take hundreds of bytes each."""

import mmap
import re

MOST_CONTAINERS = 1_000_000
"""Lists and objects that a file may hold; every real one of 16 MiB has fewer."""

_BYTES_A_CONTAINER = 500
_BYTES_A_VALUE = 200
_BYTES_A_CHARACTER = 16
"""Bytes of memory at the most, with the copies that are made on the way."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def refused_for_cost(raw: bytes) -> tuple[str, str] | None:
    """Return code and message where a file must not be parsed for what that would cost; None where it may.

    A parser that runs out of memory may end the whole process, so this is asked before.
    """
    containers = _containers(raw)
    if containers > MOST_CONTAINERS:
        containers = _containers(_STRING.sub(b"", raw))  # brackets in texts do not count
    if containers > MOST_CONTAINERS:
        said = f"{containers:,} lists and objects; the limit is {MOST_CONTAINERS:,}"
        return "file-too-large", said
    needed = (
        containers * _BYTES_A_CONTAINER + raw.count(b",") * _BYTES_A_VALUE + len(raw) * _BYTES_A_CHARACTER
    )
    if not _is_there(needed):
        said = f"there is not enough memory to read it, which may take {needed / 1e6:,.0f} MB"
        return "file-unreadable", said
    return None


def _containers(raw: bytes) -> int:
    return raw.count(b"[") + raw.count(b"{")


def _is_there(size: int) -> bool:
    """Return whether so many bytes can be had; they are asked for, and given back untouched."""
    try:
        mmap.mmap(-1, size).close()
    except (OSError, MemoryError, OverflowError, ValueError):
        return False
    return True
