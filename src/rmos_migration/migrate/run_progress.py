"""What a run knows and remembers from batch to batch, so that no result depends on where a batch ends."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..diagnostics import Diagnostic, Severity
from ..sources.discover import Source
from ..sources.source_files import Presence
from ..store.model import SUPERSEDED, LedgerEntry
from ..store.records import Looks
from .current_files import MovedDocuments
from .model import Batch, BatchResult, Place, RunRef
from .options import Limit, Options
from .outcome import FileCounts, Outcome, RunCounts, Tally

JUDGED_FROM = 1000
"""Documents found before a percentage of them is judged: early on, a single reject would be too many."""


@dataclass
class RunProgress:
    """A run on its way, and the only owner of its counts.

    What the ledger does not say is held as hashes, so that memory stays small.

    Attributes:
        ref: the run and its source in the database.
        source: the legacy folder.
        options: how the run is to be done.
        is_new_source: whether the ledger knew nothing of the source when the run began.
        counts: everything counted in the batches that were committed.
        undone: what was noticed in batches that may be rolled back.
        stopped_by: what cut the run short, empty if nothing did.
        signal: the signal that asked it to stop.
        edited: the records, by entity, whose row got the content of a document that is new or was edited.
        gone_rows: by entity, records that the ledger knows but whose row was gone when the run began.
        noted_formers: the entities for which ``store.formers`` has noted what the ledger knew.
        moved: finds documents of the source that were moved.
        looks: the ids that look like those which references want.
        presence: tells what was taken out of the source's folder.
    """

    ref: RunRef
    source: Source
    options: Options
    is_new_source: bool = False
    counts: RunCounts = field(default_factory=RunCounts)
    undone: list[Diagnostic] = field(default_factory=list)
    stopped_by: str = ""
    signal: int | None = None
    edited: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    gone_rows: dict[str, set[str]] = field(default_factory=dict)
    noted_formers: set[str] = field(default_factory=set)
    looks: Looks = field(default_factory=Looks)
    presence: Presence = field(default_factory=Presence)
    _left: set[int] = field(default_factory=set)
    _skipped: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.moved = MovedDocuments(self.source.root, self.options.encoding)

    def skip(self, path: str) -> None:
        """Remember that a file has not changed, and that its documents are counted."""
        self._skipped.add(hash(path))

    def leave(self, place: Place) -> None:
        """Remember that a document was read again and is unchanged."""
        self._left.add(hash(place))

    # counts

    def count(self, batch: Batch, result: BatchResult) -> str:
        """Count a batch; the counts before it stay a value of their own.

        Returns:
            In words that more is rejected than the user allows; empty if the run may go on.
        """
        unread = batch.files_refused + batch.skipped_files
        files = FileCounts(found=batch.files_read + unread, read=batch.files_read, unread=unread)
        self.counts = self.counts.plus(
            batch.entity.name, result.tally, files, result.generations, result.diagnostics
        )
        if result.retracted:
            self.counts.take_back(SUPERSEDED, Severity.WARNING, result.retracted)
        limit = self.options.max_rejects
        return "" if limit is None else self._limit_exceeded(limit, is_last=batch.is_last)

    def _limit_exceeded(self, limit: Limit, *, is_last: bool) -> str:
        totals = self.counts.totals
        if limit.is_percentage and totals.found < JUDGED_FROM and not is_last:
            return ""
        if limit.allows(totals.rejected, totals.found):
            return ""
        rejected = "1 document was" if totals.rejected == 1 else f"{totals.rejected:,} documents were"
        of_found = f" of {totals.found:,} found" if limit.is_percentage else ""
        return f"{rejected} rejected{of_found}, more than --max-rejects {limit} allows"

    def recount_superseded(self, tally: Tally, documents: Iterable[LedgerEntry]) -> list[LedgerEntry]:
        """Count as conflicts what earlier batches had counted as arrived; return these documents."""
        counted = [one for one in documents if self._was_counted(one)]
        for one in counted:
            is_new = one.run_id == self.ref.run_id and one.outcome == Outcome.MIGRATED
            is_left = not is_new or hash((one.path, one.pointer)) in self._left
            tally.count(Outcome.UNCHANGED if is_left else Outcome.MIGRATED, -1)
            tally.count(Outcome.CONFLICT)
        return counted

    def recount_restored(self, tally: Tally, documents: Iterable[LedgerEntry]) -> list[LedgerEntry]:
        """Count as arrived what earlier batches had counted as conflicts; return these documents."""
        counted = [one for one in documents if self._was_counted(one)]
        tally.count(Outcome.CONFLICT, -len(counted))
        tally.count(Outcome.UNCHANGED, len(counted))
        return counted

    def _was_counted(self, one: LedgerEntry) -> bool:
        """Return whether a document outside the batch was counted already: read in this run, or skipped."""
        if one.source_id != self.ref.source_id:
            return False
        return one.run_id == self.ref.run_id or hash(one.path) in self._skipped
