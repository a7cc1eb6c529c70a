"""What looks like a slip in a geometry or a list of strips: numbers in quotes, and lists that PowerShell made objects of.

Nothing is changed by it; whoever reads a ring passes over what is no number.
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from .rings import RING_LISTS

Steps = tuple[str | int, ...]


class Slip(Enum):
    """A kind of slip, by the code under which it is reported."""

    QUOTED = "number-in-quotes"
    POWERSHELL = "powershell-list"


class Found(NamedTuple):
    """A slip: its kind, the steps to its place, and what stands there."""

    slip: Slip
    steps: Steps
    value: Any


_MEASURE = re.compile(
    r".*_(?:mm|cm|deg|degrees|rad|inches|in|ui|pct|percent|count|factor|index)"
    r"|(?:ring_count|num_\w+|radius|width|height|length|thickness|diameter|angle|segments|tiles|depth|x|y)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s*[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?\s*(?:mm|cm|in|deg|\u00b0|%|\")?\s*")


def slips_in(held: Any) -> list[Found]:
    """The slips in a geometry, or in a list of strips."""
    if type(held) is dict:
        return [*_in_geometry(held)]
    return [*_in_parts(held, ())] if type(held) is list else []


def _in_geometry(geometry: Mapping[str, Any]) -> Iterator[Found]:
    yield from _in_part(geometry, ())
    for key in RING_LISTS:
        rings = geometry.get(key)
        if type(rings) is dict and _is_powershell_list(rings):
            yield from _in_parts(rings["value"], (key, "value"))
        elif type(rings) is list:
            yield from _in_parts(rings, (key,))


def _in_parts(parts: list[Any], steps: Steps) -> Iterator[Found]:
    """The slips in a list of rings or strips."""
    for index, part in enumerate(parts):
        if type(part) is dict:
            if _is_powershell_list(part):
                yield Found(Slip.POWERSHELL, (*steps, index), part)
            yield from _in_part(part, (*steps, index))


def _in_part(part: Mapping[str, Any], steps: Steps) -> Iterator[Found]:
    for key, value in part.items():
        if type(value) is str:
            if _NUMBER.fullmatch(value) and _MEASURE.fullmatch(key):
                yield Found(Slip.QUOTED, (*steps, key), value)
        elif type(value) is dict:
            if _is_powershell_list(value):
                yield Found(Slip.POWERSHELL, (*steps, key), value)
            if key == "column":
                yield from _in_column(value, (*steps, key))


def _in_column(column: Mapping[str, Any], steps: Steps) -> Iterator[Found]:
    """The slips in the strips that a ring's tiles are sliced from."""
    yield from _in_part(column, steps)
    strips = column.get("strips")
    if type(strips) is list:
        yield from _in_parts(strips, (*steps, "strips"))


def _is_powershell_list(value: Mapping[str, Any]) -> bool:
    return len(value) == 2 and type(value.get("value")) is list and "Count" in value
