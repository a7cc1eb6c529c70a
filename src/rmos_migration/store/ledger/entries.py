"""What the ledger says of documents, and of the records that they went into."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import (
    Connection,
    case,
    exists,
    func,
    literal,
    select,
)

from ...entities import Entity
from ..dialect import SQLITE
from ..ledger.conditions import FROM_API, IS_OF_EDITED_RECORD, PLACE, SAYS_WRITTEN, SPEAKS_OF_ROW
from ..model import API, DELETED, GONE, REPLACED, SETTLED
from ..tables import ENTITY_TABLES, ledger, sources


class Entry(NamedTuple):
    """What the ledger says of one document. ``content_sha256`` is that of the version in the row, if there is one."""

    outcome: str
    code: str | None
    record_id: str | None
    file_sha256: str | None
    content_sha256: str | None
    derived: str | None = None


class Origin(NamedTuple):
    """What a row was made from: the content's hash, where it stood, and what the ledger says of how it was read."""

    content_sha256: str
    path: str
    pointer: str
    generation: str | None
    derived: str | None


def entries(
    connection: Connection, source: int, entity: Entity, paths: Sequence[str]
) -> dict[tuple[str, str], Entry]:
    """What the ledger says of the documents in files, by path and pointer."""
    query = select(ledger.c.path, ledger.c.pointer, *(ledger.c[name] for name in Entry._fields)).where(
        ledger.c.source_id == source,
        ledger.c.entity == entity.name,
        SQLITE.among(ledger.c.path, paths),
        ~ledger.c.pointer.startswith(GONE),
    )
    return {(path, pointer): Entry(*entry) for path, pointer, *entry in connection.execute(query)}


def origins(connection: Connection, entity: Entity, ids: Collection[str]) -> dict[str, Origin]:
    """What the rows of these ids were made from, where the ledger knows it; what made the row before what equals it."""
    query = (
        select(ledger.c.record_id, *(ledger.c[name] for name in Origin._fields))
        .where(ledger.c.entity == entity.name, SPEAKS_OF_ROW, SQLITE.among(ledger.c.record_id, ids))
        .order_by(ledger.c.outcome.desc(), *PLACE)  # unchanged, then migrated, which stays
    )
    return {record_id: Origin(*origin) for record_id, *origin in connection.execute(query)}


class Stood(NamedTuple):
    """Where a record came from: the document's place, which generation wrote it, and what became of the document.

    ``path`` is empty for what came through the API; ``run_id`` is the run that read the document last.
    """

    path: str
    pointer: str
    generation: str | None
    outcome: str
    code: str | None
    run_id: int | None


def places_of(connection: Connection, entity: Entity, record_id: str, limit: int) -> list[Stood]:
    """Where the documents of a record stand or stood."""
    path = case((FROM_API, ""), else_=ledger.c.path).label("path")
    columns = [path if name == "path" else ledger.c[name] for name in Stood._fields]
    query = (
        select(*columns)
        .where(ledger.c.entity == entity.name, ledger.c.record_id == record_id)
        .order_by(ledger.c.source_id, ledger.c.path, ledger.c.pointer)
        .limit(limit)
    )
    return [Stood(*row) for row in connection.execute(query)]


BATCH = 500
"""Rows that are looked up together."""


class LedgerPlace(NamedTuple):
    """One entry of the ledger: what became of the document that stands or stood there."""

    source_id: int
    path: str
    pointer: str
    entity: str
    record_id: str | None
    outcome: str
    code: str | None
    derived: str | None
    content_sha256: str | None

    @property
    def is_in_row(self) -> bool:
        """Whether the document arrived, stands there still, and is what its row holds."""
        return self.outcome in SETTLED and self.content_sha256 is not None and self.code != REPLACED

    @property
    def was_taken_out(self) -> bool:
        """Whether the document is no longer in its file."""
        return self.pointer.startswith(GONE)


def by_file(connection: Connection) -> Iterator[list[LedgerPlace]]:
    """The ledger file by file, in the order of sources and paths: the places in each."""
    query = (
        select(*(ledger.c[name] for name in LedgerPlace._fields))
        .where(~FROM_API)
        .order_by(ledger.c.source_id, ledger.c.path, ledger.c.pointer)
    )
    found = connection.execute(query.execution_options(yield_per=BATCH))
    places = (LedgerPlace(*row) for row in found)
    for _, group in groupby(places, key=lambda place: (place.source_id, place.path)):
        yield list(group)


def deleted_ids(connection: Connection, entity: Entity, ids: Collection[str]) -> set[str]:
    """Those of ``ids`` whose record was deleted through the API."""
    query = select(ledger.c.record_id).where(
        ledger.c.entity == entity.name, SQLITE.among(ledger.c.record_id, ids), ledger.c.code == DELETED
    )
    return set(connection.scalars(query))


def set_aside(connection: Connection, entity: Entity, ids: Collection[str]) -> set[tuple[str, str]]:
    """Record id and content of the documents whose record was changed or deleted through the API since."""
    if connection.scalar(select(sources.c.id).where(sources.c.location == API)) is None:
        return set()
    edited = select(ledger.c.record_id).where(
        ledger.c.entity == entity.name, FROM_API, func.coalesce(ledger.c.code, "") != REPLACED
    )
    query = select(ledger.c.record_id, ledger.c.content_sha256).where(
        ledger.c.entity == entity.name,
        SQLITE.among(ledger.c.record_id, ids),
        ledger.c.code == REPLACED,
        ledger.c.record_id.in_(edited),
    )
    return {(row.record_id, row.content_sha256) for row in connection.execute(query)}


def trace_of(connection: Connection, entity: Entity, record_id: str) -> str | None:
    """What was done to a record through the API, and when, in words; None where nothing was, or it is history."""
    query = select(ledger.c.code, ledger.c.mtime_ns).where(
        ledger.c.entity == entity.name,
        ledger.c.record_id == record_id,
        FROM_API,
        func.coalesce(ledger.c.code, "") != REPLACED,
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
        ledger.c.entity == entity.name, SQLITE.among(ledger.c.record_id, ids), SAYS_WRITTEN, ~is_there
    )
    return set(connection.scalars(query))


def overridden(connection: Connection, source: int) -> list[str]:
    """Return the paths of a source's documents that had arrived, and whose record was changed or deleted through the API since.

    One path for each document; those that were taken out of their file do not count.
    """
    query = select(ledger.c.path).where(
        ledger.c.source_id == source,
        ledger.c.code == REPLACED,
        ~FROM_API,
        IS_OF_EDITED_RECORD,
        ~ledger.c.pointer.startswith(GONE),
    )
    return list(connection.scalars(query))
