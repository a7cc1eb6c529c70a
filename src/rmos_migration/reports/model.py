"""The report of a run, one value that every format shows. Its JSON is schema ``rmos-migration/report/1``.

Times, durations, rates and lengths are given as in ``presentation.model``.
"""

from typing import Literal

from pydantic import Field

from ..audit.rule import Finding
from ..presentation.model import Counted, Files, KeptOut, Kind, Notice, Rosette, Run, Value


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


class Gallery(Value):
    """The patterns in the database, the first of them drawn."""

    total: int
    rosettes: list[Rosette]


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
    doubts: list[str] = Field(default=[])
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
    ("Every file that seems to hold records and was not read, in path order; None where they are not known.")
    history: list[Run] = Field(default=[])
    """The last runs into this database, newest first."""
    previous: Comparison | None = None
    database: Database | None = None
    workshop: Workshop | None = None
    gallery: Gallery | None = None
    audit: Audit | None = None
    """None where none was asked for."""
