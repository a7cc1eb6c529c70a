"""The overview: is my data in, when, what is wrong; and what the runs of each day brought."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..diagnostics import printable
from ..entities import ENTITIES, Entity, FieldKind
from ..presentation import conversion as facts
from ..presentation.model import Run
from ..presentation.not_loaded_now import counted_by_outcome, strays_there
from ..store import records, runs, schema
from ..store.checks import doubts
from ..store.records import Recent
from ..store.runs import Day, RunRow
from ..store.snapshot import Snapshot
from . import models
from .context import ViewContext
from .runs import RunOutcome, outcome_of

RECENT = 3
RUNS_OF_A_DAY = 100
_RUNS_SHOWN = 30


class Overview(NamedTuple):
    """The first page: the status, how the last run ended, and the last runs, the latest first."""

    status: models.StatusAnswer
    outcome: RunOutcome | None
    runs: list[Run]
    kept_out: int
    not_looked_at: int


def status(context: ViewContext, validation: models.Validation, *, trusted: bool) -> models.StatusAnswer:
    """Return the status; ``trusted`` callers showed the token."""
    last = runs.newest(context.snapshot, 1)
    return _status(context, last, validation, trusted=trusted)


def overview(context: ViewContext, validation: models.Validation) -> Overview:
    """Return the first page."""
    snapshot = context.snapshot
    rows = runs.newest(snapshot, _RUNS_SHOWN)
    doubted = doubts(snapshot)
    return Overview(
        status=_status(context, rows, validation, trusted=False),
        outcome=outcome_of(context, rows[0], doubted) if rows else None,
        runs=[facts.run_of_row(one) for one in rows],
        kept_out=counted_by_outcome(snapshot).total(),
        not_looked_at=len(strays_there(snapshot)),
    )


def days(context: ViewContext, *, limit: int) -> models.HistoryAnswer:
    """Return the last ``limit`` days on which runs began, the latest first."""
    found, total = runs.days(context.snapshot, limit)
    return models.HistoryAnswer(history=[_day(one) for one in found], total_migration_dates=total)


def _status(
    context: ViewContext, runs: list[RunRow], validation: models.Validation, *, trusted: bool
) -> models.StatusAnswer:
    counts = records.entity_counts(context.snapshot)
    return models.StatusAnswer(
        migration_status=_migration_status(context, runs[0] if runs else None, trusted=trusted),
        entity_counts={**counts, "total": sum(counts.values())},
        recent_entities=_recent_of_each(context.snapshot),
        validation=validation,
    )


def _migration_status(context: ViewContext, last: RunRow | None, *, trusted: bool) -> models.MigrationStatus:
    database = context.database
    version, applied_at, _ = schema.steps(context.snapshot)[-1]
    run = None if last is None else facts.run_of_row(last)
    return models.MigrationStatus(
        last_migration=None if run is None else run.finished_at or run.started_at,
        database_location=printable(str(database.folder / database.name) if trusted else database.name),
        database_size_mb=round(database.size_bytes() / 1e6, 3),
        schema_version=version,
        schema_applied_at=applied_at,
        last_run=None if run is None else _last_run(run),
    )


def _last_run(run: Run) -> models.LastRun:
    return models.LastRun(
        id=run.id or 0,
        status=run.status,
        started_at=run.started_at,
        finished_at=run.finished_at,
        counts=run.totals,
    )


def _recent_of_each(snapshot: Snapshot) -> dict[str, list[models.RecentRecord | models.RecentJob]]:
    return {
        entity.name: [_recent(entity, one) for one in records.recent(snapshot, entity, RECENT)]
        for entity in ENTITIES
    }


def _recent(entity: Entity, one: Recent) -> models.RecentRecord | models.RecentJob:
    if any(rule.source.kind is FieldKind.JOB_TYPE for rule in entity.fields):
        return models.RecentJob(
            id=one.id, job_type=one.job_type, status=one.status, created_at=one.created_at
        )
    return models.RecentRecord(id=one.id, name=one.name, created_at=one.created_at)


def _day(one: Day) -> models.DayOfRuns:
    runs = [(row, facts.run_of_row(row)) for row in one.runs]
    kept: list[Mapping[str, Any]] = [row.counts.get("entities", {}) for row, run in runs if run.is_kept]
    entities = {
        entity.name: sum(facts.counted(counts.get(entity.name, {})).migrated for counts in kept)
        for entity in ENTITIES
    }
    return models.DayOfRuns(
        date=one.date,
        entities=entities,
        total=sum(entities.values()),
        runs=[
            models.RunOfDay(
                id=row.id,
                status=run.status,
                started_at=run.started_at,
                duration_seconds=run.duration_seconds,
                counts=run.totals,
            )
            for row, run in runs[:RUNS_OF_A_DAY]
        ],
        runs_total=len(runs),
    )
