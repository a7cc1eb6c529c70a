"""The values that reports, pages and the API show: runs and their counts, diagnostics, documents, rosettes.

Their names are those of ``docs/report.schema.json`` and of the OpenAPI document. Times are UTC,
``YYYY-MM-DDTHH:MM:SS.ffffffZ``; durations are seconds; success rates are percent, 100 only if everything
arrived; lengths are mm.
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
    (
        "Files and folders that may hold records, and were not looked at: for their names or places, or"
        " unreadable."
    )
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
