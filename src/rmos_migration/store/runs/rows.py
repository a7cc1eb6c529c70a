"""Runs: how each began, what it counted, how it ended."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    Connection,
    Row,
    Table,
    distinct,
    func,
    insert,
    select,
    update,
)

from ...entities.stored import stored_object
from ..columns import run_counts, run_encoding
from ..snapshot import Snapshot
from ..tables import runs


class RunRow(NamedTuple):
    """One run as it stands in the database.

    ``counts`` is what ``migrate.outcome.Counts.as_json`` gives, empty before the first batch. ``source`` is
    the folder as it was named, ``location`` its real path; ``stopped_by`` says what cut the run short.
    """

    id: int
    started_at: str
    finished_at: str | None
    status: str
    source: str
    options: dict[str, Any]
    tool_version: str
    counts: dict[str, dict[str, int]]
    duration_seconds: float | None
    location: str | None
    stopped_by: str | None


def as_run(row: Row[Any], snapshot: Snapshot) -> RunRow:
    """Return the run in a row of the table of runs."""
    run_encoding("migration_runs.options_json", row.options_json)
    status = "interrupted" if row.status == "running" and snapshot.is_running is False else row.status
    return RunRow(
        row.id,
        row.started_at,
        row.finished_at,
        status,
        row.source,
        stored_object("migration_runs.options_json", row.options_json),
        row.tool_version,
        run_counts("migration_runs.counts_json", row.counts_json),
        row.duration_seconds,
        row.location,
        row.stopped_by,
    )


def newest(snapshot: Snapshot, limit: int) -> list[RunRow]:
    """Return the last runs. One that says running is shown as interrupted where no run is going on."""
    return [
        as_run(row, snapshot)
        for row in snapshot.connection.execute(select(runs).order_by(runs.c.id.desc()).limit(limit))
    ]


def page(snapshot: Snapshot, *, before: int | None, limit: int) -> tuple[list[RunRow], int]:
    """Return runs, the latest first, from the one before ``before`` on, and how many there are."""
    query = select(runs).order_by(runs.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(runs.c.id < before)
    total = snapshot.connection.scalar(select(func.count()).select_from(runs)) or 0
    return [as_run(row, snapshot) for row in snapshot.connection.execute(query)], total


class Day(NamedTuple):
    """The runs that began on a day (UTC, ``YYYY-MM-DD``), the latest first."""

    date: str
    runs: list[RunRow]


_DATE = func.substr(runs.c.started_at, 1, 10)


def days(snapshot: Snapshot, limit: int) -> tuple[list[Day], int]:
    """Return the last days with runs, the latest first, and how many such days there are."""
    total = snapshot.connection.scalar(select(func.count(distinct(_DATE)))) or 0
    dates = list(snapshot.connection.scalars(select(_DATE).distinct().order_by(_DATE.desc()).limit(limit)))
    if not dates:
        return [], total
    found: dict[str, list[RunRow]] = {date: [] for date in dates}
    query = select(runs, _DATE.label("date")).where(_DATE.in_(dates)).order_by(runs.c.id.desc())
    for row in snapshot.connection.execute(query):
        found[row.date].append(as_run(row, snapshot))
    return [Day(date, of_day) for date, of_day in found.items()], total


def find(snapshot: Snapshot, run_id: int) -> RunRow | None:
    """Return one run, or None where there is none of that number."""
    row = snapshot.connection.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
    return None if row is None else as_run(row, snapshot)


def before(snapshot: Snapshot, run: RunRow) -> RunRow | None:
    """Return the run before this one that read the same folder, if that is known."""
    if run.location is None:
        return None
    query = (
        select(runs)
        .where(runs.c.id < run.id, runs.c.location == run.location)
        .order_by(runs.c.id.desc())
        .limit(1)
    )
    row = snapshot.connection.execute(query).one_or_none()
    return None if row is None else as_run(row, snapshot)


def has_later(snapshot: Snapshot, run: RunRow) -> bool:
    """Return whether a later run read the same folder, as far as that is known."""
    query = select(runs.c.id).where(runs.c.id > run.id, runs.c.location == run.location).limit(1)
    return run.location is not None and snapshot.connection.scalar(query) is not None


def count(snapshot: Snapshot) -> int:
    """Return how many runs there ever were."""
    return snapshot.connection.scalar(select(func.count()).select_from(runs)) or 0


def begin_run(
    connection: Connection,
    *,
    source: str,
    location: str,
    dry_run: bool,
    options: Mapping[str, Any],
    tool_version: str,
    at: str,
) -> int:
    """Write the row of a run that starts; a run still called running was interrupted."""
    connection.execute(update(runs).where(runs.c.status == "running").values(status="interrupted"))
    run_id = next_id(connection, runs)
    row = insert(runs).values(
        id=run_id,
        started_at=at,
        status="running",
        source=source,
        location=location,
        dry_run=int(dry_run),
        options_json=orjson.dumps(options).decode(),
        tool_version=tool_version,
    )
    connection.execute(row)
    return run_id


def next_id(connection: Connection, table: Table) -> int:
    """Return the number after the highest, so that what was rolled back leaves no gap anywhere."""
    return int(connection.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0) + 1


def write_progress(connection: Connection, run_id: int, counts: Mapping[str, Any]) -> None:
    """Write a run's counts so far, in the transaction of the batch they count."""
    connection.execute(
        update(runs).where(runs.c.id == run_id).values(counts_json=orjson.dumps(counts).decode())
    )


def finish_run(
    connection: Connection,
    run_id: int,
    *,
    status: str,
    counts: Mapping[str, Any],
    at: str,
    duration_seconds: float,
    stopped_by: str,
) -> None:
    """Write how a run ended; ``stopped_by`` says what cut it short, empty if nothing did."""
    connection.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            status=status,
            finished_at=at,
            duration_seconds=duration_seconds,
            counts_json=orjson.dumps(counts).decode(),
            stopped_by=stopped_by or None,
        )
    )
