"""Where the next page begins, and which document is meant, as text that programs need not understand."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from types import UnionType
from typing import Any, TypeVar

import orjson

from .problems import Fault, Problem

_One = TypeVar("_One")

LONGEST = 2000
_LARGEST = 2**63


def one_page(found: list[_One], limit: int) -> tuple[list[_One], _One | None]:
    """What goes on a page, of one more than goes on it; and the last of these, if there are more behind it."""
    return found[:limit], found[limit - 1] if len(found) > limit else None


def as_cursor(values: Sequence[str | int | None] | None) -> str | None:
    """Values as a cursor; None for none."""
    if values is None:
        return None
    return urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def from_cursor(text: str | None, *kinds: type | UnionType, name: str = "cursor") -> list[Any] | None:
    """The values in a cursor, of the given kinds. None for no cursor.

    Raises:
        Problem: if it is none of ours.
    """
    if text is None:
        return None
    try:
        values = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        values = None
    if not isinstance(values, list) or len(values) != len(kinds) or not all(map(_is, values, kinds)):
        message = f"{name} is none that this server gave"
        fault = Fault(code="field-invalid", message=message, pointer=name, hint=f"leave {name} out")
        raise Problem("invalid", message, errors=[fault])
    return values


def _is(value: object, kind: type | UnionType) -> bool:
    if isinstance(value, int):
        return kind is int and type(value) is int and -_LARGEST <= value < _LARGEST
    return isinstance(value, kind)
