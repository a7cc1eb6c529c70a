"""The documents that rows were made from, and what becomes of them when another one takes a row over."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import (
    Connection,
    and_,
    delete,
    exists,
    select,
    update,
)

from ...diagnostics import Diagnostic, Location, diagnose, printable, printable_apart, shown
from ...entities import Entity
from ..dialect import DIALECT
from ..ledger.conditions import FROM_API, IS_NOT_REPLACED, IS_SUPERSEDED, PLACE
from ..model import GONE, REPLACED, SETTLED, UNRESOLVED, LedgerEntry, LocatedEntry
from ..tables import ledger, rejects, sources
from .entries import ENTRY

LOCATED_ENTRY = (sources.c.location, *ENTRY)
"""What a query selects for located entries, in the order of their fields."""


def named(holder: LocatedEntry, source: int) -> str:
    """Say where a document stands or stood; ``source`` is the one spoken of."""
    place = holder.path if holder.was_taken_out else f"{holder.path} {holder.pointer}".strip()
    return printable(place) + ("" if holder.source_id == source else " of another legacy folder")


def superseded(record_id: str, location: Location, place: str | None = None) -> Diagnostic:
    """Return the diagnostic for a document that another one replaced.

    Which one holds the row in the end, a run knows only at its end; who asks later names its ``place``.
    """
    if place:
        place, _ = printable_apart([place, f"{location.path} {location.pointer}".strip()])
    content = f"what stands in {place}" if place else "other content"
    message = f"the row of {shown(record_id)} holds {content}, which has replaced this document"
    return diagnose("document-superseded", message, location)


def holders_of(connection: Connection, entity: Entity, ids: Collection[str]) -> dict[str, list[LocatedEntry]]:
    """Return the documents of each record, those first that a row was made from, then by place."""
    query = (
        select(*LOCATED_ENTRY)
        .join(sources, sources.c.id == ledger.c.source_id)
        .where(ledger.c.entity == entity.name, DIALECT.among(ledger.c.record_id, ids))
        .order_by(ledger.c.outcome.not_in(("migrated",)), ledger.c.source_id, ledger.c.path, ledger.c.pointer)
    )
    found: dict[str, list[LocatedEntry]] = {}
    for row in connection.execute(query):
        found.setdefault(row.record_id, []).append(LocatedEntry(*row))
    return found


def superseded_in(
    connection: Connection, source: int, entity: Entity, paths: Collection[str]
) -> list[LedgerEntry]:
    """Return the documents in files at ``paths`` that others replaced, in the order of places."""
    query = (
        select(*ENTRY)
        .where(
            ledger.c.source_id == source,
            ledger.c.entity == entity.name,
            DIALECT.among(ledger.c.path, paths),
            IS_SUPERSEDED,
        )
        .order_by(ledger.c.path, ledger.c.pointer)
    )
    return [LedgerEntry(*row) for row in connection.execute(query)]


def is_refused_as_a_whole(connection: Connection, source: int, path: str) -> bool:
    """Return whether a file could not be read or parsed last time; its documents are not known then."""
    query = select(ledger.c.path).where(
        ledger.c.source_id == source,
        ledger.c.path == path,
        ledger.c.pointer == "",
        ledger.c.outcome == "rejected",
        ledger.c.code.not_in(UNRESOLVED),
    )
    return connection.execute(query).first() is not None


def supersede(connection: Connection, entity: Entity, record_ids: Sequence[str]) -> list[LedgerEntry]:
    """Mark the documents whose row was replaced by other content; gives those that had arrived.

    One that was not loaded stays so; it only no longer speaks of the row.
    """
    found: list[LedgerEntry] = []
    for record_id in record_ids:
        of_row = and_(
            ledger.c.entity == entity.name,
            ledger.c.record_id == record_id,
            ledger.c.content_sha256.is_not(None),
        )
        arrived = ledger.c.outcome.in_(SETTLED)
        kept_out = ~arrived & IS_NOT_REPLACED
        connection.execute(delete(ledger).where(of_row, ledger.c.pointer.startswith(GONE)))
        connection.execute(update(ledger).where(of_row, kept_out).values(content_sha256=None, derived=None))
        query = select(*ENTRY).where(of_row, arrived)
        found += [LedgerEntry(*row) for row in connection.execute(query.order_by(*PLACE))]
        connection.execute(update(ledger).where(of_row, arrived).values(outcome="conflict", code=REPLACED))
    return found


def set_aside_for(connection: Connection, entity: Entity, ids: Collection[str]) -> list[LedgerEntry]:
    """Return the documents whose record was deleted through the API and is made again by others."""
    if not ids:
        return []
    of_records = and_(ledger.c.entity == entity.name, DIALECT.among(ledger.c.record_id, ids))
    query = select(*ENTRY).where(of_records, ledger.c.code == REPLACED, ~FROM_API)
    return [LedgerEntry(*row) for row in connection.execute(query.order_by(*PLACE))]


def restore(connection: Connection, entity: Entity, contents: Mapping[str, str]) -> list[LedgerEntry]:
    """Mark replaced documents as arrived where the row has their content again; return them."""
    found: list[LedgerEntry] = []
    for record_id, content in contents.items():
        again = and_(
            ledger.c.entity == entity.name,
            ledger.c.record_id == record_id,
            ledger.c.content_sha256 == content,
            ledger.c.code == REPLACED,
            ~FROM_API,
        )
        query = select(*ENTRY).where(again)
        found += [LedgerEntry(*row) for row in connection.execute(query.order_by(*PLACE))]
        connection.execute(update(ledger).where(again).values(outcome="unchanged", code=None))
    return found


def release(connection: Connection, entity: Entity, record_ids: Collection[str]) -> None:
    """Forget the documents that rows were made from: they are gone, and others have taken the rows over.

    One that was edited and rejected before it went still counts as in its row; what was kept of it goes, too.
    """
    if not record_ids:
        return
    in_rows = and_(
        ledger.c.entity == entity.name,
        DIALECT.among(ledger.c.record_id, record_ids),
        ledger.c.content_sha256.is_not(None),
        IS_NOT_REPLACED,
    )
    here = [ledger.c[name] == rejects.c[name] for name in ("source_id", "path", "pointer")]
    connection.execute(delete(rejects).where(exists(select(ledger.c.path).where(in_rows, *here))))
    connection.execute(delete(ledger).where(in_rows))


def forget_places(connection: Connection, source: int, places: Collection[tuple[str, str]]) -> int:
    """Forget documents that are elsewhere now, or nowhere; return how many were known."""
    known = 0
    for path, pointer in places:
        for table in (rejects, ledger):
            at = (table.c.source_id == source, table.c.path == path, table.c.pointer == pointer)
            gone = connection.execute(delete(table).where(*at)).rowcount
        known += gone
    return known
