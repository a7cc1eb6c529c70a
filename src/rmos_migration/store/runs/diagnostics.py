"""What runs noticed in the files and documents that they read."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    func,
    or_,
    select,
)

from ...diagnostics import NOT_LOOKED_AT, Diagnostic, Location, Severity
from ..dialect import DIALECT
from ..model import CONFLICTS, REPLACED, TAKEN_OVER, DocumentKey
from ..runs.rows import next_id
from ..snapshot import Snapshot
from ..tables import diagnostics, runs, sources


def as_diagnostic(row: Row[Any]) -> Diagnostic:
    """Return the diagnostic in a row of the table of diagnostics."""
    place = Location(row.path, row.pointer, row.line, row.column, row.document)
    return Diagnostic(row.code, Severity(row.severity), row.message, place, row.hint or "")


class NumberedDiagnostic(NamedTuple):
    """A diagnostic with its number, by which the next page begins behind it."""

    number: int
    diagnostic: Diagnostic


def diagnostics_page(
    snapshot: Snapshot,
    run_id: int,
    *,
    after: int,
    limit: int,
    code: str | None = None,
    severity: Severity | None = None,
    path: str | None = None,
) -> tuple[list[NumberedDiagnostic], int]:
    """Return a run's diagnostics in order, from behind number ``after`` on, and how many there are."""
    conditions: list[ColumnElement[bool]] = [diagnostics.c.run_id == run_id]
    if code is not None:
        conditions.append(diagnostics.c.code == code)
    if severity is not None:
        conditions.append(diagnostics.c.severity == severity.value)
    if path is not None:
        conditions.append(diagnostics.c.path.icontains(path, autoescape=True))
    total = snapshot.connection.scalar(select(func.count()).select_from(diagnostics).where(*conditions)) or 0
    query = select(diagnostics).where(*conditions, diagnostics.c.id > after).order_by(diagnostics.c.id)
    return [
        NumberedDiagnostic(row.id, as_diagnostic(row))
        for row in snapshot.connection.execute(query.limit(limit))
    ], total


EXAMPLES = 3
"""Examples of each kind of diagnostic."""


class DiagnosticCount(NamedTuple):
    """How often a run diagnostic_counts one kind of thing, with some of the first."""

    code: str
    severity: str
    times: int
    examples: list[Diagnostic]


def diagnostic_counts(snapshot: Snapshot, run_id: int) -> list[DiagnosticCount]:
    """Count a run's diagnostics by code and severity, with the first examples."""
    counted = snapshot.connection.execute(
        select(diagnostics.c.code, diagnostics.c.severity, func.count())
        .where(diagnostics.c.run_id == run_id)
        .group_by(diagnostics.c.code, diagnostics.c.severity)
        .order_by(diagnostics.c.code, diagnostics.c.severity)
    )
    examples = (
        select(diagnostics).where(diagnostics.c.run_id == run_id).order_by(diagnostics.c.id).limit(EXAMPLES)
    )
    return [
        DiagnosticCount(
            code,
            severity,
            count,
            [
                as_diagnostic(row)
                for row in snapshot.connection.execute(
                    examples.where(diagnostics.c.code == code, diagnostics.c.severity == severity)
                )
            ],
        )
        for code, severity, count in counted
    ]


_IS_REASON = or_(diagnostics.c.severity == "error", diagnostics.c.code.in_(CONFLICTS))


def is_reason(diagnostic: Diagnostic) -> bool:
    """Return whether a diagnostic says why a document was not loaded: an error, or a conflict."""
    return diagnostic.severity is Severity.ERROR or diagnostic.code in CONFLICTS


def reasons(snapshot: Snapshot, run_id: int) -> dict[DocumentKey, list[Diagnostic]]:
    """Return the documents that a run did not load, in the order it read them, with the reasons."""
    query = select(diagnostics).where(diagnostics.c.run_id == run_id, _IS_REASON).order_by(diagnostics.c.id)
    found: dict[DocumentKey, list[Diagnostic]] = {}
    for row in snapshot.connection.execute(query):
        found.setdefault((row.path, row.document), []).append(as_diagnostic(row))
    return found


def places_not_loaded(snapshot: Snapshot, run_id: int) -> set[DocumentKey]:
    """Return the places of the documents that a run did not load."""
    query = select(diagnostics.c.path, diagnostics.c.document)
    return {
        (path, document)
        for path, document in snapshot.connection.execute(
            query.where(diagnostics.c.run_id == run_id, _IS_REASON)
        )
    }


def has_replaced(snapshot: Snapshot, path: str, pointer: str) -> bool:
    """Return whether the document at a place once replaced another, or took over the row of a gone one."""
    noted = diagnostics.c
    is_taking = noted.code.in_((REPLACED, TAKEN_OVER))
    query = select(noted.id).where(is_taking, noted.path == path, noted.pointer == pointer)
    return snapshot.connection.execute(query.limit(1)).first() is not None


_WENT_THROUGH = ("completed", "completed_with_rejects", "rolled_back")
"""How runs ended that walked the whole folder; others may not have come to all of its files."""


class Stray(NamedTuple):
    """A file that was not looked at: its legacy folder, the run that passed it over, and why."""

    location: str
    run_id: int
    diagnostic: Diagnostic


def not_looked_at(snapshot: Snapshot, run_id: int) -> list[Diagnostic]:
    """Return what a run said of the files it did not look at, in path order."""
    return [
        as_diagnostic(row)
        for row in snapshot.connection.execute(_not_looked_at().where(diagnostics.c.run_id == run_id))
    ]


def not_looked_at_now(snapshot: Snapshot, code: str | None = None) -> list[Stray]:
    """Return what was passed over when each legacy folder was last walked; ``code``: only that."""
    last = (
        select(runs.c.location, func.max(runs.c.id).label("id"))
        .join(sources, sources.c.location == runs.c.location)
        .where(runs.c.status.in_(_WENT_THROUGH))
        .group_by(runs.c.location)
        .subquery()
    )
    query = _not_looked_at().join(last, last.c.id == diagnostics.c.run_id).add_columns(last.c.location)
    if code is not None:
        query = query.where(diagnostics.c.code == code)
    return [Stray(row.location, row.run_id, as_diagnostic(row)) for row in snapshot.connection.execute(query)]


def _not_looked_at() -> "Select[tuple[object, ...]]":
    return select(diagnostics).where(diagnostics.c.code.in_(NOT_LOOKED_AT)).order_by(diagnostics.c.id)


def write_diagnostics(connection: Connection, run_id: int, found: Sequence[Diagnostic]) -> None:
    """Keep what was noticed in a run."""
    if not found:
        return
    columns = ("id", "run_id", *Location._fields, "code", "severity", "message", "hint")
    rows = [
        (number, run_id, *location, code, severity.value, message, hint)
        for number, (code, severity, message, location, hint) in enumerate(
            found, next_id(connection, diagnostics)
        )
    ]
    DIALECT.insert_rows(connection, diagnostics, columns, rows)


def retract(connection: Connection, run_id: int, code: str, documents: Collection[tuple[str, str]]) -> int:
    """Take back what a run said of documents, given by path and pointer; returns how much that was."""
    retracted = 0
    for path, document in documents:
        said = and_(
            diagnostics.c.run_id == run_id,
            diagnostics.c.path == path,
            diagnostics.c.document == document,
            diagnostics.c.code == code,
        )
        retracted += connection.execute(delete(diagnostics).where(said)).rowcount
    return retracted
