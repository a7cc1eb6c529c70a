"""What is said of a document whose id is taken: where both stand, how they differ, and a way out."""

from ..diagnostics import Diagnostic, Location, diagnose, printable, printable_apart, shown
from ..generations import export
from ..store.model import LocatedEntry
from .prepare import Candidate
from .provenance import Provenance

_OF_TWO = (
    "delete the one that is wrong and run rmos migrate again: the one that stays has the row then;"
    " if both are right, give one of them another id; or let this one win with --on-conflict replace"
)
_OF_AN_EDIT = (
    "if the edit is right, run again with --on-conflict replace; else put the file back to what it was"
)
_OF_THE_API = "if the record is right, delete this document; else run again with --on-conflict replace"


def conflict(
    candidate: Candidate,
    changes: str,
    provenance: Provenance,
    *,
    winner: Candidate | None,
    equal: Candidate | None,
    is_same_row: bool,
) -> Diagnostic:
    """Describe the conflict of a document with the record that has its id.

    Args:
        candidate: the document.
        changes: how its row and the one that is there differ, in words.
        provenance: the documents that rows were made from.
        winner: the document that gave the row its content in this very batch.
        equal: the document before it in the batch that has the row's content, the first of them by its place.
        is_same_row: whether it would make the very row that is there.
    """
    record_id = str(candidate.record_id)
    here, first = placed(candidate.location), provenance.first(record_id)

    def said(message: str, hint: str) -> Diagnostic:
        return diagnose("id-conflict", message, candidate.location, hint=hint)

    if candidate.generation == export.NAME and is_same_row:
        return said(
            f"the record {shown(record_id)} is there already, with these very values",
            "nothing needs to be done; an export of records is meant for a new database",
        )
    if winner is None and equal is not None and _comes_first(equal, first, provenance):
        winner = equal
    if winner is not None:
        return said(_of_two(record_id, placed(winner.location), here, changes), _OF_TWO)
    if first is None:
        return said(
            f"id {shown(record_id)} is taken by a row that no document is on record for;"
            f" {here} has other content: {changes}",
            "see rmos audit for the row; if this document is right, run again with --on-conflict replace",
        )
    if first.is_from_api:
        trace = provenance.trace(record_id) or "written through the API"
        return said(
            f"id {shown(record_id)} is taken: its record was {trace}; {here} has other content: {changes}",
            _OF_THE_API,
        )
    path = candidate.reading.path
    is_same_file = (first.path, first.source_id) == (path, provenance.progress.ref.source_id)
    if is_same_file and (first.pointer == candidate.pointer or provenance.is_alone(path, record_id)):
        return said(
            f"id {shown(record_id)} has other content in the database:"
            f" {here} was edited since it was migrated: {changes}",
            _OF_AN_EDIT,
        )
    return said(_of_two(record_id, provenance.named(first), here, changes), _OF_TWO)


def how_free(candidate: Candidate, record_id: str, provenance: Provenance) -> str:
    """Return why a document takes over the row of another one, in words."""
    first = provenance.first(record_id)
    if first is not None and first.path == candidate.reading.path:
        return (
            f"the document that the row of {shown(record_id)} was made from is no longer in"
            f" {printable(first.path)}; this one takes the row over"
        )
    path = None if first is None else printable_apart([first.path, candidate.reading.path])[0]
    gone = "no file" if path is None else f"{path} no longer"
    return f"{gone} has the document of {shown(record_id)}, so this one takes over its row"


def _comes_first(equal: Candidate, first: LocatedEntry | None, provenance: Provenance) -> bool:
    """Return whether the ledger would name a document of the batch first, had it been in an earlier batch."""
    if first is None or provenance.is_free(str(equal.record_id)):
        return True
    if first.is_from_api or first.outcome == "migrated":
        return False
    return (provenance.progress.ref.source_id, *equal.place) < (first.source_id, first.path, first.pointer)


def placed(location: Location) -> str:
    """Return a location in words."""
    return printable(f"{location.path} {location.pointer}".strip())


def _of_two(record_id: str, first: str, here: str, changes: str) -> str:
    first, here = printable_apart([first, here])
    return (
        f"id {shown(record_id)} is taken: {first} came first and stays, {here} has other content: {changes}"
    )
