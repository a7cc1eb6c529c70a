"""Looking through the books: runs by date, what a run noticed, what is kept out. The caller holds one transaction."""

from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    distinct,
    func,
    select,
    tuple_,
)

from ..diagnostics import Diagnostic, Severity
from ..entities import Entity
from .queries import RunRow, as_diagnostic, as_run
from .runs import FROM_API
from .tables import diagnostics, ledger, rejects, runs, sources

_DATE = func.substr(runs.c.started_at, 1, 10)

_REASONS = (
    select(diagnostics)
    .where(
        diagnostics.c.run_id == bindparam("run_id"),
        diagnostics.c.path == bindparam("path"),
        diagnostics.c.document == bindparam("document"),
        diagnostics.c.severity == Severity.ERROR.value,
    )
    .order_by(diagnostics.c.id)
)
"""Put together once: for a page of rejects it is asked 500 times."""


class Day(NamedTuple):
    """The runs that began on a day (UTC, ``YYYY-MM-DD``), the latest first."""

    date: str
    runs: list[RunRow]


class Noted(NamedTuple):
    """A diagnostic with its number, by which the next page begins behind it."""

    number: int
    diagnostic: Diagnostic


class RejectPlace(NamedTuple):
    """Where a document lies that is kept out."""

    source_id: int
    path: str
    pointer: str


class RejectFound(NamedTuple):
    """A document that is kept out: where, why, since which run, how many bytes are kept of it (None: none).

    ``location`` is the source's folder, ``encoding`` what the user said of its files, ``file_sha256`` the hash of the
    file that the document stands in.
    """

    place: RejectPlace
    location: str
    entity: str | None
    run_id: int
    code: str
    size_bytes: int | None
    encoding: str | None
    file_sha256: str | None


def days(connection: Connection, limit: int, *, locked: bool) -> tuple[list[Day], int]:
    """The last days on which there were runs, the latest first, and how many such days there are."""
    total = connection.scalar(select(func.count(distinct(_DATE)))) or 0
    dates = list(connection.scalars(select(_DATE).distinct().order_by(_DATE.desc()).limit(limit)))
    if not dates:
        return [], total
    found: dict[str, list[RunRow]] = {date: [] for date in dates}
    for row in connection.execute(select(runs).where(_DATE.in_(dates)).order_by(runs.c.id.desc())):
        found[row.started_at[:10]].append(as_run(row, locked))
    return [Day(date, of_day) for date, of_day in found.items()], total


def runs_page(
    connection: Connection, *, before: int | None, limit: int, locked: bool
) -> tuple[list[RunRow], int]:
    """Runs, the latest first, from the one before ``before`` on; and how many there are."""
    query = select(runs).order_by(runs.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(runs.c.id < before)
    total = connection.scalar(select(func.count()).select_from(runs)) or 0
    return [as_run(row, locked) for row in connection.execute(query)], total


def noted(
    connection: Connection,
    run_id: int,
    *,
    after: int,
    limit: int,
    code: str | None = None,
    severity: Severity | None = None,
    path: str | None = None,
) -> tuple[list[Noted], int]:
    """What a run noticed, in the order it did, from behind number ``after`` on; and how much there is in all."""
    conditions: list[ColumnElement[bool]] = [diagnostics.c.run_id == run_id]
    if code is not None:
        conditions.append(diagnostics.c.code == code)
    if severity is not None:
        conditions.append(diagnostics.c.severity == severity.value)
    if path is not None:
        conditions.append(diagnostics.c.path.icontains(path, autoescape=True))
    total = connection.scalar(select(func.count()).select_from(diagnostics).where(*conditions)) or 0
    query = select(diagnostics).where(*conditions, diagnostics.c.id > after).order_by(diagnostics.c.id)
    return [Noted(row.id, as_diagnostic(row)) for row in connection.execute(query.limit(limit))], total


def kept_out(
    connection: Connection,
    *,
    after: RejectPlace | None,
    limit: int,
    code: str | None = None,
    path: str | None = None,
) -> tuple[list[RejectFound], int]:
    """Documents that are kept out as of now, by source, path and pointer, and how many there are.

    ``path`` is a part of the path, in whatever case.
    """
    conditions: list[ColumnElement[bool]] = []
    if code is not None:
        conditions.append(rejects.c.code == code)
    if path is not None:
        conditions.append(rejects.c.path.icontains(path, autoescape=True))
    total = connection.scalar(select(func.count()).select_from(rejects).where(*conditions)) or 0
    place = (rejects.c.source_id, rejects.c.path, rejects.c.pointer)
    query = _rejects().where(*conditions).order_by(*place).limit(limit)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*after))
    return [_as_reject(row) for row in connection.execute(query)], total


def reject_at(connection: Connection, place: RejectPlace) -> RejectFound | None:
    """The document that is kept out at a place, or None."""
    row = connection.execute(_rejects().where(_is_at(place))).one_or_none()
    return None if row is None else _as_reject(row)


def bytes_of(connection: Connection, place: RejectPlace) -> bytes | None:
    """What is kept of a document that is kept out."""
    return connection.scalar(select(rejects.c.body).where(_is_at(place)))


def reasons_of(connection: Connection, found: RejectFound) -> list[Diagnostic]:
    """Why a document is kept out: the errors of the run that last read it."""
    asked = {"run_id": found.run_id, "path": found.place.path, "document": found.place.pointer}
    return [as_diagnostic(row) for row in connection.execute(_REASONS, asked)]


class Stood(NamedTuple):
    """Where a record came from: the document's place, which generation wrote it, and what became of the document.

    ``path`` is empty for what came through the API; ``run_id`` is the run that read the document last.
    """

    path: str
    pointer: str
    generation: str | None
    outcome: str
    code: str | None
    run_id: int | None


def places_of(connection: Connection, entity: Entity, record_id: str, limit: int) -> list[Stood]:
    """Where the documents of a record stand or stood."""
    path = case((FROM_API, ""), else_=ledger.c.path).label("path")
    columns = [path if name == "path" else ledger.c[name] for name in Stood._fields]
    query = (
        select(*columns)
        .where(ledger.c.entity == entity.name, ledger.c.record_id == record_id)
        .order_by(ledger.c.source_id, ledger.c.path, ledger.c.pointer)
        .limit(limit)
    )
    return [Stood(*row) for row in connection.execute(query)]


def codes_kept_out(connection: Connection) -> list[tuple[str, int]]:
    """How many documents are kept out by code, the most frequent first."""
    number = func.count().label("number")
    query = select(rejects.c.code, number).group_by(rejects.c.code).order_by(number.desc(), rejects.c.code)
    return [(row.code, row.number) for row in connection.execute(query)]


def _rejects() -> Select[Any]:
    of_place = and_(*(ledger.c[name] == rejects.c[name] for name in RejectPlace._fields))
    return (
        select(
            rejects.c.source_id,
            rejects.c.path,
            rejects.c.pointer,
            sources.c.location,
            ledger.c.entity,
            rejects.c.run_id,
            rejects.c.code,
            func.length(rejects.c.body).label("size_bytes"),
            runs.c.options_json,
            ledger.c.file_sha256,
        )
        .join(sources, sources.c.id == rejects.c.source_id)
        .join(runs, runs.c.id == rejects.c.run_id)
        .outerjoin(ledger, of_place)
    )


def _as_reject(row: Any) -> RejectFound:
    encoding = orjson.loads(row.options_json).get("encoding")
    place = RejectPlace(row.source_id, row.path, row.pointer)
    return RejectFound(
        place,
        row.location,
        row.entity,
        row.run_id,
        row.code,
        row.size_bytes,
        encoding,
        row.file_sha256,
    )


def _is_at(place: RejectPlace) -> ColumnElement[bool]:
    return and_(*(rejects.c[name] == value for name, value in place._asdict().items()))
