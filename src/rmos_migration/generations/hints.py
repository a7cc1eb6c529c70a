"""What to do about values that a column cannot hold, as exact as the value allows."""

import re
from typing import Any, NamedTuple

from ..diagnostics import shown
from ..entities import FieldKind, FieldRule
from ..rosette import is_powershell_list
from ..sources.numbers import check_number, possible_numbers
from .times_meant import time_meant


class _Quantity(NamedTuple):
    """A quantity: the word for its unit, its abbreviations, and what a sensible value is."""

    unit: str
    written: frozenset[str]
    sensible: str


_MILLIMETRES = _Quantity(
    "millimetres", frozenset({"mm", "millimetre", "millimetres", "millimeter", "millimeters"}), "above 0"
)
_SECONDS = _Quantity("seconds", frozenset({"s", "sec", "secs", "second", "seconds"}), "0 or more")
_RINGS = _Quantity("rings", frozenset({"ring", "rings"}), "at least 1")
_QUANTITIES = {"width_mm": _MILLIMETRES, "thickness_mm": _MILLIMETRES, "duration_seconds": _SECONDS}

_NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d*)(?:(?P<point>[.,])(?P<fraction>\d*))?", re.ASCII)
_WITH_UNIT = re.compile(r"(?P<number>[+\-−]?[\d.,][\d.,'’_/ \xa0\u202f]*?)\s*(?P<unit>[^\W\d_]+\.?|[\"'″%°])")
_FRACTION = re.compile(r"[/½¼¾⅛⅜⅝⅞⅕⅖⅗⅘]")
_POWERSHELL = (
    "Windows PowerShell 5.1 wrote the list as an object with value and Count: replace the object with what is"
    " under value, or export again with PowerShell 7"
)
_MOST_DIGITS = 15
"""Digits of a whole number; no workshop has a longer one."""
_LONGEST = 60
"""Characters of a text that is searched for a number; a longer one is prose, or made to cost time."""
ARRIVES = "then migrate with --on-conflict replace"
"""Added to hints on documents that were loaded: once corrected, they are in conflict with their row."""
_UTC = ", with Z after it if it is UTC"
_TIME = f"write it as 2025-01-31T17:05:00{_UTC}"


def hint_for(rule: FieldRule, value: Any, kind: str) -> str:
    """Return what to do about a value that the model rejects for a kind of reason; empty if unknown."""
    if rule.name == "id":
        return ""
    if isinstance(value, list) and len(value) == 1 and (shown_alone := _alone(value[0], kind)):
        return f"write {shown_alone} without the brackets around it"
    if kind in ("float_type", "int_type", "int_from_float", "int_parsing"):
        return _hint_on_number(rule, value)
    if kind in ("greater_than", "greater_than_equal"):
        return _sensible(_quantity(rule))
    if kind == "dict_type":
        return _hint_on_container(value, "{", "an object, { … }")
    if kind == "list_type":
        if isinstance(value, dict) and is_powershell_list(value):
            return _POWERSHELL
        if isinstance(value, dict):
            return "put the object into a list, [{ … }]"
        return _hint_on_container(value, "[", "a list, [ … ]")
    if kind == "string_type":
        is_plain = isinstance(value, int | float)
        return f'write it as text: "{str(value).lower()}"' if is_plain else "write a text in quotes"
    return ""


def hint_for_missing(rule: FieldRule) -> str:
    """Return what to do about a required field that holds nothing; empty if it must just be filled in."""
    if rule.name == "strips":
        return "write a list, [ … ], or [] if there are none"
    if rule.source.kind is FieldKind.JSON and not rule.source.empty_is_absent:
        return "write an object, { … }, or {} if there are none"
    return ""


def _alone(value: Any, kind: str) -> str:
    """Return the only element of a list as it would be written alone; empty if it could not be used."""
    if kind == "string_type" and isinstance(value, str) and value.strip():
        return f'"{value}"' if '"' not in value and "\\" not in value and value.isprintable() else ""
    return "the object" if kind == "dict_type" and isinstance(value, dict) else ""


def hint_for_unusable(rule: FieldRule, value: Any) -> str:
    """Return what to do about a value that is not a time, or text that is not JSON."""
    if rule.source.kind in (FieldKind.INSTANT, FieldKind.CLOCK):
        time = time_meant(value)
        return f"write it as {time}{'' if time.endswith('Z') or len(time) == 10 else _UTC}" if time else _TIME
    return "correct the JSON between the quotes, or write the value itself, without quotes"


def _quantity(rule: FieldRule) -> _Quantity:
    return _QUANTITIES.get(rule.name, _RINGS)


def _sensible(quantity: _Quantity) -> str:
    asked = "how many rings there are" if quantity is _RINGS else f"the {quantity.unit} as a number"
    return f"write {asked}, {quantity.sensible}"


def _hint_on_number(rule: FieldRule, value: Any) -> str:
    quantity = _quantity(rule)
    if isinstance(value, bool):
        return f"{_sensible(quantity)}; {str(value).lower()} is not a number"
    if isinstance(value, float):
        return f"{_sensible(quantity)}, without a fraction"
    if not isinstance(value, str):
        return _sensible(quantity)
    text = value.strip()
    if len(text) > _LONGEST:
        return f"{_sensible(quantity)}, without quotes"
    if found := _digits(text):
        hint = _hint_on_digits(found, quantity)
        is_fraction = quantity is _MILLIMETRES and not _NUMBER.fullmatch(text) and _FRACTION.search(text)
        return f"{hint}; or 25.4 times that if it is in inches" if is_fraction else hint
    if (found := _WITH_UNIT.fullmatch(text)) and (digits := _digits(found["number"])):
        unit = found["unit"]
        if unit.rstrip(".").lower() in quantity.written:
            return _hint_on_digits(digits, quantity, f"without {unit} and without quotes")
        return f"write it in {quantity.unit}, as a number without {unit} and without quotes"
    return f"{_sensible(quantity)}, without quotes"


def _digits(text: str) -> re.Match[str] | None:
    """Match a number as it is written, or the only one that it can mean."""
    found = _NUMBER.fullmatch(text)
    numbers = [] if found else possible_numbers(text)
    return _NUMBER.fullmatch(numbers[0]) if len(numbers) == 1 else found


def _hint_on_digits(found: re.Match[str], quantity: _Quantity, without: str = "without quotes") -> str:
    """Return what to write for digits in quotes."""
    sign, whole, point, fraction = found.group("sign", "whole", "point", "fraction")
    fraction = fraction or ""
    is_nothing = not (whole + fraction).strip("0") and quantity is not _SECONDS
    if not whole + fraction or sign == "-" or is_nothing or len(whole) > _MOST_DIGITS:
        return f"{_sensible(quantity)}, {without}"
    whole = whole.lstrip("0") or "0"
    if quantity is _RINGS:
        if len(fraction) == 3 and whole != "0":
            few = "" if fraction.strip("0") else f" or {whole}, whichever is meant,"
            return f"write {whole}{fraction}{few} {without}"
        if fraction.strip("0"):
            return f"{_sensible(quantity)}, without a fraction and {without}"
        return f"write {whole}, {without}" if point else f"write {whole} {without}"
    if point == "," and len(fraction) == 3 and whole != "0":
        return f"write {whole}{fraction} or {whole}.{fraction}, whichever is meant, {without}"
    number = f"{whole}.{fraction}" if fraction else whole
    if check_number(number) is not None:
        return f"write the {quantity.unit} as a number, rounded to what was measured, {without}"
    return f"write {number} with a point, {without}" if point == "," else f"write {number} {without}"


def _hint_on_container(value: Any, bracket: str, wanted: str) -> str:
    if isinstance(value, str) and value.lstrip().startswith(bracket):
        return "write the value itself, without the quotes around it"
    return f"write {wanted}, in place of {shown(value)}"
