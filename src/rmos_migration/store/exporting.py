"""What an export reads: rows with what made them, and the places of documents, all in a stable order.

Everything is read in batches, so that memory does not grow with the number of rows. The caller holds one transaction,
and so sees one state of the database, whatever is written meanwhile.
"""

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, exists, func, select

from ..entities import Entity
from ..entities.stored import stored_names
from ..errors import CorruptRow
from .bulk import among
from .runs import API, FROM_API, GONE, REPLACED, SETTLED, SPEAKS_OF_ROW
from .tables import ENTITY_TABLES, ledger, pending_references, rejects, sources

BATCH = 500
"""Rows that are looked up together."""


class Origin(NamedTuple):
    """What the ledger says of a document that a row was made from, or one with equal content."""

    generation: str | None
    derived: list[str]
    content_sha256: str


class Stored(NamedTuple):
    """A row by column, JSON as text; its possible origins, the likeliest first; and what its detached references want.

    ``source_id`` is the first source that knows the row, None where the ledger does not know it.
    """

    row: dict[str, Any]
    origins: list[Origin]
    wishes: dict[str, str]
    source_id: int | None


class Place(NamedTuple):
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


def source_ids(connection: Connection) -> list[int]:
    """The sources from which any document is known, in the order in which they came."""
    query = select(ledger.c.source_id).where(~FROM_API).distinct().order_by(ledger.c.source_id)
    return list(connection.scalars(query))


def locations(connection: Connection) -> list[str]:
    """The folders that were ever migrated into the database."""
    query = select(sources.c.location).where(sources.c.location != API).order_by(sources.c.id)
    return list(connection.scalars(query))


def rows_in_order(connection: Connection, entity: Entity) -> Iterator[list[Stored]]:
    """Every row of an entity, ordered by id, in batches."""
    table = ENTITY_TABLES[entity.name]
    yield from _batches(connection, entity, select(table).order_by(table.c.id))


def rows_without_place(connection: Connection, entity: Entity) -> Iterator[list[Stored]]:
    """The rows whose document stands nowhere: taken out of its file, broken or edited since, never known, of the API."""
    table = ENTITY_TABLES[entity.name]
    stands = exists().where(
        ledger.c.entity == entity.name,
        SPEAKS_OF_ROW,
        ledger.c.record_id == table.c.id,
        ledger.c.outcome.in_(SETTLED),
        ~ledger.c.pointer.startswith(GONE),
        ~FROM_API,
    )
    yield from _batches(connection, entity, select(table).where(~stands).order_by(table.c.id))


def rows_by_id(connection: Connection, entity: Entity, ids: Collection[str]) -> dict[str, Stored]:
    """The rows with the given ids that are there."""
    table = ENTITY_TABLES[entity.name]
    found = connection.execute(select(table).where(among(table.c.id, ids)))
    return {stored.row["id"]: stored for stored in _stored(connection, entity, [tuple(row) for row in found])}


def files(connection: Connection) -> Iterator[list[Place]]:
    """The ledger file by file, in the order of sources and paths: the places in each."""
    query = (
        select(*(ledger.c[name] for name in Place._fields))
        .where(~FROM_API)
        .order_by(ledger.c.source_id, ledger.c.path, ledger.c.pointer)
    )
    found = connection.execute(query.execution_options(yield_per=BATCH))
    places = (Place(*row) for row in found)
    for _, group in groupby(places, key=lambda place: (place.source_id, place.path)):
        yield list(group)


def bodies(connection: Connection, source_id: int, path: str) -> dict[str, bytes | None]:
    """What is kept of the rejected documents of a file, by pointer; None where they could not be read."""
    query = select(rejects.c.pointer, rejects.c.body).where(
        rejects.c.source_id == source_id, rejects.c.path == path
    )
    return {row.pointer: row.body for row in connection.execute(query)}


def is_any_path_below(connection: Connection, folder: str) -> bool:
    """Whether the ledger knows a path that begins with ``folder``, in whatever case."""
    begins = func.lower(ledger.c.path).startswith(folder.lower(), autoescape=True)
    return connection.execute(select(ledger.c.path).where(begins).limit(1)).first() is not None


def _batches(connection: Connection, entity: Entity, query: Select[Any]) -> Iterator[list[Stored]]:
    found = connection.execute(query.execution_options(yield_per=BATCH))
    for part in found.partitions():
        yield _stored(connection, entity, [tuple(row) for row in part])


def _stored(connection: Connection, entity: Entity, rows: list[tuple[Any, ...]]) -> list[Stored]:
    ids = [row[0] for row in rows]
    origins, known_by = _origins(connection, entity, ids)
    wishes = _wishes(connection, entity, ids)
    return [
        Stored(
            dict(zip(entity.columns, row, strict=True)),
            origins.get(row[0], []),
            wishes.get(row[0], {}),
            known_by.get(row[0]),
        )
        for row in rows
    ]


def _origins(
    connection: Connection, entity: Entity, ids: Collection[str]
) -> tuple[dict[str, list[Origin]], dict[str, int]]:
    """What may have made each row, the likeliest first, and the first source that knows it."""
    query = select(
        ledger.c.record_id,
        ledger.c.source_id,
        ledger.c.outcome,
        ledger.c.pointer,
        ledger.c.generation,
        ledger.c.derived,
        ledger.c.content_sha256,
    ).where(ledger.c.entity == entity.name, SPEAKS_OF_ROW, among(ledger.c.record_id, ids))
    query = query.order_by(ledger.c.source_id, ledger.c.path, ledger.c.pointer)
    ranked: dict[str, list[tuple[int, Origin]]] = {}
    known_by: dict[str, int] = {}
    for record_id, source, outcome, pointer, generation, derived, content in connection.execute(query):
        origin = Origin(generation, _columns(derived), content)
        ranked.setdefault(record_id, []).append((_unlikelihood(outcome, pointer), origin))
        known_by[record_id] = min(source, known_by.get(record_id, source))
    found = {
        record_id: [origin for _, origin in sorted(these, key=lambda one: one[0])]
        for record_id, these in ranked.items()
    }
    return found, known_by


def _columns(derived: str | None) -> list[str]:
    """The columns that a ledger entry names; none where other hands have written something else there."""
    try:
        return stored_names("migration_ledger.derived", derived)
    except CorruptRow:
        return []


def _unlikelihood(outcome: str, pointer: str) -> int:
    """Low where an entry tells how its row was made; one that is merely unchanged had its own file name and category."""
    if outcome == "migrated":
        return 1 if pointer.startswith(GONE) else 0
    return 3 if outcome == "unchanged" else 2


def _wishes(connection: Connection, entity: Entity, ids: Collection[str]) -> dict[str, dict[str, str]]:
    waiting = pending_references.c
    query = select(waiting.record_id, waiting.field, waiting.target_id).where(
        waiting.entity == entity.name, among(waiting.record_id, ids)
    )
    query = query.order_by(waiting.record_id, waiting.field)
    found: dict[str, dict[str, str]] = {}
    for record_id, field, target in connection.execute(query):
        found.setdefault(record_id, {})[field] = target
    return found
