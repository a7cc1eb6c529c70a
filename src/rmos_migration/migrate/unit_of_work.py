"""A run as a unit of work: it begins with its row, goes on batch by batch, and ends with what it came to.

Nothing is kept unless that is said: leaving a batch or a run by an exception undoes what is open.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection, Transaction
from sqlalchemy.exc import SQLAlchemyError

from .._version import __version__
from ..diagnostics import Diagnostic
from ..errors import DatabaseUnusable, RmosError, Terminated
from ..sources.discover import Source
from ..sources.source_files import was_moved
from ..store import ledger, runs, schema
from ..store.dialect import DIALECT
from ..store.failures import reason
from ..store.model import now
from ..store.port import DatabasePort
from ..store.structure import refuse_foreign
from .model import Batch, RunRef
from .options import Options
from .outcome import RunStatus
from .run_progress import RunProgress

log = logging.getLogger(__name__)

_PATHS = 1000
"""Files by which a folder that was moved is recognised."""


class Beginning(NamedTuple):
    """When a run began: as it is stored, and on a clock that measures seconds."""

    at: str
    seconds: float


class Ending(NamedTuple):
    """When a run ended, and how many seconds it took."""

    at: str
    duration_seconds: float


class UndoBatch(Exception):  # noqa: N818 - is no failure
    """Leaves a batch, and undoes everything in it."""


class Transactions:
    """The transactions of one connection.

    Normally each is committed for itself. Where ``whole`` is open, they are savepoints in it: for a dry run,
    or where all documents arrive or none.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.whole: Transaction | None = None
        self._checked: int | None = None

    @contextmanager
    def begin(self) -> Iterator[None]:
        """Begin one, in which nothing that another program put into the database acts on what is written.

        Raises:
            DatabaseUnusable: if there is such a thing; then nothing more can be written.
        """
        with self.connection.begin() if self.whole is None else self.connection.begin_nested():
            version = DIALECT.data_version(self.connection)
            if version != self._checked:
                refuse_foreign(self.connection)
                self._checked = version
            yield


class UnitOfWork:
    """An open run: its connection, its progress, and its transactions."""

    def __init__(self, transactions: Transactions, progress: RunProgress, began: Beginning) -> None:
        self.connection = transactions.connection
        self.progress = progress
        self.transaction = transactions.begin
        self.started_at = began.at
        self._transactions = transactions
        self._began = began

    @contextmanager
    def batch(self, batch: Batch) -> Iterator[None]:
        """Write a batch in one transaction; what is counted in it is counted only if that commits.

        One that has nothing to write needs none: that keeps a run in which nothing has changed fast.
        ``UndoBatch`` ends here.
        """
        before = self.progress.counts
        try:
            if batch.is_read or batch.superseded:
                with self.transaction():
                    yield
                    counts = self.progress.counts.as_json()
                    runs.write_progress(self.connection, self.progress.ref.run_id, counts)
            else:
                yield
        except UndoBatch:
            self.progress.counts = before
        except BaseException:
            self.progress.counts = before
            raise

    def finish(self, status: RunStatus, notices: Sequence[Diagnostic]) -> Ending:
        """Write how the run ended, and commit; undo everything first where that was asked for.

        Args:
            status: how it ended.
            notices: what was noticed outside of batches.
        """
        ending = Ending(now(), time.perf_counter() - self._began.seconds)
        whole = self._transactions.whole
        if whole is not None and (self.progress.options.dry_run or status is not RunStatus.COMPLETED):
            whole.rollback()
            whole = self._transactions.whole = None
            if self.progress.options.dry_run:
                return ending
        # What was noticed in batches that are not kept is kept all the same, so that it can be looked up.
        unwritten = [*notices, *self.progress.undone] if whole is None else notices
        with self.transaction():
            runs.write_diagnostics(self.connection, self.progress.ref.run_id, unwritten)
            runs.finish_run(
                self.connection,
                self.progress.ref.run_id,
                status=status.value,
                counts=self.progress.counts.as_json(),
                at=ending.at,
                duration_seconds=ending.duration_seconds,
                stopped_by=self.progress.stopped_by,
            )
        if whole is not None:
            whole.commit()
        return ending

    def give_up(self, error: BaseException) -> None:
        """Undo what is open and write down why the run failed, if the database still can."""
        try:
            self.connection.rollback()
            self._transactions.whole = None
            if not self.progress.options.dry_run:
                self.progress.stopped_by = _in_words(error)
                is_stopped = isinstance(error, KeyboardInterrupt)
                self.finish(RunStatus.INTERRUPTED if is_stopped else RunStatus.FAILED, ())
        except (SQLAlchemyError, DatabaseUnusable):  # the row stays running; readers show that as interrupted
            log.warning("the end of run %s could not be written down", self.progress.ref.run_id)


@contextmanager
def begin_run(database: DatabasePort, options: Options, source: Source) -> Iterator[UnitOfWork]:
    """Open a database and begin a run; its row is committed first, so that a killed run leaves a trace.

    Leaving the run by an exception undoes what is open, and writes down that it failed.

    Raises:
        LockedError: if another process writes to the database.
        DatabaseUnusable: if the database is damaged, newer, or another program's.
    """
    began = Beginning(now(), time.perf_counter())
    opened = database.dry_run() if options.dry_run else database.write(f"rmos migrate {source.root}")
    with opened as connection:
        transactions = Transactions(connection)
        if options.dry_run:
            transactions.whole = connection.begin()
            _upgrade_schema(connection)
        with transactions.begin():
            _follow_moved_source(connection, source)
            ref, is_new_source = _insert_run(connection, options, source, began.at)
        if options.all_or_nothing and not options.dry_run:
            transactions.whole = connection.begin()
        unit = UnitOfWork(transactions, RunProgress(ref, source, options, is_new_source), began)
        log.info("run %s: %s into %s", ref.run_id, source.root, database.url)
        try:
            yield unit
        except BaseException as error:
            unit.give_up(error)
            raise


def _upgrade_schema(connection: Connection) -> None:
    """Give an older database the current schema, for a dry run that undoes it in the end."""
    if schema.version_of(connection) != schema.CURRENT_VERSION:
        schema.upgrade(connection)


def _follow_moved_source(connection: Connection, source: Source) -> None:
    """Recognise a legacy folder that was moved; else what was not loaded of it would be reported twice."""
    known_as = ledger.only_source(connection)
    if known_as is None or known_as[1] == source.location:
        return
    number, location = known_as
    if was_moved(location, source.location, ledger.some_paths(connection, number, _PATHS)):
        ledger.move_source(connection, number, source.location)
        log.info("the legacy folder %s lies in %s now", location, source.location)


def _insert_run(
    connection: Connection, options: Options, source: Source, started_at: str
) -> tuple[RunRef, bool]:
    """Write the run's row; also return whether its source is new to the ledger."""
    number, is_new_source = ledger.source_id(connection, source.location)
    run_id = runs.begin_run(
        connection,
        source=source.named,
        location=source.location,
        dry_run=options.dry_run,
        options=options.as_json(),
        tool_version=__version__,
        at=started_at,
    )
    return RunRef(run_id, number), is_new_source


def _in_words(error: BaseException) -> str:
    """Return what ended a run that did not reach its end."""
    if isinstance(error, Terminated):
        return "asked to stop at once"
    if isinstance(error, KeyboardInterrupt):
        return "stopped at once from the keyboard"
    if isinstance(error, Exception) and not isinstance(error, RmosError):
        return f"a failure: {reason(error)}"
    return str(error)
