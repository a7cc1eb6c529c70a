"""What a generation makes of a document, and what it adds to the canonical rules."""

from typing import Any, NamedTuple

import orjson

from ..entities import Entity, FieldRule
from .notes import Notes

CATEGORY = "category"
"""The name in ``extra`` and ``derived`` of a document's catalogue category (docs/domain.md, Never lose).

It stood around the document, so it is not part of it."""


def names_columns(entity: Entity, derived: str) -> bool:
    """Whether a text is what ``Normalized.derived`` is stored as: a JSON list of names that there are."""
    try:
        named = orjson.loads(derived)
    except (ValueError, TypeError):
        return False
    known = {*entity.columns, CATEGORY}
    return isinstance(named, list) and all(isinstance(name, str) and name in known for name in named)


class Normalized(NamedTuple):
    """A document in canonical form.

    ``values`` holds every field of the record in column order; ``derived`` names the columns whose value does not
    stand under the column's native key, so that the document can be rebuilt; ``faults`` reject it; ``notes`` are
    warnings and infos (both as in ``notes.py``). ``mentions`` are ids that only parts of the record refer to, as
    (field, id). ``soft`` are references, as (field, id), that hold only where their parent is there; ``values`` does not
    have them.
    """

    values: dict[str, Any]
    derived: list[str]
    faults: Notes
    notes: Notes
    mentions: list[tuple[str, str]]
    soft: tuple[tuple[str, str], ...] = ()


class Fallback(NamedTuple):
    """What a generation offers for a field that stands under none of the field's keys.

    ``value`` is taken from what stands under ``key``; without a key it is the generation's own word, and final.
    ``note`` is said where the offer is taken: a catalogue code and a sentence. ``before`` are keys of the field that it
    goes before. A ``soft`` one is a reference only where its parent is there.
    """

    value: Any
    key: str = ""
    note: tuple[str, str] | None = None
    before: tuple[str, ...] = ()
    soft: bool = False


Fallbacks = dict[str, Fallback]
"""Offers by field name."""


class UnusableValue(NamedTuple):
    """A value under a key of the document that its field cannot hold: the field, the key, why, and what to do."""

    rule: FieldRule
    key: str
    sentence: str
    hint: str
