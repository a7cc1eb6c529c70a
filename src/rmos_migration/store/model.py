"""The words and values of the books: what the ledger calls what became of a document."""

from datetime import UTC, datetime
from typing import NamedTuple

SETTLED = ("migrated", "unchanged")
"""Ledger outcomes of documents that arrived."""

REPLACED = "record-replaced"
"""Code of a document whose content was in the row until another document replaced it."""

ID_CONFLICT = "id-conflict"
"""Code of a document whose id is taken by other content."""

TAKEN_OVER = "record-taken-over"
"""Code of what is said of a document that took over the row of another one, which is gone."""

UNRESOLVED = (ID_CONFLICT, "reference-missing", "refused-by-database")
"""Codes of documents that were rejected for what the database held, or for what the user asked for; nothing
is wrong with them by themselves."""

GONE = "gone:"
"""Before a record's id, in place of a pointer: the entry's document was taken out of a file that was read
again. The entry still says what the row was made from."""

API = "api:"
"""In place of a folder: the source of the records that were written one by one, through the API."""

DELETED = "record-deleted"
"""Code of the entry that is left of a record which was deleted through the API. It names the record, and no
content."""


SUPERSEDED = "document-superseded"
"""Code of what is said of a document that another one replaced."""

CONFLICTS = (ID_CONFLICT, SUPERSEDED)
"""Codes that say why a document is in conflict."""

DocumentKey = tuple[str, str]
"""Where a document stands: path and pointer."""


class LedgerEntry(NamedTuple):
    """What became of one document, as of now. Field order is column order.

    ``content_sha256``, ``generation`` and ``derived`` describe the content that this place gave to its row;
    where a file was edited or broken afterwards, they stay those of the version in the row. A document that
    never got into a row has no ``content_sha256``.

    A record that was written through the API has an entry of the source ``API``, with its table for a path
    and its id for a pointer, without a run; its bytes are those of the request, and its time that of the
    change.
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

    @property
    def record(self) -> str:
        """The record's id, for an entry that was looked up by one."""
        return self.record_id or ""

    @property
    def was_taken_out(self) -> bool:
        """Whether the document's file was read again without it."""
        return self.pointer.startswith(GONE)

    @property
    def speaks_of_row(self) -> bool:
        """Whether the row holds what the document gave, at least in an earlier version."""
        return self.content_sha256 is not None and self.code != REPLACED

    @property
    def is_in_row(self) -> bool:
        """Whether the document arrived, and is what its row holds."""
        return self.outcome in SETTLED and self.speaks_of_row


class LocatedEntry(NamedTuple):
    """A ledger entry with the folder of its source; empty where the ledger names no known source."""

    location: str
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

    @property
    def entry(self) -> LedgerEntry:
        """The entry alone."""
        return LedgerEntry(*self[1:])

    @property
    def record(self) -> str:
        """The record's id, for an entry that was looked up by one."""
        return self.record_id or ""

    @property
    def was_taken_out(self) -> bool:
        """Whether the document's file was read again without it."""
        return self.pointer.startswith(GONE)

    @property
    def speaks_of_row(self) -> bool:
        """Whether the row holds what the document gave, at least in an earlier version."""
        return self.content_sha256 is not None and self.code != REPLACED

    @property
    def is_from_api(self) -> bool:
        """Whether it came through the API."""
        return self.location == API


class RejectBody(NamedTuple):
    """The original bytes of a document that was not loaded; None where they could not be read."""

    source_id: int
    path: str
    pointer: str
    run_id: int
    code: str
    body: bytes | None


def now() -> str:
    """Return the current time as it is stored: UTC, ISO 8601, microseconds, Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class LedgerPlace(NamedTuple):
    """Where a document lies that is not loaded."""

    source_id: int
    path: str
    pointer: str
