"""Whether a JSON number survives being read (docs/domain.md, Strict JSON)."""

import re
from decimal import Decimal, InvalidOperation

DIGITS = 17
"""Significant digits that are enough to tell every double from its neighbours; careful writers give that many."""

_MANTISSA = re.compile(r"-?([0-9]+)\.?([0-9]*)")


def check_number(digits: str) -> tuple[str, str] | None:
    """Whether a JSON number survives being read: None, or the code and sentence of why not.

    An integer must fit 64 bits. Any other number must be what its double gives back: written with as many significant
    digits as the text has, at most ``DIGITS``, the double is the text again (``6.4285714285714288`` is 45/7). A longer
    text must be the double's exact value, or the shortest text that stands for it, with zeros behind.
    """
    if digits.lstrip("-").isdigit():
        if len(digits) <= 20 and -(2**63) <= int(digits) < 2**63:
            return None
        return "json-number-range", f"the integer {_short(digits)} does not fit 64 bits"
    value = float(digits)
    if repr(value) == digits:
        return None
    if value in (float("inf"), float("-inf")):
        return "json-number-range", f"the number {_short(digits)} is beyond the range of a double"
    count = _significant_digits(digits)
    if value == 0:
        if count:
            return "json-number-range", f"the number {_short(digits)} is too small for a double"
        return None
    try:
        if _is_given_back(value, Decimal(digits), count):
            return None
    except InvalidOperation:  # an exponent beyond Decimal's own range
        return "json-number-range", f"the number {_short(digits)} is beyond the range of a double"
    return (
        "json-number-precision",
        f"the number {_short(digits)} has digits that a double cannot hold; the nearest one is {value!r}",
    )


def _is_given_back(value: float, written: Decimal, count: int) -> bool:
    """Whether a double, written with so many significant digits, is the number that was written."""
    if count <= DIGITS and Decimal(f"{value:.{count - 1}e}") == written:
        return True
    return written in (Decimal(repr(value)), Decimal(value))


def _significant_digits(text: str) -> int:
    """How many digits a number's text has between its first and its last one that is no zero; 0 for zero itself."""
    found = _MANTISSA.match(text)
    return len((found[1] + found[2]).strip("0")) if found else 0


def _short(digits: str) -> str:
    return digits if len(digits) <= 40 else f"{digits[:30]}… ({len(digits)} characters)"
