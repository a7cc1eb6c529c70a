"""What is wrong with a number that is not written as JSON writes it, and what to write instead."""

import re
from typing import NamedTuple

from ..diagnostics import printable
from .numbers import possible_numbers


class Explanation(NamedTuple):
    """What is wrong at an offset of a text, and what to do about it; an empty hint means the catalogue's."""

    at: int
    message: str
    hint: str = ""


BEHIND_VALUE = re.compile(r"[ \t\r\xa0\u202f]*(?:[,;}\]\n]|$)")

_DIGITS = r"[0-9](?:[0-9.,'’_/]*[0-9])?"
_FRACTIONS = "½¼¾⅛⅜⅝⅞⅕⅖⅗⅘"
_GROUP_OR_FRACTION = r"[ \xa0\u202f](?:[0-9]{3}(?![0-9])|[0-9]+/[0-9]+)"
_NUMBER = re.compile(
    rf"[+\-−]?(?:{_DIGITS}(?:{_GROUP_OR_FRACTION})*|[.,][0-9]+)[{_FRACTIONS}.]?|[{_FRACTIONS}]"
)
_UNIT = re.compile(r"[ \xa0\u202f]?(?![eE](?![A-Za-z]))([A-Za-zµ°%″]{1,12}\.?)(?![A-Za-z0-9_\"])")
_NOT_UNITS = frozenset({"true", "false", "none", "null", "nil", "undefined", "nan", "infinity"})
_BEFORE = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?$")
_COMMA = re.compile(r",[0-9]{1,60}+(?![0-9]|\s{0,9}:)")
_GOING_ON = re.compile(r"[,'’_]?[0-9]|[ \xa0\u202f][^\s,\]}\"]")
_GOING_ON_IN_LIST = re.compile(r"[ \xa0\u202f][^\s,\]}\"\-0-9]")
_MAY_BE_GROUP = re.compile(r"[0-9],0[0-9]{2}(?![0-9])")
_GROUPS = re.compile(r"((?:[ \xa0\u202f][0-9]{3}(?![0-9])){1,6})(,[0-9])?")
_MAY_HAVE_GROUPS = re.compile(r"[+-]?[1-9][0-9]{0,2}")
_AFTER_COMMA = re.compile(r"[0-9],[0-9]")
_LONGEST = 60


def explain_after_number(text: str, end: int, *, in_list: bool) -> Explanation | None:
    """Explain what follows a number: a decimal comma, thousands, a unit; None if it is none of these.

    Args:
        text: the text.
        end: the offset after what JSON takes for the number.
        in_list: whether a comma, or another number, may follow.
    """
    found = _BEFORE.search(text, max(0, end - _LONGEST), end)
    if found is None or end - found.start() >= _LONGEST:
        return None
    if in_list and (groups := _GROUPS.match(text, end)) and _MAY_HAVE_GROUPS.fullmatch(found[0]):
        return _explain_number_with_unit(text, found.start()) or _explain_groups(found[0], groups)
    going_on = _GOING_ON_IN_LIST if in_list else _GOING_ON
    if not going_on.match(text, end):
        return None
    explanation = explain_number(text, found.start())
    if explanation is None and not in_list and _COMMA.match(text, end):
        message = "the number that begins here contains a comma"
        return Explanation(found.start(), message, "write a point in place of a decimal comma")
    return explanation


def _explain_groups(first: str, groups: re.Match[str]) -> Explanation:
    """Explain two numbers of a list with a blank between them, which may separate thousands."""
    parts = groups[1].replace("\xa0", " ").replace("\u202f", " ").split()
    several = "a comma before it"
    if len(parts) > 1 or parts[0].startswith("0"):
        several = f"{', '.join([first, *(str(int(part)) for part in parts)])} if they are several"
    hint = f"write {first}{''.join(parts)} if {first} and {' '.join(parts)} are one number, or {several}"
    if groups[2]:
        hint += "; and a point in place of the comma after it if that is a decimal one"
    return Explanation(groups.start() + 1, f'expected a comma or ], but found "{parts[0]}"', hint)


def _explain_number_with_unit(text: str, at: int) -> Explanation | None:
    found = _NUMBER.match(text[at : at + _LONGEST])
    return explain_number(text, at) if found and _UNIT.match(text, at + found.end()) else None


def explain_number(text: str, at: int) -> Explanation | None:
    """Explain a number that is not written as JSON writes it; None if there is no such number at ``at``."""
    beginning = text[at : at + 2 * _LONGEST]
    found = _NUMBER.match(beginning)
    if found is None or found.end() > _LONGEST:
        return None
    unit = _UNIT.match(beginning, found.end())
    if unit and unit[1].lower() in _NOT_UNITS:
        return None
    end = unit.end() if unit else found.end()
    if not BEHIND_VALUE.match(beginning, end):
        return None
    if _MAY_BE_GROUP.match(text, max(0, at - 2)):
        hint = "delete the comma before it if it separates thousands, or else the zeros"
        return Explanation(at, f"{found[0]} begins with zeros", hint)
    numbers = possible_numbers(found[0].removesuffix("."))
    if numbers == [found[0]] and not unit:
        return None
    message = f"{printable(beginning[:end])} is not how JSON writes a number"
    return Explanation(at, message, _hint(text, at, found[0], numbers, unit and unit[1]))


def _hint(text: str, at: int, written: str, numbers: list[str], unit: str | None) -> str:
    """Return what to write in place of a number and its unit, given the JSON numbers that it may mean."""
    if not numbers:
        return (
            "write it as a number, with a point for decimals and without anything else,"
            " or as text in double quotes"
        )
    if unit and _AFTER_COMMA.match(text, max(0, at - 2)):
        return (
            f"write it without {unit}, and a point in place of the comma before it if that is a decimal one"
        )
    if unit and unit.rstrip(".").lower() not in ("mm", "s", "sec"):
        return f"write the number without {unit}, in the unit that its key is in"
    hint = "write " + " or ".join(numbers) + (", whichever is meant" if len(numbers) > 1 else "")
    if any("." in number and written.endswith(f",{number.partition('.')[2]}") for number in numbers):
        hint += ", with a point in place of the decimal comma"
    return hint + (f", without {unit}" if unit else "")
