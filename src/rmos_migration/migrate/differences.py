"""How two rows differ, in words."""

from typing import Any

import orjson

from ..diagnostics import shown, shown_apart
from ..entities import Entity
from ..sources.content import canonical
from ..store.records import Row


def differences(entity: Entity, there: Row, here: Row) -> list[str]:
    """How two rows differ, field by field, as ``name: "old" in the database, "new" here``; JSON compared by value."""
    found = []
    for column, old, new in zip(entity.columns, there, here, strict=True):
        if old == new:
            continue
        name = column.removesuffix("_json")
        if name == column:
            found.append(_difference(column, old, new))
            continue
        try:
            found += _json_differences(name, _loaded(old), _loaded(new))
        except (ValueError, TypeError, RecursionError):  # somebody wrote it who is not this program
            found.append(f"{name} cannot be read in the database")
    return found


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


def _loaded(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)
