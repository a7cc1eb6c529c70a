"""Whether rows, ledger, rejects and runs account for one another. Each check gives only what is wrong."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
)

from ...entities import BY_NAME, Entity
from ..ledger.conditions import IS_FOR_ITS_ID, IS_NOT_LOADED, SPEAKS_OF_ROW
from ..ledger.entries import ENTRY
from ..model import SETTLED, LedgerEntry, LocatedEntry
from ..snapshot import Snapshot
from ..tables import ENTITY_TABLES, ledger, rejects, runs, sources


def rows_without_entry(snapshot: Snapshot, entity: Entity) -> Iterator[str]:
    """Yield ids of rows that no ledger entry accounts for.

    Nearly every row has one entry, of a document that arrived. So the index of the ledger alone rules most
    rows out, and entries are looked at only for rows that have none, or one of a document that did not
    arrive.
    """
    id_ = ENTITY_TABLES[entity.name].c.id
    of_row = and_(ledger.c.entity == entity.name, ledger.c.record_id == id_)
    others = select(ledger.c.record_id).where(
        ledger.c.entity == entity.name, ledger.c.record_id.is_not(None), not_(SPEAKS_OF_ROW)
    )
    is_doubtful = or_(~exists(select(literal(1)).where(of_row)), id_.in_(others))
    entry = select(literal(1)).where(of_row, SPEAKS_OF_ROW)
    yield from snapshot.connection.scalars(select(id_).where(is_doubtful, ~exists(entry)))


def unknown_rows(snapshot: Snapshot, entity: Entity) -> int:
    """Return how many rows the ledger does not name at all, as its index alone tells."""
    id_ = ENTITY_TABLES[entity.name].c.id
    of_row = and_(ledger.c.entity == entity.name, ledger.c.record_id == id_)
    query = select(func.count(id_)).where(~exists(select(literal(1)).where(of_row)))
    return snapshot.connection.scalar(query) or 0


def entries_without_row(snapshot: Snapshot, entity: Entity) -> Iterator[LocatedEntry]:
    """Return ledger entries that speak of a missing row."""
    return _located(snapshot, _entries().where(*_without_row(entity)))


def records_without_row(snapshot: Snapshot, entity: Entity) -> int:
    """Return how many records have ledger entries that speak of a missing row."""
    query = select(func.count(ledger.c.record_id.distinct())).where(*_without_row(entity))
    return snapshot.connection.scalar(query) or 0


def _without_row(entity: Entity) -> list[ColumnElement[bool]]:
    """Return the conditions for entries of a missing row; the ledger's index tells which rows are."""
    id_ = ENTITY_TABLES[entity.name].c.id
    index = ledger.alias()
    is_there = exists(select(literal(1)).where(id_ == index.c.record_id))
    missing = select(index.c.record_id).where(
        index.c.entity == entity.name, index.c.record_id.is_not(None), ~is_there
    )
    return [
        ledger.c.entity == entity.name,
        ledger.c.record_id.in_(missing),
        or_(SPEAKS_OF_ROW, ledger.c.outcome.in_(SETTLED), IS_FOR_ITS_ID),
    ]


def entries_of_no_entity(snapshot: Snapshot) -> Iterator[LocatedEntry]:
    """Return ledger entries for an entity that this program does not know."""
    return _located(snapshot, _entries().where(ledger.c.entity.not_in(list(BY_NAME))))


def not_loaded(snapshot: Snapshot) -> Iterator[LocatedEntry]:
    """Return documents that are not loaded as of now."""
    return _located(snapshot, _entries().where(IS_NOT_LOADED))


def rejects_without_bytes(snapshot: Snapshot) -> Iterator[LocatedEntry]:
    """Return documents that the ledger calls rejected, but whose bytes were not kept."""
    kept = select(literal(1)).where(*_same_place(rejects))
    return _located(snapshot, _entries().where(ledger.c.outcome == "rejected", ~exists(kept)))


def bytes_without_reject(snapshot: Snapshot) -> Iterator[LocatedEntry]:
    """Return documents whose bytes were kept, but which the ledger does not call rejected."""
    entry = select(literal(1)).where(*_same_place(rejects), ledger.c.outcome == "rejected")
    of_reject = {"source_id", "path", "pointer", "run_id", "code"}
    columns = (
        rejects.c[name]
        if name in of_reject
        else literal("" if name in ("entity", "outcome") else None).label(name)
        for name in LedgerEntry._fields
    )
    query = (
        select(sources.c.location, *columns)
        .join_from(rejects, sources, sources.c.id == rejects.c.source_id)
        .where(~exists(entry))
    )
    return _located(snapshot, query)


def several_origins(snapshot: Snapshot, entity: Entity) -> Iterator[str]:
    """Yield records that were made from different contents, as the ledger says.

    Only those with several entries can be; which these are the ledger's index alone tells.
    """
    index = ledger.alias()
    several = (
        select(index.c.record_id)
        .where(index.c.entity == entity.name)
        .group_by(index.c.record_id)
        .having(func.count() > 1)
    )
    yield from snapshot.connection.scalars(
        select(ledger.c.record_id)
        .where(ledger.c.entity == entity.name, SPEAKS_OF_ROW, ledger.c.record_id.in_(several))
        .group_by(ledger.c.record_id)
        .having(func.min(ledger.c.content_sha256) != func.max(ledger.c.content_sha256))
    )


def derived_lists(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield the different lists of derived columns in the ledger, as JSON text, by entity."""
    query = select(ledger.c.entity, ledger.c.derived).where(ledger.c.derived.is_not(None)).distinct()
    yield from (tuple(row) for row in snapshot.connection.execute(query))


def entries_with_derived(snapshot: Snapshot, entity: str, derived: str) -> Iterator[LocatedEntry]:
    """Return the ledger entries with a list of derived columns."""
    query = _entries().where(ledger.c.entity == entity, ledger.c.derived == derived)
    return _located(snapshot, query)


def counts_of_runs(snapshot: Snapshot) -> Iterator[tuple[int, str, str | None]]:
    """Yield number, status and counts (JSON text) of every run."""
    query = select(runs.c.id, runs.c.status, runs.c.counts_json).order_by(runs.c.id)
    yield from (tuple(row) for row in snapshot.connection.execute(query))


def times_of_runs(snapshot: Snapshot) -> Iterator[tuple[int, str, str, str | None, float | None]]:
    """Yield number, status, beginning, end and duration in seconds of every run."""
    columns = (runs.c.id, runs.c.status, runs.c.started_at, runs.c.finished_at, runs.c.duration_seconds)
    yield from (tuple(row) for row in snapshot.connection.execute(select(*columns).order_by(runs.c.id)))


def _entries() -> Select[Any]:
    location = func.coalesce(sources.c.location, "")
    return select(location, *ENTRY).outerjoin_from(ledger, sources, sources.c.id == ledger.c.source_id)


def _located(snapshot: Snapshot, query: Select[Any]) -> Iterator[LocatedEntry]:
    return (LocatedEntry(*row) for row in snapshot.connection.execute(query))


def _same_place(table: Table) -> list[ColumnElement[bool]]:
    return [ledger.c[name] == table.c[name] for name in ("source_id", "path", "pointer")]
