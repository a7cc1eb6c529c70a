"""A source's files to batches of documents: unchanged files are counted, the others read and prepared."""

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from ..diagnostics import Location, diagnose
from ..entities import ENTITIES, Entity
from ..sources.read import SourceFile, read_files
from ..sources.source_files import is_read_no_more
from ..store import ledger
from ..store.ledger import KnownFile
from .current_files import is_untouched
from .model import Batch
from .prepare import prepare
from .provenance import Provenance
from .unit_of_work import UnitOfWork

BATCH_BYTES = 8 * 1024 * 1024
"""A batch also ends where its files come to this, so that large ones do not pile up in memory."""


class _Chunk(NamedTuple):
    """Files that are looked up in the ledger together."""

    entity: Entity
    files: list[SourceFile]
    known: Mapping[str, KnownFile]


def batches(unit: UnitOfWork, batch_documents: int) -> Iterator[Batch]:
    """Yield the source's documents, entity by entity and in path order.

    Args:
        unit: the run.
        batch_documents: how many documents a batch holds, about.
    """
    chunks = _chunks(unit, batch_documents)
    current = next(chunks, None)
    while current is not None:
        following = next(chunks, None)
        entity, files = current
        chunk = _Chunk(entity, files, _known_files(unit, entity, [file.path for file in files]))
        yield from _read(unit, chunk, batch_documents, is_last=following is None)
        current = following


def _chunks(unit: UnitOfWork, size: int) -> Iterator[tuple[Entity, list[SourceFile]]]:
    source = unit.progress.source
    for entity in ENTITIES:
        files = source.files(entity)
        source.doubtful = _never_read(unit, entity)
        while chunk := list(islice(files, size)):
            yield entity, chunk
        gone = [path for path in source.doubtful if is_read_no_more(source.root, path)]
        if paths := source.folders_now + gone:  # folders that can be read again, or are gone
            with unit.transaction():
                ledger.forget_files(unit.connection, unit.progress.ref.source_id, paths)


def _read(unit: UnitOfWork, chunk: _Chunk, batch_documents: int, *, is_last: bool) -> Iterator[Batch]:
    encoding = unit.progress.options.encoding
    batch = Batch(chunk.entity)
    to_read = _skip_unchanged(unit, chunk, batch) if chunk.known else chunk.files
    for reading in read_files(to_read):
        if len(batch.documents) >= batch_documents or batch.size_bytes >= BATCH_BYTES:
            yield batch
            batch = Batch(chunk.entity)
        found = prepare(chunk.entity, reading, encoding)
        batch.documents += found
        if not found:
            message = "the file holds an empty list or object"
            batch.notices.append(diagnose("no-documents", message, Location(reading.path)))
        batch.is_read = True
        batch.files_read += reading.sha256 is not None
        batch.files_refused += reading.sha256 is None
        batch.size_bytes += len(reading.raw)
        if reading.path in chunk.known:
            batch.reread_paths.append(reading.path)
    batch.is_last = is_last
    if batch.documents or batch.files_read or batch.skipped_files:
        yield batch


def _skip_unchanged(unit: UnitOfWork, chunk: _Chunk, batch: Batch) -> list[SourceFile]:
    """Count the files that need not be read, with their documents; return the others."""
    to_read, superseded = [], []
    for file in chunk.files:
        before = chunk.known.get(file.path)
        if before is None or unit.progress.options.rehash or _must_be_read(file, before):
            to_read.append(file)
            continue
        unit.progress.skip(file.path)
        batch.skipped_files += 1
        batch.skipped_documents += before.documents
        batch.skipped_generations.update(before.generations)
        if before.superseded:
            superseded.append(file.path)
    if superseded:
        with unit.transaction():
            source_id = unit.progress.ref.source_id
            batch.superseded = ledger.superseded_in(unit.connection, source_id, chunk.entity, superseded)
    return to_read


def _must_be_read(file: SourceFile, before: KnownFile) -> bool:
    """Return whether something in a file has not arrived, or its size or time are not what they were."""
    if not before.settled or not before.documents or file.problem is not None or before.mtime_ns is None:
        return True
    return is_untouched(file.full, before.size_bytes, before.mtime_ns) is not True


# what the ledger says of files


def _known_files(unit: UnitOfWork, entity: Entity, paths: list[str]) -> Mapping[str, KnownFile]:
    if unit.progress.is_new_source:
        return {}
    with unit.transaction():
        files = ledger.known_files(unit.connection, unit.progress.ref.source_id, entity, paths)
        superseded = [path for path, file in files.items() if file.superseded and file.settled]
        for path in _with_free_rows(unit, entity, superseded):
            files[path] = files[path]._replace(settled=False)
        return files


def _with_free_rows(unit: UnitOfWork, entity: Entity, paths: Collection[str]) -> set[str]:
    """Return the files with a document that may take its row over, because what replaced it is gone."""
    if not paths:
        return set()
    found = ledger.superseded_in(unit.connection, unit.progress.ref.source_id, entity, paths)
    provenance = Provenance(unit.connection, entity, unit.progress)
    provenance.wanted = {one.record for one in found}
    return {one.path for one in found if provenance.is_free(one.record)}


def _never_read(unit: UnitOfWork, entity: Entity) -> Collection[str]:
    """Return the paths of what was not loaded because it could not be read at all."""
    if unit.progress.is_new_source:
        return set()
    with unit.transaction():
        return ledger.never_read(unit.connection, unit.progress.ref.source_id, entity)
