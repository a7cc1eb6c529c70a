"""A document as a record, in which an unusable value gives way to another one of the same meaning.

No column depends on which key comes first: what any of a field's keys states counts (docs/domain.md, Fields).
"""

from collections.abc import Mapping
from typing import Any

from ..entities import Entity, FieldRule
from .filling import Filling
from .hints import ARRIVES
from .normalized import Fallbacks, Normalized, UnusableValue
from .notes import Note


def canonical(
    entity: Entity,
    document: Mapping[str, Any],
    file_id: str,
    *,
    required: tuple[FieldRule, ...],
    fallbacks: Fallbacks,
    ignored: frozenset[str] = frozenset(),
) -> Normalized:
    """Return the document as a record of ``entity``.

    Args:
        entity: what the folder says it is.
        document: the source document; it is not changed.
        file_id: the id if the document has none of its own (docs/domain.md, Identity).
        required: the fields without which the document is rejected; an error in another one costs only that.
        fallbacks: the values of fields that the document does not have.
        ignored: keys that mean something else in this generation; they go to ``extra`` like any unknown key.
    """

    filling = Filling(entity, document, file_id, required, fallbacks, ignored)
    normalized = filling.normalized()
    return _with_second_choices(filling, normalized) if filling.unusable else normalized


def _with_second_choices(first: Filling, normalized: Normalized) -> Normalized:
    """Return the record with the values of other keys in place of unusable ones, as far as there are any."""
    ignored = first.ignored
    notes: list[Note] = []
    for unusable in first.unusable:
        rule = unusable.rule
        if not _may_give_way(unusable):
            continue
        passed = [unusable]
        while True:
            again, made = _without(first, ignored.union(one.key for one in passed))
            more = [one for one in again.unusable if one.rule is rule]
            if not more or not _may_give_way(more[0]):
                break
            passed += more
        if not more and again.states(rule):
            ignored = ignored.union(one.key for one in passed)
            normalized = made
            other = again.keys[rule.name]
            is_sure = made.values[rule.name] is not None
            notes += [_passed_over(one, other, is_sure) for one in passed]
    return normalized._replace(notes=[*normalized.notes, *notes]) if notes else normalized


def _without(first: Filling, ignored: frozenset[str]) -> tuple[Filling, Normalized]:
    """Fill the record once more, without the values under some keys."""
    again = Filling(first.entity, first.document, first.file_id, first.required, first.fallbacks, ignored)
    return again, again.normalized()


def _may_give_way(unusable: UnusableValue) -> bool:
    """Tell whether another value may replace an unusable one; an id, or a number of rings, is not guessed."""
    rule = unusable.rule
    return rule.name != "id" and rule.counted is None and unusable.key in rule.source.keys


def _passed_over(unusable: UnusableValue, other: str, is_sure: bool) -> Note:
    """Return the note on a value in place of which that of another key counts."""
    hint = unusable.hint or "correct the value"
    condition = "" if is_sure else " if there is one of that id"
    return (
        "field-unusable",
        f"{unusable.sentence}; {other} counts in its place{condition}",
        unusable.key,
        f"{hint}, or remove {unusable.key} if {other} is right; {ARRIVES}",
    )
