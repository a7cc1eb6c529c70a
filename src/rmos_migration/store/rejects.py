"""Documents that are not loaded as of now, rejected or in conflict, and the bytes that are kept of them."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    tuple_,
)

from ..diagnostics import Diagnostic, Location, Severity
from ..entities import BY_NAME
from .columns import run_encoding
from .dialect import DIALECT
from .ledger.conditions import IS_NOT_LOADED, PLACE
from .ledger.holders import holders_of, named, superseded
from .model import CONFLICTS, REPLACED, SUPERSEDED, DocumentKey, LedgerPlace, RejectBody
from .runs.diagnostics import as_diagnostic
from .snapshot import Snapshot
from .tables import KEPT_OUT, diagnostics, ledger, rejects, runs, sources

EVERY = 2**31
"""More documents than there are; for those who want them all."""

_REASONS = (
    select(diagnostics)
    .where(
        diagnostics.c.run_id == bindparam("run_id"),
        diagnostics.c.path == bindparam("path"),
        diagnostics.c.document == bindparam("document"),
        or_(diagnostics.c.severity == Severity.ERROR.value, diagnostics.c.code.in_(CONFLICTS)),
    )
    .order_by(diagnostics.c.id)
)
"""Put together once: for a page it is asked 500 times."""


class NotLoaded(NamedTuple):
    """A document that is not loaded: where, how (rejected or conflict), why, since which run.

    ``size_bytes`` are those that are kept of it (None: none). ``record_id`` is the id that is taken, of a
    document in conflict. ``location`` is the source's folder, ``encoding`` what the user said of its files,
    ``file_sha256`` and ``file_bytes`` hash and size of the file that the document stands in.
    """

    place: LedgerPlace
    outcome: str
    code: str
    entity: str
    record_id: str | None
    run_id: int
    size_bytes: int | None
    location: str
    encoding: str | None
    file_sha256: str | None
    file_bytes: int | None


class NotLoadedOutcome(NamedTuple):
    """What became of a document that is not loaded, and where its file lies or lay."""

    location: str
    path: str
    outcome: str
    code: str


def page(
    snapshot: Snapshot, *, after: LedgerPlace | None, limit: int, **wanted: str | None
) -> list[NotLoaded]:
    """Return documents that are not loaded, by source, path and pointer; ``wanted`` as ``outcomes``."""
    query = _not_loaded().where(*_conditions(**wanted)).order_by(*PLACE).limit(limit)
    if after is not None:
        query = query.where(tuple_(*PLACE) > tuple_(*after))
    return [_as_not_loaded(row) for row in snapshot.connection.execute(query)]


def outcomes(snapshot: Snapshot, **wanted: str | None) -> Iterator[NotLoadedOutcome]:
    """Yield every document that is not loaded, in the order of ``page``.

    ``wanted`` is an outcome, a code, a part of the path in whatever case.
    """
    query = (
        select(sources.c.location, ledger.c.path, ledger.c.outcome, ledger.c.code)
        .join(sources, sources.c.id == ledger.c.source_id)
        .where(*_conditions(**wanted))
        .order_by(*PLACE)
    )
    return (NotLoadedOutcome(*row) for row in snapshot.connection.execute(query))


def _conditions(
    *, outcome: str | None = None, code: str | None = None, path: str | None = None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [IS_NOT_LOADED]
    if outcome is not None:
        conditions.append(ledger.c.outcome == outcome)
    if code is not None:
        conditions.append(ledger.c.code == (REPLACED if code == SUPERSEDED else code))
    if path is not None:
        conditions.append(ledger.c.path.icontains(path, autoescape=True))
    return conditions


def at(snapshot: Snapshot, place: LedgerPlace) -> NotLoaded | None:
    """Return the document that is not loaded at a place, or None."""
    here = and_(*(ledger.c[name] == value for name, value in place._asdict().items()))
    row = snapshot.connection.execute(_not_loaded().where(IS_NOT_LOADED, here)).one_or_none()
    return None if row is None else _as_not_loaded(row)


def body_at(snapshot: Snapshot, place: LedgerPlace) -> bytes | None:
    """Return the bytes that are kept of a rejected document."""
    here = and_(*(rejects.c[name] == value for name, value in place._asdict().items()))
    return snapshot.connection.scalar(select(rejects.c.body).where(here))


def reasons_of(snapshot: Snapshot, found: NotLoaded) -> list[Diagnostic]:
    """Return why a document is not loaded: what replaced it, or what the run said that last read it."""
    if found.code == REPLACED and found.record_id is not None:
        return [_replaced(snapshot, found, found.record_id)]
    asked = {"run_id": found.run_id, "path": found.place.path, "document": found.place.pointer}
    return [as_diagnostic(row) for row in snapshot.connection.execute(_REASONS, asked)]


def _replaced(snapshot: Snapshot, found: NotLoaded, record_id: str) -> Diagnostic:
    source, path, pointer = found.place
    entries = holders_of(snapshot.connection, BY_NAME[found.entity], [record_id]).get(record_id, [])
    winner = next((one for one in entries if one.speaks_of_row), None)
    place = None if winner is None else named(winner, source)
    return superseded(record_id, Location(path, pointer, document=pointer), place)


def _not_loaded() -> Select[Any]:
    of_place = and_(*(ledger.c[name] == rejects.c[name] for name in LedgerPlace._fields))
    return (
        select(
            ledger.c.source_id,
            ledger.c.path,
            ledger.c.pointer,
            ledger.c.outcome,
            ledger.c.code,
            ledger.c.entity,
            ledger.c.record_id,
            ledger.c.run_id,
            func.length(rejects.c.body).label("size_bytes"),
            sources.c.location,
            runs.c.options_json,
            ledger.c.file_sha256,
            ledger.c.size_bytes.label("file_bytes"),
        )
        .join(sources, sources.c.id == ledger.c.source_id)
        .join(runs, runs.c.id == ledger.c.run_id)
        .outerjoin(rejects, of_place)
    )


def _as_not_loaded(row: Any) -> NotLoaded:
    return NotLoaded(
        place=LedgerPlace(row.source_id, row.path, row.pointer),
        outcome=row.outcome,
        code=row.code,
        entity=row.entity,
        record_id=row.record_id if row.outcome == "conflict" else None,
        run_id=row.run_id,
        size_bytes=row.size_bytes,
        location=row.location,
        encoding=run_encoding("migration_runs.options_json", row.options_json),
        file_sha256=row.file_sha256,
        file_bytes=row.file_bytes,
    )


class RejectedEntry(NamedTuple):
    """What the ledger says of a document that a run did not load."""

    record_id: str | None
    generation: str | None
    file_sha256: str | None


def rejected_by(snapshot: Snapshot, run_id: int) -> dict[DocumentKey, RejectedEntry]:
    """Return the ledger's word on documents that a run was the last to reject, by path and pointer.

    Where an earlier version of a document is in the database, the entry's id and generation are that
    version's, and not given here.
    """
    entry = ledger.c
    is_of_row = entry.content_sha256.is_not(None)
    query = select(
        entry.path,
        entry.pointer,
        case((is_of_row, None), else_=entry.record_id),
        case((is_of_row, None), else_=entry.generation),
        entry.file_sha256,
    ).where(entry.run_id == run_id, KEPT_OUT)
    return {
        (path, pointer): RejectedEntry(*rest) for path, pointer, *rest in snapshot.connection.execute(query)
    }


def file_body(snapshot: Snapshot, run_id: int, location: str, path: str) -> bytes | None:
    """Return the bytes of a whole file that a run was the last to reject."""
    query = (
        select(rejects.c.body)
        .join(sources, sources.c.id == rejects.c.source_id)
        .where(
            sources.c.location == location,
            rejects.c.path == path,
            rejects.c.pointer == "",
            rejects.c.run_id == run_id,
        )
    )
    return snapshot.connection.scalar(query)


def bodies(snapshot: Snapshot, source_id: int, path: str) -> dict[str, bytes | None]:
    """Return the bytes kept of a file's rejected documents, by pointer; None: they were unreadable."""
    query = select(rejects.c.pointer, rejects.c.body).where(
        rejects.c.source_id == source_id, rejects.c.path == path
    )
    return {row.pointer: row.body for row in snapshot.connection.execute(query)}


def write_rejects(connection: Connection, kept_out: Sequence[RejectBody]) -> None:
    """Keep the original bytes of rejected documents, in place of what was kept at their places before."""
    DIALECT.insert_rows(connection, rejects, RejectBody._fields, kept_out, or_update=True)
