"""The report of a run, one value that every format shows. Its JSON is schema ``rmos-migration/report/1``.

Times are UTC, ``YYYY-MM-DDTHH:MM:SS.ffffffZ``; durations are seconds; rates of success are percent, 100 only where
everything arrived; lengths are mm.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from ..migrate.outcome import RunStatus
from ..migrate.summary import is_kept


class Value(BaseModel):
    """A part of a report; it never changes."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        serialize_by_alias=True,
        json_schema_serialization_defaults_required=True,
        defer_build=True,  # most commands never make a report
    )


class Counted(Value):
    """Documents by what became of them: found = migrated + unchanged + conflicts + rejected."""

    found: int = Field(ge=0)
    migrated: int = Field(ge=0)
    unchanged: int = Field(ge=0)
    conflicts: int = Field(ge=0)
    rejected: int = Field(ge=0)
    success_rate: float = Field(ge=0, le=100)
    """Migrated and unchanged, of those found."""

    @property
    def arrived(self) -> int:
        """Documents that are in the database."""
        return self.migrated + self.unchanged

    @property
    def kept_out(self) -> int:
        """Documents that are not."""
        return self.conflicts + self.rejected


class Run(Value):
    """One run."""

    id: int | None
    """None for a dry run, which leaves no trace."""
    status: Literal["running", "completed", "completed_with_rejects", "failed", "interrupted", "rolled_back"]
    dry_run: bool
    source: str
    """The legacy folder, as it was named."""
    started_at: str
    finished_at: str | None
    duration_seconds: float | None
    documents_per_second: int | None
    tool_version: str | None
    options: dict[str, Any]
    """The options that differ from what is usual."""
    stopped_by: str
    """What cut the run short; empty where nothing did."""
    totals: Counted
    not_looked_at: int = 0
    """Files and folders that may hold records, and were not looked at: for their names or places, or unreadable."""
    folders_not_looked_at: Annotated[int, Field(exclude=True), SkipJsonSchema()] = 0
    """How many of these are folders; for the words only, since the kinds of notices tell it as well."""
    overridden: int = 0
    """Documents that arrived, and whose record was changed or deleted through the API since."""

    @property
    def is_kept(self) -> bool:
        """Whether what the counts say is in the database: not for a dry run, nor for one that was undone."""
        return is_kept(RunStatus(self.status), self.options, dry_run=self.dry_run)

    @property
    def arrived(self) -> int:
        """Documents that are in the database after it."""
        return self.totals.arrived if self.is_kept else 0


class Files(Value):
    """Source files. Those unread had not changed since they were read, or must not be opened."""

    found: int
    read: int
    unread: int
    ignored: dict[str, int]
    """Files passed over, by reason."""
    ignored_paths: dict[str, list[str]] = {}
    """The first of them, by reason."""


class Notice(Value):
    """One thing that was noticed: a diagnostic."""

    code: str
    number: str
    severity: Literal["info", "warning", "error"]
    message: str
    hint: str
    path: str
    """Below the source, with slashes."""
    pointer: str
    """RFC 6901, from the root of the file."""
    line: int | None
    column: int | None


class Kind(Value):
    """How often one kind of thing was noticed."""

    code: str
    number: str
    severity: Literal["info", "warning", "error"]
    count: int
    explanation: str
    hint: str
    examples: list[Notice]
    """The first few."""


class Excerpt(Value):
    """A few lines of a file around a fault, made printable, long lines cut to what lies near it."""

    first_line: int
    """The number of the first of the lines."""
    lines: list[str]
    line: int
    """The number of the line with the fault."""
    column: int
    """Where in that line as it stands here the fault is, from 1."""


class KeptOut(Value):
    """A document that is not in the database: rejected, or in conflict with another of the same id."""

    entity: str
    path: str
    pointer: str
    outcome: Literal["rejected", "conflict"]
    record_id: str | None
    """Where a later run has not looked at the document again; so is the generation."""
    generation: str | None
    notices: list[Notice]
    """Why; the first is the one to look at."""
    excerpt: Excerpt | None
    """For the first documents of each code, where the file is still what it was."""


class Database(Value):
    """The database, as it is now."""

    size_bytes: int
    schema_version: int
    schema_applied_at: str
    records: dict[str, int]
    """Rows of each entity."""
    runs: int
    """Runs into it that there ever were."""
    pending_references: int
    """References that wait for a record which has not arrived."""


class Change(Value):
    """Documents that were not loaded now and in the run before."""

    newly: int
    """Now, and not then."""
    still: int
    no_longer: int
    """Then, and not now: mended, or taken away."""


class Comparison(Value):
    """The run before that read the same folder, and what changed since."""

    run: Run
    kept_out: Change | None
    """None where one of the two runs was cut short."""


class Workshop(Value):
    """What the records in the database look like now: counts by value, the most frequent first."""

    materials: dict[str, int]
    """Strip families by material_type, in any spelling of capitals; empty text for those that say none."""
    ring_counts: dict[str, int]
    """Patterns by ring_count; empty text for those without rings."""
    job_statuses: dict[str, int]


class RosetteRing(Value):
    """One ring as it is drawn. ``radius_mm`` is that of its centre line."""

    number: int
    radius_mm: float
    width_mm: float | None
    tiles: int | None
    colours: list[str]
    """Of the tiles one after another, as ``#rrggbb``; empty where not known."""
    lines: list[str]
    """Of the strips side by side across the ring, from the inside; empty where not known."""


class Rosette(Value):
    """A pattern as far as its geometry can be drawn."""

    id: str
    name: str | None
    ring_count: int | None
    diameter_mm: float | None
    """Of all that is drawn; None where there is nothing to draw."""
    outer_radius_mm: float | None
    """As the geometry states it for the whole."""
    inner_radius_mm: float | None
    hole_radius_mm: float | None
    """Of the sound hole, where the geometry says it."""
    rings: list[RosetteRing]
    remarks: list[str]
    """What could not be read, or was taken to mean something."""


class Gallery(Value):
    """The patterns in the database, the first of them drawn."""

    total: int
    rosettes: list[Rosette]


class Finding(Value):
    """One thing that an audit found."""

    code: str
    severity: Literal["info", "warning", "error"]
    message: str
    table: str
    record: str
    column: str
    hint: str


class Audit(Value):
    """What an audit of the database came to, made together with the report."""

    passed: bool
    rules: int
    rules_held: int
    rules_not_run: int
    errors: int
    warnings: int
    findings: list[Finding]


class Report(Value):
    """What happened in a run, and what the workshop's data look like."""

    format: Literal["rmos-migration/report/1"] = Field(default="rmos-migration/report/1", alias="schema")
    made_at: str
    tool_version: str
    """Of the program that made the report."""
    made_from: Literal["database", "statistics", "dry run"]
    """From statistics alone, documents, database and comparison are not known."""
    verdict: str
    advice: list[str]
    """What it means, and what to do next."""
    doubts: list[str] = []
    """What speaks against the numbers of the database as it is now; ``rmos audit`` tells more."""
    run: Run
    database_url: str
    balanced: bool
    """Whether found = migrated + unchanged + conflicts + rejected. If not, the program is at fault."""
    entities: dict[str, Counted]
    files: Files
    generations: dict[str, int]
    """Documents found, by the generation of RMOS that wrote them."""
    noticed: list[Kind]
    """Errors, then warnings, then information; the most frequent first."""
    kept_out: list[KeptOut] | None = None
    """Every document, in the order in which they were read; None where they are not known."""
    not_looked_at: list[Notice] | None = None
    """Every file that seems to hold records and was not read, in path order; None where they are not known."""
    history: list[Run] = []
    """The last runs into this database, newest first."""
    previous: Comparison | None = None
    database: Database | None = None
    workshop: Workshop | None = None
    gallery: Gallery | None = None
    audit: Audit | None = None
    """None where none was asked for."""
