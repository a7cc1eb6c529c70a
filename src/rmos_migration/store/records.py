"""Rows of the entities' tables: look-ups for a whole batch at a time, and writing."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.exc import DBAPIError

from ..entities import BY_NAME, Entity
from ..entities.stored import stored_object
from .bulk import among, insert_rows
from .failures import refused_with
from .runs import SPEAKS_OF_ROW
from .tables import ENTITY_TABLES, ledger, pending_references

Row = tuple[Any, ...]


class PendingReference(NamedTuple):
    """A detached reference waiting for its parent: which field of which record wants which id."""

    entity: str
    record_id: str
    field: str
    target_id: str


def existing_ids(connection: Connection, entity: str, ids: Collection[str]) -> set[str]:
    """Those of ``ids`` that have a row."""
    column = ENTITY_TABLES[entity].c.id
    listed = connection.scalar(select(func.json_group_array(column)).where(among(column, ids)))
    return set(orjson.loads(listed or "[]"))  # one row to fetch instead of thousands


def content_of(connection: Connection, entity: Entity, ids: Collection[str]) -> dict[str, str]:
    """The content hash of what each of the rows ``ids`` was made from, where the ledger knows it."""
    query = select(ledger.c.record_id, ledger.c.content_sha256).where(
        ledger.c.entity == entity.name, SPEAKS_OF_ROW
    )
    found = connection.execute(query.where(among(ledger.c.record_id, ids)))
    return {row.record_id: row.content_sha256 for row in found}


def rows_of(connection: Connection, entity: Entity, ids: Collection[str]) -> dict[str, Row]:
    """The rows with the given ids, in column order."""
    table = ENTITY_TABLES[entity.name]
    return {row.id: tuple(row) for row in connection.execute(select(table).where(among(table.c.id, ids)))}


def insert_all(connection: Connection, entity: Entity, rows: Sequence[Row]) -> str | None:
    """Insert rows; if the database refuses one, none is inserted, and its reason returned."""
    savepoint = connection.begin_nested()
    try:
        insert_rows(connection, ENTITY_TABLES[entity.name], entity.columns, rows)
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


def forget_pending(connection: Connection, entity: Entity, ids: Collection[str]) -> None:
    """Forget what earlier versions of these records were waiting for."""
    if _is_any_pending(connection):
        waiting = pending_references.c
        connection.execute(
            delete(pending_references).where(waiting.entity == entity.name, among(waiting.record_id, ids))
        )


def _is_any_pending(connection: Connection) -> bool:
    return connection.execute(select(pending_references.c.field).limit(1)).first() is not None


def remember_pending(connection: Connection, pending: Sequence[PendingReference]) -> None:
    """Write down detached references, so that they can be attached when their parents arrive."""
    insert_rows(connection, pending_references, PendingReference._fields, pending, or_update=True)


def attach_pending(connection: Connection, parent: Entity, ids: Collection[str]) -> list[PendingReference]:
    """Attach the references that were waiting for new rows of ``parent``; returns what was attached.

    A row ends as it would have been, had the parent been there first: its column is set, and the copy under the
    native key, which ``extra`` held meanwhile, is taken out again.
    """
    if not ids or not _is_any_pending(connection):
        return []
    waiting = pending_references.c
    query = select(pending_references).where(among(waiting.target_id, ids))
    query = query.order_by(waiting.entity, waiting.record_id, waiting.field)
    found = [PendingReference(*row) for row in connection.execute(query)]
    attached = [wish for wish in found if _parent_of(wish) == parent.name]
    for wish in attached:
        attach(connection, wish)
    return attached


def attach(connection: Connection, wish: PendingReference) -> None:
    """Give a record the reference that it was waiting for."""
    table = ENTITY_TABLES[wish.entity]
    rule = next(rule for rule in BY_NAME[wish.entity].references if rule.name == wish.field)
    kept = connection.scalar(select(table.c.extra_json).where(table.c.id == wish.record_id))
    extra = stored_object(f"{wish.entity}.extra_json", kept)
    if extra.get(rule.native_key) == wish.target_id:
        del extra[rule.native_key]
    connection.execute(
        update(table)
        .where(table.c.id == wish.record_id, table.c[wish.field].is_(None))
        .values({wish.field: wish.target_id, "extra_json": orjson.dumps(extra).decode() if extra else None})
    )
    waiting = pending_references.c
    connection.execute(
        delete(pending_references).where(
            waiting.entity == wish.entity, waiting.record_id == wish.record_id, waiting.field == wish.field
        )
    )


def _parent_of(wish: PendingReference) -> str | None:
    return next((rule.reference for rule in BY_NAME[wish.entity].references if rule.name == wish.field), None)
