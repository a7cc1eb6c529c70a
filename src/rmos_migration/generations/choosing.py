"""Which key each field is taken from, where a document has several that could hold it."""

from collections.abc import Collection, Mapping
from typing import Any

from ..entities import Entity, FieldKind, FieldRule
from .field_plan import is_absent, is_absent_text, is_blank, keys_in
from .normalized import Fallbacks
from .notes import Notes


def preferred_keys(
    entity: Entity, document: Mapping[str, Any], ignored: Collection[str], fallbacks: Fallbacks, notes: Notes
) -> set[str]:
    """For each field the first of its keys that holds something; a blank id gives way to another (info)."""
    chosen = set()
    for rule in entity.fields:
        keys = [key for key in keys_in(document, rule) if _holds_something(rule, document, key, ignored)]
        if len(keys) > 0 and rule.source.kind is FieldKind.IDENTIFIER and is_blank(document[keys[0]]):
            keys = _without_blank(rule, document, keys, fallbacks, notes)
        chosen.update(keys[:1])
    return chosen


def _holds_something(
    rule: FieldRule, document: Mapping[str, Any], key: str, ignored: Collection[str]
) -> bool:
    raw = document[key]
    return key not in ignored and not is_absent(rule, raw) and not is_absent_text(rule, key, raw)


def _without_blank(
    rule: FieldRule, document: Mapping[str, Any], keys: list[str], fallbacks: Fallbacks, notes: Notes
) -> list[str]:
    """Return an id's keys without blank ones, if anything else states it (docs/domain.md, Identity)."""
    full = [key for key in keys if not is_blank(document[key])]
    fallback = fallbacks.get(rule.name)
    others = full or (
        [fallback.key] if fallback is not None and fallback.value and not is_blank(fallback.value) else []
    )
    if not others:
        return keys
    notes += [
        ("id-blank", f"{key} is blank, so {others[0]} counts", key) for key in keys if is_blank(document[key])
    ]
    return full
