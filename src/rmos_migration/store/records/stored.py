"""Rows with what made them, in a stable order, for exports.

Everything is read in batches, so that memory does not grow with the number of rows.
"""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Select,
    exists,
    select,
)

from ...entities import Entity
from ...entities.stored import stored_names
from ...errors import CorruptRow
from ..dialect import SQLITE
from ..ledger.conditions import FROM_API, SPEAKS_OF_ROW
from ..ledger.entries import BATCH
from ..model import GONE, SETTLED
from ..tables import ENTITY_TABLES, ledger, pending_references


class RowOrigin(NamedTuple):
    """What the ledger says of a document that a row was made from, or one with equal content."""

    generation: str | None
    derived: list[str]
    content_sha256: str


class Stored(NamedTuple):
    """A row by column, JSON as text; its possible origins, the likeliest first; and what its detached references want.

    ``source_id`` is the first source that knows the row, None where the ledger does not know it.
    """

    row: dict[str, Any]
    origins: list[RowOrigin]
    wishes: dict[str, str]
    source_id: int | None


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
    found = connection.execute(select(table).where(SQLITE.among(table.c.id, ids)))
    return {stored.row["id"]: stored for stored in _stored(connection, entity, [tuple(row) for row in found])}


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
) -> tuple[dict[str, list[RowOrigin]], dict[str, int]]:
    """What may have made each row, the likeliest first, and the first source that knows it."""
    query = select(
        ledger.c.record_id,
        ledger.c.source_id,
        ledger.c.outcome,
        ledger.c.pointer,
        ledger.c.generation,
        ledger.c.derived,
        ledger.c.content_sha256,
    ).where(ledger.c.entity == entity.name, SPEAKS_OF_ROW, SQLITE.among(ledger.c.record_id, ids))
    query = query.order_by(ledger.c.source_id, ledger.c.path, ledger.c.pointer)
    ranked: dict[str, list[tuple[int, RowOrigin]]] = {}
    known_by: dict[str, int] = {}
    for record_id, source, outcome, pointer, generation, derived, content in connection.execute(query):
        origin = RowOrigin(generation, _columns(derived), content)
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
        waiting.entity == entity.name, SQLITE.among(waiting.record_id, ids)
    )
    query = query.order_by(waiting.record_id, waiting.field)
    found: dict[str, dict[str, str]] = {}
    for record_id, field, target in connection.execute(query):
        found.setdefault(record_id, {})[field] = target
    return found
