"""References that lead nowhere, and text that is not as it must be: what SQLite finds in the file."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import (
    ForeignKeyConstraint,
    Table,
    exists,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType, String

from ...entities import Entity
from ..dialect import DIALECT
from ..snapshot import Snapshot
from ..tables import ENTITY_TABLES, metadata


def stream_rows(snapshot: Snapshot, entity: Entity, *, tolerant: bool = False) -> Iterator[tuple[Any, ...]]:
    """Stream every row of an entity, in column order, in the order in which they are stored.

    With ``tolerant``, text that is no UTF-8 comes with its bytes as half characters; else it ends the stream
    as damage.
    """
    DIALECT.tolerate_broken_text(snapshot.connection, tolerant=tolerant)
    table = ENTITY_TABLES[entity.name]
    cursor: Any = snapshot.connection.execute(select(table)).cursor  # the driver's own rows, which cost half
    return iter(cursor)


class BrokenReference(NamedTuple):
    """A reference that leads nowhere: table, key of its row, column, and the value."""

    table: str
    record: str
    column: str
    target: Any


def broken_references(snapshot: Snapshot) -> Iterator[BrokenReference]:
    """Yield references of any table that lead nowhere.

    SQLite's own check says quickly in which tables; which rows they are only a query tells for every kind of
    table.
    """
    tables = {name for name, _ in DIALECT.broken_links(snapshot.connection)}
    for name in sorted(tables & metadata.tables.keys()):
        table = metadata.tables[name]
        for constraint in sorted(table.foreign_key_constraints, key=lambda one: one.column_keys[0]):
            yield from _broken(snapshot, table, constraint)


def broken_reference_count(snapshot: Snapshot) -> int:
    """Return how many references lead nowhere."""
    return len(DIALECT.broken_links(snapshot.connection))


def _broken(snapshot: Snapshot, table: Table, constraint: ForeignKeyConstraint) -> Iterator[BrokenReference]:
    (element,) = constraint.elements
    column, parent = element.parent, element.column
    key = [type_coerce(part, String) for part in table.primary_key]
    nowhere = column.is_not(None) & ~exists(select(parent).where(parent == column)).correlate(table)
    for *keys, target in snapshot.connection.execute(
        select(*key, type_coerce(column, NullType())).where(nowhere)
    ):
        yield BrokenReference(table.name, " ".join(map(str, keys)), column.name, target)
