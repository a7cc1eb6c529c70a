"""A run from start to finish: begin, load batch by batch, balance, finish (docs/architecture.md, A run)."""

import logging
from collections.abc import Callable
from pathlib import Path

from ..diagnostics import Diagnostic
from ..errors import UsageError
from ..sources.decode import is_codec
from ..store import ledger, records
from ..store.port import DatabasePort
from .gc_pause import fewer_garbage_collections
from .load import load
from .model import BatchResult
from .observer import NullObserver, Observer
from .opening import source_at
from .options import Options, Stop
from .outcome import RunStatus
from .reading import batches
from .references import attached_notice
from .run_progress import RunProgress
from .stray_files import stray_file_warnings
from .summary import RunSummary
from .unit_of_work import UndoBatch, UnitOfWork, begin_run

log = logging.getLogger(__name__)

BATCH_DOCUMENTS = 1000


def run(
    source: Path,
    database: DatabasePort,
    options: Options,
    observer: Observer | None = None,
    stop: Stop | None = None,
    batch_documents: int | None = None,
) -> RunSummary:
    """Migrate a legacy folder into a database.

    Every batch of about 1,000 documents is one transaction, so a run may be killed at any time; the next one
    carries on. Bad documents do not raise: they are counted, reported and kept.

    Args:
        source: the folder.
        database: the database.
        options: how it is to be done.
        observer: is told about each batch.
        stop: asked after each batch.
        batch_documents: documents of a batch; no result depends on it.

    Raises:
        UsageError: if there is no such folder or the encoding is unknown.
        LockedError: if another process writes to the database.
        DatabaseUnusable: if the database is damaged, newer, or another program's.
        EnvironmentFailure: if the disk is full or fails; what was committed stays.
    """
    if options.encoding is not None and not is_codec(options.encoding):
        raise UsageError(f"there is no encoding {options.encoding}", "use a name such as cp1252 or latin-1")
    observer, stop = observer or NullObserver(), stop or (lambda: None)
    tree = source_at(source, options.encoding)
    with begin_run(database, options, tree) as unit:
        progress = unit.progress
        observer.started(tree)
        with fewer_garbage_collections() as dealt_with:
            _load_all(unit, batch_documents or BATCH_DOCUMENTS, observer, stop, dealt_with)
            _settle_references(unit)
            _count_overridden(unit)
            _count_source(progress, observer, stop)
        status = _status(progress)
        ending = unit.finish(status, tree.notices)
        log.info("run %s: %s after %.2f s", progress.ref.run_id, status, ending.duration_seconds)
    return RunSummary(
        run_id=None if options.dry_run else progress.ref.run_id,
        status=status,
        dry_run=options.dry_run,
        source=tree.named,
        database=database.url,
        started_at=unit.started_at,
        finished_at=ending.at,
        duration_seconds=ending.duration_seconds,
        counts=progress.counts,
        options=options.as_json(),
        stopped_by=progress.stopped_by,
        signal=progress.signal,
    )


def _load_all(
    unit: UnitOfWork,
    batch_documents: int,
    observer: Observer,
    stop: Stop,
    dealt_with: Callable[[int], None],
) -> None:
    progress = unit.progress
    for batch in batches(unit, batch_documents):
        with unit.batch(batch):
            result = load(unit.connection, batch, progress)
            progress.stopped_by = progress.count(batch, result)
            if progress.stopped_by:
                raise UndoBatch
        _tell(progress, result, observer)
        if progress.stopped_by:
            break
        dealt_with(batch.size_bytes)
        if _signal(progress, stop) is not None:
            break


def _tell(progress: RunProgress, result: BatchResult, observer: Observer) -> None:
    if progress.options.all_or_nothing or progress.stopped_by:
        progress.undone += result.diagnostics
    observer.decided(result.decisions)
    observer.noticed(result.diagnostics)
    if not progress.stopped_by:
        log.debug("batch committed; so far %s", progress.counts.totals)
        observer.advanced(progress.counts)


def _signal(progress: RunProgress, stop: Stop) -> int | None:
    """Return the signal that wants the run to end, and remember it."""
    progress.signal = stop()
    if progress.signal is not None:
        progress.stopped_by = "it was asked to stop"
    return progress.signal


def _settle_references(unit: UnitOfWork) -> None:
    """Attach pending references whose record came from outside of rmos; forget those of lost records."""
    with unit.transaction():
        forgotten = records.forget_vain(unit.connection)
        attached = records.attach_come(unit.connection)
    if forgotten:
        log.info("forgot %s pending references of records that are gone", forgotten)
    unit.progress.source.notices += [attached_notice(reference) for reference in attached]


def _count_overridden(unit: UnitOfWork) -> None:
    """Count the documents in the source whose record was changed or deleted through the API since."""
    with unit.transaction():
        paths = ledger.overridden(unit.connection, unit.progress.ref.source_id)
    presence, location = unit.progress.presence, unit.progress.source.location
    unit.progress.counts.overridden = sum(not presence.is_gone(location, path) for path in paths)


def _count_source(progress: RunProgress, observer: Observer, stop: Stop) -> None:
    """Count what was not looked at and what was ignored; a run that was cut short does not look for it."""
    source, counts = progress.source, progress.counts
    strays: list[Diagnostic] = []
    if not progress.stopped_by:
        encoding = progress.options.encoding
        strays = list(stray_file_warnings(source, encoding, lambda: _signal(progress, stop)))
    source.notices += strays
    counts.files.not_looked_at = len(strays)
    counts.files.ignored = source.ignored
    counts.files.ignored_paths = source.ignored_paths
    counts.notice(source.notices)
    observer.noticed(source.notices)


def _status(progress: RunProgress) -> RunStatus:
    totals = progress.counts.totals
    is_incomplete = totals.rejected or totals.conflicts or progress.counts.files.not_looked_at
    if progress.signal is not None:
        return RunStatus.INTERRUPTED
    if progress.stopped_by or not progress.counts.balanced:
        return RunStatus.FAILED
    if is_incomplete and progress.options.all_or_nothing:
        return RunStatus.ROLLED_BACK
    return RunStatus.COMPLETED_WITH_REJECTS if is_incomplete else RunStatus.COMPLETED
