"""An entity's field rules laid out by key, for the loop that runs for every document."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from ..entities import Entity, FieldKind, FieldRule
from .values import TRANSLATIONS, Translation


class KeyStep(NamedTuple):
    """What to do with one key of a document."""

    name: str
    translation: Translation | None
    rule: FieldRule
    is_native: bool


class FieldPlan(NamedTuple):
    """An entity's field rules laid out by key and by name, for the loop that runs for every document."""

    steps: dict[str, KeyStep]
    synonyms: frozenset[str]
    rules: dict[str, FieldRule]
    identifiers: tuple[str, ...]


@cache
def plan_of(entity: Entity) -> FieldPlan:
    """Return the plan of an entity, made once."""
    steps = {
        key: KeyStep(rule.name, TRANSLATIONS[rule.source.kind], rule, key == rule.native_key)
        for rule in entity.fields
        for key in rule.source.keys
    }
    synonyms = frozenset(key for key, step in steps.items() if not step.is_native)
    identifiers = tuple(rule.native_key for rule in entity.fields if rule.source.kind is FieldKind.IDENTIFIER)
    return FieldPlan(steps, synonyms, {rule.name: rule for rule in entity.fields}, identifiers)


def keys_in(document: Mapping[str, Any], rule: FieldRule) -> list[str]:
    """Return the keys of a document that may hold a field, in order of preference."""
    keys = [key for key in rule.source.keys if key in document]
    if "type" in keys and "data" in document:  # of an event, not a job (docs/domain.md, Fields)
        keys.remove("type")
    return keys


_USABLE_ID = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,200}")


def is_blank(raw: Any) -> bool:
    """Tell whether a value is text with nothing in it."""
    return type(raw) is str and not raw.strip()


def is_usable_id(raw: Any) -> bool:
    """Tell whether a value can be an id as it is, or by its digits."""
    if type(raw) is str:
        return not is_blank(raw) and _USABLE_ID.fullmatch(raw) is not None
    return type(raw) is int


_TIMES = (FieldKind.INSTANT, FieldKind.CLOCK)
_TEXT_OF_NULL = re.compile(r"\s*null\s*")
_TEXT_OF_NOTHING = re.compile(r"\s*(?:null|\{\s*\})\s*")


def is_absent_text(rule: FieldRule, key: str, raw: Any) -> bool:
    """Tell whether a value is JSON text of one that counts as not there."""
    if type(raw) is not str or rule.source.kind is not FieldKind.JSON or key == rule.native_key:
        return False
    absent = _TEXT_OF_NOTHING if rule.source.empty_is_absent else _TEXT_OF_NULL
    return absent.fullmatch(raw) is not None


def is_absent(rule: FieldRule, raw: Any) -> bool:
    """Tell whether a value counts as absent: null, empty time or geometry (docs/domain.md, Fields)."""
    return (
        raw is None
        or (raw == "" and rule.source.kind in _TIMES)
        or (rule.source.empty_is_absent and raw == {})
    )
