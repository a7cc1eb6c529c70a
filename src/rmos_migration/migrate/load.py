"""Writing one batch: rows, ledger, rejects, diagnostics and counts, all in the caller's transaction."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection

from ..diagnostics import Diagnostic, Location, diagnose
from ..store import ledger, records, rejects, runs
from ..store.model import SUPERSEDED, LedgerEntry
from .fold import BatchWrites, fold
from .model import Batch, BatchResult, Decision, Place, RowWrite
from .options import OnConflict
from .outcome import Outcome
from .prepare import Candidate
from .references import attached_notice, missing_mentions
from .rejects import rejects_of, with_places
from .renaming import recognise_renamed
from .resolve import resolve
from .run_progress import RunProgress


def load(connection: Connection, batch: Batch, progress: RunProgress) -> BatchResult:
    """Decide what becomes of the documents of a batch, and write all that follows.

    Raises:
        sqlalchemy.exc.DBAPIError: if the database fails, rather than refuses a row.
    """
    if not batch.is_read:
        return _skipped(connection, batch, progress)
    _look_up(connection, batch, progress)
    former_places = [] if progress.is_new_source else recognise_renamed(connection, batch, progress)
    is_met = bool(batch.known) or any(one.soft or one.record_id in batch.gone_rows for one in batch.documents)
    decisions = accept_all(batch) if not is_met else []
    writes = fold(decisions, batch, progress.ref)
    if is_met or records.insert_all(connection, batch.entity, writes.inserts):
        decisions, writes = _resolve_and_write(connection, batch, progress)
    progress.edited[batch.entity.name] |= writes.edited
    if progress.options.on_conflict is OnConflict.REPLACE:
        for place in writes.unchanged:
            progress.leave(place)
    if former_places:
        ledger.forget_places(connection, progress.ref.source_id, former_places)
    return _record(connection, batch, decisions, writes, progress)


def accept_all(batch: Batch) -> list[Decision]:
    """Decide on a batch as if nothing stood in the way: every id is new, and every parent is there.

    Whether that is so the database says best, when it is given the rows: its keys and references are
    enforced.
    """
    return [
        Decision(one, Outcome.REJECTED, one.diagnostics)
        if one.row is None
        else Decision(one, Outcome.MIGRATED, one.diagnostics, RowWrite(one.row))
        for one in batch.documents
    ]


def _skipped(connection: Connection, batch: Batch, progress: RunProgress) -> BatchResult:
    """Write what a batch comes to in which no file was read, because nothing has changed."""
    diagnostics = _superseded_notices(batch.superseded)
    runs.write_diagnostics(connection, progress.ref.run_id, diagnostics)
    return BatchResult(fold([], batch, progress.ref).tally, batch.skipped_generations, diagnostics, [])


def _look_up(connection: Connection, batch: Batch, progress: RunProgress) -> None:
    """Add to a batch what the ledger says of it now; an earlier batch of the run may have changed that."""
    source_id, entity = progress.ref.source_id, batch.entity
    if batch.reread_paths:
        batch.known = ledger.known_documents(connection, source_id, entity, batch.reread_paths)
    if entity.name not in progress.gone_rows:
        progress.gone_rows[entity.name] = ledger.orphans(connection, entity)
    batch.gone_rows = progress.gone_rows[entity.name]


def _resolve_and_write(
    connection: Connection, batch: Batch, progress: RunProgress
) -> tuple[list[Decision], BatchWrites]:
    """Decide document by document, and write the rows.

    If the database refuses a row, all rows are undone and decided anew with that document rejected, until
    nothing is refused: one bad document never costs its batch.
    """
    refused: dict[Place, str] = {}
    while True:
        attempt = connection.begin_nested()
        decisions = resolve(connection, batch, refused, progress)
        writes = fold(decisions, batch, progress.ref)
        refusals = _write_rows(connection, batch, writes)
        if not refusals:
            attempt.commit()
            return decisions, writes
        attempt.rollback()
        refused |= refusals


def _write_rows(connection: Connection, batch: Batch, writes: BatchWrites) -> dict[Place, str]:
    """Write the rows; return the documents whose row the database refused, with its reason."""
    refused = records.insert_bisecting(connection, batch.entity, writes.inserts)
    if refused:
        return {writes.inserted_by[position].place: reason for position, reason in refused.items()}
    reasons = [records.replace_row(connection, batch.entity, row) for row in writes.replacements]
    replaced = zip(writes.replaced_by, reasons, strict=True)
    return {one.place: reason for one, reason in replaced if reason is not None}


class _Elsewhere(NamedTuple):
    """What a batch changes for documents outside of it, and the edits lost with rows that it makes again."""

    superseded: list[LedgerEntry]
    restored: list[LedgerEntry]
    edits_lost: list[Diagnostic]


def _record(
    connection: Connection,
    batch: Batch,
    decisions: list[Decision],
    writes: BatchWrites,
    progress: RunProgress,
) -> BatchResult:
    """Write everything but the rows."""
    ref, encoding = progress.ref, progress.options.encoding
    attached = _write_references(connection, batch, writes)
    if batch.reread_paths:
        ledger.forget_files(connection, ref.source_id, batch.reread_paths)
    elsewhere = _Elsewhere([], [], [])
    if writes.taken_over or writes.replaced or writes.remade:
        elsewhere = _update_elsewhere(connection, batch, writes, progress)
    ledger.write_ledger(connection, writes.entries)
    if writes.rejected:
        rejects.write_rejects(connection, list(rejects_of(writes.rejected, ref, encoding)))
    diagnostics = writes.diagnostics + batch.notices
    if writes.mentioning:
        diagnostics += missing_mentions(connection, batch.entity, writes.mentioning, progress.looks)
    if diagnostics:
        diagnostics = with_places(diagnostics, batch.documents, encoding)
    diagnostics += [attached_notice(reference) for reference in attached]
    diagnostics += writes.restored + elsewhere.edits_lost
    again = {(one.path, one.pointer) for one in elsewhere.restored}
    superseded = [*batch.superseded, *elsewhere.superseded]
    diagnostics += _superseded_notices(one for one in superseded if (one.path, one.pointer) not in again)
    retracted = runs.retract(connection, ref.run_id, SUPERSEDED, again) if again else 0
    if diagnostics:
        runs.write_diagnostics(connection, ref.run_id, diagnostics)
    read = (one.generation for one in batch.documents if one.reading.sha256 is not None)
    generations = batch.skipped_generations + Counter(read)
    return BatchResult(writes.tally, generations, diagnostics, decisions, retracted)


def _write_references(
    connection: Connection, batch: Batch, writes: BatchWrites
) -> list[records.PendingReference]:
    """Write down the references whose parent has not come; return those that wanted one of the new rows."""
    written_ids = [row[0] for row in writes.inserts + writes.replacements]
    records.forget_pending(connection, batch.entity, written_ids)
    if pending := [reference for some in writes.pending.values() for reference in some]:
        records.remember_pending(connection, pending)
    return records.attach_pending(connection, batch.entity, written_ids)


def _update_elsewhere(
    connection: Connection, batch: Batch, writes: BatchWrites, progress: RunProgress
) -> _Elsewhere:
    """Bring the ledger up to date for other documents of the records that were written.

    The order matters: each step changes what the next one finds. The ledger must have forgotten the batch's
    own files, and must not have their new entries yet.
    """
    entity, remade = batch.entity, writes.remade
    ledger.release(connection, entity, writes.taken_over)
    superseded = ledger.supersede(connection, entity, list(writes.replaced)) if writes.replaced else []
    lost: Collection[str] = ()
    if remade:
        superseded += ledger.set_aside_for(connection, entity, writes.undeleted)
        contents = {record_id: str(one.content_sha256) for record_id, one in remade.items()}
        lost = ledger.give_up_lost(connection, entity, contents)
        ledger.disown(connection, entity, contents)
        ledger.forget_deleted(connection, entity, contents)
    superseded = progress.recount_superseded(writes.tally, superseded)
    contents = {record_id: str(one.content_sha256) for record_id, one in writes.replaced.items()}
    restored = progress.recount_restored(writes.tally, ledger.restore(connection, entity, contents))
    return _Elsewhere(superseded, restored, _edits_lost(one for key, one in remade.items() if key in lost))


def _edits_lost(documents: Iterable[Candidate]) -> list[Diagnostic]:
    message = (
        "the row was gone, and what was changed in the dashboard is lost with it;"
        " it was made again from this document"
    )
    return [diagnose("edits-lost", message, one.location) for one in documents]


def _superseded_notices(documents: Iterable[LedgerEntry]) -> list[Diagnostic]:
    """Return what is said of documents outside of a batch whose row has other content now."""
    return [
        ledger.superseded(one.record, Location(one.path, one.pointer, document=one.pointer))
        for one in documents
    ]
