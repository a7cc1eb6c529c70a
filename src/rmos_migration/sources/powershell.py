"""What ConvertTo-Json of Windows PowerShell makes of objects and lists (docs/domain.md, PowerShell)."""

import re
from collections.abc import Iterable
from typing import Any

_STUMP = re.compile(r"@\{(?:[^=;{}]+=.*)?\}", re.DOTALL)
_TYPE_NAME = re.compile(r"System(?:\.\w+)+(?:\[\])?")


def truncation(document: dict[str, Any], raw: bytes) -> list[str | int] | None:
    """Return the steps to the first string that ConvertTo-Json left of an object for lack of -Depth, or None.

    ``raw`` is the document's JSON text: the document is only walked if the text holds one of the marks.
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
    """Tell whether a text is what ConvertTo-Json leaves of an object: ``@{}``, ``@{name=…}`` or a type name.

    Other text that begins with ``@{`` is text.
    """
    if text.startswith("@{"):
        return _STUMP.fullmatch(text) is not None
    return text.startswith("System.") and _TYPE_NAME.fullmatch(text) is not None


def is_powershell_list(value: dict[str, Any]) -> bool:
    """Tell whether an object is a list, as ConvertTo-Json of Windows PowerShell 5.1 writes some."""
    return isinstance(value.get("value"), list) and "Count" in value
