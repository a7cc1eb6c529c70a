"""Looking through the books: runs by date, what a run noticed, where a record came from. The caller holds one transaction."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, case, distinct, func, select

from ..diagnostics import Diagnostic, Severity
from ..entities import Entity
from .queries import RunRow, as_diagnostic, as_run
from .runs import FROM_API
from .tables import diagnostics, ledger, runs

_DATE = func.substr(runs.c.started_at, 1, 10)


class Day(NamedTuple):
    """The runs that began on a day (UTC, ``YYYY-MM-DD``), the latest first."""

    date: str
    runs: list[RunRow]


class Noted(NamedTuple):
    """A diagnostic with its number, by which the next page begins behind it."""

    number: int
    diagnostic: Diagnostic


def days(connection: Connection, limit: int, *, locked: bool | None) -> tuple[list[Day], int]:
    """The last days on which there were runs, the latest first, and how many such days there are."""
    total = connection.scalar(select(func.count(distinct(_DATE)))) or 0
    dates = list(connection.scalars(select(_DATE).distinct().order_by(_DATE.desc()).limit(limit)))
    if not dates:
        return [], total
    found: dict[str, list[RunRow]] = {date: [] for date in dates}
    query = select(runs, _DATE.label("date")).where(_DATE.in_(dates)).order_by(runs.c.id.desc())
    for row in connection.execute(query):
        found[row.date].append(as_run(row, locked))
    return [Day(date, of_day) for date, of_day in found.items()], total


def runs_page(
    connection: Connection, *, before: int | None, limit: int, locked: bool | None
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
