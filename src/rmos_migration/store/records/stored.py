"""Rows with what made them, in a stable order, for exports.

Everything is read in batches, so that memory does not grow with the number of rows.
"""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import (
    Select,
    exists,
    select,
)

from ...entities import Entity
from ...entities.stored import stored_names
from ...errors import CorruptRow
from ..dialect import DIALECT
from ..ledger.conditions import FROM_API, IS_IN_FILE, PLACE, SPEAKS_OF_ROW
from ..ledger.entries import BATCH
from ..model import GONE, SETTLED
from ..snapshot import Snapshot
from ..tables import ENTITY_TABLES, ledger, pending_references


class RowOrigin(NamedTuple):
    """What the ledger says of a document that a row was made from, or one with equal content."""

    generation: str | None
    derived: list[str]
    content_sha256: str


class Stored(NamedTuple):
    """A row by column, JSON as text, its possible origins, and its pending references.

    ``source_id`` is the first source that knows the row, None where the ledger does not know it.
    """

    row: dict[str, Any]
    origins: list[RowOrigin]
    pending: dict[str, str]
    source_id: int | None


def rows_in_order(snapshot: Snapshot, entity: Entity) -> Iterator[list[Stored]]:
    """Yield every row of an entity, ordered by id, in batches."""
    table = ENTITY_TABLES[entity.name]
    yield from _batches(snapshot, entity, select(table).order_by(table.c.id))


def rows_without_place(snapshot: Snapshot, entity: Entity) -> Iterator[list[Stored]]:
    """Yield the rows without a document that holds what they hold.

    It was taken out of its file, broken or edited since, is not known, or came through the API.
    """
    table = ENTITY_TABLES[entity.name]
    stands = exists().where(
        ledger.c.entity == entity.name,
        SPEAKS_OF_ROW,
        ledger.c.record_id == table.c.id,
        ledger.c.outcome.in_(SETTLED),
        IS_IN_FILE,
        ~FROM_API,
    )
    yield from _batches(snapshot, entity, select(table).where(~stands).order_by(table.c.id))


def rows_by_id(snapshot: Snapshot, entity: Entity, ids: Collection[str]) -> dict[str, Stored]:
    """Return the rows with the given ids that are there."""
    table = ENTITY_TABLES[entity.name]
    found = snapshot.connection.execute(select(table).where(DIALECT.among(table.c.id, ids)))
    return {stored.row["id"]: stored for stored in _stored(snapshot, entity, [tuple(row) for row in found])}


def _batches(snapshot: Snapshot, entity: Entity, query: Select[Any]) -> Iterator[list[Stored]]:
    found = snapshot.connection.execute(query.execution_options(yield_per=BATCH))
    for part in found.partitions():
        yield _stored(snapshot, entity, [tuple(row) for row in part])


def _stored(snapshot: Snapshot, entity: Entity, rows: list[tuple[Any, ...]]) -> list[Stored]:
    ids = [row[0] for row in rows]
    origins, known_by = _origins(snapshot, entity, ids)
    pending = _pending(snapshot, entity, ids)
    return [
        Stored(
            dict(zip(entity.columns, row, strict=True)),
            origins.get(row[0], []),
            pending.get(row[0], {}),
            known_by.get(row[0]),
        )
        for row in rows
    ]


def _origins(
    snapshot: Snapshot, entity: Entity, ids: Collection[str]
) -> tuple[dict[str, list[RowOrigin]], dict[str, int]]:
    """Return what may have made each row, the likeliest first, and the first source that knows it."""
    query = select(
        ledger.c.record_id,
        ledger.c.source_id,
        ledger.c.outcome,
        ledger.c.pointer,
        ledger.c.generation,
        ledger.c.derived,
        ledger.c.content_sha256,
    ).where(ledger.c.entity == entity.name, SPEAKS_OF_ROW, DIALECT.among(ledger.c.record_id, ids))
    query = query.order_by(*PLACE)
    ranked: dict[str, list[tuple[int, RowOrigin]]] = {}
    known_by: dict[str, int] = {}
    for record_id, source, outcome, pointer, generation, derived, content in snapshot.connection.execute(
        query
    ):
        origin = RowOrigin(generation, _columns(derived), content)
        ranked.setdefault(record_id, []).append((_unlikelihood(outcome, pointer), origin))
        known_by[record_id] = min(source, known_by.get(record_id, source))
    found = {
        record_id: [origin for _, origin in sorted(these, key=lambda one: one[0])]
        for record_id, these in ranked.items()
    }
    return found, known_by


def _columns(derived: str | None) -> list[str]:
    """Return the columns that a ledger entry names; none where that is corrupt."""
    try:
        return stored_names("migration_ledger.derived", derived)
    except CorruptRow:
        return []


def _unlikelihood(outcome: str, pointer: str) -> int:
    """Return a low number where an entry tells how its row was made.

    One that is merely unchanged had its own file name and category.
    """
    if outcome == "migrated":
        return 1 if pointer.startswith(GONE) else 0
    return 3 if outcome == "unchanged" else 2


def _pending(snapshot: Snapshot, entity: Entity, ids: Collection[str]) -> dict[str, dict[str, str]]:
    waiting = pending_references.c
    query = select(waiting.record_id, waiting.field, waiting.target_id).where(
        waiting.entity == entity.name, DIALECT.among(waiting.record_id, ids)
    )
    query = query.order_by(waiting.record_id, waiting.field)
    found: dict[str, dict[str, str]] = {}
    for record_id, field, target in snapshot.connection.execute(query):
        found.setdefault(record_id, {})[field] = target
    return found
