"""The result of a verification: how each document compares with the database, and the certificate."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from ..diagnostics import printable
from ..entities import ENTITIES
from ..errors import ExitCode
from ..migrate.options import Limit
from ..store.model import REPLACED

SCHEMA = "rmos-migration/verification/1"


class DocumentState(StrEnum):
    """How a document of the source compares with the database."""

    EQUAL = "equal"
    MISSING = "missing"
    SOURCE_CHANGED = "source-changed"
    ROW_CHANGED = "row-changed"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    UNREADABLE = "unreadable"
    ONLY_IN_DATABASE = "only-in-database"
    NOT_LOOKED_AT = "not-looked-at"

    @property
    def is_difference(self) -> bool:
        """Whether source and database differ there, unless the user allows it.

        A document that the migration did not load is accounted for by the ledger while its file, or its own
        text, is still the same.
        """
        return self not in (DocumentState.EQUAL, DocumentState.REJECTED, DocumentState.CONFLICT)


class ComparedItem(NamedTuple):
    """One document, row without a document, or file that was not looked at: its state and the reasons.

    ``entity`` is empty for a file that was not looked at.
    """

    entity: str
    path: str
    pointer: str
    record_id: str | None
    state: DocumentState
    details: Sequence[str] = ()

    @property
    def place(self) -> str:
        """File and pointer, or table and id if there is no document."""
        if self.path:
            return printable(" ".join(part for part in (self.path, self.pointer) if part))
        return printable(f"{self.entity} {self.record_id}")

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as a JSON object."""
        return {**self._asdict(), "state": self.state.value, "details": list(self.details)}


Limits = Mapping[DocumentState, Limit]
"""How many documents of a state are allowed; a state that is not named has no limit."""

NO_DIFFERENCES: Limits = {state: Limit(0) for state in DocumentState if state.is_difference}


@dataclass
class Tallies:
    """Documents and rows, counted by entity and state; ``rows`` are those in the database.

    ``files_not_looked_at`` counts files and folders; ``folders_not_looked_at`` is how many of them are
    folders.
    """

    states: dict[str, Counter[DocumentState]] = field(
        default_factory=lambda: {entity.name: Counter() for entity in ENTITIES}
    )
    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    files_not_looked_at: int = 0
    folders_not_looked_at: int = 0

    def count(self, comparison: ComparedItem) -> None:
        """Count a comparison."""
        if comparison.state is DocumentState.NOT_LOOKED_AT:
            self.files_not_looked_at += 1
        else:
            self.states[comparison.entity][comparison.state] += 1

    @property
    def totals(self) -> Counter[DocumentState]:
        """All entities together, and the files that were not looked at."""
        of_files = Counter({DocumentState.NOT_LOOKED_AT: self.files_not_looked_at})
        return sum(self.states.values(), +of_files)

    @property
    def documents(self) -> int:
        """The number of documents found in the source."""
        totals = self.totals
        return totals.total() - totals[DocumentState.ONLY_IN_DATABASE] - totals[DocumentState.NOT_LOOKED_AT]


@dataclass(frozen=True)
class Verification:
    """The result of comparing a source with a database, and its certificate.

    Fingerprints are SHA-256 (hex): of the source over path and content of each file (size and time of a file
    that could not be read; None if a folder could not be listed), of the database over every value of every
    row. ``differing`` holds every document that is not equal.
    """

    source: str
    migrated_from: str | None
    database: str
    schema_version: int
    tool_version: str
    started_at: str
    duration_seconds: float
    source_fingerprint: str | None
    database_fingerprint: str
    tallies: Tallies
    differing: Sequence[ComparedItem]
    limits: Limits

    @property
    def exceeded(self) -> list[DocumentState]:
        """The states of which there are more than are allowed."""
        totals, documents = self.tallies.totals, self.tallies.documents
        return [state for state, limit in self.limits.items() if not limit.allows(totals[state], documents)]

    @property
    def overridden(self) -> int:
        """The number of documents in conflict because their record was changed or deleted through the API."""
        conflicts = (one for one in self.differing if one.state is DocumentState.CONFLICT)
        return sum(bool(one.details) and one.details[0].startswith(f"{REPLACED}: ") for one in conflicts)

    @property
    def holds(self) -> bool:
        """Whether source and database are equal, apart from the allowed differences."""
        return not self.exceeded

    @property
    def exit_code(self) -> int:
        """The exit code of the process (``errors.ExitCode``)."""
        return ExitCode.OK if self.holds else ExitCode.MISMATCH

    def as_json(self) -> dict[str, Any]:
        """Return the certificate as one JSON document, schema ``rmos-migration/verification/1``."""
        totals = self.tallies.totals
        return {
            "schema": SCHEMA,
            "holds": self.holds,
            "exceeded": [state.value for state in self.exceeded],
            "limits": {state.value: str(limit) for state, limit in self.limits.items()},
            "source": self.source,
            "migrated_from": self.migrated_from,
            "source_fingerprint": self.source_fingerprint,
            "database": self.database,
            "database_fingerprint": self.database_fingerprint,
            "schema_version": self.schema_version,
            "tool_version": self.tool_version,
            "started_at": self.started_at,
            "duration_seconds": round(self.duration_seconds, 3),
            "files": self.tallies.files,
            "documents": self.tallies.documents,
            "rows": dict(self.tallies.rows),
            "entities": {
                name: {
                    state.value: counted[state]
                    for state in DocumentState
                    if state is not DocumentState.NOT_LOOKED_AT
                }
                for name, counted in self.tallies.states.items()
            },
            "totals": {state.value: totals[state] for state in DocumentState},
            "differing": [comparison.as_json() for comparison in self.differing],
        }
