"""From a file's value to the documents in it. One object a file so far; lists and wrappers have their place here."""

import re
from typing import Any, NamedTuple

from ..diagnostics import shown
from .pointers import Path
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


def truncation(value: Any, raw: bytes) -> str | None:
    """The pointer of the first string that ConvertTo-Json left in place of an object, or None.

    ``raw`` is the document's JSON text; only where it holds one of the marks is the value walked.
    """
    if b"@{" not in raw and b"System." not in raw:
        return None
    waiting: list[tuple[Path | None, Any]] = [(None, value)]
    while waiting:
        path, found = waiting.pop()
        if isinstance(found, dict):
            waiting += [
                (Path(path, key), below) for key, below in reversed(found.items()) if _may_hold_text(below)
            ]
        elif isinstance(found, list):
            waiting += [
                (Path(path, index), found[index])
                for index in reversed(range(len(found)))
                if _may_hold_text(found[index])
            ]
        elif _is_truncation(found):
            return path.pointer() if path is not None else ""
    return None


def _may_hold_text(value: Any) -> bool:
    return isinstance(value, (str, dict, list))


def _is_truncation(text: str) -> bool:
    return (text.startswith("@{") and text.endswith("}")) or _TYPE_NAME.fullmatch(text) is not None
