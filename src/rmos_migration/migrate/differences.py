"""How two rows differ, in words."""

from typing import Any

import orjson

from ..diagnostics import shown, shown_apart
from ..entities import Entity
from ..entities.stored import stored_object, stored_value
from ..errors import CorruptRow
from ..sources.content import canonical
from ..store.records import Row


def differences(entity: Entity, there: Row, here: Row) -> list[str]:
    """Return how two rows differ, field by field, each with both values; JSON is compared by value."""
    found = []
    for column, old, new in zip(entity.columns, there, here, strict=True):
        if old == new:
            continue
        name = column.removesuffix("_json")
        if name == column:
            found.append(_difference(column, old, new))
            continue
        place = f"{entity.name}.{column}"
        try:
            values = _loaded(place, old), _loaded(place, new)
        except CorruptRow:
            found.append(f"{name} cannot be read in the database")
        else:
            found += _json_differences(name, *values)
    return found


def in_words(found: list[str]) -> str:
    """Return differences as one part of a sentence."""
    return "; ".join(found) or "only in how the values are written"


def changes_on_replacing(entity: Entity, there: Row, here: Row, made: Row) -> str:
    """Return how a row changes when a document replaces it, in words; a created_at that stays is named, too.

    Args:
        entity: the row's.
        there: the row.
        here: the row that the document would make by itself.
        made: the one that it makes in the row's place.
    """
    at = entity.columns.index("created_at")
    if made[at] == here[at]:
        return in_words(differences(entity, there, made))
    found = differences(entity, _without_created_at(entity, there), _without_created_at(entity, made))
    own = here[at]
    if own is None:
        stays = f"created_at stays {shown(made[at])}, because there is none here"
    else:
        stays = f"created_at stays {shown(made[at])}, and the one here, {shown(own)}, is kept in extra"
    return "; ".join([*found, stays])


def _without_created_at(entity: Entity, row: Row) -> Row:
    """Return a row without its created_at, and without the text of it that extra keeps."""
    values = dict(zip(entity.columns, row, strict=True)) | {"created_at": None}
    try:
        extra = stored_object(f"{entity.name}.extra_json", values["extra_json"])
    except CorruptRow:
        return tuple(values.values())
    extra.pop("created_at", None)
    values["extra_json"] = orjson.dumps(extra).decode() if extra else None
    return tuple(values.values())


def _json_differences(name: str, old: Any, new: Any) -> list[str]:
    if canonical(old) == canonical(new):
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            difference
            for key in {**old, **new}
            for difference in _key_differences(f"{name}.{key}", key, old, new)
        ]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [
            found for at, (one, other) in pairs for found in _json_differences(f"{name}[{at}]", one, other)
        ]
    return [_difference(name, old, new)]


def _key_differences(name: str, key: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    if key not in new:
        return [f"{name} is {shown(old[key])} in the database, not here"]
    if key not in old:
        return [f"{name} is not in the database, {shown(new[key])} here"]
    return _json_differences(name, old[key], new[key])


def _difference(name: str, old: Any, new: Any) -> str:
    there, here = shown_apart([old, new])
    return f"{name} is {there} in the database, {here} here"


def _loaded(column: str, text: str | None) -> Any:
    return None if text is None else stored_value(column, text)
