"""Lists, dictionaries and answers around documents: how they are recognised (docs/domain.md, Shapes)."""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from ..entities import ENTITIES, Entity, FieldKind
from .pointers import Again
from .powershell import is_cut_off, is_powershell_list

WRAPPERS = ("runs", "patterns", "entries", "items", "joblogs", "strip_families", "categories")
"""Keys under which programs put a whole list or dictionary of documents."""

_PARTS = frozenset(
    rule.name for entity in ENTITIES for rule in entity.fields if rule.source.kind is FieldKind.JSON
) - {"metadata", "results"}
"""Keys under which a record of some entity has what it is made of."""

_SHARED_KEYS = frozenset({"type", "ts", "timestamp", "created_at", "updated_at", "metadata", "status"})
"""Keys of records that wrappings have as well."""


@lru_cache
def own_keys(entity: Entity) -> frozenset[str]:
    """Return the keys that records of an entity have, and wrappings have not."""
    return frozenset(key for rule in entity.fields for key in rule.source.keys) - _SHARED_KEYS


def id_keys(entity: Entity) -> tuple[str, ...]:
    """Return the keys under which records of an entity have their id."""
    return entity.fields[0].source.keys


def named(value: dict[str, Any], names: Iterable[str]) -> list[str]:
    """Return the keys of an object that have one of the names, in that order, then the repeated ones."""
    found = [name for name in names if name in value]
    found += [key for key in value if isinstance(key, Again) and key.name in names]
    return found


def wrapper_keys(value: dict[str, Any]) -> list[str]:
    """Return the keys under which a wrapper, or a PowerShell list, has its documents."""
    keys = [key for key in named(value, WRAPPERS) if may_hold_documents(value[key])]
    return keys or (named(value, ["value"]) if is_powershell_list(value) else [])


def answer_keys(value: dict[str, Any]) -> list[str]:
    """Return the keys under which a program's answer has its records; none if this is not an answer."""
    keys = [entity.singular for entity in ENTITIES if is_filled(value.get(entity.singular))]
    return keys if "success" in value or len(value) == len(keys) else []


def event_keys(value: dict[str, Any]) -> list[str]:
    """Return the key under which an announced event has its record; none if this is not an event."""
    is_event = isinstance(value.get("type"), str) and isinstance(value.get("data"), dict)
    return ["data"] if is_event else []


def is_keyed_by_id(entity: Entity, value: dict[str, dict[str, Any]], known: Collection[str]) -> bool:
    """Tell whether an object of objects is a file keyed by id.

    Of two or more objects most must be recognised, or half if the others are parts of records, so that a
    stray one costs only itself; a single one must have its key as its id.

    Args:
        entity: whose records they would be.
        value: the file's value.
        known: the keys of the objects that are recognised.
    """
    if len(value) == 1:
        return any(str(value[one].get(key)) == one for one in known for key in id_keys(entity))
    strays = [one for key, one in value.items() if key not in known]
    if not any(own_keys(entity).isdisjoint(one) for one in strays):
        return len(known) >= len(strays)
    return len(known) > max(1, len(strays))


def says_failure(answer: Mapping[str, Any]) -> bool:
    """Tell whether an answer around a record says that the program failed."""
    flag = answer.get("success")
    return flag is not None and flag is not True and str(flag).strip().lower() in ("false", "no", "0")


def is_in_place_of_object(value: Any) -> bool:
    """Tell whether a value is text in place of an object: ConvertTo-Json's remains, or JSON text."""
    return isinstance(value, str) and (is_cut_off(value) or value.lstrip().startswith("{"))


def is_list_of_objects(value: Any) -> bool:
    """Tell whether a value is a list that holds objects with something in them."""
    return isinstance(value, list) and any(isinstance(one, dict) and one for one in value)


def is_filled(value: Any) -> bool:
    """Tell whether a value is an object with something in it, or a list that may hold documents."""
    return (isinstance(value, dict) and bool(value)) or (
        isinstance(value, list) and may_hold_documents(value)
    )


def may_hold_documents(value: Any) -> bool:
    """Tell whether a value is a list or dictionary that is empty, or not only of plain values."""
    if not isinstance(value, list | dict):
        return False
    held: Iterable[Any] = value if isinstance(value, list) else value.values()
    return not value or any(isinstance(one, dict | list) for one in held)


def holds_parts(value: Any) -> bool:
    """Tell whether a value holds, at any depth, a part of a record with something in it."""
    if isinstance(value, dict):
        return any(
            (key in _PARTS and bool(held) and isinstance(held, dict | list)) or holds_parts(held)
            for key, held in value.items()
        )
    return isinstance(value, list) and any(holds_parts(held) for held in value)
