"""What becomes of each document of a batch, given the database (docs/domain.md, Duplicates, References).

Look-ups are made for the whole batch at once. Every decision says what follows from it; nothing is written
here.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from ..diagnostics import Diagnostic, Severity, diagnose, shown
from ..store.ledger import superseded
from ..store.records import Row, content_of, existing_ids, rows_of
from .batch_history import BatchHistory
from .conflicts import conflict, how_free
from .differences import changes_on_replacing, differences, in_words
from .linking import keeping_created_at, softly_linked_batch
from .model import Batch, Decision, Place, RowWrite
from .options import MissingReferences, OnConflict
from .outcome import Outcome
from .prepare import Candidate
from .provenance import Provenance
from .references import Linked, ParentLookup
from .run_progress import RunProgress


class _RecordState:
    """One id, as the documents of the batch have left it so far.

    Attributes:
        exists: whether there is a row.
        content_sha256: the content hash of that row, where it is known.
        row: that row, where it was looked up.
        writer: the document of the batch that gave the row its content.
        first_arrived: of the documents of the batch that had the row's content, the first by its place.
        arrived: indexes of decisions on documents that have the row's content.
        displaced: indexes of decisions on documents whose row has other content now.
        overridden: indexes of decisions on documents whose record was changed or deleted through the API.
        is_edited: whether the row got the content of a document that is new or was edited.
        is_made_again: whether it was deleted through the API and is made again.
    """

    def __init__(self, content_sha256: str | None, row: Row | None, *, exists: bool) -> None:
        self.exists = exists
        self.content_sha256 = content_sha256
        self.row = row
        self.writer: Candidate | None = None
        self.first_arrived: Candidate | None = None
        self.arrived: list[int] = []
        self.displaced: list[int] = []
        self.overridden: list[int] = []
        self.is_edited = False
        self.is_made_again = False


def resolve(
    connection: Connection, batch: Batch, refused: Mapping[Place, str], progress: RunProgress
) -> list[Decision]:
    """Decide what becomes of each document of a batch.

    Args:
        connection: for look-ups only.
        batch: documents in source order, with what the ledger says of them.
        refused: documents whose row the database refused in an earlier attempt, with its reason.
        progress: the run so far.
    """
    return _Resolver(connection, batch, refused, progress).decisions()


class _Resolver:
    def __init__(
        self, connection: Connection, batch: Batch, refused: Mapping[Place, str], progress: RunProgress
    ) -> None:
        self.connection = connection
        self.entity = batch.entity
        self.options = progress.options
        self.gone_rows = batch.gone_rows
        self.refused = refused
        self.edited_before = progress.edited[batch.entity.name]
        self.documents = softly_linked_batch(connection, batch.entity, batch.documents)
        read_here = {path for path, _ in batch.known}
        self.provenance = Provenance(connection, batch.entity, progress, self.documents, read_here)
        self.history = BatchHistory(connection, batch, self.documents)
        self.references = ParentLookup(connection, batch.entity, self.documents, progress.looks)
        self.records = self._look_up_records()
        self.made: list[Decision] = []

    def decisions(self) -> list[Decision]:
        for candidate in self.documents:
            self._decide(candidate)
        return self.made

    def _look_up_records(self) -> dict[str, _RecordState]:
        wanted = {one.record_id: one.content_sha256 for one in self.documents if one.record_id is not None}
        there = existing_ids(self.connection, self.entity.name, wanted)
        contents = content_of(self.connection, self.entity, there) if there else {}
        different = {found for found in there if contents.get(found) != wanted[found]}
        self.provenance.wanted = different
        rows = rows_of(self.connection, self.entity, different) if different else {}
        return {one: _RecordState(contents.get(one), rows.get(one), exists=one in there) for one in wanted}

    # one document

    def _decide(self, candidate: Candidate) -> None:
        record_id = candidate.record_id
        if record_id is None:
            self._reject(candidate, [])
            return
        record = self.records[record_id]
        if self.refused and candidate.place in self.refused:
            message = f"the database says: {self.refused[candidate.place]}"
            self._reject(candidate, [diagnose("refused-by-database", message, candidate.location)])
        elif record.exists and self._is_same(candidate, record):
            record.content_sha256 = candidate.content_sha256
            self._arrive(record, Decision(candidate, Outcome.UNCHANGED, candidate.diagnostics))
        elif record.exists:
            self._settle(candidate, record_id, record)
        elif not self.history.was_replaced(candidate) or self.history.is_edit_lost(record_id):
            self._insert(candidate, record_id, record)
        elif self.provenance.is_free(record_id):
            message = (
                f"{how_free(candidate, record_id, self.provenance)}, and is made again, because it was gone"
            )
            taken_over = diagnose("record-taken-over", message, candidate.location)
            self._insert(candidate, record_id, record, taken_over)
        else:
            self._supersede(candidate, record)

    def _is_same(self, candidate: Candidate, record: _RecordState) -> bool:
        if record.content_sha256 is not None:
            return record.content_sha256 == candidate.content_sha256
        made = self.references.linked(candidate).row
        return record.row is not None and not differences(self.entity, record.row, made)

    def _settle(self, candidate: Candidate, record_id: str, record: _RecordState) -> None:
        """Decide on a document whose id is taken by other content."""
        is_held_here = record.writer is not None or bool(record.arrived)
        is_free = not is_held_here and self.provenance.is_free(record_id)
        is_replacing = self.options.on_conflict is OnConflict.REPLACE
        is_old = self.history.was_replaced(candidate) or (is_replacing and self._is_old(candidate, record))
        if not is_free and is_old:
            self._supersede(candidate, record)
            return
        linked = self.references.linked(candidate)
        if self._is_missing_refused(linked):
            self._reject(candidate, self.references.notices(candidate, linked))
            return
        current = record.row or rows_of(self.connection, self.entity, [record_id])[record_id]
        if is_free:
            message = (
                f"{how_free(candidate, record_id, self.provenance)}: {self._changes(candidate, current)}"
            )
            self._replace(
                candidate, record, current, diagnose("record-taken-over", message, candidate.location)
            )
        elif is_replacing:
            message = f"id {shown(record_id)} was replaced: {self._changes(candidate, current)}"
            self._replace(
                candidate, record, current, diagnose("record-replaced", message, candidate.location)
            )
        else:
            self._conflict(candidate, record, differences(self.entity, current, linked.row))

    def _is_old(self, candidate: Candidate, record: _RecordState) -> bool:
        """Return whether a document is what it was, and its row has the content of one that is newer."""
        if self.history.had_row(candidate):
            return True
        is_edited = record.is_edited or candidate.record_id in self.edited_before
        return is_edited and self.history.was_in_conflict(candidate)

    def _is_missing_refused(self, linked: Linked) -> bool:
        return bool(linked.missing) and self.options.missing_references is MissingReferences.REJECT

    # decisions, and what follows from them

    def _insert(
        self, candidate: Candidate, record_id: str, record: _RecordState, taken_over: Diagnostic | None = None
    ) -> None:
        """Make a new row."""
        linked = self.references.linked(candidate)
        notices = self.references.notices(candidate, linked)
        if self._is_missing_refused(linked):
            self._reject(candidate, notices)
            return
        pending = self.references.pending(record_id, linked)
        write = RowWrite(
            linked.row,
            pending=pending,
            takes_over=taken_over is not None,
            was_gone=record_id in self.gone_rows,
            was_deleted=record_id in self.history.deleted,
        )
        said = [*candidate.diagnostics, *([taken_over] if taken_over else []), *notices]
        record.exists, record.writer = True, candidate
        record.content_sha256, record.row = candidate.content_sha256, linked.row
        if write.was_deleted:
            record.is_made_again = True
            for index in record.overridden:
                self.made[index] = self._in_conflict(self.made[index])
        self._arrive(record, Decision(candidate, Outcome.MIGRATED, said, write))

    def _replace(self, candidate: Candidate, record: _RecordState, current: Row, said: Diagnostic) -> None:
        """Give the row this document's content, and take it from others of the batch that had it."""
        kept = keeping_created_at(self.entity, candidate, current)
        linked = self.references.linked(kept)  # again: what is detached must be the last that goes into extra
        is_edit = not self.history.was_in_conflict(candidate)
        pending = self.references.pending(str(candidate.record_id), linked)
        is_taken_over = said.code == "record-taken-over"
        write = RowWrite(
            linked.row, replaces=True, pending=pending, takes_over=is_taken_over, is_edit=is_edit
        )
        record.is_edited = record.is_edited or is_edit
        record.writer, record.content_sha256, record.row = candidate, candidate.content_sha256, linked.row
        self._displace(candidate, record)
        notices = self.references.notices(candidate, linked)
        self._arrive(record, Decision(kept, Outcome.MIGRATED, [*kept.diagnostics, said, *notices], write))

    def _displace(self, winner: Candidate, record: _RecordState) -> None:
        """Decide anew on earlier documents of the batch, now that the row has the winner's content."""
        arrived, displaced = record.arrived, record.displaced
        record.arrived, record.displaced = [], []
        for index in arrived:
            self.made[index] = self._in_conflict(self.made[index])
            record.displaced.append(index)
        for index in displaced:
            old = self.made[index]
            if old.candidate.content_sha256 != winner.content_sha256:
                record.displaced.append(index)
                continue
            said = [one for one in old.diagnostics if one.code != "document-superseded"]
            self.made[index] = old._replace(outcome=Outcome.UNCHANGED, diagnostics=said, was_replaced=False)
            record.arrived.append(index)
        for index in arrived + displaced:
            old = self.made[index]
            self.made[index] = old._replace(candidate=self.history.as_in_row(old.candidate))

    def _in_conflict(self, old: Decision) -> Decision:
        said = superseded(str(old.candidate.record_id), old.candidate.location)
        return old._replace(outcome=Outcome.CONFLICT, diagnostics=[*old.diagnostics, said], was_replaced=True)

    def _supersede(self, candidate: Candidate, record: _RecordState) -> None:
        """Leave the row to another document, or to what was changed or deleted through the API."""
        decision = Decision(candidate, Outcome.UNCHANGED, candidate.diagnostics, was_replaced=True)
        is_overridden = self.history.is_overridden(candidate)
        (record.overridden if is_overridden else record.displaced).append(len(self.made))
        is_kept = is_overridden and not record.is_made_again
        self.made.append(decision if is_kept else self._in_conflict(decision))

    def _conflict(self, candidate: Candidate, record: _RecordState, changes: list[str]) -> None:
        found = conflict(
            candidate,
            in_words(changes),
            self.provenance,
            winner=record.writer,
            equal=record.first_arrived,
            is_same_row=not changes,
        )
        if self.options.on_conflict is OnConflict.REJECT:
            self._reject(candidate, [found])
        else:
            self.made.append(Decision(candidate, Outcome.CONFLICT, [*candidate.diagnostics, found]))

    def _arrive(self, record: _RecordState, decision: Decision) -> None:
        first = record.first_arrived or decision.candidate
        record.first_arrived = min(first, decision.candidate, key=lambda one: one.place)
        record.arrived.append(len(self.made))
        self.made.append(decision)

    def _reject(self, candidate: Candidate, reasons: list[Diagnostic]) -> None:
        errors = [reason._replace(severity=Severity.ERROR) for reason in reasons]
        self.made.append(Decision(candidate, Outcome.REJECTED, [*candidate.diagnostics, *errors]))

    # words

    def _changes(self, candidate: Candidate, current: Row) -> str:
        """Return how a document changes the row that it replaces, in words."""
        kept = keeping_created_at(self.entity, candidate, current)
        made = self.references.linked(kept).row
        return changes_on_replacing(self.entity, current, candidate.row or (), made)
