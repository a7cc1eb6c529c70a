"""The answers about the migration, as the OpenAPI document describes them.

Times are UTC, ``YYYY-MM-DDTHH:MM:SS.ffffffZ``; sizes are bytes unless the name says MB (1,000,000 bytes).
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from ..presentation.model import Counted, Excerpt, Files, Notice, Run


class Answer(BaseModel):
    """What every answer has that is no problem."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    success: Literal[True] = True


class LastRun(BaseModel):
    """The run that began last."""

    id: int
    status: str
    started_at: str
    finished_at: str | None
    counts: Counted


class MigrationStatus(BaseModel):
    """The database, and what filled it last."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    last_migration: str | None
    """When the last run ended, or began where it has not."""
    database_location: str
    """Its path; its name alone for callers without the token."""
    database_size_mb: float
    schema_version: int
    schema_applied_at: str
    last_run: LastRun | None


class RecentRecord(BaseModel):
    """A record that was made lately."""

    id: str
    name: str | None
    created_at: str | None


class RecentJob(BaseModel):
    """A job that was recorded lately."""

    id: str
    job_type: str | None
    status: str | None
    created_at: str | None


Health = Literal["healthy", "warnings", "errors_detected"]


class Validation(BaseModel):
    """What the quick audit says."""

    model_config = ConfigDict(frozen=True)

    errors: int
    warnings: int
    status: Health
    checked_at: str


class StatusAnswer(Answer):
    """Is my data in, when, what is wrong."""

    migration_status: MigrationStatus
    entity_counts: dict[str, int]
    """Records of each kind, and in total."""
    recent_entities: dict[str, list[RecentRecord | RecentJob]]
    """The three newest of each kind."""
    validation: Validation


class RunOfDay(BaseModel):
    """A run, briefly."""

    id: int
    status: str
    started_at: str
    duration_seconds: float | None
    counts: Counted


class DayOfRuns(BaseModel):
    """The runs that began on a day (UTC)."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    date: str
    entities: dict[str, int]
    """Records that they brought into the database."""
    total: int
    runs: list[RunOfDay]
    """The last 100."""
    runs_total: int


class HistoryAnswer(Answer):
    """Runs by date, the latest first."""

    history: list[DayOfRuns]
    total_migration_dates: int


class RunDetail(Run):
    """A run with everything it counted."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: int | str  # type: ignore[assignment]
    """``dry-N`` for a dry run that this server made."""
    verdict: str
    entities: dict[str, Counted]
    files: Files
    generations: dict[str, int]
    diagnostics: dict[str, int]
    """How many of each severity."""


class RunsAnswer(Answer):
    """Runs, the latest first."""

    runs: list[RunDetail]
    total: int
    next: str | None


class RunAnswer(Answer):
    """One run."""

    run: RunDetail


class DiagnosticsAnswer(Answer):
    """What a run noticed, in the order it did."""

    diagnostics: list[Notice]
    total: int
    next: str | None


class Reject(BaseModel):
    """A document that is not loaded."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    key: str
    """Its name in this API."""
    path: str
    pointer: str
    entity: str
    outcome: Literal["rejected", "conflict"]
    record_id: str | None
    """The id that another record has, of a document in conflict."""
    code: str
    run_id: int
    size_bytes: int | None
    """Bytes that are kept of it; none of a document in conflict."""
    gone: bool
    """Whether its file was taken out of the legacy folder since."""
    notices: list[Notice]
    """Why, and what to do."""


class RejectDetail(Reject):
    """A document that is not loaded, with the lines around the fault."""

    excerpt: Excerpt | None
    """Only for callers with the token; None where the file is no longer what it was."""


class RejectsAnswer(Answer):
    """What is not loaded as of now."""

    rejects: list[Reject]
    codes: dict[str, int]
    """How many documents are not loaded by code, whatever was asked for; not those whose file is gone."""
    total: int
    """How many there are of what was asked for, without those whose file is gone."""
    gone_total: int
    """How many more there are whose file is gone; they are among ``rejects``, too."""
    next: str | None
    not_looked_at: list[Notice]
    """The first files and folders that may hold records and were not looked at, whatever was asked for."""
    not_looked_at_total: int
    """How many of them there are; they are no documents, and not in ``total``."""
    folders_not_looked_at: Annotated[int, Field(exclude=True), SkipJsonSchema()] = 0


class RejectAnswer(Answer):
    """One document that is not loaded."""

    reject: RejectDetail


class RunStarted(Answer):
    """A run has begun; ``location`` is where to ask for it."""

    run: str
    dry_run: bool
    location: str


class Numbers(BaseModel):
    """What is known of a column of numbers."""

    recorded: int
    least: float | None
    largest: float | None
    mean: float | None


class ValueCount(BaseModel):
    """How many records have a value; null: never recorded."""

    value: str | int | None
    count: int


class Values(BaseModel):
    """The most frequent values of a column."""

    first: list[ValueCount]
    different: int


class StatisticsAnswer(Answer):
    """What the records of one kind look like."""

    total: int
    created_first: str | None
    created_last: str | None
    values: dict[str, Values]
    numbers: dict[str, Numbers]


class Alive(BaseModel):
    """The server answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """The database can be read."""

    status: Literal["ready"] = "ready"
    schema_version: int


class Deleted(Answer):
    """It is gone."""

    deleted: str
