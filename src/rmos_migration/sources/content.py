"""When two documents have the same content: equal JSON values (docs/domain.md, Content)."""

from hashlib import sha256
from typing import Any

import orjson


def content_sha256(document: dict[str, Any]) -> tuple[str, bytes]:
    """Return the SHA-256 (hex) of a document's canonical form, and that form.

    Canonical: UTF-8, no white space, keys in code point order, numbers as the shortest digits that give the
    same double, whole numbers without a fraction. So key order, white space, encoding, and 2 or 2.0 make no
    difference.
    """
    text = canonical(document)
    return sha256(text).hexdigest(), text


def canonical(value: Any) -> bytes:
    """Return a JSON value in canonical form: equal values have equal forms; true is not 1, but 2 is 2.0."""
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    if _may_hold_whole_floats(text):
        text = orjson.dumps(_with_whole_numbers(value), option=orjson.OPT_SORT_KEYS)
    return text


def _may_hold_whole_floats(text: bytes) -> bool:
    """Tell whether a number may be written 2.0, or 1e+16 for an integer; text in quotes may fool it."""
    return b".0," in text or b".0}" in text or b".0]" in text or b"e+1" in text or text.endswith(b".0")


_PLAIN = frozenset({str, int, bool, type(None)})


def _with_whole_numbers(value: Any) -> Any:
    kind = type(value)
    if kind is float:
        return int(value) if value.is_integer() and -(2**63) <= value < 2**63 else value
    if kind is dict:
        return {
            key: below if type(below) in _PLAIN else _with_whole_numbers(below)
            for key, below in value.items()
        }
    if kind is list:
        return [below if type(below) in _PLAIN else _with_whole_numbers(below) for below in value]
    return value
