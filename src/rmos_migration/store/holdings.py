"""What the database holds of a source: the SELECTs of verifying, and the note of what was seen."""

from collections.abc import Collection, Iterator, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Column, Connection, MetaData, Table, Text, exists, literal, select
from sqlalchemy.schema import CreateTable, DropTable

from ..entities import Entity
from ..errors import CorruptRow
from .bulk import among, insert_rows
from .columns import run_encoding
from .runs import API, FROM_API, GONE, REPLACED, SETTLED, SPEAKS_OF_ROW, TAKEN_OVER
from .tables import ENTITY_TABLES, diagnostics, ledger, pending_references, runs, sources

_seen = Table(
    "seen_in_source",
    MetaData(),
    Column("entity", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


_PLACE = (ledger.c.source_id, ledger.c.path, ledger.c.pointer)


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


class Unseen(NamedTuple):
    """A row whose document was not in the source: its id, and the place where its document last stood, if known.

    ``elsewhere`` are folder and path of the files of other sources that hold the same content, as the ledger knows it.
    """

    record_id: str
    path: str | None
    pointer: str | None
    elsewhere: list[tuple[str, str]]


def source_number(connection: Connection, location: str) -> int | None:
    """The number of a source; of a tree that was never migrated from this place, that of the only one there is."""
    known = connection.scalar(select(sources.c.id).where(sources.c.location == location))
    if known is not None:
        return int(known)
    only = connection.scalars(select(sources.c.id).where(sources.c.location != API).limit(2)).all()
    return int(only[0]) if len(only) == 1 else None


def location_of(connection: Connection, source: int) -> str:
    """Where a source lay when it was migrated."""
    return str(connection.scalar(select(sources.c.location).where(sources.c.id == source)))


def encodings(connection: Connection, source: int, paths: Collection[str]) -> dict[str, str]:
    """The encoding that the user named in the run that read a file last, for files where one was named."""
    named = {
        run_id: encoding
        for run_id, options in connection.execute(select(runs.c.id, runs.c.options_json))
        if (encoding := _encoding_in(options))
    }
    if not named:
        return {}
    query = select(ledger.c.path, ledger.c.run_id).where(
        ledger.c.source_id == source, among(ledger.c.path, paths), ledger.c.run_id.in_(list(named))
    )
    return {path: named[run_id] for path, run_id in connection.execute(query)}


def _encoding_in(options: str) -> str | None:
    try:
        return run_encoding("migration_runs.options_json", options)
    except CorruptRow:
        return None


def entries(
    connection: Connection, source: int, entity: Entity, paths: Sequence[str]
) -> dict[tuple[str, str], Entry]:
    """What the ledger says of the documents in files, by path and pointer."""
    query = select(ledger.c.path, ledger.c.pointer, *(ledger.c[name] for name in Entry._fields)).where(
        ledger.c.source_id == source,
        ledger.c.entity == entity.name,
        among(ledger.c.path, paths),
        ~ledger.c.pointer.startswith(GONE),
    )
    return {(path, pointer): Entry(*entry) for path, pointer, *entry in connection.execute(query)}


def origins(connection: Connection, entity: Entity, ids: Collection[str]) -> dict[str, Origin]:
    """What the rows of these ids were made from, where the ledger knows it; what made the row before what equals it."""
    query = (
        select(ledger.c.record_id, *(ledger.c[name] for name in Origin._fields))
        .where(ledger.c.entity == entity.name, SPEAKS_OF_ROW, among(ledger.c.record_id, ids))
        .order_by(ledger.c.outcome.desc(), *_PLACE)  # unchanged, then migrated, which stays
    )
    return {record_id: Origin(*origin) for record_id, *origin in connection.execute(query)}


def waiting(connection: Connection, entity: Entity, record_id: str) -> dict[str, str]:
    """The ids that a record's detached references wait for, by field."""
    wish = pending_references.c
    query = select(wish.field, wish.target_id).where(wish.entity == entity.name, wish.record_id == record_id)
    query = query.order_by(wish.field)
    return {row.field: row.target_id for row in connection.execute(query)}


def has_replaced(connection: Connection, path: str, pointer: str) -> bool:
    """Whether the document at a place once took the row of another: replaced it, or took it over when it was gone."""
    noted = diagnostics.c
    is_taking = noted.code.in_((REPLACED, TAKEN_OVER))
    query = select(noted.id).where(is_taking, noted.path == path, noted.pointer == pointer)
    return connection.execute(query.limit(1)).first() is not None


def begin_seeing(connection: Connection) -> None:
    """Make the temporary table for the records that are seen in the source; the database itself is not written to."""
    connection.execute(DropTable(_seen, if_exists=True))
    connection.execute(CreateTable(_seen))


def note_seen(connection: Connection, entity: Entity, ids: Collection[str]) -> None:
    """Note records as seen; seeing one again does no harm."""
    insert_rows(connection, _seen, ("entity", "id"), [(entity.name, one) for one in ids], or_update=True)


def unseen(connection: Connection, entity: Entity, source: int | None) -> Iterator[Unseen]:
    """The rows whose record was not seen, but for those that only other sources gave, or the API."""
    table = ENTITY_TABLES[entity.name]
    was_seen = select(literal(1)).where(_seen.c.entity == entity.name, _seen.c.id == table.c.id)
    of_row = (ledger.c.entity == entity.name) & (ledger.c.record_id == table.c.id) & SPEAKS_OF_ROW
    from_here = select(literal(1)).where(of_row, ledger.c.source_id == source)
    from_elsewhere = select(literal(1)).where(of_row, ledger.c.source_id != source)
    from_api = select(literal(1)).where(of_row, FROM_API)
    is_others = exists(from_api) | (exists(from_elsewhere) & ~exists(from_here))
    query = select(table.c.id).where(~exists(was_seen), ~is_others).order_by(table.c.id)
    for record_id in connection.scalars(query):
        place = select(ledger.c.path, ledger.c.pointer).where(
            ledger.c.entity == entity.name, ledger.c.record_id == record_id, SPEAKS_OF_ROW
        )
        ours_first = place.order_by(ledger.c.source_id != source, *_PLACE)
        path, pointer = connection.execute(ours_first.limit(1)).first() or (None, None)
        others = (
            place.with_only_columns(sources.c.location, ledger.c.path)
            .join(sources, sources.c.id == ledger.c.source_id)
            .where(
                ledger.c.source_id != source,
                ledger.c.outcome.in_(SETTLED),
                ~ledger.c.pointer.startswith(GONE),
            )
            .order_by(*_PLACE)
        )
        elsewhere = [(location, path) for location, path in connection.execute(others)]
        yield Unseen(record_id, path, pointer, elsewhere)


def fingerprint(connection: Connection, tables: Collection[Entity]) -> str:
    """SHA-256 (hex) over every value of the entities' rows, in the order of their ids."""
    digest = sha256()
    for entity in tables:
        table = ENTITY_TABLES[entity.name]
        digest.update(f"{entity.name}\n".encode())
        cursor: Any = connection.execute(select(table).order_by(table.c.id)).cursor
        for row in cursor:
            digest.update(orjson.dumps(row, default=repr))
            digest.update(b"\n")
    return digest.hexdigest()
