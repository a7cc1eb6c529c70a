"""What the ledger says of files and documents that were read before."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Table,
    cast,
    exists,
    func,
    select,
)

from ...entities import Entity
from ..dialect import DIALECT
from ..ledger.conditions import IS_IN_FILE, IS_NOT_REPLACED
from ..model import REPLACED, SETTLED
from ..tables import ENTITY_TABLES, KEPT_OUT, ledger


class KnownFile(NamedTuple):
    """What the ledger says of a file: size and mtime when last read, its documents, and whether all arrived.

    ``settled`` is false when a document of it may fare better now: it was not loaded or in conflict, or its
    row is gone. ``generations`` counts its documents by the generation that wrote them; ``superseded`` are
    those whose row has other content since, which nothing but an edit changes.
    """

    path: str
    size_bytes: int | None
    mtime_ns: int | None
    documents: int
    settled: bool
    generations: Mapping[str | None, int]
    superseded: int = 0


class KnownDocument(NamedTuple):
    """What the ledger says of one document, and whether the row it went into is gone."""

    outcome: str
    code: str | None
    record_id: str | None
    generation: str | None
    derived: str | None
    content_sha256: str | None
    file_sha256: str | None
    row_is_gone: bool

    @property
    def was_replaced(self) -> bool:
        """Whether its content was in the row until another document replaced it."""
        return self.code == REPLACED

    @property
    def is_in_row(self) -> bool:
        """Whether what the row holds came from this place."""
        return self.content_sha256 is not None and not self.was_replaced and not self.row_is_gone


def known_files(
    connection: Connection, source: int, entity: Entity, paths: Sequence[str]
) -> dict[str, KnownFile]:
    """Return what the ledger knows of the files at ``paths``, by path.

    The rows themselves are counted, too: an index may still know rows that are lost, and a file whose row is
    lost must not be passed over.

    Raises:
        sqlalchemy.exc.DatabaseError: if a row that an index knows is not in its table; the file is damaged.
    """
    table = ENTITY_TABLES[entity.name]
    kept_out = ledger.c.outcome.not_in(SETTLED) & IS_NOT_REPLACED
    unsettled = kept_out | _row_is_gone(table) | ledger.c.record_id.is_(None)
    is_there = IS_IN_FILE
    of_these = (ledger.c.source_id == source) & DIALECT.among(ledger.c.path, paths)
    generation = func.coalesce(ledger.c.generation, "")
    query = (
        select(
            ledger.c.path,
            func.min(ledger.c.size_bytes),
            func.min(ledger.c.mtime_ns),
            func.sum(cast(is_there, Integer)),
            func.max(cast(unsettled & is_there, Integer)) == 0,
            func.sum(cast(func.coalesce(ledger.c.code, "") == REPLACED, Integer)),
            func.min(generation),
            func.max(generation),
            func.count(_outside_indexes(table)),
        )
        .select_from(ledger.outerjoin(table, table.c.id == ledger.c.record_id))
        .where(of_these)
        .group_by(ledger.c.path)
    )
    files: dict[str, KnownFile] = {}
    mixed = []
    for path, size, mtime_ns, documents, settled, superseded, first, last, _ in connection.execute(query):
        if first != last:
            mixed.append(path)
        generations = {first or None: documents}
        files[path] = KnownFile(path, size, mtime_ns, documents, settled, generations, superseded)
    if mixed:
        for path, counted in _generations(connection, source, mixed).items():
            files[path] = files[path]._replace(generations=counted)
    return files


def _generations(connection: Connection, source: int, paths: Sequence[str]) -> dict[str, Counter[str | None]]:
    """Count each file's documents by generation; asked only for files of several."""
    query = (
        select(ledger.c.path, ledger.c.generation, func.count())
        .where(
            ledger.c.source_id == source,
            DIALECT.among(ledger.c.path, paths),
            IS_IN_FILE,
        )
        .group_by(ledger.c.path, ledger.c.generation)
    )
    counted: dict[str, Counter[str | None]] = {path: Counter() for path in paths}
    for path, generation, documents in connection.execute(query):
        counted[path][generation] += documents
    return counted


def never_read(connection: Connection, source: int, entity: Entity) -> set[str]:
    """Return the paths of what is not loaded because it could not be read at all: folders, links, files."""
    query = select(ledger.c.path).where(
        KEPT_OUT,
        ledger.c.source_id == source,
        ledger.c.entity == entity.name,
        ledger.c.pointer == "",
        ledger.c.file_sha256.is_(None),
    )
    return set(connection.scalars(query))


def known_documents(
    connection: Connection, source: int, entity: Entity, paths: Sequence[str]
) -> dict[tuple[str, str], KnownDocument]:
    """Return what the ledger knows of the documents in the files at ``paths``, by place."""
    table = ENTITY_TABLES[entity.name]
    columns = [ledger.c[name] for name in KnownDocument._fields if name != "row_is_gone"]
    query = (
        select(ledger.c.path, ledger.c.pointer, *columns, cast(_row_is_gone(table), Boolean))
        .select_from(ledger.outerjoin(table, table.c.id == ledger.c.record_id))
        .where(ledger.c.source_id == source, DIALECT.among(ledger.c.path, paths))
        .order_by(ledger.c.path, ledger.c.pointer)
    )
    return {(path, pointer): KnownDocument(*known) for path, pointer, *known in connection.execute(query)}


def _outside_indexes(table: Table) -> Column[Any]:
    """Return a short column that no index holds: who counts it reads the rows."""
    indexed = {column for index in table.indexes for column in index.columns}
    return next(column for column in table.c if column not in indexed and not column.primary_key)


def _row_is_gone(table: Table) -> ColumnElement[bool]:
    """Return the condition that an entry's row is gone; ``table`` is joined to the ledger by id."""
    return ledger.c.content_sha256.is_not(None) & table.c.id.is_(None)


def orphans(connection: Connection, entity: Entity) -> set[str]:
    """Return the records of the ledger whose row is gone; the ledger's index alone tells."""
    table = ENTITY_TABLES[entity.name]
    is_there = exists(select(table.c.id).where(table.c.id == ledger.c.record_id))
    query = select(ledger.c.record_id).where(
        ledger.c.entity == entity.name, ledger.c.record_id.is_not(None), ~is_there
    )
    return set(connection.scalars(query))
