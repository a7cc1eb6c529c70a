"""Notes on values that are stored as given though they look like slips."""

from collections.abc import Mapping
from typing import Any

from ..diagnostics import shown
from ..entities import FieldRule
from ..rosette import Slip
from .notes import Notes, Steps

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
