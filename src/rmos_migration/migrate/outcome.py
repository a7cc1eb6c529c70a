"""What became of documents and of runs, and how many of each there are."""

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..diagnostics import FOLDER_NOT_LOOKED_AT, Diagnostic, Severity
from ..entities import ENTITIES


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


@dataclass
class Tally:
    """Documents of one entity by outcome; ``found`` counts them when read, the others when written."""

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
        """Whether every document found has one outcome, and no count is negative."""
        ends = (self.migrated, self.unchanged, self.conflicts, self.rejected)
        return self.found == sum(ends) and min(ends) >= 0

    def as_json(self) -> dict[str, int]:
        """Return the counts, also under the words of the first RMOS migration: skipped and failed."""
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
    """Return how many of the documents found are in the database now, in percent.

    Two decimals, rounded down: 100 only where every document arrived; 100, too, where none was found.
    """
    if not tally.found:
        return 100.0
    return (tally.migrated + tally.unchanged) * 10_000 // tally.found / 100


@dataclass
class FileCounts:
    """Source files, counted.

    Attributes:
        found: all files of the entities.
        read: those that were opened and read.
        unread: those that were not, because they have not changed or cannot be read.
        not_looked_at: files elsewhere that seem to hold records (``stray_files``).
        ignored: files elsewhere that were skipped, by reason.
        ignored_paths: the first of them, by reason.
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
"""Stands for the generation of documents that fit none, or are not JSON."""

NOT_READ = "not read"
"""Stands for the generation of files that could not be read; they are in no count of generations."""


@dataclass
class RunCounts:
    """Everything a run counts.

    Attributes:
        entities: the documents of each entity.
        files: the files.
        generations: the documents that were read, by the generation that wrote them.
        severities: what was noticed, by severity.
        codes: the same, by code.
        overridden: unchanged documents whose record was changed or deleted through the API since.
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
        """Whether every entity's outcomes add up to what was found, and none is negative."""
        return all(tally.balanced for tally in self.entities.values())

    def plus(
        self,
        entity: str,
        tally: Tally,
        files: FileCounts,
        generations: Mapping[str | None, int],
        diagnostics: list[Diagnostic],
    ) -> "RunCounts":
        """Return these counts with those of a further batch."""
        counts = deepcopy(self)
        counts.entities[entity].add(tally)
        counts.files.found += files.found
        counts.files.read += files.read
        counts.files.unread += files.unread
        for generation, documents in generations.items():
            counts.generations[generation or UNRECOGNISED] += documents
        counts.notice(diagnostics)
        return counts

    def notice(self, diagnostics: list[Diagnostic]) -> None:
        """Count diagnostics by severity and code."""
        for severity, count in Counter(diagnostic.severity for diagnostic in diagnostics).items():
            self.severities[severity.value] += count
        self.codes.update(diagnostic.code for diagnostic in diagnostics)

    def take_back(self, code: str, severity: Severity, times: int) -> None:
        """Take back so many diagnostics that no longer hold."""
        self.codes[code] -= times
        self.severities[severity.value] -= times
        self.codes = +self.codes  # without those at zero

    def as_json(self) -> dict[str, Any]:
        """Return the counts as the run summary shows them."""
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
