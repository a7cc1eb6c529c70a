"""Where the next page begins, as a text that programs need not understand."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from types import UnionType
from typing import Any, TypeVar

import orjson

_Entry = TypeVar("_Entry")

_LARGEST = 2**63


def one_page(found: list[_Entry], limit: int) -> tuple[list[_Entry], _Entry | None]:
    """Return the first ``limit`` entries, and the last of them if there are more behind it."""
    return found[:limit], found[limit - 1] if len(found) > limit else None


def as_cursor(values: Sequence[str | int | None] | None) -> str | None:
    """Return values as a cursor; None for none."""
    if values is None:
        return None
    return urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def values_of_cursor(text: str, *kinds: type | UnionType) -> list[Any] | None:
    """Return the values in a cursor if they are of the given kinds; None for an invalid cursor."""
    try:
        values = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        return None
    if not isinstance(values, list) or len(values) != len(kinds) or not all(map(_is, values, kinds)):
        return None
    return values


def _is(value: object, kind: type | UnionType) -> bool:
    if isinstance(value, int):
        return kind is int and type(value) is int and -_LARGEST <= value < _LARGEST
    return isinstance(value, kind)
