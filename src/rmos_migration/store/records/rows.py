"""Rows of the entities' tables: look-ups for a whole batch at a time, and writing."""

from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import DBAPIError

from ...entities import ENTITIES, Entity
from ..dialect import DIALECT
from ..failures import refused_with
from ..ledger.conditions import SPEAKS_OF_ROW
from ..records.pending import forget_pending
from ..snapshot import Snapshot
from ..tables import ENTITY_TABLES, ledger

Row = tuple[Any, ...]


def find(snapshot: Snapshot, entity: Entity, record_id: str) -> Row | None:
    """Return a record's row, or None."""
    table = ENTITY_TABLES[entity.name]
    row = snapshot.connection.execute(select(table).where(table.c.id == record_id)).one_or_none()
    return None if row is None else tuple(row)


def has_row(snapshot: Snapshot, entity: str, record_id: str) -> bool:
    """Return whether there is a row of this id."""
    column = ENTITY_TABLES[entity].c.id
    return snapshot.connection.execute(select(column).where(column == record_id)).first() is not None


def existing_ids(connection: Connection, entity: str, ids: Collection[str]) -> set[str]:
    """Return those of ``ids`` that have a row."""
    column = ENTITY_TABLES[entity].c.id
    listed = connection.scalar(select(DIALECT.text_list(column)).where(DIALECT.among(column, ids)))
    return set(orjson.loads(listed or "[]"))  # one row to fetch instead of thousands


def content_of(connection: Connection, entity: Entity, ids: Collection[str]) -> dict[str, str]:
    """Return the content hash that each of the rows ``ids`` was made from, where it is known."""
    query = select(ledger.c.record_id, ledger.c.content_sha256).where(
        ledger.c.entity == entity.name, SPEAKS_OF_ROW
    )
    found = connection.execute(query.where(DIALECT.among(ledger.c.record_id, ids)))
    return {row.record_id: row.content_sha256 for row in found}


def rows_of(connection: Connection, entity: Entity, ids: Collection[str]) -> dict[str, Row]:
    """Return the rows with the given ids, in column order."""
    table = ENTITY_TABLES[entity.name]
    return {
        row.id: tuple(row) for row in connection.execute(select(table).where(DIALECT.among(table.c.id, ids)))
    }


def entity_counts(snapshot: Snapshot) -> dict[str, int]:
    """Return how many rows each entity's table holds."""
    return {
        entity.name: snapshot.connection.scalar(select(func.count()).select_from(ENTITY_TABLES[entity.name]))
        or 0
        for entity in ENTITIES
    }


def fingerprint(snapshot: Snapshot, tables: Collection[Entity]) -> str:
    """Return the SHA-256 (hex) over every value of the entities' rows, in the order of ids."""
    digest = sha256()
    for entity in tables:
        table = ENTITY_TABLES[entity.name]
        digest.update(f"{entity.name}\n".encode())
        cursor: Any = snapshot.connection.execute(select(table).order_by(table.c.id)).cursor
        for row in cursor:
            digest.update(orjson.dumps(row, default=repr))
            digest.update(b"\n")
    return digest.hexdigest()


class ReferringRecord(NamedTuple):
    """A record that refers to another one."""

    entity: str
    id: str


def users_of(
    connection: Connection, entity: Entity, record_id: str, limit: int
) -> tuple[list[ReferringRecord], int]:
    """Return the first records that refer to a record, and how many there are."""
    referring = [
        select(literal(other.name).label("entity"), table.c.id).where(_refers(other, entity, record_id))
        for other in ENTITIES
        if any(rule.reference == entity.name for rule in other.references)
        for table in (ENTITY_TABLES[other.name],)
    ]
    if not referring:
        return [], 0
    every = union_all(*referring).subquery()
    total = connection.scalar(select(func.count()).select_from(every)) or 0
    first = connection.execute(select(every).order_by(every.c.entity, every.c.id).limit(limit))
    return [ReferringRecord(*row) for row in first], total


def _refers(other: Entity, entity: Entity, record_id: str) -> ColumnElement[bool]:
    columns = [
        ENTITY_TABLES[other.name].c[rule.column] for rule in other.references if rule.reference == entity.name
    ]
    condition = columns[0] == record_id
    for column in columns[1:]:
        condition = condition | (column == record_id)
    return condition


def insert_all(connection: Connection, entity: Entity, rows: Sequence[Row]) -> str | None:
    """Insert rows; if the database refuses one, none is inserted, and its reason returned."""
    savepoint = connection.begin_nested()
    try:
        DIALECT.insert_rows(connection, ENTITY_TABLES[entity.name], entity.columns, rows)
    except DBAPIError as error:
        said = refused_with(error)
        savepoint.rollback()
        return said
    savepoint.commit()
    return None


def insert_bisecting(
    connection: Connection, entity: Entity, rows: Sequence[Row], first: int = 0
) -> dict[int, str]:
    """Insert rows; those the database refuses are left out and returned as position → the database's reason.

    ``first`` is the position of the first row, for the halves of a batch that was refused.
    """
    reason = insert_all(connection, entity, rows) if rows else None
    if reason is None:
        return {}
    if len(rows) == 1:
        return {first: reason}
    middle = len(rows) // 2
    return insert_bisecting(connection, entity, rows[:middle], first) | insert_bisecting(
        connection, entity, rows[middle:], first + middle
    )


def replace_row(connection: Connection, entity: Entity, row: Row) -> str | None:
    """Give an existing row new values; returns the database's reason if it refuses them."""
    table = ENTITY_TABLES[entity.name]
    savepoint = connection.begin_nested()
    values = dict(zip(entity.columns, row, strict=True))
    try:
        connection.execute(update(table).where(table.c.id == row[0]).values(values))
    except DBAPIError as error:
        said = refused_with(error)
        savepoint.rollback()
        return said
    savepoint.commit()
    return None


def delete_row(connection: Connection, entity: Entity, record_id: str) -> None:
    """Take a record's row out, with what it was waiting for."""
    forget_pending(connection, entity, [record_id])
    table = ENTITY_TABLES[entity.name]
    connection.execute(delete(table).where(table.c.id == record_id))
