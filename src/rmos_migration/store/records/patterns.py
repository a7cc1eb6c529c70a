"""What drawings need of patterns and strip families."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    select,
)

from ..snapshot import Snapshot
from ..tables import ENTITY_TABLES


class PatternRow(NamedTuple):
    """What a drawing needs of a pattern; ``geometry`` is empty where it is corrupt."""

    id: str
    name: str | None
    ring_count: int | None
    geometry: dict[str, Any]
    strip_family_id: str | None


class FamilyRow(NamedTuple):
    """What a drawing needs of a strip family."""

    id: str
    strips: Any
    extra: dict[str, Any]
    material_type: str | None


def pattern(snapshot: Snapshot, pattern_id: str) -> PatternRow | None:
    """Return one pattern, or None."""
    return next(_patterns(snapshot, 1, ENTITY_TABLES["patterns"].c.id == pattern_id), None)


def is_geometry_broken(snapshot: Snapshot, pattern_id: str) -> bool:
    """Return whether a pattern's geometry is not a JSON object, as only external edits leave it."""
    table = ENTITY_TABLES["patterns"].c
    text = snapshot.connection.scalar(select(table.geometry_json).where(table.id == pattern_id))
    return not isinstance(_loaded(text), dict)


def patterns(snapshot: Snapshot, limit: int) -> Iterator[PatternRow]:
    """Yield the first patterns, by name and id."""
    return _patterns(snapshot, limit)


def _patterns(snapshot: Snapshot, limit: int, *conditions: Any) -> Iterator[PatternRow]:
    table = ENTITY_TABLES["patterns"].c
    query = (
        select(table.id, table.name, table.ring_count, table.geometry_json, table.strip_family_id)
        .where(*conditions)
        .order_by(table.name.nulls_last(), table.id)
        .limit(limit)
    )
    for row in snapshot.connection.execute(query):
        yield PatternRow(*row[:3], _object(row.geometry_json), row.strip_family_id)


def families(snapshot: Snapshot) -> Iterator[FamilyRow]:
    """Yield every strip family, by id."""
    table = ENTITY_TABLES["strip_families"].c
    query = select(table.id, table.strips_json, table.extra_json, table.material_type)
    query = query.order_by(table.id)
    for row in snapshot.connection.execute(query):
        yield FamilyRow(row.id, _loaded(row.strips_json), _object(row.extra_json), row.material_type)


def _loaded(text: str | None) -> Any:
    try:
        return orjson.loads(text or "null")
    except ValueError:  # an external edit: SQLite takes some text that is not JSON
        return None


def _object(text: str | None) -> dict[str, Any]:
    value = _loaded(text)
    return value if isinstance(value, dict) else {}
