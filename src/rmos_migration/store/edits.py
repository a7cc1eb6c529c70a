"""Single records, written or deleted on purpose, and the trace that this leaves in the ledger.

The trace is an entry of the source ``API``. The documents that a record was made from before are marked as
replaced, so that a later run neither undoes the change nor takes it for damage. The caller holds the writing
connection, in a transaction.
"""

from typing import Any, NamedTuple

from sqlalchemy import Connection

from ..entities import Entity
from .dialect import DIALECT
from .ledger import forget_deleted, source_id, supersede
from .model import API, DELETED, LedgerEntry
from .records import Row
from .tables import ledger


class EditTrace(NamedTuple):
    """What came through the API: what its record was made from, and the request's bytes, by size and hash.

    ``at_ns`` is when, in nanoseconds since 1970.
    """

    pointer: str
    generation: str | None
    derived: str | None
    content_sha256: str | None
    size_bytes: int
    sha256: str | None
    at_ns: int


def note_written(connection: Connection, entity: Entity, row: Row, written: EditTrace) -> None:
    """Enter in the ledger that a row holds what came through the API."""
    supersede(connection, entity, [row[0]])
    forget_deleted(connection, entity, [row[0]])
    _enter(connection, entity, row[0], written, outcome="migrated", code=None)


def note_deleted(connection: Connection, entity: Entity, record_id: str, written: EditTrace) -> None:
    """Enter in the ledger that a record was deleted."""
    supersede(connection, entity, [record_id])
    _enter(connection, entity, record_id, written, outcome="conflict", code=DELETED)


def _enter(connection: Connection, entity: Entity, record_id: str, written: EditTrace, **fate: Any) -> None:
    source, _ = source_id(connection, API)
    entry = LedgerEntry(
        source_id=source,
        path=entity.name,
        pointer=written.pointer,
        entity=entity.name,
        record_id=record_id,
        generation=written.generation,
        derived=written.derived,
        run_id=None,
        file_sha256=written.sha256,
        content_sha256=written.content_sha256,
        size_bytes=written.size_bytes,
        mtime_ns=written.at_ns,
        **fate,
    )
    DIALECT.insert_rows(connection, ledger, LedgerEntry._fields, [entry], or_update=True)
