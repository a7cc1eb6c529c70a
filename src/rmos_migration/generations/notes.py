"""What is noticed while a record is made; ``migrate/prepare.py`` makes diagnostics of it."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from ..diagnostics import shown
from ..entities import FieldRule
from ..rosette import Slip
from .hints import ARRIVES

Steps = tuple[str | int, ...]
"""The keys and indexes that lead to a place further in."""

Note = tuple[str, str, str | Steps] | tuple[str, str, str | Steps, str]
"""Something noticed: catalogue code, message, key or steps to the place, and a hint if not the
catalogue's."""

Notes = list[Note]
"""A plain list of tuples: it is filled for every document."""


class UnusableError(Exception):
    """A value cannot be used; the message says why. Caught where the field is known."""


_LIST_HINT = f"write a list of objects, [{{ … }}], without quotes around it; {ARRIVES}"


def notes_on_lacking(
    document: Mapping[str, Any], keys: Mapping[str, str], expected: tuple[FieldRule, ...]
) -> Iterator[Note]:
    """Yield a note on the fields that the document never recorded, and one on those in an unusable form.

    Args:
        document: the source document.
        keys: the keys under which fields were found.
        expected: the fields that a record of the newest generation has.
    """

    def unusable_key(rule: FieldRule) -> str:
        key = rule.source.made_of
        return key if document.get(key) and key not in keys.values() else ""

    lacking = [rule for rule in expected if rule.name not in keys]
    for key, rules in groupby(lacking, unusable_key):
        names = ", ".join(rule.name for rule in rules)
        if key:
            found = f"{key} must be a list of objects, found {shown(document[key])}"
            yield "field-unusable", f"{found}; not filled: {names}", key, _LIST_HINT
        else:
            yield "not-recorded", f"never recorded: {names}", ""


_CODES = {Slip.QUOTED: "number-in-quotes", Slip.POWERSHELL: "powershell-list"}
_SENTENCES = {
    Slip.QUOTED: "{name} is the text {value}; numbers are written without quotes",
    Slip.POWERSHELL: "PowerShell 5.1 wrote the list {name} as an object with value and Count: {value}",
}


def notes_on_slips(rule: FieldRule, held: Any, document: Mapping[str, Any], key: str) -> Notes:
    """Return a note for each kind of slip in a field's value, on the first of its places.

    Args:
        rule: the field.
        held: its value.
        document: where the value was found.
        key: under which key, if it is not made of several.
    """
    found = rule.slip_check.read(held) if rule.slip_check is not None else []
    if not found:
        return []
    by_kind: dict[Slip, list[tuple[Steps, Any]]] = {}
    for slip, steps, value in found:
        by_kind.setdefault(slip, []).append((steps, value))
    return [
        (_CODES[slip], _sentence(slip, places, key), _place(document, key, held, places[0][0]))
        for slip, places in by_kind.items()
    ]


def without_slip(notes: Notes, slip: Slip, key: str) -> Notes:
    """Return the notes without one on the whole value under a key, once that is unusable anyway."""
    return [note for note in notes if note[0] != _CODES[slip] or note[2] not in (key, (key,))]


def _sentence(slip: Slip, places: list[tuple[Steps, Any]], key: str) -> str:
    steps, value = places[0]
    name = next((step for step in reversed(steps) if isinstance(step, str)), key)
    more = f"; and {len(places) - 1:,} more" if len(places) > 1 else ""
    return _SENTENCES[slip].format(name=name, value=shown(value)) + more


def _place(document: Mapping[str, Any], key: str, held: Any, steps: Steps) -> str | Steps:
    """Return the steps from the document; only the key if the value was read from text."""
    there = document.get(key)
    if isinstance(there, str):
        return key
    return (key, *steps) if there is held or there == held else steps
