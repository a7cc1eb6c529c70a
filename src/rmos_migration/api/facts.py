"""What the API tells of the migration, from what the store reads; each answer is a value of ``models``.

``trusted`` callers showed the token: others are told no place of this machine, and no line of a file.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from ..audit.result import AuditResult
from ..diagnostics import Diagnostic, Severity, printable
from ..entities import ENTITIES, Entity, FieldKind
from ..presentation import views as report_facts
from ..presentation.conclusion import verdict
from ..presentation.model import Excerpt, KeptOut, Notice, Run
from ..reports.model import Report
from ..store import browsing, kept_out, queries
from ..store.browsing import Recent
from ..store.files import size_of
from ..store.history import Day
from ..store.kept_out import KeptOutFound
from ..store.queries import RunRow
from . import models
from .audit_cache import health
from .cursors import as_cursor
from .problems import without_places
from .server_settings import ServerSettings

RECENT = 3
RUNS_OF_A_DAY = 100


def status(
    connection: Connection,
    serving: ServerSettings,
    audited: AuditResult,
    *,
    locked: bool | None,
    trusted: bool,
) -> models.StatusAnswer:
    """Is my data in, when, what is wrong."""
    last = queries.runs_newest_first(connection, 1, locked=locked)
    counts = queries.entity_counts(connection)
    return models.StatusAnswer(
        migration_status=migration_status(connection, serving, last[0] if last else None, trusted=trusted),
        entity_counts={**counts, "total": sum(counts.values())},
        recent_entities=recent_of_each(connection),
        validation=validation(audited),
    )


def recent_of_each(connection: Connection) -> dict[str, list[models.RecentRecord | models.RecentJob]]:
    """The newest records of each kind."""
    return {
        entity.name: [_recent(entity, one) for one in browsing.recent(connection, entity, RECENT)]
        for entity in ENTITIES
    }


def migration_status(
    connection: Connection, serving: ServerSettings, last: RunRow | None, *, trusted: bool
) -> models.MigrationStatus:
    """The database, and what filled it last."""
    path = serving.database.path
    version, applied_at, _ = queries.schema_steps(connection)[-1]
    run = None if last is None else report_facts.run_of_row(last)
    return models.MigrationStatus(
        last_migration=None if run is None else run.finished_at or run.started_at,
        database_location=printable(str(path.absolute()) if trusted else path.name),
        database_size_mb=round(size_of(path) / 1e6, 3),
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


def _recent(entity: Entity, one: Recent) -> models.RecentRecord | models.RecentJob:
    if any(rule.found.kind is FieldKind.JOB_TYPE for rule in entity.fields):
        return models.RecentJob(
            id=one.id, job_type=one.job_type, status=one.status, created_at=one.created_at
        )
    return models.RecentRecord(id=one.id, name=one.name, created_at=one.created_at)


def validation(audited: AuditResult) -> models.Validation:
    """What the quick audit says."""
    return models.Validation(
        errors=audited.number(Severity.ERROR),
        warnings=audited.number(Severity.WARNING),
        status=health(audited),
        checked_at=audited.started_at,
    )


def day(one: Day) -> models.DayOfRuns:
    """The runs of a day, and what they brought into the database."""
    runs = [(row, report_facts.run_of_row(row)) for row in one.runs]
    kept: list[Mapping[str, Any]] = [row.counts.get("entities", {}) for row, run in runs if run.is_kept]
    entities = {
        entity.name: sum(report_facts.counted(counts.get(entity.name, {})).migrated for counts in kept)
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


def run_of_row(row: RunRow, serving: ServerSettings, *, trusted: bool) -> models.RunDetail:
    """A run with everything it counted."""
    return _detail(report_facts.run_of_row(row), row.counts, serving, trusted=trusted)


def run_of_report(report: Report, name: str, serving: ServerSettings, *, trusted: bool) -> models.RunDetail:
    """A dry run, from its report."""
    counts = {
        "entities": {entity: one.model_dump() for entity, one in report.entities.items()},
        "files": report.files.model_dump(),
        "generations": report.generations,
        "diagnostics": {
            severity.value: sum(kind.count for kind in report.noticed if kind.severity == severity.value)
            for severity in reversed(Severity)
        },
    }
    return _detail(report.run, counts, serving, trusted=trusted, name=name)


def _detail(
    run: Run, counts: Mapping[str, Any], serving: ServerSettings, *, trusted: bool, name: str = ""
) -> models.RunDetail:
    known = run if trusted else public_run(run, serving)
    return models.RunDetail(
        **{**known.model_dump(), "id": name or known.id, "totals": known.totals},
        verdict=verdict(known),
        entities={name: report_facts.counted(tally) for name, tally in counts.get("entities", {}).items()},
        files=report_facts.files(counts),
        generations=counts.get("generations", {}),
        diagnostics=counts.get("diagnostics", {}),
    )


def public_run(run: Run, serving: ServerSettings) -> Run:
    """A run without places of this machine."""
    return run.model_copy(
        update={
            "source": public_place(run.source),
            "stopped_by": without_places(run.stopped_by, serving),
        }
    )


def public_place(place: str) -> str:
    """A place without the folders above it, where it says them from the root on."""
    step = place.replace("\\", "/").rstrip("/")
    is_absolute = step.startswith("/") or step[1:2] == ":"
    return step.rpartition("/")[2] if is_absolute else place


def public_report(report: Report, serving: ServerSettings, most: int | None = None) -> Report:
    """A report without places of this machine and lines of files; with the first ``most`` of the documents not loaded."""
    listed = report.kept_out and report.kept_out[:most]
    public = {
        "run": public_run(report.run, serving),
        "database_url": printable(serving.database.path.name),
        "advice": [without_places(one, serving) for one in report.advice],
        "history": [public_run(one, serving) for one in report.history],
        "kept_out": listed and [one.model_copy(update={"excerpt": None}) for one in listed],
    }
    if report.previous is not None:
        run = public_run(report.previous.run, serving)
        public["previous"] = report.previous.model_copy(update={"run": run})
    return report.model_copy(update=public)


def reject(found: KeptOutFound, notices: list[Notice], *, gone: bool) -> models.Reject:
    """A document that is not loaded."""
    return models.Reject(
        key=as_cursor(found.place) or "",
        path=printable(found.place.path),
        pointer=printable(found.place.pointer),
        entity=found.entity,
        outcome=found.outcome,
        record_id=found.record_id,
        code=found.code,
        run_id=found.run_id,
        size_bytes=found.size_bytes,
        gone=gone,
        notices=notices,
    )


def notice(diagnostic: Diagnostic) -> Notice:
    """A diagnostic as the API tells it."""
    return report_facts.notice(diagnostic)


def noticed(
    report: Report, first: int, limit: int, *, code: str | None, severity: Severity | None, path: str | None
) -> tuple[list[Notice], int]:
    """Why documents would not be loaded by a dry run: ``limit`` notices from ``first`` on, and how many there are in all.
    ``path`` is a part of the file's path.
    """
    page, total = [], 0
    for document in report.kept_out or []:
        for one in document.notices:
            if code not in (None, one.code) or (severity is not None and one.severity != severity.value):
                continue
            if path is not None and path.lower() not in one.path.lower():
                continue
            if first <= total < first + limit:
                page.append(one)
            total += 1
    return page, total


def as_kept_out(found: KeptOutFound, connection: Connection) -> KeptOut:
    """A document that is not loaded, as reports know it."""
    return KeptOut(
        entity=found.entity,
        path=found.place.path,
        pointer=found.place.pointer,
        outcome=found.outcome,
        record_id=found.record_id,
        generation=None,
        notices=[notice(one) for one in kept_out.reasons_of(connection, found)],
        excerpt=None,
    )


def with_excerpt(told: models.Reject, excerpt: Excerpt | None) -> models.RejectDetail:
    """A document that is not loaded, with the lines around its fault."""
    return models.RejectDetail(**dict(told), excerpt=excerpt)


def statistics(connection: Connection, entity: Entity) -> models.StatisticsAnswer:
    """What the records of one kind look like."""
    first, last = browsing.span(connection, entity)
    values = {}
    for rule in entity.looked_for_by:
        if rule.name != "name":
            counted, different = browsing.values(connection, entity, rule.column)
            listed = [models.ValueCount(value=value, count=count) for value, count in counted]
            values[rule.name] = models.Values(first=listed, different=different)
    numbers = {
        rule.name: models.Numbers(**browsing.numbers(connection, entity, rule.column)._asdict())
        for rule in entity.fields
        if rule.found.kind in (FieldKind.NUMBER, FieldKind.COUNT)
    }
    return models.StatisticsAnswer(
        total=queries.entity_counts(connection)[entity.name],
        created_first=first,
        created_last=last,
        values=values,
        numbers=numbers,
    )
