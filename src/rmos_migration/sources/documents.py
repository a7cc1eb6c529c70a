"""From a file's value to the documents in it. One object a file so far; lists and wrappers have their place here."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from ..diagnostics import shown
from .pointers import pointer_of
from .scan import Fault


class Document(NamedTuple):
    """One document of a file: its RFC 6901 pointer from the file's root, and its keys and values."""

    pointer: str
    value: dict[str, Any]


def documents(value: Any) -> tuple[list[Document], Fault | None]:
    """The documents in a file's value, or the fault that makes it none. An empty list or object holds none."""
    if isinstance(value, dict):
        return ([Document("", value)] if value else []), None
    if isinstance(value, list) and not value:
        return [], None
    return [], Fault("not-a-record", f"one object is expected, {shown(value)} is there")


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
            if _is_truncation(value):
                return [token]
        elif isinstance(value, dict):
            steps = _steps_to_truncation(value.items())
        elif isinstance(value, list):
            steps = _steps_to_truncation(enumerate(value))
        if steps is not None:
            return [token, *steps]
    return None


def _is_truncation(text: str) -> bool:
    if text.startswith("@{"):
        return text.endswith("}")
    return text.startswith("System.") and _TYPE_NAME.fullmatch(text) is not None
