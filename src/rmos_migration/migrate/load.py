"""Writing one batch: rows, ledger, rejects, diagnostics and counts, all in the caller's transaction."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from ..diagnostics import Diagnostic, Location, diagnose, shown
from ..entities import BY_NAME, Entity, FieldRule
from ..store import ledger, records, rejects, runs
from ..store.ledger import KnownDocument
from ..store.model import REPLACED, SETTLED, SUPERSEDED, LedgerEntry
from .batch import Batch
from .batch_plan import BatchPlan, Decision, Place, straight
from .counting import recount, recount_back, superseded_before, tally_of
from .lookalikes import hint
from .origins import Origins
from .outcome import Outcome, Tally
from .policy import OnConflict, Policy
from .rejects import code_of, kept_out, with_places
from .renaming import known_again
from .resolve import resolve
from .run_progress import RunProgress, RunRef


class BatchResult(NamedTuple):
    """What a batch came to: counted by outcome and by generation, with everything noticed and decided.

    ``retracted`` is how often the run had said that a document was superseded which has its row's content again.
    """

    tally: Tally
    generations: Counter[str | None]
    diagnostics: list[Diagnostic]
    decisions: list[Decision]
    retracted: int = 0


def load(connection: Connection, batch: Batch, policy: Policy, course: RunProgress) -> BatchResult:
    """Resolve and write a batch.

    Raises:
        sqlalchemy.exc.DBAPIError: if the database fails, rather than refuses.
    """
    renamed = known_again(connection, batch.entity, batch.documents, batch.known, course)
    batch.documents, batch.known = renamed.documents, renamed.known
    batch.notices += renamed.notices
    is_met = bool(batch.known) or any(
        prepared.soft or prepared.record_id in batch.orphans for prepared in batch.documents
    )
    plan = (None if is_met else _load_straight(connection, batch)) or _load_resolved(
        connection, batch, policy, course
    )
    course.edited[batch.entity.name] |= plan.edited
    if policy.on_conflict is OnConflict.REPLACE and batch.known:
        for decision in plan.decisions:
            if decision.outcome is Outcome.UNCHANGED and decision.prepared.place in batch.known:
                course.leave(decision.prepared.place)
    ledger.forget_places(connection, course.book.source_id, renamed.forgotten)
    return _write_books(connection, batch, plan, course)


def _load_straight(connection: Connection, batch: Batch) -> BatchPlan | None:
    """Write the rows as they are, as for a first run over a tidy tree; None if that cannot be."""
    plan = straight(batch.documents)
    return None if records.insert_all(connection, batch.entity, plan.inserts) else plan


def _load_resolved(connection: Connection, batch: Batch, policy: Policy, course: RunProgress) -> BatchPlan:
    """Look up what each document meets in the database, decide, and write the rows.

    If the database refuses a row for another reason, all rows are undone and decided anew with that document rejected,
    until nothing is refused: one bad document never costs its batch.
    """
    refused: dict[Place, str] = {}
    while True:
        attempt = connection.begin_nested()
        plan = resolve(connection, batch.entity, batch.documents, policy, batch.known, refused, course)
        refusals = _write_rows(connection, batch.entity, plan)
        if not refusals:
            attempt.commit()
            return plan
        attempt.rollback()
        refused |= refusals


def unread(connection: Connection, batch: Batch, course: RunProgress) -> BatchResult:
    """Write what a batch comes to in which nothing was read, because nothing has changed."""
    diagnostics = superseded_before(batch)
    runs.write_diagnostics(connection, course.book.run_id, diagnostics)
    return BatchResult(tally_of(batch, BatchPlan()), batch.skipped_generations, diagnostics, [])


def _write_rows(connection: Connection, entity: Entity, plan: BatchPlan) -> dict[Place, str]:
    """Write the rows; returns the documents whose row the database refused, with its reason."""
    refused = records.insert_bisecting(connection, entity, plan.inserts)
    if refused:
        return {plan.inserted_from[position]: reason for position, reason in refused.items()}
    reasons = [records.replace_row(connection, entity, row) for row in plan.replacements]
    return {
        place: reason for place, reason in zip(plan.replaced_from, reasons, strict=True) if reason is not None
    }


def _write_books(connection: Connection, batch: Batch, plan: BatchPlan, course: RunProgress) -> BatchResult:
    book = course.book
    written_ids = [row[0] for row in plan.inserts + plan.replacements]
    records.forget_pending(connection, batch.entity, written_ids)
    if pending := [wish for wishes in plan.pending.values() for wish in wishes]:
        records.remember_pending(connection, pending)
    attached = records.attach_pending(connection, batch.entity, written_ids)
    ledger.forget_files(connection, book.source_id, batch.reread_paths)
    ledger.release(connection, batch.entity, plan.taken_over)
    replaced = dict.fromkeys(row[0] for row in plan.replacements)
    superseded = ledger.supersede(connection, batch.entity, list(replaced))
    reborn: list[LedgerEntry] = []
    lost: set[str] = set()
    if batch.orphans:
        adopted = _adopted(batch, plan)
        again = ledger.deleted_ids(connection, batch.entity, adopted)
        reborn = ledger.set_aside_for(connection, batch.entity, again)
        _meet_again(plan, again)
        lost = ledger.give_up_lost(connection, batch.entity, adopted)
        ledger.disown(connection, batch.entity, adopted)
        ledger.forget_deleted(connection, batch.entity, adopted)
    tally = tally_of(batch, plan)
    counted = [one for one in [*superseded, *reborn] if recount(tally, one, course)]
    found = ledger.restore(connection, batch.entity, _contents_of(plan)) if plan.replacements else []
    restored = [one for one in found if recount_back(tally, one, course)]
    ledger.write_ledger(connection, _entries(batch, plan, book))
    _write_rejects(connection, batch, plan, book)
    diagnostics = [diagnostic for decision in plan.decisions for diagnostic in decision.diagnostics]
    diagnostics += batch.notices
    diagnostics += _dangling(connection, batch, plan, course)
    diagnostics = with_places(diagnostics, batch.documents, batch.encoding)
    diagnostics += [attached_notice(wish) for wish in attached]
    diagnostics += _restored(batch, plan)
    diagnostics += _without_edits(plan, lost)
    diagnostics += superseded_before(batch, counted, restored)
    retracted = runs.retract(
        connection, book.run_id, SUPERSEDED, [(one.path, one.pointer) for one in restored]
    )
    runs.write_diagnostics(connection, book.run_id, diagnostics)
    read = (prepared for prepared in batch.documents if prepared.reading.sha256 is not None)
    generations = batch.skipped_generations + Counter(prepared.generation for prepared in read)
    return BatchResult(tally, generations, diagnostics, plan.decisions, retracted)


def _contents_of(plan: BatchPlan) -> dict[str, str]:
    """What the replaced rows were given in the end."""
    contents = {one.prepared.place: str(one.prepared.content_sha256) for one in plan.decisions}
    rows = zip(plan.replacements, plan.replaced_from, strict=True)
    return {row[0]: contents[place] for row, place in rows}


def _meet_again(plan: BatchPlan, again: Collection[str]) -> None:
    """Let documents be in conflict whose record was deleted through the API, and that others of the batch have made again."""
    for index, old in enumerate(plan.decisions):
        if old.was_replaced and old.outcome is Outcome.UNCHANGED and old.prepared.record_id in again:
            said = ledger.superseded(str(old.prepared.record_id), old.prepared.location)
            plan.decisions[index] = old._replace(
                outcome=Outcome.CONFLICT, diagnostics=[*old.diagnostics, said]
            )


def _adopted(batch: Batch, plan: BatchPlan) -> dict[str, str]:
    """The ids of new rows that the ledger spoke of before, with the content that made them now."""
    contents = {one.prepared.place: str(one.prepared.content_sha256) for one in plan.decisions}
    rows = zip(plan.inserts, plan.inserted_from, strict=True)
    return {row[0]: contents[place] for row, place in rows if row[0] in batch.orphans}


def _write_rejects(connection: Connection, batch: Batch, plan: BatchPlan, book: RunRef) -> None:
    """Keep what was not loaded."""
    rejected = [decision for decision in plan.decisions if decision.outcome is Outcome.REJECTED]
    rejects.write_rejects(connection, list(kept_out(rejected, book.source_id, book.run_id, batch.encoding)))


def _dangling(connection: Connection, batch: Batch, plan: BatchPlan, course: RunProgress) -> list[Diagnostic]:
    """Warnings for families that only single rings name and that are not there (docs/domain.md, Fields)."""
    if not batch.entity.embedded_references:
        return []
    written = {*plan.inserted_from, *plan.replaced_from}
    naming = [d.prepared for d in plan.decisions if d.prepared.mentions and d.prepared.place in written]
    found = []
    for rule in batch.entity.embedded_references:
        wanted = {one for prepared in naming for name, one in prepared.mentions if name == rule.name}
        there = records.existing_ids(connection, rule.reference or "", wanted)
        alike = course.looks.alike(connection, rule.reference or "", wanted - there)
        found += [
            diagnose("ring-family-missing", _missing_sentence(rule, missing, alike), prepared.location)
            for prepared in naming
            if (missing := [one for name, one in prepared.mentions if name == rule.name and one not in there])
        ]
    return found


def _missing_sentence(rule: FieldRule, missing: list[str], alike: Mapping[str, str]) -> str:
    names = ", ".join(shown(one) for one in missing)
    hints = "".join(hint(one, alike[one]) for one in missing if one in alike)
    return f"single rings name {names}, not among the {(rule.reference or '').replace('_', ' ')}{hints}"


def _entries(batch: Batch, plan: BatchPlan, book: RunRef) -> list[LedgerEntry]:
    source_id, run_id, entity, known = book.source_id, book.run_id, batch.entity.name, batch.known
    entries = []
    for decision in plan.decisions:
        prepared, outcome, _, derived, was_replaced = decision
        reading, pointer, record_id, _, content, generation, *_ = prepared
        path, _, digest, size, mtime_ns, _ = reading
        code = None
        if was_replaced:
            code, outcome = REPLACED, Outcome.CONFLICT
        elif outcome is Outcome.REJECTED or outcome is Outcome.CONFLICT:
            code, content, derived = code_of(decision), None, None
        entry = LedgerEntry(
            source_id, path, pointer, entity, record_id, generation, outcome._value_, code, derived, run_id,
            digest, content, size, mtime_ns,
        )  # fmt: skip
        entries.append(entry)
    if known:
        origins = Origins(known, {row[0] for row in plan.replacements})
        entries = origins.given_to(entries)
        entries += origins.left(batch.reread_paths, source_id, entity, run_id)
    return _with_superseded(entries, plan, known) if plan.replacements else entries


def _with_superseded(
    entries: list[LedgerEntry], plan: BatchPlan, known: Mapping[Place, KnownDocument]
) -> list[LedgerEntry]:
    """The entries, where what an earlier document of the batch had put into a row is there no longer.

    Each keeps the ``derived`` that it had when it was in the row, as it would had it been in an earlier batch; so does one
    whose content the row has again.
    """
    places = {place: row[0] for place, row in zip(plan.replaced_from, plan.replacements, strict=True)}
    last: dict[str, int] = {
        places[entry.path, entry.pointer]: index
        for index, entry in enumerate(entries)
        if (entry.path, entry.pointer) in places
    }
    held: dict[tuple[str, str | None, str | None], str | None] = {
        (path, before.record_id, before.content_sha256): before.derived
        for (path, _), before in known.items()
        if before.is_in_row and before.record_id in last
    }
    made = list(entries)
    for index, entry in enumerate(entries):
        at = last.get(entry.record_id or "", 0)
        if entry.content_sha256 is None or index >= at:
            continue
        derived = held.get((entry.path, entry.record_id, entry.content_sha256), entry.derived)
        is_again = entry.outcome in SETTLED and entry.content_sha256 == entries[at].content_sha256
        entry = entry._replace(derived=derived)
        made[index] = entry if is_again else _superseded(entry)
    return made


def _superseded(entry: LedgerEntry) -> LedgerEntry:
    if entry.outcome in SETTLED or entry.code == REPLACED:
        return entry._replace(outcome=Outcome.CONFLICT.value, code=REPLACED)
    return entry._replace(content_sha256=None, derived=None)  # not loaded, and no longer in the row


def attached_notice(wish: records.PendingReference) -> Diagnostic:
    """Return what is said of a reference that was waiting and is attached now."""
    message = f"{wish.field} {shown(wish.target_id)} has arrived for {BY_NAME[wish.entity].singular} {shown(wish.record_id)}"
    return diagnose("reference-attached", message, Location(wish.entity))


def _restored(batch: Batch, plan: BatchPlan) -> list[Diagnostic]:
    gone = {
        (path, known.record_id)
        for (path, _), known in batch.known.items()
        if known.row_is_gone and not known.was_replaced
    }
    if not gone:
        return []
    return [
        diagnose("record-restored", "the row was gone; it was made again", decision.prepared.location)
        for decision in plan.decisions
        if decision.outcome is Outcome.MIGRATED
        and (decision.prepared.reading.path, decision.prepared.record_id) in gone
    ]


def _without_edits(plan: BatchPlan, lost: Collection[str]) -> list[Diagnostic]:
    message = "the row was gone, and what was changed in the dashboard is lost with it; it was made again from this document"
    made = (
        {row[0]: place for row, place in zip(plan.inserts, plan.inserted_from, strict=True)} if lost else {}
    )
    places = {made[record_id] for record_id in lost}
    return [
        diagnose("edits-lost", message, decision.prepared.location)
        for decision in plan.decisions
        if decision.prepared.place in places
    ]
