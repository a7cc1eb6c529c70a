"""What a batch comes to, by outcome; and what it changes in what the run has counted before."""

from collections.abc import Collection

from sqlalchemy import Connection

from ..diagnostics import Diagnostic, Location
from ..sources.presence import is_gone
from ..store.holders import Superseded
from .batch import Batch
from .course import Course
from .holding import Holding
from .outcome import Outcome, Tally
from .plan import Plan


def tally_of(batch: Batch, plan: Plan) -> Tally:
    """The batch's documents by outcome, also those that were not read because nothing has changed."""
    tally = Tally(found=len(batch.documents) + batch.skipped_documents)
    tally.count(Outcome.UNCHANGED, batch.skipped_documents - len(batch.superseded))
    tally.count(Outcome.CONFLICT, len(batch.superseded))
    outcomes = [decision.outcome for decision in plan.decisions]
    for outcome in Outcome:
        tally.count(outcome, outcomes.count(outcome))
    return tally


def recount(tally: Tally, one: Superseded, batch: Batch, course: Course) -> bool:
    """Count as a conflict what was counted as arrived earlier in this run; returns whether it was."""
    if one.source_id != course.book.source_id:
        return False
    if one.run_id == course.book.run_id:
        is_left = one.outcome == Outcome.UNCHANGED or course.has_left((one.path, one.pointer))
        before = Outcome.UNCHANGED if is_left else Outcome.MIGRATED
    elif batch.has_passed_over(one.path) and not is_gone(course.location, one.path):
        before = Outcome.UNCHANGED
    else:
        return False
    tally.count(before, -1)
    tally.count(Outcome.CONFLICT)
    return True


def superseded_before(
    connection: Connection, batch: Batch, course: Course, counted: Collection[Superseded] = ()
) -> list[Diagnostic]:
    """What is to be said of documents outside of the batch whose row has other content now."""
    holding = Holding(connection, batch.entity, course)
    every = [*batch.superseded, *counted]
    holding.wanted = {one.record_id for one in every}
    return [
        holding.superseded(one.record_id, Location(one.path, one.pointer, document=one.pointer))
        for one in every
    ]
