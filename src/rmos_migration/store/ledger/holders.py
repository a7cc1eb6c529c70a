"""The documents that rows were made from, and what becomes of them when another one takes a row over."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import (
    Connection,
    and_,
    delete,
    exists,
    func,
    select,
    update,
)

from ...diagnostics import Diagnostic, Location, diagnose, printable, printable_apart, shown
from ...entities import Entity
from ..dialect import SQLITE
from ..ledger.conditions import FROM_API, IS_SUPERSEDED
from ..model import API, GONE, REPLACED, SETTLED, UNRESOLVED
from ..tables import ledger, rejects, sources


class Holder(NamedTuple):
    """What the ledger says of a document of some record: where it stands, and when and how it was read last.

    ``location`` is the folder of its source, ``content_sha256`` what it gave to the row, None if it gave it nothing.
    """

    source_id: int
    location: str
    path: str
    pointer: str
    record_id: str
    outcome: str
    code: str | None
    derived: str | None
    run_id: int | None
    content_sha256: str | None
    size_bytes: int | None
    mtime_ns: int | None

    @property
    def is_in_row(self) -> bool:
        """Whether the row holds what it gave."""
        return self.content_sha256 is not None and self.code != REPLACED

    @property
    def is_from_api(self) -> bool:
        """Whether it came through the API."""
        return self.location == API

    @property
    def was_taken_out(self) -> bool:
        """Whether its file was read again without it."""
        return self.pointer.startswith(GONE)


HOLDER_COLUMNS = [sources.c.location if name == "location" else ledger.c[name] for name in Holder._fields]
"""What a query selects for holders, in the order of their fields."""


class Superseded(NamedTuple):
    """A document whose row has other content since; ``outcome`` and ``run_id`` are what the ledger said before."""

    source_id: int
    path: str
    pointer: str
    record_id: str
    outcome: str
    run_id: int | None


def named(holder: Holder, source: int) -> str:
    """Where a document stands or stood, in words; ``source`` is the one that is spoken of."""
    place = holder.path if holder.was_taken_out else f"{holder.path} {holder.pointer}".strip()
    return printable(place) + ("" if holder.source_id == source else " of another legacy folder")


def superseded(record_id: str, location: Location, place: str | None = None) -> Diagnostic:
    """What is to be said of a document that another one replaced.

    Which one holds the row in the end, a run knows only at its end; who asks later names its ``place``.
    """
    if place:
        place, _ = printable_apart([place, f"{location.path} {location.pointer}".strip()])
    content = f"what stands in {place}" if place else "other content"
    message = f"the row of {shown(record_id)} holds {content}, which has replaced this document"
    return diagnose("document-superseded", message, location)


def holders_of(connection: Connection, entity: Entity, ids: Collection[str]) -> dict[str, list[Holder]]:
    """The documents of each record, those first that a row was made from, in the order of sources and paths."""
    query = (
        select(*HOLDER_COLUMNS)
        .join(sources, sources.c.id == ledger.c.source_id)
        .where(ledger.c.entity == entity.name, SQLITE.among(ledger.c.record_id, ids))
        .order_by(ledger.c.outcome.not_in(("migrated",)), ledger.c.source_id, ledger.c.path, ledger.c.pointer)
    )
    found: dict[str, list[Holder]] = {}
    for row in connection.execute(query):
        found.setdefault(row.record_id, []).append(Holder(*row))
    return found


def superseded_in(
    connection: Connection, source: int, entity: Entity, paths: Collection[str]
) -> list[Superseded]:
    """The documents in files at ``paths`` that others replaced, in the order of paths and pointers."""
    query = (
        select(*(ledger.c[name] for name in Superseded._fields))
        .where(
            ledger.c.source_id == source,
            ledger.c.entity == entity.name,
            SQLITE.among(ledger.c.path, paths),
            IS_SUPERSEDED,
        )
        .order_by(ledger.c.path, ledger.c.pointer)
    )
    return [Superseded(*row) for row in connection.execute(query)]


def is_refused_as_a_whole(connection: Connection, source: int, path: str) -> bool:
    """Whether a file could not be read or taken apart when it was read last; what stood in it is not known then."""
    query = select(ledger.c.path).where(
        ledger.c.source_id == source,
        ledger.c.path == path,
        ledger.c.pointer == "",
        ledger.c.outcome == "rejected",
        ledger.c.code.not_in(UNRESOLVED),
    )
    return connection.execute(query).first() is not None


def supersede(connection: Connection, entity: Entity, record_ids: Sequence[str]) -> list[Superseded]:
    """Mark the documents whose row was replaced by other content; gives those that had arrived.

    One that was not loaded stays so; it only no longer speaks of the row.
    """
    found: list[Superseded] = []
    for record_id in record_ids:
        of_row = and_(
            ledger.c.entity == entity.name,
            ledger.c.record_id == record_id,
            ledger.c.content_sha256.is_not(None),
        )
        arrived = ledger.c.outcome.in_(SETTLED)
        kept_out = ~arrived & (func.coalesce(ledger.c.code, "") != REPLACED)
        connection.execute(delete(ledger).where(of_row, ledger.c.pointer.startswith(GONE)))
        connection.execute(update(ledger).where(of_row, kept_out).values(content_sha256=None, derived=None))
        query = select(*(ledger.c[name] for name in Superseded._fields)).where(of_row, arrived)
        found += [
            Superseded(*row)
            for row in connection.execute(query.order_by(ledger.c.source_id, ledger.c.path, ledger.c.pointer))
        ]
        connection.execute(update(ledger).where(of_row, arrived).values(outcome="conflict", code=REPLACED))
    return found


def set_aside_for(connection: Connection, entity: Entity, ids: Collection[str]) -> list[Superseded]:
    """Give the documents whose record was deleted through the API; ``ids`` are records that others make again."""
    if not ids:
        return []
    of_records = and_(ledger.c.entity == entity.name, SQLITE.among(ledger.c.record_id, ids))
    query = select(*(ledger.c[name] for name in Superseded._fields)).where(
        of_records, ledger.c.code == REPLACED, ~FROM_API
    )
    place = (ledger.c.source_id, ledger.c.path, ledger.c.pointer)
    return [Superseded(*row) for row in connection.execute(query.order_by(*place))]


def restore(connection: Connection, entity: Entity, contents: Mapping[str, str]) -> list[Superseded]:
    """Mark the documents that were replaced, and whose row has their content again, as those that are there; gives them."""
    found: list[Superseded] = []
    for record_id, content in contents.items():
        again = and_(
            ledger.c.entity == entity.name,
            ledger.c.record_id == record_id,
            ledger.c.content_sha256 == content,
            ledger.c.code == REPLACED,
            ~FROM_API,
        )
        query = select(*(ledger.c[name] for name in Superseded._fields)).where(again)
        found += [
            Superseded(*row)
            for row in connection.execute(query.order_by(ledger.c.source_id, ledger.c.path, ledger.c.pointer))
        ]
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
        SQLITE.among(ledger.c.record_id, record_ids),
        ledger.c.content_sha256.is_not(None),
        func.coalesce(ledger.c.code, "") != REPLACED,
    )
    here = [ledger.c[name] == rejects.c[name] for name in ("source_id", "path", "pointer")]
    connection.execute(delete(rejects).where(exists(select(ledger.c.path).where(in_rows, *here))))
    connection.execute(delete(ledger).where(in_rows))


def forget_places(connection: Connection, source: int, places: Collection[tuple[str, str]]) -> int:
    """Forget documents that stand elsewhere now, or nowhere, and what was kept of them; return how many were known."""
    known = 0
    for path, pointer in places:
        for table in (rejects, ledger):
            at = (table.c.source_id == source, table.c.path == path, table.c.pointer == pointer)
            gone = connection.execute(delete(table).where(*at)).rowcount
        known += gone
    return known
