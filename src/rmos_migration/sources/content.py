"""When two documents have the same content: equal JSON values (docs/domain.md, Content).

The canonical form is that of RFC 8785, the JSON Canonicalization Scheme. The RFC has none for integers that a
double does not hold, from 2**53 on; here they have all their digits. orjson writes nearly every document so.
"""

from decimal import Decimal
from hashlib import sha256
from typing import Any

import orjson


def content_sha256(document: dict[str, Any]) -> tuple[str, bytes]:
    """Return the SHA-256 (hex) of a document's canonical form, and that form.

    Key order, white space, encoding, and 2 or 2.0 make no difference to it.
    """
    text = canonical(document)
    return sha256(text).hexdigest(), text


def canonical(value: Any) -> bytes:
    """Return a JSON value in canonical form: equal values have equal forms; true is not 1, but 2 is 2.0."""
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    is_ordered = text.isascii() or not _may_be_ordered_otherwise(text)
    if _may_hold_numbers_written_otherwise(text):
        value = _with_numbers_rewritten(value)
    elif is_ordered:
        return text
    if is_ordered:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return orjson.dumps(_in_order_of_utf_16(value))


def _may_be_ordered_otherwise(text: bytes) -> bool:
    """Tell whether keys may have another order in UTF-16: there U+10000 comes before U+E000."""
    return (b"\xee" in text or b"\xef" in text) and any(lead in text for lead in _BEYOND_FFFF)


_BEYOND_FFFF = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")


def _may_hold_numbers_written_otherwise(text: bytes) -> bool:
    """Tell whether numbers may be written 2.0, 1e+16 or 1e-6, unlike in ECMAScript; text may fool it."""
    return (  # a single byte is found much faster than two
        (b"." in text and b".0" in text and _holds_whole_floats(text))
        or (b"+" in text and b"e+" in text)
        or (b"-" in text and b"e-6" in text)
    )


def _holds_whole_floats(text: bytes) -> bool:
    return b".0," in text or b".0}" in text or b".0]" in text or text.endswith(b".0")


_PLAIN = frozenset({str, int, bool, type(None)})


def _with_numbers_rewritten(value: Any) -> Any:
    """Return a value of which orjson writes every double as ECMAScript does: from 1e-6 to 1e21 in full."""
    kind = type(value)
    if kind is float:
        if -1e16 < value < 1e16:
            if value.is_integer():
                return int(value)
            if not 1e-6 <= abs(value) < 1e-5:
                return value
        elif abs(value) >= 1e21:
            return value
        return orjson.Fragment(f"{Decimal(repr(value)):f}")
    if kind is dict:
        return {
            key: below if type(below) in _PLAIN else _with_numbers_rewritten(below)
            for key, below in value.items()
        }
    if kind is list:
        return [below if type(below) in _PLAIN else _with_numbers_rewritten(below) for below in value]
    return value


def _in_order_of_utf_16(value: Any) -> Any:
    if type(value) is dict:
        return {key: _in_order_of_utf_16(value[key]) for key in sorted(value, key=_utf_16)}
    if type(value) is list:
        return [_in_order_of_utf_16(below) for below in value]
    return value


def _utf_16(key: str) -> bytes:
    return key.encode("utf-16-be")
