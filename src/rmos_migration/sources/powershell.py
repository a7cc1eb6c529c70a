"""What ConvertTo-Json leaves behind when it is called without enough -Depth (docs/domain.md, PowerShell)."""

import re
from collections.abc import Iterable
from typing import Any

_STUMP = re.compile(r"@\{(?:[^=;{}]+=.*)?\}", re.DOTALL)
_TYPE_NAME = re.compile(r"System(?:\.\w+)+(?:\[\])?")


def truncation(document: dict[str, Any], raw: bytes) -> list[str | int] | None:
    """The steps to the first string that ConvertTo-Json left in place of an object, or None.

    ``raw`` is the document's JSON text; only where it holds one of the marks is the document walked.
    """
    if b"@{" not in raw and b"System." not in raw:
        return None
    return _steps_to_truncation(document.items())


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
    """Whether a text is what ConvertTo-Json leaves in the place of an object: ``@{}``, ``@{name=…}`` or a type's name.

    Other text that begins with ``@{`` is text.
    """
    if text.startswith("@{"):
        return _STUMP.fullmatch(text) is not None
    return text.startswith("System.") and _TYPE_NAME.fullmatch(text) is not None
