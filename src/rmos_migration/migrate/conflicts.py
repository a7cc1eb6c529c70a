"""What is said of a document whose id is taken by other content: both places, how they differ, and a way out."""

from ..diagnostics import Diagnostic, Location, diagnose, printable, printable_apart, shown
from ..generations import export
from ..store.model import LocatedEntry
from .holding import Holding
from .prepare import Candidate

_OF_TWO = (
    "delete the one that is wrong and run rmos migrate again: the one that stays has the row then; if both are right, give "
    "one of them another id; or let this one win with --on-conflict replace"
)
_OF_AN_EDIT = (
    "if the edit is right, run again with --on-conflict replace; else put the file back to what it was"
)
_OF_THE_API = "if the record is right, delete this document; else run again with --on-conflict replace"


def conflict(
    prepared: Candidate,
    changes: str,
    holding: Holding,
    *,
    winner: Candidate | None,
    equal: Candidate | None,
    is_same_row: bool,
) -> Diagnostic:
    """The conflict of a document with the record that has its id.

    Args:
        prepared: the document.
        changes: how its row and the one that is there differ, in words.
        holding: the documents that rows were made from.
        winner: the document that gave the row its content in this very batch.
        equal: the document before it in the batch that has the row's content, the first of them by its place.
        is_same_row: whether it would make the very row that is there.
    """
    record_id = str(prepared.record_id)
    here, first = placed(prepared.location), holding.first(record_id)

    def said(message: str, hint: str) -> Diagnostic:
        return diagnose("id-conflict", message, prepared.location, hint=hint)

    if prepared.generation == export.NAME and is_same_row:
        return said(
            f"the record {shown(record_id)} is there already, with these very values",
            "nothing needs to be done; an export of records is meant for a new database",
        )
    if winner is None and equal is not None and _comes_first(equal, first, holding):
        winner = equal
    if winner is not None:
        return said(_of_two(record_id, placed(winner.location), here, changes), _OF_TWO)
    if first is None:
        return said(
            f"id {shown(record_id)} is taken by a row that no document is on record for; {here} has other content: {changes}",
            "see rmos audit for the row; if this document is right, run again with --on-conflict replace",
        )
    if first.is_from_api:
        trace = holding.trace(record_id) or "written through the API"
        return said(
            f"id {shown(record_id)} is taken: its record was {trace}; {here} has other content: {changes}",
            _OF_THE_API,
        )
    path = prepared.reading.path
    is_same_file = (first.path, first.source_id) == (path, holding.course.book.source_id)
    if is_same_file and (first.pointer == prepared.pointer or holding.is_alone(path, record_id)):
        return said(
            f"id {shown(record_id)} has other content in the database: {here} was edited since it was migrated: {changes}",
            _OF_AN_EDIT,
        )
    return said(_of_two(record_id, holding.named(first), here, changes), _OF_TWO)


def _comes_first(equal: Candidate, first: LocatedEntry | None, holding: Holding) -> bool:
    """Return whether the ledger would name a document of the batch before ``first``, had it been in an earlier batch."""
    if first is None or holding.is_free(str(equal.record_id)):
        return True
    if first.is_from_api or first.outcome == "migrated":
        return False
    return (holding.course.book.source_id, *equal.place) < (first.source_id, first.path, first.pointer)


def placed(location: Location) -> str:
    """Where a document stands, in words."""
    return printable(f"{location.path} {location.pointer}".strip())


def _of_two(record_id: str, first: str, here: str, changes: str) -> str:
    first, here = printable_apart([first, here])
    return (
        f"id {shown(record_id)} is taken: {first} came first and stays, {here} has other content: {changes}"
    )
