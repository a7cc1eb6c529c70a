"""Documents that had their id from their file's name, found again by what was in them."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Table,
    Text,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.schema import CreateTable, DropTable

from ...entities import Entity
from ..dialect import DIALECT
from ..ledger.files import KnownDocument
from ..model import REPLACED, SETTLED, LocatedEntry
from ..tables import ledger, sources
from .holders import LOCATED_ENTRY

_noted = Table(
    "former_contents",
    MetaData(),
    Column("entity", Text, primary_key=True),
    Column("content_sha256", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)

_IS_NAMED_BY_FILE = ledger.c.derived.contains('"id"')


class Former(NamedTuple):
    """A document that is named by its file, and had some content when it was read last."""

    holder: LocatedEntry
    known: KnownDocument


def begin_noting(connection: Connection) -> None:
    """Make the temporary table for the contents of a source; the database itself is not written to.

    No index of the ledger leads from a content to its documents, and reading all of it for every batch would
    take a time that grows with the square of the documents.
    """
    connection.execute(DropTable(_noted, if_exists=True))
    connection.execute(CreateTable(_noted))


def note_formers(connection: Connection, source: int, entity: Entity) -> None:
    """Note in which files the documents of an entity stand that are named by their file."""
    query = select(literal(entity.name), ledger.c.content_sha256, ledger.c.path).where(
        ledger.c.source_id == source,
        ledger.c.entity == entity.name,
        ledger.c.content_sha256.is_not(None),
        _IS_NAMED_BY_FILE,
    )
    ordered = query.order_by(ledger.c.content_sha256, ledger.c.path)  # makes it many times faster
    noting = insert(_noted).prefix_with("OR IGNORE")
    connection.execute(noting.from_select(["entity", "content_sha256", "path"], ordered))


def formers(connection: Connection, source: int, entity: Entity, contents: Collection[str]) -> list[Former]:
    """Return a source's documents that are named by their file and have one of these contents.

    They come in the order of paths.

    Those whose row has other content since are among them. Only files that were noted are looked at, as the
    ledger knows them now.
    """
    paths = select(_noted.c.path).where(
        _noted.c.entity == entity.name, DIALECT.among(_noted.c.content_sha256, contents)
    )
    query = (
        select(*LOCATED_ENTRY)
        .join(sources, sources.c.id == ledger.c.source_id)
        .where(
            ledger.c.source_id == source,
            ledger.c.path.in_(paths),
            ledger.c.entity == entity.name,
            _IS_NAMED_BY_FILE,
            or_(ledger.c.outcome.in_(SETTLED), ledger.c.code == REPLACED),
            DIALECT.among(ledger.c.content_sha256, contents),
        )
    )
    found = []
    for row in connection.execute(query):
        holder = LocatedEntry(*row)
        known = KnownDocument(
            holder.outcome,
            holder.code,
            holder.record_id,
            holder.generation,
            holder.derived,
            holder.content_sha256,
            holder.file_sha256,
            row_is_gone=False,
        )
        found.append(Former(holder, known))
    return sorted(found, key=lambda one: (one.holder.path.split("/"), one.holder.pointer))
