"""The records that were seen in a source, and the rows that were not."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import (
    Column,
    MetaData,
    Table,
    Text,
    exists,
    literal,
    select,
)
from sqlalchemy.schema import CreateTable, DropTable

from ...entities import Entity
from ..dialect import DIALECT
from ..ledger.conditions import FROM_API, IS_IN_FILE, PLACE, SPEAKS_OF_ROW
from ..model import SETTLED
from ..snapshot import Snapshot
from ..tables import ENTITY_TABLES, ledger, sources

_seen = Table(
    "seen_in_source",
    MetaData(),
    Column("entity", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


class Unseen(NamedTuple):
    """A row whose document was not in the source: its id, and where the document last stood.

    ``elsewhere`` are folder and path of the files of other sources that hold the same content, as the ledger
    knows it.
    """

    record_id: str
    path: str | None
    pointer: str | None
    elsewhere: list[tuple[str, str]]


def begin_seeing(snapshot: Snapshot) -> None:
    """Make the temporary table for the records that are seen; the database is not written to."""
    snapshot.connection.execute(DropTable(_seen, if_exists=True))
    snapshot.connection.execute(CreateTable(_seen))


def note_seen(snapshot: Snapshot, entity: Entity, ids: Collection[str]) -> None:
    """Note records as seen; seeing one again does no harm."""
    DIALECT.insert_rows(
        snapshot.connection, _seen, ("entity", "id"), [(entity.name, one) for one in ids], or_update=True
    )


def unseen(snapshot: Snapshot, entity: Entity, source: int | None) -> Iterator[Unseen]:
    """Yield the rows whose record was not seen, except for those of other sources or the API."""
    table = ENTITY_TABLES[entity.name]
    was_seen = select(literal(1)).where(_seen.c.entity == entity.name, _seen.c.id == table.c.id)
    of_row = (ledger.c.entity == entity.name) & (ledger.c.record_id == table.c.id) & SPEAKS_OF_ROW
    from_here = select(literal(1)).where(of_row, ledger.c.source_id == source)
    from_elsewhere = select(literal(1)).where(of_row, ledger.c.source_id != source)
    from_api = select(literal(1)).where(of_row, FROM_API)
    is_others = exists(from_api) | (exists(from_elsewhere) & ~exists(from_here))
    query = select(table.c.id).where(~exists(was_seen), ~is_others).order_by(table.c.id)
    for record_id in snapshot.connection.scalars(query):
        place = select(ledger.c.path, ledger.c.pointer).where(
            ledger.c.entity == entity.name, ledger.c.record_id == record_id, SPEAKS_OF_ROW
        )
        ours_first = place.order_by(ledger.c.source_id != source, *PLACE)
        path, pointer = snapshot.connection.execute(ours_first.limit(1)).first() or (None, None)
        others = (
            place.with_only_columns(sources.c.location, ledger.c.path)
            .join(sources, sources.c.id == ledger.c.source_id)
            .where(
                ledger.c.source_id != source,
                ledger.c.outcome.in_(SETTLED),
                IS_IN_FILE,
            )
            .order_by(*PLACE)
        )
        elsewhere = [(location, path) for location, path in snapshot.connection.execute(others)]
        yield Unseen(record_id, path, pointer, elsewhere)
