"""Runs and their books: run rows, sources, ledger, diagnostics, rejects."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    Table,
    and_,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)

from ..diagnostics import Diagnostic
from ..entities import Entity
from .bulk import among, insert_rows
from .tables import ENTITY_TABLES, diagnostics, ledger, rejects, runs, sources

SETTLED = ("migrated", "unchanged")
"""Ledger outcomes of documents that arrived."""

REPLACED = "record-replaced"
"""Code of a document whose content was in the row until another document replaced it."""

GONE = "gone:"
"""Before a record's id, in place of a pointer: the entry's document was taken out of a file that was read again. The
entry still says what the row was made from."""


SPEAKS_OF_ROW = and_(ledger.c.content_sha256.is_not(None), func.coalesce(ledger.c.code, "") != REPLACED)
"""Ledger entries that say what a row was made from."""


class LedgerEntry(NamedTuple):
    """What became of one document, as of now. Field order is column order.

    ``content_sha256``, ``generation`` and ``derived`` describe the content that this place gave to its row; where a
    file was edited or broken afterwards, they stay those of the version in the row. A document that never got into a
    row has no ``content_sha256``.
    """

    source_id: int
    path: str
    pointer: str
    entity: str
    record_id: str | None
    generation: str | None
    outcome: str
    code: str | None
    derived: str | None
    run_id: int
    file_sha256: str | None
    content_sha256: str | None
    size_bytes: int | None
    mtime_ns: int | None


class Reject(NamedTuple):
    """The original bytes of a document that was kept out; None where they could not be read."""

    source_id: int
    path: str
    pointer: str
    run_id: int
    code: str
    body: bytes | None


class KnownFile(NamedTuple):
    """What the ledger says of a file: size and mtime when last read, its documents, and whether all arrived.

    ``settled`` is false when a document of it may fare better now: it was kept out or in conflict, or its row is gone.
    ``generations`` counts its documents by the generation that wrote them.
    """

    path: str
    size_bytes: int | None
    mtime_ns: int | None
    documents: int
    settled: bool
    generations: Mapping[str | None, int]


class KnownDocument(NamedTuple):
    """What the ledger says of one document, and whether the row it went into is gone."""

    outcome: str
    code: str | None
    record_id: str | None
    generation: str | None
    derived: str | None
    content_sha256: str | None
    row_is_gone: bool

    @property
    def was_replaced(self) -> bool:
        """Whether its content was in the row until another document replaced it."""
        return self.code == REPLACED

    @property
    def is_in_row(self) -> bool:
        """Whether what the row holds came from this place."""
        return self.content_sha256 is not None and not self.was_replaced and not self.row_is_gone


def now() -> str:
    """The current time as it is stored: UTC, ISO 8601, microseconds, Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def begin_run(
    connection: Connection,
    *,
    source: str,
    dry_run: bool,
    options: Mapping[str, Any],
    tool_version: str,
    at: str,
) -> int:
    """Write the row of a run that starts; a run still called running has lost its process and is interrupted."""
    connection.execute(update(runs).where(runs.c.status == "running").values(status="interrupted"))
    row = insert(runs).values(
        started_at=at,
        status="running",
        source=source,
        dry_run=int(dry_run),
        options_json=orjson.dumps(options).decode(),
        tool_version=tool_version,
    )
    (run_id,) = connection.execute(row).inserted_primary_key or (0,)
    return int(run_id)


def write_progress(connection: Connection, run_id: int, counts: Mapping[str, Any]) -> None:
    """Write a run's counts so far, in the transaction of the batch they count."""
    connection.execute(
        update(runs).where(runs.c.id == run_id).values(counts_json=orjson.dumps(counts).decode())
    )


def finish_run(
    connection: Connection,
    run_id: int,
    *,
    status: str,
    counts: Mapping[str, Any],
    at: str,
    duration_seconds: float,
) -> None:
    """Write how a run ended."""
    connection.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            status=status,
            finished_at=at,
            duration_seconds=duration_seconds,
            counts_json=orjson.dumps(counts).decode(),
        )
    )


def source_id(connection: Connection, location: str) -> tuple[int, bool]:
    """The number of a source tree, and whether it is new."""
    known = connection.scalar(select(sources.c.id).where(sources.c.location == location))
    if known is not None:
        return known, False
    (made,) = connection.execute(insert(sources).values(location=location)).inserted_primary_key or (0,)
    return int(made), True


def known_files(
    connection: Connection, source: int, entity: Entity, paths: Sequence[str]
) -> dict[str, KnownFile]:
    """What the ledger says of the files at ``paths``, by path."""
    table = ENTITY_TABLES[entity.name]
    kept_out = ledger.c.outcome.not_in(SETTLED) & (func.coalesce(ledger.c.code, "") != REPLACED)
    unsettled = kept_out | _row_is_gone(table)
    is_there = ~ledger.c.pointer.startswith(GONE)
    of_these = (ledger.c.source_id == source) & among(ledger.c.path, paths)
    generation = func.coalesce(ledger.c.generation, "")
    query = (
        select(
            ledger.c.path,
            func.min(ledger.c.size_bytes),
            func.min(ledger.c.mtime_ns),
            func.sum(cast(is_there, Integer)),
            func.max(cast(unsettled & is_there, Integer)) == 0,
            func.min(generation),
            func.max(generation),
        )
        .select_from(ledger.outerjoin(table, table.c.id == ledger.c.record_id))
        .where(of_these)
        .group_by(ledger.c.path)
    )
    files: dict[str, KnownFile] = {}
    mixed = []
    for path, size, mtime_ns, documents, settled, first, last in connection.execute(query):
        if first != last:
            mixed.append(path)
        files[path] = KnownFile(path, size, mtime_ns, documents, settled, {first or None: documents})
    if mixed:
        for path, counted in _generations(connection, source, mixed).items():
            files[path] = files[path]._replace(generations=counted)
    return files


def _generations(connection: Connection, source: int, paths: Sequence[str]) -> dict[str, Counter[str | None]]:
    """How many documents of which generation there are in each file; asked only for files of several."""
    query = (
        select(ledger.c.path, ledger.c.generation, func.count())
        .where(
            ledger.c.source_id == source,
            among(ledger.c.path, paths),
            ~ledger.c.pointer.startswith(GONE),
        )
        .group_by(ledger.c.path, ledger.c.generation)
    )
    counted: dict[str, Counter[str | None]] = {path: Counter() for path in paths}
    for path, generation, documents in connection.execute(query):
        counted[path][generation] += documents
    return counted


def known_documents(
    connection: Connection, source: int, entity: Entity, paths: Sequence[str]
) -> dict[tuple[str, str], KnownDocument]:
    """What the ledger says of the documents in the files at ``paths``, by path and pointer."""
    table = ENTITY_TABLES[entity.name]
    columns = [ledger.c[name] for name in KnownDocument._fields if name != "row_is_gone"]
    query = (
        select(ledger.c.path, ledger.c.pointer, *columns, cast(_row_is_gone(table), Boolean))
        .select_from(ledger.outerjoin(table, table.c.id == ledger.c.record_id))
        .where(ledger.c.source_id == source, among(ledger.c.path, paths))
    )
    return {(path, pointer): KnownDocument(*known) for path, pointer, *known in connection.execute(query)}


def _row_is_gone(table: Table) -> ColumnElement[bool]:
    """Whether a ledger entry speaks of a row that is not there; ``table`` is joined to the ledger by id."""
    return ledger.c.content_sha256.is_not(None) & table.c.id.is_(None)


def forget_files(connection: Connection, source: int, paths: Sequence[str]) -> None:
    """Take files out of the ledger and the rejects, because they were read anew."""
    for table in (ledger, rejects):
        if paths:
            connection.execute(delete(table).where(table.c.source_id == source, among(table.c.path, paths)))


def supersede(connection: Connection, entity: Entity, record_ids: Sequence[str]) -> None:
    """Mark the documents whose row was replaced by another document's content.

    One that was kept out stays so; it only no longer speaks of the row.
    """
    for record_id in record_ids:
        of_row = (
            (ledger.c.entity == entity.name)
            & (ledger.c.record_id == record_id)
            & ledger.c.content_sha256.is_not(None)
        )
        arrived = ledger.c.outcome.in_(SETTLED)
        kept_out = ~arrived & (func.coalesce(ledger.c.code, "") != REPLACED)
        connection.execute(delete(ledger).where(of_row, ledger.c.pointer.startswith(GONE)))
        connection.execute(update(ledger).where(of_row, kept_out).values(content_sha256=None, derived=None))
        connection.execute(update(ledger).where(of_row, arrived).values(outcome="conflict", code=REPLACED))


def write_ledger(connection: Connection, entries: Sequence[LedgerEntry]) -> None:
    """Write what became of documents; what the ledger said of their files before must be forgotten already."""
    insert_rows(connection, ledger, LedgerEntry._fields, entries)


def write_rejects(connection: Connection, kept_out: Sequence[Reject]) -> None:
    """Keep the original bytes of rejected documents."""
    insert_rows(connection, rejects, Reject._fields, kept_out)


def write_diagnostics(connection: Connection, run_id: int, found: Sequence[Diagnostic]) -> None:
    """Keep what was noticed in a run."""
    columns = ("run_id", "path", "pointer", "line", "column", "code", "severity", "message", "hint")
    rows = [
        (run_id, *location, code, severity.value, message, hint)
        for code, severity, message, location, hint in found
    ]
    insert_rows(connection, diagnostics, columns, rows)
