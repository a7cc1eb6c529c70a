"""What ConvertTo-Json leaves behind when it is called without enough -Depth (DOMAIN.md §6)."""

import re
from collections.abc import Iterable
from typing import Any

from .pointers import pointer_of

_TYPE_NAME = re.compile(r"System(?:\.\w+)+(?:\[\])?")


def truncation(document: dict[str, Any], raw: bytes) -> str | None:
    """The pointer of the first string that ConvertTo-Json left in place of an object, or None.

    ``raw`` is the document's JSON text; only where it holds one of the marks is the document walked.
    """
    if b"@{" not in raw and b"System." not in raw:
        return None
    steps = _steps_to_truncation(document.items())
    return None if steps is None else pointer_of(steps)


def _steps_to_truncation(members: Iterable[tuple[str | int, Any]]) -> list[str | int] | None:
    for token, value in members:
        steps = None
        if isinstance(value, str):
            if is_cut_off(value):
                return [token]
        elif isinstance(value, dict):
            steps = _steps_to_truncation(value.items())
        elif isinstance(value, list):
            steps = _steps_to_truncation(enumerate(value))
        if steps is not None:
            return [token, *steps]
    return None


def is_cut_off(text: str) -> bool:
    """Whether a text is what ConvertTo-Json leaves in the place of an object."""
    if text.startswith("@{"):
        return text.endswith("}")
    return text.startswith("System.") and _TYPE_NAME.fullmatch(text) is not None
