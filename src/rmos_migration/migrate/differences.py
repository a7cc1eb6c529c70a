"""How two rows differ, in words."""

from typing import Any

import orjson

from ..diagnostics import shown
from ..entities import Entity
from ..store.records import Row


def differences(entity: Entity, there: Row, here: Row) -> list[str]:
    """How two rows differ, field by field, as ``name: "old" in the database, "new" here``; JSON compared by value."""
    found = []
    for column, old, new in zip(entity.columns, there, here, strict=True):
        if old == new:
            continue
        if column.endswith("_json"):
            found += _json_differences(column.removesuffix("_json"), _loaded(old), _loaded(new))
        else:
            found.append(f"{column} is {shown(old)} in the database, {shown(new)} here")
    return found


def _json_differences(name: str, old: Any, new: Any) -> list[str]:
    if old == new:
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        keys = [key for key in {**old, **new} if old.get(key) != new.get(key) or (key in old) != (key in new)]
        return [
            difference
            for key in keys
            for difference in _json_differences(f"{name}.{key}", old.get(key), new.get(key))
        ]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [
            found for at, (one, other) in pairs for found in _json_differences(f"{name}[{at}]", one, other)
        ]
    return [f"{name} is {shown(old)} in the database, {shown(new)} here"]


def _loaded(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)
