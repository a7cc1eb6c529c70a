"""Likely slips in a geometry or a list of strips: quoted numbers, lists that PowerShell made objects.

Nothing is changed by it; readers of rings skip what is not a number.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from .rings import RING_LISTS

Steps = tuple[str | int, ...]


class Slip(Enum):
    """A kind of slip, by the code under which it is reported."""

    QUOTED = "number-in-quotes"
    POWERSHELL = "powershell-list"


class FoundSlip(NamedTuple):
    """A slip: its kind, the steps to its place, and what stands there."""

    slip: Slip
    steps: Steps
    value: Any


_MEASURE = re.compile(
    r".*_(?:mm|cm|deg|degrees|rad|inches|in|ui|pct|percent|count|factor|index)"
    r"|(?:ring_count|num_\w+|radius|width|height|length|thickness|diameter|angle|segments|tiles|depth|x|y)",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\s*+[+-]?(?:\d++(?:[.,]\d*+)?|[.,]\d++)(?:[eE][+-]?\d++)?\s*+(?:mm|cm|in|deg|\u00b0|%|\")?+\s*+"
)
"""Possessive, because many blanks must not make it try again and again."""


_TELLING = frozenset((str, dict))


def slips_in(held: Any) -> list[FoundSlip]:
    """Return the slips in a geometry, or in a list of strips."""
    found: list[FoundSlip] = []
    if type(held) is dict:
        if is_powershell_list(held):
            found.append(FoundSlip(Slip.POWERSHELL, (), held))
            _look_at_parts(held["value"], ("value",), found)
        _look_at_part(held, (), found)
        for key in RING_LISTS:
            rings = held.get(key)
            if type(rings) is list:
                _look_at_parts(rings, (key,), found)
            elif type(rings) is dict and is_powershell_list(rings):
                _look_at_parts(rings["value"], (key, "value"), found)
    elif type(held) is list:
        _look_at_parts(held, (), found)
    return found


def _look_at_parts(parts: list[Any], steps: Steps, found: list[FoundSlip]) -> None:
    """Look at a list of rings or strips."""
    for index, part in enumerate(parts):
        if type(part) is dict and not _TELLING.isdisjoint(map(type, part.values())):
            _look_at_part(part, (*steps, index), found)
        elif type(part) is dict and is_powershell_list(part):
            found.append(FoundSlip(Slip.POWERSHELL, (*steps, index), part))


def _look_at_part(part: Mapping[str, Any], steps: Steps, found: list[FoundSlip]) -> None:
    for key, value in part.items():
        kind = type(value)
        if kind is str:
            if _NUMBER.fullmatch(value) and _MEASURE.fullmatch(key):
                found.append(FoundSlip(Slip.QUOTED, (*steps, key), value))
        elif kind is dict:
            if is_powershell_list(value):
                found.append(FoundSlip(Slip.POWERSHELL, (*steps, key), value))
            elif key == "column":
                _look_at_column(value, (*steps, key), found)


def _look_at_column(column: Mapping[str, Any], steps: Steps, found: list[FoundSlip]) -> None:
    """Look at the strips that a ring's tiles are sliced from."""
    _look_at_part(column, steps, found)
    strips = column.get("strips")
    if type(strips) is list:
        _look_at_parts(strips, (*steps, "strips"), found)


def is_powershell_list(value: Mapping[str, Any]) -> bool:
    """Whether an object is a list as ConvertTo-Json of Windows PowerShell 5.1 writes some."""
    return len(value) == 2 and type(value.get("value")) is list and "Count" in value


def unwrapped(value: Any) -> Any:
    """Return a list, also where PowerShell 5.1 made an object of it; any other value unchanged."""
    return value["value"] if isinstance(value, dict) and is_powershell_list(value) else value
