"""A run's dealings with the database: its transactions, its batches, its end."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import NamedTuple

from sqlalchemy import Connection, Transaction
from sqlalchemy.exc import SQLAlchemyError

from .._version import __version__
from ..diagnostics import Diagnostic, Severity
from ..entities import Entity
from ..errors import DatabaseUnusable
from ..sources.discover import Source
from ..sources.source_files import was_moved
from ..store import ledger, records, runs, schema
from ..store.dialect import DIALECT
from ..store.ledger import KnownFile
from ..store.model import SUPERSEDED, LedgerEntry, now
from ..store.structure import refuse_foreign
from .batch import Batch
from .batch_plan import Decision
from .holding import Holding
from .load import BatchResult, attached_notice, load, unread
from .moved import Moved
from .options import Options
from .outcome import UNRECOGNISED, RunCounts, RunStatus, Tally
from .policy import Policy
from .run_progress import RunProgress, RunRef

log = logging.getLogger(__name__)

_PATHS = 1000
"""Files by which a folder that was moved is known again."""


JUDGED_FROM = 1000
"""Documents that must be found before a percentage of them is judged: of the first few a single one is too many."""


class TooManyRejects(Exception):  # noqa: N818 - ends a run, is no failure
    """More documents were not loaded than the user allows; decisions and diagnostics are of the batch that was undone."""

    def __init__(self, message: str, decisions: list[Decision], diagnostics: list[Diagnostic]) -> None:
        super().__init__(message)
        self.decisions = decisions
        self.diagnostics = diagnostics


class Loaded(NamedTuple):
    """A batch that was written: what was decided and noticed in it, and the run's counts with it."""

    decisions: list[Decision]
    diagnostics: list[Diagnostic]
    counts: RunCounts


class Writer:
    """Everything a run does with the database.

    Normally each batch is a transaction. A dry run and ``all_or_nothing`` are one transaction from end to end, which
    is undone unless ``finish`` commits it.
    """

    def __init__(self, connection: Connection, options: Options, source: Source, started_at: str) -> None:
        self.connection = connection
        self.options = options
        self.policy = Policy(options.on_conflict, options.missing_references)
        self.counts = RunCounts()
        self.orphans: dict[str, set[str]] = {}
        self._checked: int | None = None
        self.whole = connection.begin() if options.dry_run else None
        if options.dry_run and schema.version_of(connection) != schema.CURRENT_VERSION:
            schema.upgrade(connection)
        with self._transaction():
            self._follow(source)
            number, self.is_new_source = ledger.source_id(connection, source.location)
            run_id = runs.begin_run(
                connection,
                source=source.named,
                location=source.location,
                dry_run=options.dry_run,
                options=options.as_json(),
                tool_version=__version__,
                at=started_at,
            )
        self.book = RunRef(run_id, number)
        moved = Moved(source.root, options.encoding)
        self.course = RunProgress(
            self.book, source.location, moved, options.encoding, options.rehash, self.is_new_source
        )
        if options.all_or_nothing and self.whole is None:
            self.whole = connection.begin()

    def _follow(self, source: Source) -> None:
        """Know the legacy folder again where it was moved; else what was not loaded of it would be told of twice."""
        known_as = ledger.only_source(self.connection)
        if known_as is not None and known_as[1] != source.location:
            number, location = known_as
            paths = ledger.some_paths(self.connection, number, _PATHS)
            if was_moved(location, source.location, paths):
                ledger.move_source(self.connection, number, source.location)
                log.info("the legacy folder %s lies in %s now", location, source.location)

    def known_files(self, entity: Entity, paths: list[str]) -> dict[str, KnownFile]:
        """What the ledger says of files; nothing, if the source was never migrated."""
        if self.is_new_source:
            return {}
        with self._transaction():
            files = ledger.known_files(self.connection, self.book.source_id, entity, paths)
            superseded = [path for path, file in files.items() if file.superseded and file.settled]
            for path in self._with_free_rows(entity, superseded):
                files[path] = files[path]._replace(settled=False)
            return files

    def _with_free_rows(self, entity: Entity, paths: list[str]) -> set[str]:
        """The files that have a document which may take its row over, because what replaced it is gone."""
        if not paths:
            return set()
        found = ledger.superseded_in(self.connection, self.book.source_id, entity, paths)
        holding = Holding(self.connection, entity, self.course)
        holding.wanted = {one.record for one in found}
        return {one.path for one in found if holding.is_free(one.record)}

    def superseded(self, entity: Entity, paths: list[str]) -> list[LedgerEntry]:
        """The documents in files whose row has other content since."""
        with self._transaction():
            return ledger.superseded_in(self.connection, self.book.source_id, entity, paths)

    def never_read(self, entity: Entity) -> set[str]:
        """Return the paths of what was not loaded because it could not be read at all."""
        if self.is_new_source:
            return set()
        with self._transaction():
            return ledger.never_read(self.connection, self.book.source_id, entity)

    def forget(self, paths: list[str]) -> None:
        """Take places out of the ledger that no document replaces: folders that can be read again, or are gone."""
        if paths:
            with self._transaction():
                ledger.forget_files(self.connection, self.book.source_id, paths)

    def load(self, batch: Batch) -> Loaded:
        """Write a batch and commit it; one in which no file was read has nothing to write and is only counted.

        Raises:
            TooManyRejects: if more is rejected than the user allows; then the batch is undone.
        """
        if not batch.files_read and not batch.files_refused and not batch.superseded:
            nothing = unread(self.connection, batch, self.course)
            self.counts = self._counts_with(batch, nothing)
            self._check_limit(batch, self.counts.totals, nothing)
            return Loaded([], [], self.counts)
        with self._transaction():
            self._look_up(batch)
            if batch.files_read or batch.files_refused:
                written = load(self.connection, batch, self.policy, self.course)
            else:
                written = unread(self.connection, batch, self.course)
            counts = self._counts_with(batch, written)
            self._check_limit(batch, counts.totals, written)
            runs.write_progress(self.connection, self.book.run_id, counts.as_json())
        self.counts = counts
        return Loaded(written.decisions, written.diagnostics, counts)

    def _look_up(self, batch: Batch) -> None:
        """Add to a batch what the ledger says of it now; an earlier batch of the run may have changed that."""
        if batch.reread_paths:
            batch.known = ledger.known_documents(
                self.connection, self.book.source_id, batch.entity, batch.reread_paths
            )
        if batch.entity.name not in self.orphans:
            self.orphans[batch.entity.name] = ledger.orphans(self.connection, batch.entity)
        batch.orphans = self.orphans[batch.entity.name]

    def mend_waiting(self) -> list[Diagnostic]:
        """Attach references that wait although their record is there; forget those of records that are gone."""
        with self._transaction():
            forgotten = records.forget_vain(self.connection)
            attached = records.attach_come(self.connection)
        if forgotten:
            log.info("forgot %s waiting references of records that are gone", forgotten)
        return [attached_notice(wish) for wish in attached]

    def overridden(self) -> int:
        """Return how many documents in the source had their record changed or deleted through the API since."""
        with self._transaction():
            paths = ledger.overridden(self.connection, self.book.source_id)
        return sum(not self.course.presence.is_gone(self.course.location, path) for path in paths)

    def finish(
        self,
        status: RunStatus,
        counts: RunCounts,
        duration: float,
        stopped_by: str,
        notices: Sequence[Diagnostic] = (),
        undone: Sequence[Diagnostic] = (),
        *,
        at: str,
    ) -> None:
        """Write how the run ended, and when; undo everything first where that is what was asked for.

        ``notices`` are what was noticed outside of batches; ``undone`` is what was noticed in batches that are not
        kept, so that it can be looked up all the same.
        """
        if self.options.dry_run and self.whole is not None:
            self.whole.rollback()
            return
        if self.whole is not None and status is not RunStatus.COMPLETED:
            self.whole.rollback()
            self.whole = None
        with self._transaction():
            unwritten = [*notices, *undone] if self.whole is None else notices
            runs.write_diagnostics(self.connection, self.book.run_id, unwritten)
            runs.finish_run(
                self.connection,
                self.book.run_id,
                status=status.value,
                counts=counts.as_json(),
                at=at,
                duration_seconds=duration,
                stopped_by=stopped_by,
            )
        if self.whole is not None:
            self.whole.commit()

    def give_up(
        self,
        status: RunStatus,
        counts: RunCounts,
        duration: float,
        stopped_by: str,
        undone: Sequence[Diagnostic],
    ) -> None:
        """The run failed: undo what is open and say so in its row, if the database still can."""
        try:
            self.connection.rollback()
            self.whole = None
            if not self.options.dry_run:
                self.finish(status, counts, duration, stopped_by, undone=undone, at=now())
        except (
            SQLAlchemyError,
            DatabaseUnusable,
        ):  # the row stays running, which readers show as interrupted
            log.warning("the end of run %s could not be written down", self.book.run_id)

    @contextmanager
    def _transaction(self) -> Iterator[Transaction]:
        """A transaction, in which nothing that another program put into the database since acts on what is written.

        Raises:
            DatabaseUnusable: if there is such a thing; then nothing more can be written.
        """
        begun = self.connection.begin_nested() if self.whole is not None else self.connection.begin()
        with begun as transaction:
            version = DIALECT.data_version(self.connection)
            if version != self._checked:
                refuse_foreign(self.connection)
                self._checked = version
            yield transaction

    def _counts_with(self, batch: Batch, written: BatchResult) -> RunCounts:
        counts = deepcopy(self.counts)
        counts.entities[batch.entity.name].add(written.tally)
        counts.files.found += batch.files_read + batch.files_refused + batch.skipped_files
        counts.files.read += batch.files_read
        counts.files.unread += batch.files_refused + batch.skipped_files
        counts.generations += Counter(
            {generation or UNRECOGNISED: count for generation, count in written.generations.items()}
        )
        counts.notice(written.diagnostics)
        counts.take_back(SUPERSEDED, Severity.WARNING, written.retracted)
        return counts

    def _check_limit(self, batch: Batch, totals: Tally, written: BatchResult) -> None:
        limit = self.options.max_rejects
        if limit is None or (limit.is_percentage and totals.found < JUDGED_FROM and not batch.is_last):
            return
        if not limit.allows(totals.rejected, totals.found):
            rejected = "1 document was" if totals.rejected == 1 else f"{totals.rejected:,} documents were"
            of_found = f" of {totals.found:,} found" if limit.is_percentage else ""
            message = f"{rejected} rejected{of_found}, more than --max-rejects {limit} allows"
            raise TooManyRejects(message, written.decisions, written.diagnostics)
