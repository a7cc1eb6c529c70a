"""What a batch comes to, by outcome; and what it changes in what the run has counted before."""

from collections.abc import Collection

from ..diagnostics import Diagnostic, Location
from ..store.ledger import superseded
from ..store.model import LedgerEntry
from .batch import Batch
from .batch_plan import BatchPlan
from .outcome import Outcome, Tally
from .run_progress import RunProgress


def tally_of(batch: Batch, plan: BatchPlan) -> Tally:
    """The batch's documents by outcome, also those that were not read because nothing has changed."""
    tally = Tally(found=len(batch.documents) + batch.skipped_documents)
    tally.count(Outcome.UNCHANGED, batch.skipped_documents - len(batch.superseded))
    tally.count(Outcome.CONFLICT, len(batch.superseded))
    outcomes = [decision.outcome for decision in plan.decisions]
    for outcome in Outcome:
        tally.count(outcome, outcomes.count(outcome))
    return tally


def recount(tally: Tally, one: LedgerEntry, course: RunProgress) -> bool:
    """Count as a conflict what was counted as arrived earlier in this run; returns whether it was."""
    if not _was_counted(one, course):
        return False
    is_new = one.run_id == course.book.run_id and one.outcome == Outcome.MIGRATED
    is_left = not is_new or course.has_left((one.path, one.pointer))
    tally.count(Outcome.UNCHANGED if is_left else Outcome.MIGRATED, -1)
    tally.count(Outcome.CONFLICT)
    return True


def recount_back(tally: Tally, one: LedgerEntry, course: RunProgress) -> bool:
    """Count as arrived what was counted as a conflict earlier in this run; returns whether it was."""
    if not _was_counted(one, course):
        return False
    tally.count(Outcome.CONFLICT, -1)
    tally.count(Outcome.UNCHANGED)
    return True


def _was_counted(one: LedgerEntry, course: RunProgress) -> bool:
    """Whether a document outside of the batch was counted already: read in this run, or passed over."""
    if one.source_id != course.book.source_id:
        return False
    if one.run_id == course.book.run_id:
        return True
    return course.has_passed_over(one.path)


def superseded_before(
    batch: Batch, counted: Collection[LedgerEntry] = (), restored: Collection[LedgerEntry] = ()
) -> list[Diagnostic]:
    """What is to be said of documents outside of the batch whose row has other content now."""
    again = {(one.path, one.pointer) for one in restored}
    every = (one for one in [*batch.superseded, *counted] if (one.path, one.pointer) not in again)
    return [superseded(one.record, Location(one.path, one.pointer, document=one.pointer)) for one in every]
