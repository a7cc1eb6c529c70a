"""The values that a run hands on: a batch, what becomes of its documents, and what it came to."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from ..diagnostics import Diagnostic
from ..entities import Entity
from ..store.ledger import KnownDocument
from ..store.model import LedgerEntry
from ..store.records import PendingReference, Row
from .outcome import Outcome, Tally
from .prepare import Candidate

Place = tuple[str, str]
"""Where a document stands: path and pointer."""


class RunRef(NamedTuple):
    """What ledger entries refer to: the run and the source."""

    run_id: int
    source_id: int


class RowWrite(NamedTuple):
    """The row that a document writes.

    Attributes:
        row: its values, in column order.
        replaces: whether a row of this id is there already.
        pending: its references whose parent has not come yet.
        takes_over: whether the documents that the row was made from before are gone.
        is_edit: whether it replaces a row, and the document is new or was edited since it was read before.
        was_gone: whether the ledger knew the record, but its row was gone.
        was_deleted: whether it was gone because it was deleted through the API.
    """

    row: Row
    replaces: bool = False
    pending: list[PendingReference] = []  # noqa: RUF012 - never changed
    takes_over: bool = False
    is_edit: bool = False
    was_gone: bool = False
    was_deleted: bool = False


class Decision(NamedTuple):
    """What becomes of one document, and everything that follows from it.

    Attributes:
        candidate: the document, as the ledger shall describe it.
        outcome: what the run counts it as.
        diagnostics: everything noticed about it; the reason is the first error, or else the last one.
        write: the row that it writes, if any. A later document of the batch may have replaced that row since.
        was_replaced: whether the ledger calls it replaced: its row has another document's content (a
            conflict), or the record was changed or deleted through the API (unchanged, because that was done
            on purpose).
    """

    candidate: Candidate
    outcome: Outcome
    diagnostics: list[Diagnostic]
    write: RowWrite | None = None
    was_replaced: bool = False

    @property
    def code(self) -> str:
        """The code of its first error, or else of the last diagnostic: why it was not loaded."""
        errors = (diagnostic.code for diagnostic in self.diagnostics if diagnostic.severity == "error")
        return next(errors, self.diagnostics[-1].code)


@dataclass
class Batch:
    """Documents of one entity that are written together.

    Attributes:
        entity: what all of them are.
        documents: those that were read, in source order.
        reread_paths: files among theirs that the ledger knows.
        notices: what was noticed that belongs to no single document.
        is_read: whether any of its files was opened, or could not be.
        files_read: files whose bytes were read.
        files_refused: files that could not be read.
        skipped_files: files that were not read because they have not changed.
        skipped_documents: the documents in these.
        skipped_generations: the same, by generation.
        superseded: those of the skipped documents whose row has other content since.
        is_last: whether nothing comes after this batch.
        size_bytes: the size of the files that were read.
        known: what the ledger says of documents in ``reread_paths``; looked up when the batch is loaded,
            because an earlier batch may have changed it.
        gone_rows: records that the ledger knows, but whose row was gone when the run began.
    """

    entity: Entity
    documents: list[Candidate] = field(default_factory=list)
    reread_paths: list[str] = field(default_factory=list)
    notices: list[Diagnostic] = field(default_factory=list)
    is_read: bool = False
    files_read: int = 0
    files_refused: int = 0
    skipped_files: int = 0
    skipped_documents: int = 0
    skipped_generations: Counter[str | None] = field(default_factory=Counter)
    superseded: list[LedgerEntry] = field(default_factory=list)
    is_last: bool = False
    size_bytes: int = 0
    known: dict[Place, KnownDocument] = field(default_factory=dict)
    gone_rows: set[str] = field(default_factory=set)


class BatchResult(NamedTuple):
    """What a batch came to.

    Attributes:
        tally: its documents by outcome; also changes in what earlier batches had counted.
        generations: the documents that were read or skipped, by generation.
        diagnostics: everything noticed, as the database keeps it.
        decisions: one for each document that was read.
        retracted: how many earlier "document-superseded" no longer hold.
    """

    tally: Tally
    generations: Counter[str | None]
    diagnostics: list[Diagnostic]
    decisions: list[Decision]
    retracted: int = 0
