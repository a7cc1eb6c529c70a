"""What an export came to: counts that callers and the terminal read."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from ..entities import ENTITIES
from ..errors import ExitCode
from ..files.permissions import ANYBODYS, Permissions

SCHEMA = "rmos-migration/export/1"


class ExportFormat(StrEnum):
    """How rows are written: every column spelled out, or as the documents they were made from."""

    CANONICAL = "canonical"
    SOURCE = "source"


class MissingDocument(NamedTuple):
    """A document that was once known and is not in the export as it was, and why, in words.

    ``source`` counts the legacy folders of the database from 1, as ``source-1`` does; 0 where it is a
    record's own file.
    """

    source: int
    path: str
    pointer: str
    entity: str
    reason: str
    message: str


@dataclass(frozen=True)
class ExportCounts:
    """What was written of one entity.

    ``documents`` are source documents in their old places, ``records`` canonical documents in files of their
    own, ``kept_out`` texts of rejected documents in their old places; ``missing`` is what could not be
    written.
    """

    documents: int = 0
    records: int = 0
    kept_out: int = 0
    missing: int = 0


@dataclass(frozen=True)
class ExportResult:
    """What an export came to. ``missing`` names everything that is not in it, though it was once known."""

    format: ExportFormat
    folder: Path
    files: int
    entities: dict[str, ExportCounts]
    missing: tuple[MissingDocument, ...]

    @property
    def totals(self) -> ExportCounts:
        """The counts of all entities together."""
        each = self.entities.values()
        return ExportCounts(
            sum(one.documents for one in each),
            sum(one.records for one in each),
            sum(one.kept_out for one in each),
            sum(one.missing for one in each),
        )

    @property
    def exit_code(self) -> ExitCode:
        """0, or 1 where something is missing."""
        return ExitCode.FINDINGS if self.missing else ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """Return the result as one versioned JSON document."""
        return {
            "schema": SCHEMA,
            "format": str(self.format),
            "folder": str(self.folder),
            "files": self.files,
            "entities": {name: vars(counts) for name, counts in self.entities.items()},
            "totals": vars(self.totals),
            "missing": [one._asdict() for one in self.missing],
        }


@dataclass
class Count:
    """The counts while an export goes on, and the permissions of its files, which are the database's."""

    files: int = 0
    documents: Counter[str] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)
    kept_out: Counter[str] = field(default_factory=Counter)
    missing: list[MissingDocument] = field(default_factory=list)
    permissions: Permissions = ANYBODYS

    def result(self, chosen: ExportFormat, folder: Path) -> ExportResult:
        """Return what the export came to."""
        missing = Counter(one.entity for one in self.missing)
        names = dict.fromkeys([entity.name for entity in ENTITIES] + sorted(missing))
        entities = {
            name: ExportCounts(self.documents[name], self.records[name], self.kept_out[name], missing[name])
            for name in names
        }
        return ExportResult(chosen, folder, self.files, entities, tuple(self.missing))
