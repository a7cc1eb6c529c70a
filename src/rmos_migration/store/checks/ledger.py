"""Whether rows, ledger, rejects and runs account for one another. Each check gives only what is wrong."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
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
from ..model import SETTLED
from ..tables import ENTITY_TABLES, ledger, rejects, runs, sources


class EntryPlace(NamedTuple):
    """A document's place as the ledger knows it, with its entity and record, and the code of what became of it.

    ``location`` is empty where the ledger names a source that is not there.
    """

    source_id: int
    location: str
    path: str
    pointer: str
    entity: str
    record_id: str | None
    code: str | None


def rows_without_entry(connection: Connection, entity: Entity) -> Iterator[str]:
    """Ids of rows of which no ledger entry says what they were made from.

    Nearly every row has one entry, of a document that arrived. So the index of the ledger alone rules most rows out,
    and entries are looked at only for rows that have none, or one of a document that did not arrive.
    """
    id_ = ENTITY_TABLES[entity.name].c.id
    of_row = and_(ledger.c.entity == entity.name, ledger.c.record_id == id_)
    others = select(ledger.c.record_id).where(
        ledger.c.entity == entity.name, ledger.c.record_id.is_not(None), not_(SPEAKS_OF_ROW)
    )
    is_doubtful = or_(~exists(select(literal(1)).where(of_row)), id_.in_(others))
    entry = select(literal(1)).where(of_row, SPEAKS_OF_ROW)
    yield from connection.scalars(select(id_).where(is_doubtful, ~exists(entry)))


def unknown_rows(connection: Connection, entity: Entity) -> int:
    """How many rows the ledger does not name at all, which its index alone tells."""
    id_ = ENTITY_TABLES[entity.name].c.id
    of_row = and_(ledger.c.entity == entity.name, ledger.c.record_id == id_)
    query = select(func.count(id_)).where(~exists(select(literal(1)).where(of_row)))
    return connection.scalar(query) or 0


def entries_without_row(connection: Connection, entity: Entity) -> Iterator[EntryPlace]:
    """Ledger entries that speak of a row which is not there."""
    return _as_places(connection, _places().where(*_without_row(entity)))


def records_without_row(connection: Connection, entity: Entity) -> int:
    """How many records have ledger entries that speak of a row which is not there."""
    query = select(func.count(ledger.c.record_id.distinct())).where(*_without_row(entity))
    return connection.scalar(query) or 0


def _without_row(entity: Entity) -> list[ColumnElement[bool]]:
    """Which records are not there the ledger's index tells; only their entries are looked at."""
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


def entries_of_no_entity(connection: Connection) -> Iterator[EntryPlace]:
    """Ledger entries for an entity that this program does not know."""
    return _as_places(connection, _places().where(ledger.c.entity.not_in(list(BY_NAME))))


def not_loaded(connection: Connection) -> Iterator[EntryPlace]:
    """Documents that are not in the database as of now: rejected, in conflict with what is, or replaced by it."""
    return _as_places(connection, _places().where(IS_NOT_LOADED))


def rejects_without_bytes(connection: Connection) -> Iterator[EntryPlace]:
    """Documents that the ledger calls rejected, but of which nothing was kept."""
    kept = select(literal(1)).where(*_same_place(rejects))
    return _as_places(connection, _places().where(ledger.c.outcome == "rejected", ~exists(kept)))


def bytes_without_reject(connection: Connection) -> Iterator[EntryPlace]:
    """Documents that were kept as rejected, but which the ledger does not call so."""
    entry = select(literal(1)).where(*_same_place(rejects), ledger.c.outcome == "rejected")
    query = (
        select(
            rejects.c.source_id,
            sources.c.location,
            rejects.c.path,
            rejects.c.pointer,
            literal(""),
            literal(None),
            rejects.c.code,
        )
        .join(sources, sources.c.id == rejects.c.source_id)
        .where(~exists(entry))
    )
    return (EntryPlace(*row) for row in connection.execute(query))


def several_origins(connection: Connection, entity: Entity) -> Iterator[str]:
    """Records of which the ledger says that they were made from different contents.

    Only those with several entries can be; which these are the ledger's index alone tells.
    """
    index = ledger.alias()
    several = (
        select(index.c.record_id)
        .where(index.c.entity == entity.name)
        .group_by(index.c.record_id)
        .having(func.count() > 1)
    )
    yield from connection.scalars(
        select(ledger.c.record_id)
        .where(ledger.c.entity == entity.name, SPEAKS_OF_ROW, ledger.c.record_id.in_(several))
        .group_by(ledger.c.record_id)
        .having(func.min(ledger.c.content_sha256) != func.max(ledger.c.content_sha256))
    )


def derived_lists(connection: Connection) -> Iterator[tuple[str, str]]:
    """The different lists of derived columns in the ledger, as JSON text, by entity."""
    query = select(ledger.c.entity, ledger.c.derived).where(ledger.c.derived.is_not(None)).distinct()
    yield from (tuple(row) for row in connection.execute(query))


def entries_with_derived(connection: Connection, entity: str, derived: str) -> Iterator[EntryPlace]:
    """The ledger entries with a list of derived columns."""
    query = _places().where(ledger.c.entity == entity, ledger.c.derived == derived)
    return _as_places(connection, query)


def counts_of_runs(connection: Connection) -> Iterator[tuple[int, str, str | None]]:
    """Number, status and counts (JSON text) of every run."""
    query = select(runs.c.id, runs.c.status, runs.c.counts_json).order_by(runs.c.id)
    yield from (tuple(row) for row in connection.execute(query))


def times_of_runs(connection: Connection) -> Iterator[tuple[int, str, str, str | None, float | None]]:
    """Number, status, beginning, end and duration in seconds of every run."""
    columns = (runs.c.id, runs.c.status, runs.c.started_at, runs.c.finished_at, runs.c.duration_seconds)
    yield from (tuple(row) for row in connection.execute(select(*columns).order_by(runs.c.id)))


def _places() -> Select[Any]:
    columns = (ledger.c.path, ledger.c.pointer, ledger.c.entity, ledger.c.record_id, ledger.c.code)
    location = func.coalesce(sources.c.location, "")
    return select(ledger.c.source_id, location, *columns).outerjoin_from(
        ledger, sources, sources.c.id == ledger.c.source_id
    )


def _as_places(connection: Connection, query: Select[Any]) -> Iterator[EntryPlace]:
    return (EntryPlace(*row) for row in connection.execute(query))


def _same_place(table: Table) -> list[ColumnElement[bool]]:
    return [ledger.c[name] == table.c[name] for name in ("source_id", "path", "pointer")]
