"""Documents in canonical form, and the fallbacks that a generation adds to the canonical rules."""

from typing import Any, NamedTuple

import orjson

from ..entities import Entity, FieldRule
from .notes import Notes

CATEGORY = "category"
"""The name in ``extra`` and ``derived`` of a document's catalogue category (docs/domain.md, Never lose).

It is around the document, so it is not part of it."""


def names_columns(entity: Entity, derived: str) -> bool:
    """Tell whether a text is a stored ``Normalized.derived``: a JSON list of names of columns."""
    try:
        named = orjson.loads(derived)
    except (ValueError, TypeError):
        return False
    known = {*entity.columns, CATEGORY}
    return isinstance(named, list) and all(isinstance(name, str) and name in known for name in named)


class Normalized(NamedTuple):
    """A document in canonical form.

    Attributes:
        values: every field of the record, in column order.
        derived: the columns whose value is not under their native key, so that the document can be rebuilt.
        errors: what rejects it (``notes.py``).
        notes: warnings and infos (``notes.py``).
        embedded_references: the ids that only parts of the record refer to, as (field, id).
        soft: the references, as (field, id), that count only if their parent exists; they are not in
        ``values``.
    """

    values: dict[str, Any]
    derived: list[str]
    errors: Notes
    notes: Notes
    embedded_references: list[tuple[str, str]]
    soft: tuple[tuple[str, str], ...] = ()


class Fallback(NamedTuple):
    """The value that a generation has for a field that is under none of its keys.

    Attributes:
        value: the value.
        key: the key that it is taken from; without one it is the generation's own word, and final.
        note: a catalogue code and a message for when the fallback is used.
        before: keys of the field that it takes precedence over.
        soft: whether it is a reference that counts only if its parent exists.
    """

    value: Any
    key: str = ""
    note: tuple[str, str] | None = None
    before: tuple[str, ...] = ()
    soft: bool = False


Fallbacks = dict[str, Fallback]
"""Fallbacks by field name."""


class UnusableValue(NamedTuple):
    """A value of a document that its field cannot hold: the field, the key, why, and what to do."""

    rule: FieldRule
    key: str
    sentence: str
    hint: str
