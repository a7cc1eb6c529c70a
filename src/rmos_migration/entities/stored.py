"""JSON text as the database holds it: the one place where it is parsed, for whoever reads a column.

Another program may have written there. Callers get a value that can be worked with and written again, or a
``CorruptRow`` that names the column: so nobody has to take a fault of the program for an odd value.
"""

from typing import Any

import orjson

from ..diagnostics import shown
from ..errors import CorruptRow

_HINT = "see: rmos audit; if the record is lost, restore the database from a backup"

_SURELY_SHALLOW = 200
"""Brackets in a text whose value can be written again however they nest."""


def stored_value(column: str, text: str) -> Any:
    """Return the value in a JSON column (``table.column``).

    Raises:
        CorruptRow: if it is not JSON, or nests so deep that it could not be written again as part of a
        document.
    """
    try:
        value = orjson.loads(text)
        if text.count("[") + text.count("{") > _SURELY_SHALLOW:
            orjson.dumps([[[[value]]]])
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        raise corrupt_value(column, text, "JSON") from None
    return value


def stored_object(column: str, text: str | None) -> dict[str, Any]:
    """Return the object in a JSON column, an empty one where it is NULL.

    Raises:
        CorruptRow: if it is not an object.
    """
    value = {} if text is None else stored_value(column, text)
    if not isinstance(value, dict):
        raise corrupt_value(column, text, "a JSON object")
    return value


def stored_names(column: str, text: str | None) -> list[str]:
    """Return the names in a JSON column, none where it is NULL.

    Raises:
        CorruptRow: if it is not a list of texts.
    """
    value = [] if text is None else stored_value(column, text)
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise corrupt_value(column, text, "a list of names")
    return value


def corrupt_value(column: str, value: object, words: str) -> CorruptRow:
    """Return the exception for a value that is not what its column says."""
    return CorruptRow(f"a value of {column} is {shown(value)}, but it must be {words}", _HINT)
