"""A run from start to finish: lock, read, prepare, load batch by batch, balance, finish (docs/architecture.md, A run)."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from ..diagnostics import Diagnostic, Location, diagnose
from ..entities import ENTITIES, Entity
from ..errors import RmosError, Terminated, UsageError
from ..sources.decode import is_codec
from ..sources.discover import Source
from ..sources.read import SourceFile, read_files
from ..sources.source_files import is_read_no_more
from ..store.failures import reason
from ..store.ledger import KnownFile
from ..store.model import now
from ..store.port import DatabasePort
from .batch import Batch
from .gc_pause import fewer_garbage_collections
from .misplaced import source_at
from .options import NullObserver, Observer, Options, Stop
from .outcome import RunCounts, RunStatus, RunSummary
from .prepare import prepare
from .strays import not_looked_at
from .untouched import is_untouched
from .writer import Loaded, TooManyRejects, Writer

log = logging.getLogger(__name__)

BATCH_DOCUMENTS = 1000
BATCH_BYTES = 8 * 1024 * 1024
"""A batch ends at whichever comes first, so that large files do not pile up in memory."""


def run(
    source: Path,
    database: DatabasePort,
    options: Options,
    observer: Observer | None = None,
    stop: Stop | None = None,
    batch_documents: int | None = None,
) -> RunSummary:
    """Migrate a legacy folder into a database.

    Every batch of about 1,000 documents is one transaction, so a run may be killed at any time; the next one carries
    on. Bad documents do not raise: they are counted, reported and kept.

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
    batch_documents = batch_documents or BATCH_DOCUMENTS
    return _Run(
        source_at(source, options.encoding),
        database,
        options,
        observer or NullObserver(),
        stop or (lambda: None),
        batch_documents,
    ).go()


@dataclass
class _Run:
    source: Source
    database: DatabasePort
    options: Options
    observer: Observer
    stop: Stop
    batch_documents: int
    counts: RunCounts = field(default_factory=RunCounts)
    undone: list[Diagnostic] = field(default_factory=list)
    stopped_by: str = ""
    signal: int | None = None

    def go(self) -> RunSummary:
        started_at, began = now(), time.perf_counter()
        opened = self.database.dry_run() if self.options.dry_run else self.database.write(self._purpose())
        with opened as connection:
            writer = Writer(connection, self.options, self.source, started_at)
            log.info("run %s: %s into %s", writer.book.run_id, self.source.root, self.database.url)
            self.observer.started(self.source)
            try:
                with fewer_garbage_collections() as dealt_with:
                    self._migrate_all(writer, dealt_with)
                    self.source.notices += writer.mend_waiting()
                    self.counts.overridden = writer.overridden()
                    self._notice_source()
            except BaseException as error:
                status = RunStatus.INTERRUPTED if isinstance(error, KeyboardInterrupt) else RunStatus.FAILED
                writer.give_up(
                    status, self.counts, time.perf_counter() - began, _in_words(error), self.undone
                )
                raise
            status = self._status()
            finished_at, duration = now(), time.perf_counter() - began
            writer.finish(
                status,
                self.counts,
                duration,
                self.stopped_by,
                self.source.notices,
                self.undone,
                at=finished_at,
            )
            log.info("run %s: %s after %.2f s", writer.book.run_id, status, duration)
        return RunSummary(
            run_id=None if self.options.dry_run else writer.book.run_id,
            status=status,
            dry_run=self.options.dry_run,
            source=self.source.named,
            database=self.database.url,
            started_at=started_at,
            finished_at=finished_at,
            duration_seconds=duration,
            counts=self.counts,
            options=self.options.as_json(),
            stopped_by=self.stopped_by,
            signal=self.signal,
        )

    def _purpose(self) -> str:
        return f"rmos migrate {self.source.root}"

    def _migrate_all(self, writer: Writer, dealt_with: Callable[[int], None]) -> None:
        try:
            for batch in self._batches(writer):
                self._book(writer.load(batch))
                dealt_with(batch.size_bytes)
                if self._stop_now() is not None:
                    break
        except TooManyRejects as stopped:
            self.stopped_by = str(stopped)
            self.undone += stopped.diagnostics
            self.observer.decided(stopped.decisions)
            self.observer.noticed(stopped.diagnostics)

    def _book(self, loaded: Loaded) -> None:
        self.counts = loaded.counts
        log.debug("batch committed; so far %s", self.counts.totals)
        if self.options.all_or_nothing:
            self.undone += loaded.diagnostics
        self.observer.decided(loaded.decisions)
        self.observer.noticed(loaded.diagnostics)
        self.observer.advanced(self.counts)

    def _notice_source(self) -> None:
        is_cut_short = bool(self.stopped_by)
        strays = (
            [] if is_cut_short else list(not_looked_at(self.source, self.options.encoding, self._stop_now))
        )
        self.source.notices += strays
        self.counts.files.not_looked_at = len(strays)
        self.counts.files.ignored = self.source.ignored
        self.counts.files.ignored_paths = self.source.ignored_paths
        self.counts.notice(self.source.notices)
        self.observer.noticed(self.source.notices)

    def _stop_now(self) -> int | None:
        """Return the signal that wants the run to end, and remember it."""
        self.signal = self.stop()
        if self.signal is not None:
            self.stopped_by = "it was asked to stop"
        return self.signal

    def _status(self) -> RunStatus:
        totals = self.counts.totals
        incomplete = totals.rejected or totals.conflicts or self.counts.files.not_looked_at
        if self.signal is not None:
            return RunStatus.INTERRUPTED
        if self.stopped_by or not self.counts.balanced:
            return RunStatus.FAILED
        if incomplete and self.options.all_or_nothing:
            return RunStatus.ROLLED_BACK
        return RunStatus.COMPLETED_WITH_REJECTS if incomplete else RunStatus.COMPLETED

    # reading

    def _batches(self, writer: Writer) -> Iterator[Batch]:
        chunks = self._chunks(writer)
        current = next(chunks, None)
        while current is not None:
            following = next(chunks, None)
            yield from self._read(*current, writer, is_last=following is None)
            current = following

    def _chunks(self, writer: Writer) -> Iterator[tuple[Entity, list[SourceFile]]]:
        """The files, as many at a time as are looked up together."""
        for entity in ENTITIES:
            files = self.source.files(entity)
            self.source.doubtful = writer.never_read(entity)
            while chunk := list(islice(files, self.batch_documents)):
                yield entity, chunk
            gone = [path for path in self.source.doubtful if is_read_no_more(self.source.root, path)]
            writer.forget(self.source.folders_now + gone)

    def _read(
        self, entity: Entity, chunk: list[SourceFile], writer: Writer, *, is_last: bool
    ) -> Iterator[Batch]:
        """The documents in some files that need reading, a batch at a time."""
        known = writer.known_files(entity, [file.path for file in chunk])
        encoding = self.options.encoding
        begin = partial(Batch, entity, encoding)
        batch = begin()
        to_read = chunk if not known else []
        superseded = []
        for file in chunk if known else ():
            before = known.get(file.path)
            if before is not None and not self.options.rehash and _need_not_be_read(file, before):
                batch.skipped_files += 1
                writer.course.pass_over(file.path)
                batch.skipped_documents += before.documents
                if before.superseded:
                    superseded.append(file.path)
                for generation, count in before.generations.items():
                    batch.skipped_generations[generation] += count
            else:
                to_read.append(file)
        if superseded:
            batch.superseded = writer.superseded(entity, superseded)
        for reading in read_files(to_read):
            if len(batch.documents) >= self.batch_documents or batch.size_bytes >= BATCH_BYTES:
                yield batch
                batch = begin()
            found = prepare(entity, reading, encoding)
            batch.documents += found
            if not found:
                message = "the file holds an empty list or object"
                batch.notices.append(diagnose("no-documents", message, Location(reading.path)))
            batch.files_read += reading.sha256 is not None
            batch.files_refused += reading.sha256 is None
            batch.size_bytes += len(reading.raw)
            if reading.path in known:
                batch.reread_paths.append(reading.path)
        batch.is_last = is_last
        if batch.documents or batch.files_read or batch.skipped_files:
            yield batch


def _in_words(error: BaseException) -> str:
    """What ended a run that did not reach its end."""
    if isinstance(error, Terminated):
        return "asked to stop at once"
    if isinstance(error, KeyboardInterrupt):
        return "stopped at once from the keyboard"
    if isinstance(error, Exception) and not isinstance(error, RmosError):
        return f"a failure: {reason(error)}"
    return str(error)


def _need_not_be_read(file: SourceFile, before: KnownFile) -> bool:
    """Whether a file need not be read: everything in it arrived, and size and time are as they were."""
    if not before.settled or not before.documents or file.problem is not None or before.mtime_ns is None:
        return False
    return is_untouched(file.full, before.size_bytes, before.mtime_ns) is True
