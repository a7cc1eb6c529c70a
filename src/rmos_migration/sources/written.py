"""Numbers as people and programs write them, and which JSON has in their place."""

import re
from decimal import Decimal, InvalidOperation
from unicodedata import numeric

from .numbers import check_number

_SEPARATED = re.compile(r"(\d{1,3}(?:[ \xa0\u202f'’_]\d{3})+)(?:[.,](\d+))?", re.ASCII)
_POINTS = re.compile(r"(\d{1,3}(?:\.\d{3})+),(\d+)|(\d{1,3}(?:\.\d{3}){2,})", re.ASCII)
_COMMAS = re.compile(r"(\d{1,3}(?:,\d{3})+)\.(\d+)|(\d{1,3}(?:,\d{3}){2,})", re.ASCII)
_PLAIN = re.compile(r"(?=[.,]?\d)(\d*)(?:([.,])(\d*))?", re.ASCII)
_FRACTION = re.compile(r"(?:(\d{1,9})[ \xa0-])?(\d{1,9})/(\d{1,9})|(\d{1,9})?\s?([½¼¾⅛⅜⅝⅞⅕⅖⅗⅘])", re.ASCII)


def meant(text: str) -> list[str]:
    """The JSON numbers that a number written in another manner may mean; none where that cannot be told.

    Decimal commas, groups of thousands, leading zeros and plus signs, fractions that are exact: ``1,5`` is 1.5, ``1.250,5``
    is 1250.5; ``1,250`` may be 1250 or 1.250.
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
