"""A document as a record, where a value that cannot be used gives way to another of the same meaning.

No column depends on which key comes first: what any of a field's keys states stays (docs/domain.md, Fields).
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
    offers: Fallbacks,
    ignored: frozenset[str] = frozenset(),
) -> Normalized:
    """The document as a record of ``entity``.

    Args:
        entity: what the folder says it is.
        document: the source document; it is not changed.
        file_id: the id where the document has none of its own (docs/domain.md, Identity).
        required: the fields without which the document is rejected; a fault in another one costs only that field.
        offers: what serves for fields that the document does not have.
        ignored: keys that mean something else in this generation; they go to ``extra`` like any unknown key.
    """

    filling = Filling(entity, document, file_id, required, offers, ignored)
    draft = filling.draft()
    return _with_second_choices(filling, draft) if filling.refused else draft


def _with_second_choices(first: Filling, draft: Normalized) -> Normalized:
    """The record again, with other keys' values in place of those that were refused, as far as there are any."""
    ignored = first.ignored
    notes: list[Note] = []
    for refusal in first.refused:
        rule = refusal.rule
        if not _may_give_way(refusal):
            continue
        passed = [refusal]
        while True:
            again, made = _without(first, ignored.union(one.key for one in passed))
            more = [one for one in again.refused if one.rule is rule]
            if not more or not _may_give_way(more[0]):
                break
            passed += more
        if not more and again.states(rule):
            ignored = ignored.union(one.key for one in passed)
            draft = made
            other = again.keys[rule.name]
            is_sure = made.values[rule.name] is not None
            notes += [_passed_over(one, other, is_sure) for one in passed]
    return draft._replace(notes=[*draft.notes, *notes]) if notes else draft


def _without(first: Filling, ignored: frozenset[str]) -> tuple[Filling, Normalized]:
    """The document filled in once more, without the values under some keys."""
    again = Filling(first.entity, first.document, first.file_id, first.required, first.offers, ignored)
    return again, again.draft()


def _may_give_way(refusal: UnusableValue) -> bool:
    """Whether another value may count in a refused one's place; whose record it is, or how many rings, is not guessed."""
    rule = refusal.rule
    return rule.name != "id" and rule.counted is None and refusal.key in rule.found.keys


def _passed_over(refusal: UnusableValue, other: str, is_sure: bool) -> Note:
    """What is said of a value in whose place that under another key counts, if it is one at all."""
    hint = refusal.hint or "correct the value"
    condition = "" if is_sure else " if there is one of that id"
    return (
        "field-unusable",
        f"{refusal.sentence}; {other} counts in its place{condition}",
        refusal.key,
        f"{hint}, or remove {refusal.key} if {other} is right; {ARRIVES}",
    )
