"""The memory that a file's JSON needs: lists and objects of two characters take hundreds of bytes each."""

import mmap
import re
from contextlib import suppress

_BYTES_A_CONTAINER = 500
_BYTES_A_VALUE = 200
_BYTES_A_CHARACTER = 16
"""Bytes of memory at most, with the copies that are made on the way."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def rejected_for_cost(raw: bytes) -> tuple[str, str] | None:
    """Return code and message if there is not enough memory to parse a file; None if there is.

    A parser that runs out of memory may end the whole process, so it is not even started.
    """
    needed = _needed(raw, raw)
    if _is_there(needed):
        return None
    with suppress(MemoryError):
        needed = _needed(raw, _STRING.sub(b"", raw))  # brackets and commas in texts cost nothing
        if _is_there(needed):
            return None
    message = f"there is not enough memory to read it, which may take {needed / 1e6:,.0f} MB"
    return "file-unreadable", message


def _needed(raw: bytes, counted: bytes) -> int:
    # what is never closed is rejected before it is built
    containers = min(counted.count(b"[") + counted.count(b"{"), counted.count(b"]") + counted.count(b"}"))
    return (
        containers * _BYTES_A_CONTAINER + counted.count(b",") * _BYTES_A_VALUE + len(raw) * _BYTES_A_CHARACTER
    )


def _is_there(size: int) -> bool:
    """Tell whether so many bytes can be allocated; they are given back at once."""
    try:
        mmap.mmap(-1, size).close()
    except (OSError, MemoryError, OverflowError, ValueError):
        return False
    return True
