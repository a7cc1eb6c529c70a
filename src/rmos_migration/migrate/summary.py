"""The result of a run, and how it is put into words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..diagnostics import FOLDER_NOT_LOOKED_AT
from ..errors import ExitCode
from .outcome import RunCounts, RunStatus, Tally, success_rate

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
    stay = "stays" if number == 1 else "stay"
    return f"{records} changed or deleted through the dashboard since, and {stay} so"


def is_kept(status: RunStatus, options: Mapping[str, object], *, dry_run: bool) -> bool:
    """Return whether what a run counts as arrived is in the database: not if it was dry or undone."""
    was_undone = bool(options.get("all_or_nothing")) and status is not RunStatus.COMPLETED
    return not dry_run and not was_undone and status is not RunStatus.ROLLED_BACK


def were_not_looked_at(number: int, folders: int = 0) -> str:
    """Return how many files and folders were not looked at, in words.

    Args:
        number: how many there are of both.
        folders: how many of them are folders, which could not be listed.
    """
    return f"{amount_not_looked_at(number, folders)} {'was' if number == 1 else 'were'} not looked at"


def amount_not_looked_at(number: int, folders: int = 0) -> str:
    """Return a number of files and folders in words, ``folders`` of them folders."""
    kinds = [(number - folders, "file"), (folders, "folder")]
    said = [f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in kinds if count]
    return " and ".join(said) or "0 files"


def folders_among(codes: Iterable[str]) -> int:
    """Return how many diagnostics, given by their codes, are about folders that were not looked at."""
    return sum(code == FOLDER_NOT_LOOKED_AT for code in codes)


@dataclass(frozen=True)
class RunSummary:
    """The result of a run.

    Attributes:
        run_id: its number in the database, None for a dry run.
        status: how it ended.
        dry_run: whether nothing was to be kept.
        source: the legacy folder, as it was named.
        database: its URL.
        started_at: in UTC, ISO 8601.
        finished_at: in UTC, ISO 8601.
        duration_seconds: how long it took.
        counts: everything it counted.
        options: the run's, as they are kept with it.
        stopped_by: what cut it short, empty if nothing did.
        signal: the signal that stopped it.
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
        """How many of the documents found are in the database now, in percent; 100 if none were found."""
        return success_rate(self.totals)

    @property
    def is_kept(self) -> bool:
        """Whether what it counts as arrived is in the database."""
        return is_kept(self.status, self.options, dry_run=self.dry_run)

    @property
    def exit_code(self) -> int:
        """The process's exit code (``errors.ExitCode``)."""
        if self.signal is not None:
            return 128 + self.signal
        return ExitCode.OK if self.status is RunStatus.COMPLETED else ExitCode.FINDINGS

    def as_json(self) -> dict[str, Any]:
        """Return the summary as one JSON document, schema ``rmos-migration/run-summary/1``."""
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
