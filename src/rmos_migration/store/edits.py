"""Single records, written or deleted on purpose, and the trace that this leaves in the ledger.

The trace is an entry of the source ``runs.API``. The documents that a record was made from before are marked as
replaced, so that a later run neither undoes the change nor takes it for damage. The caller holds the writing
connection, in a transaction.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    func,
    literal,
    select,
    union_all,
    update,
)

from ..entities import ENTITIES, Entity
from . import runs
from .bulk import among, insert_rows
from .holders import restore, supersede
from .records import Row, forget_pending
from .runs import API, DELETED, FROM_API, IS_OF_EDITED_RECORD, REPLACED, LedgerEntry
from .tables import ENTITY_TABLES, ledger

_SAYS_WRITTEN = and_(FROM_API, func.coalesce(ledger.c.code, "").not_in((DELETED, REPLACED)))
"""Entries of records whose row holds what came through the API, as far as the ledger knows."""


class EditTrace(NamedTuple):
    """What came through the API: what its record was made from, and the request's bytes, by size and hash.

    ``at_ns`` is when, in nanoseconds since 1970.
    """

    pointer: str
    generation: str | None
    derived: str | None
    content_sha256: str | None
    size_bytes: int
    sha256: str | None
    at_ns: int


class ReferringRecord(NamedTuple):
    """A record that refers to another one."""

    entity: str
    id: str


def users_of(
    connection: Connection, entity: Entity, record_id: str, limit: int
) -> tuple[list[ReferringRecord], int]:
    """The first records that refer to a record, and how many there are."""
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


def delete_row(connection: Connection, entity: Entity, record_id: str) -> None:
    """Take a record's row out, with what it was waiting for."""
    forget_pending(connection, entity, [record_id])
    table = ENTITY_TABLES[entity.name]
    connection.execute(delete(table).where(table.c.id == record_id))


def note_written(connection: Connection, entity: Entity, row: Row, written: EditTrace) -> None:
    """Enter in the ledger that a row holds what came through the API."""
    supersede(connection, entity, [row[0]])
    runs.forget_deleted(connection, entity, [row[0]])
    _enter(connection, entity, row[0], written, outcome="migrated", code=None)


def note_deleted(connection: Connection, entity: Entity, record_id: str, written: EditTrace) -> None:
    """Enter in the ledger that a record was deleted."""
    supersede(connection, entity, [record_id])
    _enter(connection, entity, record_id, written, outcome="conflict", code=DELETED)


def _enter(connection: Connection, entity: Entity, record_id: str, written: EditTrace, **fate: Any) -> None:
    source, _ = runs.source_id(connection, API)
    entry = LedgerEntry(
        source_id=source,
        path=entity.name,
        pointer=written.pointer,
        entity=entity.name,
        record_id=record_id,
        generation=written.generation,
        derived=written.derived,
        run_id=None,
        file_sha256=written.sha256,
        content_sha256=written.content_sha256,
        size_bytes=written.size_bytes,
        mtime_ns=written.at_ns,
        **fate,
    )
    insert_rows(connection, ledger, LedgerEntry._fields, [entry], or_update=True)


def trace_of(connection: Connection, entity: Entity, record_id: str) -> str | None:
    """What was done to a record through the API, and when, in words; None where nothing was, or it is history."""
    query = select(ledger.c.code, ledger.c.mtime_ns).where(
        ledger.c.entity == entity.name,
        ledger.c.record_id == record_id,
        runs.FROM_API,
        func.coalesce(ledger.c.code, "") != runs.REPLACED,
    )
    found = connection.execute(query).first()
    if found is None:
        return None
    at = datetime.fromtimestamp((found.mtime_ns or 0) / 1e9, UTC)
    done = "deleted" if found.code == DELETED else "written"
    return f"{done} through the API on {at:%Y-%m-%d %H:%M:%S} UTC"


def lost(connection: Connection, entity: Entity, ids: Collection[str]) -> set[str]:
    """Return those of ``ids`` that were written through the API, and whose row other hands have deleted since."""
    if not ids:
        return set()
    table = ENTITY_TABLES[entity.name]
    is_there = exists(select(literal(1)).where(table.c.id == ledger.c.record_id))
    query = select(ledger.c.record_id).where(
        ledger.c.entity == entity.name, among(ledger.c.record_id, ids), _SAYS_WRITTEN, ~is_there
    )
    return set(connection.scalars(query))


def give_up_lost(connection: Connection, entity: Entity, contents: Mapping[str, str]) -> set[str]:
    """Make history of what was written through the API into rows that were gone and are made again; gives their ids.

    Other documents with the content that made them now have arrived again, too.
    """
    of_these = and_(ledger.c.entity == entity.name, among(ledger.c.record_id, list(contents)), _SAYS_WRITTEN)
    found = set(connection.scalars(select(ledger.c.record_id).where(of_these))) if contents else set()
    if found:
        connection.execute(update(ledger).where(of_these).values(outcome="conflict", code=REPLACED))
        restore(connection, entity, {one: contents[one] for one in found})
    return found


def overridden(connection: Connection, source: int) -> list[str]:
    """Return the paths of a source's documents that had arrived, and whose record was changed or deleted through the API since.

    One path for each document; those that were taken out of their file do not count.
    """
    query = select(ledger.c.path).where(
        ledger.c.source_id == source,
        ledger.c.code == REPLACED,
        ~FROM_API,
        IS_OF_EDITED_RECORD,
        ~ledger.c.pointer.startswith(runs.GONE),
    )
    return list(connection.scalars(query))
