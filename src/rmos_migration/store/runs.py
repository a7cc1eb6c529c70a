"""Runs and their books: run rows, sources, ledger, diagnostics, rejects."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Table, and_, case, delete, exists, func, insert, select, update

from ..diagnostics import Diagnostic, Location
from ..entities import Entity
from .bulk import among, insert_rows
from .tables import diagnostics, ledger, rejects, runs, sources

SETTLED = ("migrated", "unchanged")
"""Ledger outcomes of documents that arrived."""

REPLACED = "record-replaced"
"""Code of a document whose content was in the row until another document replaced it."""

ID_CONFLICT = "id-conflict"
"""Code of a document whose id is taken by other content."""

TAKEN_OVER = "record-taken-over"
"""Code of what is said of a document that took over the row of another one, which is gone."""

UNRESOLVED = (ID_CONFLICT, "reference-missing", "refused-by-database")
"""Codes of documents that were rejected for what the database held, or for what the user asked for; nothing is wrong with
them by themselves."""

GONE = "gone:"
"""Before a record's id, in place of a pointer: the entry's document was taken out of a file that was read again. The
entry still says what the row was made from."""

API = "api:"
"""In place of a folder: the source of the records that were written one by one, through the API."""

DELETED = "record-deleted"
"""Code of the entry that is left of a record which was deleted through the API. It names the record, and no content."""

FROM_API = ledger.c.source_id.in_(select(sources.c.id).where(sources.c.location == API))
"""Ledger entries of records that were written or deleted through the API."""

_written_here = ledger.alias("written_here")

IS_OF_EDITED_RECORD = exists(
    select(_written_here.c.path).where(
        _written_here.c.entity == ledger.c.entity,
        _written_here.c.record_id == ledger.c.record_id,
        _written_here.c.source_id.in_(select(sources.c.id).where(sources.c.location == API)),
        func.coalesce(_written_here.c.code, "") != REPLACED,
    )
)
"""Ledger entries of records that were changed or deleted through the API since."""

IS_SUPERSEDED = and_(ledger.c.code == REPLACED, ~FROM_API, ~IS_OF_EDITED_RECORD)
"""Ledger entries of documents that another document replaced."""

SPEAKS_OF_ROW = and_(ledger.c.content_sha256.is_not(None), func.coalesce(ledger.c.code, "") != REPLACED)
"""Ledger entries that say what a row was made from."""


class LedgerEntry(NamedTuple):
    """What became of one document, as of now. Field order is column order.

    ``content_sha256``, ``generation`` and ``derived`` describe the content that this place gave to its row; where a
    file was edited or broken afterwards, they stay those of the version in the row. A document that never got into a
    row has no ``content_sha256``.

    A record that was written through the API has an entry of the source ``API``, with its table for a path and its id
    for a pointer, without a run; its bytes are those of the request, and its time that of the change.
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
    run_id: int | None
    file_sha256: str | None
    content_sha256: str | None
    size_bytes: int | None
    mtime_ns: int | None


class Reject(NamedTuple):
    """The original bytes of a document that was not loaded; None where they could not be read."""

    source_id: int
    path: str
    pointer: str
    run_id: int
    code: str
    body: bytes | None


def now() -> str:
    """The current time as it is stored: UTC, ISO 8601, microseconds, Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def begin_run(
    connection: Connection,
    *,
    source: str,
    location: str,
    dry_run: bool,
    options: Mapping[str, Any],
    tool_version: str,
    at: str,
) -> int:
    """Write the row of a run that starts; a run still called running has lost its process and is interrupted."""
    connection.execute(update(runs).where(runs.c.status == "running").values(status="interrupted"))
    run_id = next_id(connection, runs)
    row = insert(runs).values(
        id=run_id,
        started_at=at,
        status="running",
        source=source,
        location=location,
        dry_run=int(dry_run),
        options_json=orjson.dumps(options).decode(),
        tool_version=tool_version,
    )
    connection.execute(row)
    return run_id


def next_id(connection: Connection, table: Table) -> int:
    """Return the number after the highest in the books, so that what was undone leaves no gap on any database."""
    return int(connection.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0) + 1


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
    stopped_by: str,
) -> None:
    """Write how a run ended; ``stopped_by`` says what cut it short, empty if nothing did."""
    connection.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            status=status,
            finished_at=at,
            duration_seconds=duration_seconds,
            counts_json=orjson.dumps(counts).decode(),
            stopped_by=stopped_by or None,
        )
    )


def source_id(connection: Connection, location: str) -> tuple[int, bool]:
    """The number of a source tree, and whether it is new."""
    known = connection.scalar(select(sources.c.id).where(sources.c.location == location))
    if known is not None:
        return known, False
    made = next_id(connection, sources)
    connection.execute(insert(sources).values(id=made, location=location))
    return made, True


def only_source(connection: Connection) -> tuple[int, str] | None:
    """Number and location of the legacy folder that this database was filled from, where there is just one."""
    found = connection.execute(
        select(sources.c.id, sources.c.location).where(sources.c.location != API)
    ).all()
    return (found[0].id, found[0].location) if len(found) == 1 else None


def some_paths(connection: Connection, source: int, limit: int) -> Sequence[str]:
    """Paths of files that the ledger knows in a source."""
    query = select(ledger.c.path).where(ledger.c.source_id == source).distinct()
    return connection.scalars(query.order_by(ledger.c.path).limit(limit)).all()


def move_source(connection: Connection, source: int, location: str) -> None:
    """Note that a source lies elsewhere now."""
    connection.execute(update(sources).where(sources.c.id == source).values(location=location))


def forget_files(connection: Connection, source: int, paths: Sequence[str]) -> None:
    """Take files out of the ledger and the rejects, because they were read anew."""
    for table in (ledger, rejects):
        if paths:
            connection.execute(delete(table).where(table.c.source_id == source, among(table.c.path, paths)))


def disown(connection: Connection, entity: Entity, contents: Mapping[str, str]) -> None:
    """Mark documents whose row was gone and is made again from other content: they no longer speak of it."""
    is_rejected = ledger.c.outcome == "rejected"
    outcome = case((is_rejected, "rejected"), else_="conflict")
    code = case((is_rejected, ledger.c.code), else_=ID_CONFLICT)
    for record_id, content in contents.items():
        connection.execute(
            update(ledger)
            .where(
                ledger.c.entity == entity.name,
                ledger.c.record_id == record_id,
                ledger.c.content_sha256 != content,
                func.coalesce(ledger.c.code, "") != REPLACED,
            )
            .values(outcome=outcome, code=code, content_sha256=None, derived=None)
        )


def deleted_ids(connection: Connection, entity: Entity, ids: Collection[str]) -> set[str]:
    """Those of ``ids`` whose record was deleted through the API."""
    query = select(ledger.c.record_id).where(
        ledger.c.entity == entity.name, among(ledger.c.record_id, ids), ledger.c.code == DELETED
    )
    return set(connection.scalars(query))


def set_aside(connection: Connection, entity: Entity, ids: Collection[str]) -> set[tuple[str, str]]:
    """Record id and content of the documents whose record was changed or deleted through the API since."""
    if connection.scalar(select(sources.c.id).where(sources.c.location == API)) is None:
        return set()
    edited = select(ledger.c.record_id).where(
        ledger.c.entity == entity.name, FROM_API, func.coalesce(ledger.c.code, "") != REPLACED
    )
    query = select(ledger.c.record_id, ledger.c.content_sha256).where(
        ledger.c.entity == entity.name,
        among(ledger.c.record_id, ids),
        ledger.c.code == REPLACED,
        ledger.c.record_id.in_(edited),
    )
    return {(row.record_id, row.content_sha256) for row in connection.execute(query)}


def forget_deleted(connection: Connection, entity: Entity, ids: Collection[str]) -> None:
    """Forget that records were deleted, because they are there again."""
    connection.execute(
        delete(ledger).where(
            ledger.c.entity == entity.name, among(ledger.c.record_id, ids), ledger.c.code == DELETED
        )
    )


def write_ledger(connection: Connection, entries: Sequence[LedgerEntry]) -> None:
    """Write what became of documents; what the ledger said of their files before must be forgotten already."""
    insert_rows(connection, ledger, LedgerEntry._fields, entries)


def write_rejects(connection: Connection, kept_out: Sequence[Reject]) -> None:
    """Keep the original bytes of rejected documents, in place of what was kept at their places before."""
    insert_rows(connection, rejects, Reject._fields, kept_out, or_update=True)


def write_diagnostics(connection: Connection, run_id: int, found: Sequence[Diagnostic]) -> None:
    """Keep what was noticed in a run."""
    if not found:
        return
    columns = ("id", "run_id", *Location._fields, "code", "severity", "message", "hint")
    rows = [
        (number, run_id, *location, code, severity.value, message, hint)
        for number, (code, severity, message, location, hint) in enumerate(
            found, next_id(connection, diagnostics)
        )
    ]
    insert_rows(connection, diagnostics, columns, rows)


def retract(connection: Connection, run_id: int, code: str, documents: Collection[tuple[str, str]]) -> int:
    """Take back what a run said of documents, given by path and pointer; returns how much that was."""
    retracted = 0
    for path, document in documents:
        said = and_(
            diagnostics.c.run_id == run_id,
            diagnostics.c.path == path,
            diagnostics.c.document == document,
            diagnostics.c.code == code,
        )
        retracted += connection.execute(delete(diagnostics).where(said)).rowcount
    return retracted
