"""JSON numbers: whether one survives being read (docs/domain.md, Strict JSON), and how people write them."""

import re
from decimal import Decimal, InvalidOperation
from unicodedata import numeric

DIGITS = 17
"""Significant digits that tell every double from its neighbours; careful writers give that many."""

_MANTISSA = re.compile(r"-?([0-9]+)\.?([0-9]*)")


def check_number(digits: str) -> tuple[str, str] | None:
    """Check that a JSON number survives being read: return None, or the code and message of why not.

    An integer must fit 64 bits. Any other number must be what its double gives back: written with as many
    significant digits as the text has, at most ``DIGITS``, the double is the text again
    (``6.4285714285714288`` is 45/7). A longer text must be the double's exact value, or its shortest text
    followed by zeros.
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
    """Tell whether a double, written with so many significant digits, is the number that was written."""
    if count <= DIGITS and Decimal(f"{value:.{count - 1}e}") == written:
        return True
    return written in (Decimal(repr(value)), Decimal(value))


def _significant_digits(text: str) -> int:
    """Count the digits of a number from its first to its last one that is not zero; 0 for zero itself."""
    found = _MANTISSA.match(text)
    return len((found[1] + found[2]).strip("0")) if found else 0


def _short(digits: str) -> str:
    return digits if len(digits) <= 40 else f"{digits[:30]}… ({len(digits)} characters)"


_SEPARATED = re.compile(r"(\d{1,3}(?:[ \xa0\u202f'’_]\d{3})+)(?:[.,](\d+))?", re.ASCII)
_POINTS = re.compile(r"(\d{1,3}(?:\.\d{3})+),(\d+)|(\d{1,3}(?:\.\d{3}){2,})", re.ASCII)
_COMMAS = re.compile(r"(\d{1,3}(?:,\d{3})+)\.(\d+)|(\d{1,3}(?:,\d{3}){2,})", re.ASCII)
_PLAIN = re.compile(r"(?=[.,]?\d)(\d*)(?:([.,])(\d*))?", re.ASCII)
_FRACTION = re.compile(r"(?:(\d{1,9})[ \xa0-])?(\d{1,9})/(\d{1,9})|(\d{1,9})?\s?([½¼¾⅛⅜⅝⅞⅕⅖⅗⅘])", re.ASCII)


def possible_numbers(text: str) -> list[str]:
    """Return the JSON numbers that a number in another notation may mean; none if that is unclear.

    Decimal commas, groups of thousands, leading zeros and plus signs, fractions that are exact: ``1,5`` is
    1.5, ``1.250,5`` is 1250.5; ``1,250`` may be 1250 or 1.250.
    """
    text = text.strip().replace("−", "-").removeprefix("+")
    sign = "-" if text.startswith("-") else ""
    found = [sign + number for number in _unsigned(text.removeprefix("-"))]
    return found if all(check_number(number) is None for number in found) else []


def _unsigned(text: str) -> list[str]:
    if found := _SEPARATED.fullmatch(text):
        return [_number(found[1], found[2])]
    if found := _POINTS.fullmatch(text) or _COMMAS.fullmatch(text):
        return [_number(found[1] or found[3], found[2])]
    if found := _PLAIN.fullmatch(text):
        whole, point, fraction = found.groups()
        if len(whole) > 1 and not whole.strip("0"):
            return []
        number = _number(whole, fraction)
        may_be_group = point == "," and len(fraction) == 3 and whole.strip("0") and len(whole) <= 3
        return [_number(whole + fraction, ""), number] if may_be_group else [number]
    if found := _FRACTION.fullmatch(text):
        return _of_fraction(*found.groups())
    return []


def _number(whole: str, fraction: str | None) -> str:
    digits = re.sub(r"\D", "", whole).lstrip("0") or "0"
    return f"{digits}.{fraction}" if fraction else digits


def _of_fraction(
    whole: str | None, above: str | None, below: str | None, before: str | None, sign: str | None
) -> list[str]:
    if sign is not None:
        return [str(int(before or 0) + numeric(sign))] if (numeric(sign) * 8).is_integer() else []
    if not int(below or 0):
        return []
    number = Decimal(above or 0) / Decimal(below or 0)
    try:
        is_exact = number * Decimal(below or 0) == Decimal(above or 0) and len(str(number)) < 12
    except InvalidOperation:
        return []
    return [f"{number + int(whole or 0):f}"] if is_exact else []
