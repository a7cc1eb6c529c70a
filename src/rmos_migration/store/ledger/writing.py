"""Writing what became of documents."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import (
    Connection,
    and_,
    case,
    delete,
    select,
    update,
)

from ...entities import Entity
from ..dialect import DIALECT
from ..ledger.conditions import IS_NOT_REPLACED, SAYS_WRITTEN
from ..ledger.holders import restore
from ..model import DELETED, ID_CONFLICT, REPLACED, LedgerEntry
from ..tables import ledger, rejects


def write_ledger(connection: Connection, entries: Sequence[LedgerEntry]) -> None:
    """Write what became of documents, whose files' earlier entries must be gone already."""
    DIALECT.insert_rows(connection, ledger, LedgerEntry._fields, entries)


def forget_files(connection: Connection, source: int, paths: Sequence[str]) -> None:
    """Take files out of the ledger and the rejects, because they were read anew."""
    for table in (ledger, rejects):
        if paths:
            connection.execute(
                delete(table).where(table.c.source_id == source, DIALECT.among(table.c.path, paths))
            )


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
                IS_NOT_REPLACED,
            )
            .values(outcome=outcome, code=code, content_sha256=None, derived=None)
        )


def forget_deleted(connection: Connection, entity: Entity, ids: Collection[str]) -> None:
    """Forget that records were deleted, because they are there again."""
    connection.execute(
        delete(ledger).where(
            ledger.c.entity == entity.name, DIALECT.among(ledger.c.record_id, ids), ledger.c.code == DELETED
        )
    )


def give_up_lost(connection: Connection, entity: Entity, contents: Mapping[str, str]) -> set[str]:
    """Make history of edits whose rows were gone and are made again; return their ids.

    Other documents with the content that made them now have arrived again, too.
    """
    of_these = and_(
        ledger.c.entity == entity.name, DIALECT.among(ledger.c.record_id, list(contents)), SAYS_WRITTEN
    )
    found = set(connection.scalars(select(ledger.c.record_id).where(of_these))) if contents else set()
    if found:
        connection.execute(update(ledger).where(of_these).values(outcome="conflict", code=REPLACED))
        restore(connection, entity, {one: contents[one] for one in found})
    return found
