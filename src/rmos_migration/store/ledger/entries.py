"""What the ledger says of documents, and of the records that they went into."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import (
    Connection,
    case,
    exists,
    literal,
    select,
)

from ...entities import Entity
from ..dialect import DIALECT
from ..ledger.conditions import (
    FROM_API,
    IS_IN_FILE,
    IS_NOT_REPLACED,
    IS_OF_EDITED_RECORD,
    PLACE,
    SAYS_WRITTEN,
    SPEAKS_OF_ROW,
)
from ..model import API, DELETED, REPLACED, DocumentKey, LedgerEntry
from ..snapshot import Snapshot
from ..tables import ENTITY_TABLES, ledger, sources

ENTRY = tuple(ledger.c[name] for name in LedgerEntry._fields)
"""What a query selects for ledger entries, in the order of their fields."""


def entries(
    snapshot: Snapshot, source: int, entity: Entity, paths: Sequence[str]
) -> dict[DocumentKey, LedgerEntry]:
    """Return the ledger entries of the documents in files, by path and pointer."""
    query = select(*ENTRY).where(
        ledger.c.source_id == source,
        ledger.c.entity == entity.name,
        DIALECT.among(ledger.c.path, paths),
        IS_IN_FILE,
    )
    found = (LedgerEntry(*row) for row in snapshot.connection.execute(query))
    return {(entry.path, entry.pointer): entry for entry in found}


def origins(snapshot: Snapshot, entity: Entity, ids: Collection[str]) -> dict[str, LedgerEntry]:
    """Return the entries that say what rows were made from, by id.

    The one that made the row comes before one of equal content.
    """
    query = (
        select(*ENTRY)
        .where(ledger.c.entity == entity.name, SPEAKS_OF_ROW, DIALECT.among(ledger.c.record_id, ids))
        .order_by(ledger.c.outcome.desc(), *PLACE)  # unchanged, then migrated, which stays
    )
    return {row.record_id: LedgerEntry(*row) for row in snapshot.connection.execute(query)}


def places_of(snapshot: Snapshot, entity: Entity, record_id: str, limit: int) -> list[LedgerEntry]:
    """Return the entries of a record's documents; the path of one that came through the API is empty."""
    path = case((FROM_API, ""), else_=ledger.c.path).label("path")
    columns = [path if column is ledger.c.path else column for column in ENTRY]
    query = (
        select(*columns)
        .where(ledger.c.entity == entity.name, ledger.c.record_id == record_id)
        .order_by(*PLACE)
        .limit(limit)
    )
    return [LedgerEntry(*row) for row in snapshot.connection.execute(query)]


BATCH = 500
"""Rows that are looked up together."""


def by_file(snapshot: Snapshot) -> Iterator[list[LedgerEntry]]:
    """Yield the ledger's entries file by file, in the order of sources and paths."""
    query = select(*ENTRY).where(~FROM_API).order_by(*PLACE)
    found = snapshot.connection.execute(query.execution_options(yield_per=BATCH))
    every = (LedgerEntry(*row) for row in found)
    for _, group in groupby(every, key=lambda entry: (entry.source_id, entry.path)):
        yield list(group)


def deleted_ids(connection: Connection, entity: Entity, ids: Collection[str]) -> set[str]:
    """Return those of ``ids`` whose record was deleted through the API."""
    query = select(ledger.c.record_id).where(
        ledger.c.entity == entity.name, DIALECT.among(ledger.c.record_id, ids), ledger.c.code == DELETED
    )
    return set(connection.scalars(query))


def set_aside(connection: Connection, entity: Entity, ids: Collection[str]) -> set[tuple[str, str]]:
    """Return record id and content of documents that were overridden through the API."""
    if connection.scalar(select(sources.c.id).where(sources.c.location == API)) is None:
        return set()
    edited = select(ledger.c.record_id).where(ledger.c.entity == entity.name, FROM_API, IS_NOT_REPLACED)
    query = select(ledger.c.record_id, ledger.c.content_sha256).where(
        ledger.c.entity == entity.name,
        DIALECT.among(ledger.c.record_id, ids),
        ledger.c.code == REPLACED,
        ledger.c.record_id.in_(edited),
    )
    return {(row.record_id, row.content_sha256) for row in connection.execute(query)}


def trace_of(connection: Connection, entity: Entity, record_id: str) -> str | None:
    """Say what was done to a record through the API, and when; None where nothing was, or it is history."""
    query = select(ledger.c.code, ledger.c.mtime_ns).where(
        ledger.c.entity == entity.name,
        ledger.c.record_id == record_id,
        FROM_API,
        IS_NOT_REPLACED,
    )
    found = connection.execute(query).first()
    if found is None:
        return None
    at = datetime.fromtimestamp((found.mtime_ns or 0) / 1e9, UTC)
    done = "deleted" if found.code == DELETED else "written"
    return f"{done} through the API on {at:%Y-%m-%d %H:%M:%S} UTC"


def lost(connection: Connection, entity: Entity, ids: Collection[str]) -> set[str]:
    """Return those of ``ids`` that were written through the API and deleted outside rmos since."""
    if not ids:
        return set()
    table = ENTITY_TABLES[entity.name]
    is_there = exists(select(literal(1)).where(table.c.id == ledger.c.record_id))
    query = select(ledger.c.record_id).where(
        ledger.c.entity == entity.name, DIALECT.among(ledger.c.record_id, ids), SAYS_WRITTEN, ~is_there
    )
    return set(connection.scalars(query))


def overridden(connection: Connection, source: int) -> list[str]:
    """Return the paths of a source's documents that had arrived and were overridden through the API.

    One path for each document; those that were taken out of their file do not count.
    """
    query = select(ledger.c.path).where(
        ledger.c.source_id == source,
        ledger.c.code == REPLACED,
        ~FROM_API,
        IS_OF_EDITED_RECORD,
        IS_IN_FILE,
    )
    return list(connection.scalars(query))
