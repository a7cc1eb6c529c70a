"""Which key each field is taken from, where a document has several that could hold it."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from ..entities import Entity, FieldRule, Kind
from .draft import Offers
from .notes import Notes
from .plan import is_absent, is_absent_text, is_blank, keys_in


def preferred_keys(
    entity: Entity, document: Mapping[str, Any], ignored: Collection[str], offers: Offers, notes: Notes
) -> set[str]:
    """For each field the first of its keys that holds something; a blank id gives way to another (info).

    An empty object or list gives way to one with something in it.
    """
    chosen = set()
    for rule in entity.fields:
        keys = [key for key in keys_in(document, rule) if _holds_something(rule, document, key, ignored)]
        if len(keys) > 0 and rule.found.kind is Kind.IDENTIFIER and is_blank(document[keys[0]]):
            keys = _without_blank(rule, document, keys, offers, notes)
        elif len(keys) > 1 and rule.found.kind is Kind.JSON and _is_empty(document[keys[0]]):
            keys = [key for key in keys if _is_full(document[key])] or keys
        chosen.update(keys[:1])
    return chosen


def _holds_something(
    rule: FieldRule, document: Mapping[str, Any], key: str, ignored: Collection[str]
) -> bool:
    raw = document[key]
    return key not in ignored and not is_absent(rule, raw) and not is_absent_text(rule, key, raw)


_NOTHING = re.compile(r"\s*+(?:\{\s*+\}|\[\s*+\]|null)?+\s*+")
"""Possessive, because many blanks must not make it try again and again."""

_CONTAINER = re.compile(r"\s*[{\[]")


def _is_empty(raw: Any) -> bool:
    """Whether a value is an empty object or list, or the text of one."""
    return raw in ({}, []) or (type(raw) is str and _NOTHING.fullmatch(raw) is not None)


def _is_full(raw: Any) -> bool:
    """Whether a value is an object or list with something in it, or begins like the text of one."""
    if type(raw) is str:
        return _CONTAINER.match(raw) is not None and not _is_empty(raw)
    return isinstance(raw, dict | list) and bool(raw)


def _without_blank(
    rule: FieldRule, document: Mapping[str, Any], keys: list[str], offers: Offers, notes: Notes
) -> list[str]:
    """The keys of an id without the blank ones, if anything else says the id (DOMAIN.md §8)."""
    full = [key for key in keys if not is_blank(document[key])]
    offer = offers.get(rule.name)
    others = full or ([offer.key] if offer is not None and offer.value and not is_blank(offer.value) else [])
    if not others:
        return keys
    notes += [
        ("id-blank", f"{key} is blank, so {others[0]} counts", key) for key in keys if is_blank(document[key])
    ]
    return full
