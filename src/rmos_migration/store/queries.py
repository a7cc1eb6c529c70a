"""What several others read: runs, counts, rejects. What only one reads has a module of its own."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select

from ..diagnostics import Diagnostic, Location, Severity
from ..entities import ENTITIES
from ..entities.stored import stored_object
from .columns import run_counts, run_encoding
from .tables import ENTITY_TABLES, pending_references, runs, schema_version


class RunRow(NamedTuple):
    """One run as it stands in the database.

    ``counts`` is what ``migrate.outcome.Counts.as_json`` gives, empty before the first batch. ``source`` is the folder
    as it was named, ``location`` its real path; ``stopped_by`` says what cut the run short.
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


def runs_newest_first(connection: Connection, limit: int, *, locked: bool | None) -> list[RunRow]:
    """The last runs. A row that says running is shown as interrupted while nobody holds the lock.

    ``locked`` is what ``lock.is_locked`` says; where it does not know (None), a run that says running is taken at its word.
    """
    return [
        as_run(row, locked)
        for row in connection.execute(select(runs).order_by(runs.c.id.desc()).limit(limit))
    ]


def entity_counts(connection: Connection) -> dict[str, int]:
    """How many rows each entity's table holds."""
    return {
        entity.name: connection.scalar(select(func.count()).select_from(ENTITY_TABLES[entity.name])) or 0
        for entity in ENTITIES
    }


def pending_count(connection: Connection) -> int:
    """How many detached references wait for their parents."""
    return connection.scalar(select(func.count()).select_from(pending_references)) or 0


def schema_steps(connection: Connection) -> list[tuple[int, str, str | None]]:
    """The schema's steps as applied: version, time, description."""
    steps = schema_version.c
    query = select(steps.version, steps.applied_at, steps.description).order_by(steps.version)
    return [(row.version, row.applied_at, row.description) for row in connection.execute(query)]


def as_diagnostic(row: Row[Any]) -> Diagnostic:
    """A row of the table of diagnostics."""
    place = Location(row.path, row.pointer, row.line, row.column, row.document)
    return Diagnostic(row.code, Severity(row.severity), row.message, place, row.hint or "")


def as_run(row: Row[Any], locked: bool | None) -> RunRow:
    """A row of the table of runs."""
    run_encoding("migration_runs.options_json", row.options_json)
    status = "interrupted" if row.status == "running" and locked is False else row.status
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
