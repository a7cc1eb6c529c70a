"""What became of documents: outcomes, their counts, and the summary of a run."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..diagnostics import FOLDER_NOT_LOOKED_AT, Diagnostic, Severity
from ..entities import ENTITIES
from ..errors import ExitCode
from .not_looked_at import were_not_looked_at


class Outcome(StrEnum):
    """What became of one document."""

    MIGRATED = "migrated"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    REJECTED = "rejected"


class RunStatus(StrEnum):
    """How a run ended, or that it has not ended yet."""

    RUNNING = "running"
    COMPLETED = "completed"
    COMPLETED_WITH_REJECTS = "completed_with_rejects"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    ROLLED_BACK = "rolled_back"


VERDICTS = {
    RunStatus.RUNNING: "The run is still going on.",
    RunStatus.COMPLETED: "Everything arrived.",
    RunStatus.COMPLETED_WITH_REJECTS: "Finished, but not everything arrived.",
    RunStatus.ROLLED_BACK: "Nothing was kept, because not everything could arrive (--all-or-nothing).",
    RunStatus.INTERRUPTED: "Stopped before the end.",
    RunStatus.FAILED: "The run was ended.",
}
"""How a run ended, in words, where every file was looked at."""


def ending(status: RunStatus, *, found: int, arrived: int, not_looked_at: int, folders: int = 0) -> str:
    """Return how a run ended, in one sentence.

    Args:
        status: how it ended.
        found: documents that it found.
        arrived: those of them that are in the database.
        not_looked_at: files and folders that may hold records and were not looked at.
        folders: how many of these are folders.
    """
    if status is RunStatus.COMPLETED_WITH_REJECTS and not_looked_at and arrived == found:
        documents = "1 document" if found == 1 else f"{found:,} documents"
        return f"{documents} arrived; {were_not_looked_at(not_looked_at, folders)}."
    return VERDICTS[status]


def overridden_records(number: int) -> str:
    """Return how many records are no longer what their documents say, in words."""
    records = "1 record was" if number == 1 else f"{number:,} records were"
    return f"{records} changed or deleted through the dashboard since, and {'stays' if number == 1 else 'stay'} so"


def is_kept(status: RunStatus, options: Mapping[str, object], *, dry_run: bool) -> bool:
    """Whether what a run counts as arrived is in the database: not for a dry run, nor for one that was undone."""
    was_undone = bool(options.get("all_or_nothing")) and status is not RunStatus.COMPLETED
    return not dry_run and not was_undone and status is not RunStatus.ROLLED_BACK


@dataclass
class Tally:
    """Documents of one entity, counted: ``found`` when they are read, the others when their fate is written."""

    found: int = 0
    migrated: int = 0
    unchanged: int = 0
    conflicts: int = 0
    rejected: int = 0

    def count(self, outcome: Outcome, documents: int = 1) -> None:
        """Count documents that ended as ``outcome``."""
        name = "conflicts" if outcome is Outcome.CONFLICT else outcome.value
        setattr(self, name, getattr(self, name) + documents)

    def add(self, other: "Tally") -> None:
        """Add another tally to this one."""
        for name in ("found", "migrated", "unchanged", "conflicts", "rejected"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def balanced(self) -> bool:
        """Whether every document that was found ended somewhere, and nowhere are fewer than none."""
        ends = (self.migrated, self.unchanged, self.conflicts, self.rejected)
        return self.found == sum(ends) and min(ends) >= 0

    def as_json(self) -> dict[str, int]:
        """The counts, with the words the first RMOS migration used: skipped and failed."""
        return {
            "found": self.found,
            "migrated": self.migrated,
            "unchanged": self.unchanged,
            "conflicts": self.conflicts,
            "rejected": self.rejected,
            "skipped": self.unchanged + self.conflicts,
            "failed": self.rejected,
        }


def success_rate(tally: Tally) -> float:
    """Documents that are in the database now, of those found, in percent.

    Two decimals, rounded down: 100 only where every document arrived; 100, too, where none was found.
    """
    if not tally.found:
        return 100.0
    return (tally.migrated + tally.unchanged) * 10_000 // tally.found / 100


@dataclass
class FileCounts:
    """Source files, counted. ``unread`` were not opened, because they have not changed or must not be opened.

    ``ignored`` were passed over, by reason; ``ignored_paths`` names the first of each reason. ``not_looked_at`` seem to
    hold records (``strays``).
    """

    found: int = 0
    read: int = 0
    unread: int = 0
    not_looked_at: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    ignored_paths: dict[str, list[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the counts as the run summary shows them."""
        return {
            "found": self.found,
            "read": self.read,
            "unread": self.unread,
            "not_looked_at": self.not_looked_at,
            "ignored": dict(sorted(self.ignored.items())),
            "ignored_paths": dict(sorted(self.ignored_paths.items())),
        }


UNRECOGNISED = "not recognised"
"""Stands for the generation of documents that none wrote, or that are no JSON."""

NOT_READ = "not read"
"""Stands for the generation of what nobody has seen, and which is therefore in no count of generations."""


@dataclass
class RunCounts:
    """Everything a run counts; ``generations`` are the documents that were read, by the generation that wrote them.

    ``overridden`` are documents among the unchanged whose record was changed or deleted through the API since.
    """

    entities: dict[str, Tally] = field(default_factory=lambda: {entity.name: Tally() for entity in ENTITIES})
    files: FileCounts = field(default_factory=FileCounts)
    generations: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    overridden: int = 0

    @property
    def folders_not_looked_at(self) -> int:
        """How many of what was not looked at are folders."""
        return self.codes[FOLDER_NOT_LOOKED_AT]

    @property
    def totals(self) -> Tally:
        """All entities together."""
        total = Tally()
        for tally in self.entities.values():
            total.add(tally)
        return total

    @property
    def balanced(self) -> bool:
        """Whether found = migrated + unchanged + conflicts + rejected, none of them negative, for every entity."""
        return all(tally.balanced for tally in self.entities.values())

    def notice(self, diagnostics: list[Diagnostic]) -> None:
        """Count diagnostics by severity and code."""
        for severity, count in Counter(diagnostic.severity for diagnostic in diagnostics).items():
            self.severities[severity.value] += count
        self.codes.update(diagnostic.code for diagnostic in diagnostics)

    def take_back(self, code: str, severity: Severity, times: int) -> None:
        """Count what was noticed, and holds no longer, so many times less."""
        if times:
            self.codes[code] -= times
            self.severities[severity.value] -= times
            self.codes = +self.codes  # without those that are none any more

    def as_json(self) -> dict[str, Any]:
        """The counts as the run summary shows them."""
        return {
            "entities": {name: tally.as_json() for name, tally in self.entities.items()},
            "totals": self.totals.as_json(),
            "files": self.files.as_json(),
            "generations": dict(self.generations.most_common()),
            "diagnostics": {str(severity): self.severities[str(severity)] for severity in reversed(Severity)},
            "codes": dict(sorted(self.codes.items())),
            "overridden": self.overridden,
            "balanced": self.balanced,
        }


@dataclass(frozen=True)
class RunSummary:
    """The result of a run. ``run_id`` is None for a dry run; ``stopped_by`` says what cut the run short, if anything.

    ``options`` are those of the run, as they are kept with it.
    """

    run_id: int | None
    status: RunStatus
    dry_run: bool
    source: str
    database: str
    started_at: str
    finished_at: str
    duration_seconds: float
    counts: RunCounts
    options: Mapping[str, object] = field(default_factory=dict)
    stopped_by: str = ""
    signal: int | None = None

    @property
    def entities(self) -> Mapping[str, Tally]:
        """The counts per entity."""
        return self.counts.entities

    @property
    def totals(self) -> Tally:
        """The counts of all entities together."""
        return self.counts.totals

    @property
    def success_rate(self) -> float:
        """Documents that are in the database now, of those found, in percent; 100 where none were found."""
        return success_rate(self.totals)

    @property
    def is_kept(self) -> bool:
        """Whether what it counts as arrived is in the database."""
        return is_kept(self.status, self.options, dry_run=self.dry_run)

    @property
    def exit_code(self) -> int:
        """What the process answers (``errors.ExitCode``)."""
        if self.signal is not None:
            return 128 + self.signal
        return ExitCode.OK if self.status is RunStatus.COMPLETED else ExitCode.FINDINGS

    def as_json(self) -> dict[str, Any]:
        """The summary as one JSON document, schema ``rmos-migration/run-summary/1``."""
        rate = self.totals.found / self.duration_seconds if self.duration_seconds else 0.0
        return {
            "schema": "rmos-migration/run-summary/1",
            "run_id": self.run_id,
            "status": str(self.status),
            "dry_run": self.dry_run,
            "source": self.source,
            "database": self.database,
            "options": dict(self.options),
            "started_at": self.started_at,
            "finished_at": self.finished_at,
            "duration_seconds": round(self.duration_seconds, 3),
            "documents_per_second": round(rate),
            **self.counts.as_json(),
            "success_rate": self.success_rate,
            "stopped_by": self.stopped_by,
        }
