"""What the decisions on a batch have written: rows, ledger, rejects, diagnostics and counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..diagnostics import Diagnostic, diagnose
from ..store.model import REPLACED, LedgerEntry
from ..store.records import PendingReference, Row
from .carried_provenance import CarriedProvenance
from .model import Batch, Decision, Place, RowWrite, RunRef
from .outcome import Outcome, Tally
from .prepare import Candidate


@dataclass
class BatchWrites:
    """What a batch writes.

    Attributes:
        inserts: new rows, and ``inserted_by`` the document that each is made from.
        replacements: rows in place of others, in order, and ``replaced_by`` the document of each.
        replaced: the document that each replaced row is made from in the end, by record.
        remade: the document that each row is made from which the ledger knew, but was gone; by record.
        undeleted: those of ``remade`` that were deleted through the API.
        pending: references whose parent has not come, by record.
        taken_over: records whose former documents are gone.
        edited: records whose row got the content of a document that is new or was edited.
        mentioning: the documents that write a row and have parts which refer to other records.
        unchanged: the places of documents that were read again and are unchanged.
        entries: an entry of the ledger for each document.
        rejected: the decisions on documents whose bytes are kept.
        diagnostics: everything noticed about single documents.
        restored: notices of rows that were gone and are made again.
        tally: the documents by outcome.
    """

    inserts: list[Row] = field(default_factory=list)
    inserted_by: list[Candidate] = field(default_factory=list)
    replacements: list[Row] = field(default_factory=list)
    replaced_by: list[Candidate] = field(default_factory=list)
    replaced: dict[str, Candidate] = field(default_factory=dict)
    remade: dict[str, Candidate] = field(default_factory=dict)
    undeleted: set[str] = field(default_factory=set)
    pending: dict[str, list[PendingReference]] = field(default_factory=dict)
    taken_over: set[str] = field(default_factory=set)
    edited: set[str] = field(default_factory=set)
    mentioning: list[Candidate] = field(default_factory=list)
    unchanged: list[Place] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    rejected: list[Decision] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    restored: list[Diagnostic] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def add_row(self, write: RowWrite, candidate: Candidate) -> None:
        """Add a row, with what follows from its being written."""
        record_id = write.row[0]
        if write.replaces:
            self.replacements.append(write.row)
            self.replaced_by.append(candidate)
            self.replaced[record_id] = candidate
        else:
            self.inserts.append(write.row)
            self.inserted_by.append(candidate)
        if write.pending or record_id in self.pending:
            self.pending[record_id] = write.pending
        if candidate.mentions:
            self.mentioning.append(candidate)
        if write.was_gone:
            self.remade[record_id] = candidate
        if write.was_deleted:
            self.undeleted.add(record_id)
        if write.takes_over:
            self.taken_over.add(record_id)
        if write.is_edit:
            self.edited.add(record_id)


def fold(decisions: Sequence[Decision], batch: Batch, ref: RunRef) -> BatchWrites:
    """Collect what decisions have written; nothing is looked up or decided here."""
    writes = BatchWrites()
    entity, known = batch.entity.name, batch.known
    gone = {
        (path, one.record_id) for (path, _), one in known.items() if one.row_is_gone and not one.was_replaced
    }
    for decision in decisions:  # once for every document of a run: keep it free of calls
        candidate, outcome, diagnostics, write, was_replaced = decision
        reading, pointer, record_id, _, content, generation, derived, *_ = candidate
        path, _, digest, size, mtime_ns, _ = reading
        entered, code = outcome, None
        if was_replaced:
            entered, code = Outcome.CONFLICT, REPLACED
        elif outcome is Outcome.REJECTED or outcome is Outcome.CONFLICT:
            code, content, derived = decision.code, None, None
            if outcome is Outcome.REJECTED:
                writes.rejected.append(decision)
        entry = LedgerEntry(
            ref.source_id, path, pointer, entity, record_id, generation, entered._value_, code, derived,
            ref.run_id, digest, content, size, mtime_ns,
        )  # fmt: skip
        writes.entries.append(entry)
        if diagnostics:
            writes.diagnostics += diagnostics
        if write is not None:
            writes.add_row(write, candidate)
        if known and outcome is Outcome.UNCHANGED and (path, pointer) in known:
            writes.unchanged.append((path, pointer))
        if gone and outcome is Outcome.MIGRATED and (path, record_id) in gone:
            message = "the row was gone; it was made again"
            writes.restored.append(diagnose("record-restored", message, candidate.location))
    if known:
        carried = CarriedProvenance(known, writes.replaced)
        writes.entries = carried.given_to(writes.entries)
        writes.entries += carried.left(batch.reread_paths, ref.source_id, entity, ref.run_id)
    writes.tally = _tally(decisions, batch)
    return writes


def _tally(decisions: Sequence[Decision], batch: Batch) -> Tally:
    """Count a batch's documents by outcome, also those that were skipped because nothing has changed."""
    tally = Tally(found=len(decisions) + batch.skipped_documents)
    tally.count(Outcome.UNCHANGED, batch.skipped_documents - len(batch.superseded))
    tally.count(Outcome.CONFLICT, len(batch.superseded))
    outcomes = [decision.outcome for decision in decisions]
    for outcome in Outcome:
        tally.count(outcome, outcomes.count(outcome))
    return tally
