"""Verifying that a database equals its source: every file is read again, every document compared."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

from .._version import __version__
from ..diagnostics import FOLDER_NOT_LOOKED_AT, Diagnostic, Location, diagnose
from ..entities import ENTITIES, Entity
from ..errors import UsageError
from ..migrate.gc_pause import fewer_garbage_collections
from ..migrate.model import Place
from ..migrate.opening import source_at
from ..migrate.prepare import Candidate, prepare
from ..migrate.renaming import with_ledger_id
from ..migrate.stray_files import stray_file_warnings
from ..sources.decode import is_codec
from ..sources.discover import Source
from ..sources.read import Reading, SourceFile, read_files
from ..sources.source_files import Presence
from ..store import ledger, records, schema
from ..store.model import LedgerEntry, now
from ..store.port import DatabasePort
from ..store.snapshot import Snapshot
from .comparison import LedgerExtract, compare
from .model import NO_DIFFERENCES, ComparedItem, DocumentState, Limits, Tallies, Verification
from .unchanged_rejects import still_as_kept

BATCH_DOCUMENTS = 1000

Told = Callable[[ComparedItem], None]
"""Called with every comparison, also of equal documents."""


def verify_source(
    source: Path,
    database: DatabasePort,
    *,
    limits: Limits = NO_DIFFERENCES,
    encoding: str | None = None,
    told: Told | None = None,
) -> Verification:
    """Compare a legacy folder with a database, without changing either.

    Args:
        source: the folder, or a copy of it elsewhere if the database was filled from one folder only.
        database: the database.
        limits: how many documents of each state are allowed.
        encoding: a codec for files that are neither UTF-8 nor marked; by default that of the run.
        told: called with every comparison, in the order of the source.

    Raises:
        UsageError: if the folder or the encoding does not exist.
        DatabaseUnusable: if the database is missing, of another schema, not sound, or another program's.
        EnvironmentFailure: if the machine fails.
    """
    if encoding is not None and not is_codec(encoding):
        raise UsageError(f"there is no encoding {encoding}", "use a name such as cp1252 or latin-1")
    tree = source_at(source, encoding)
    started_at, began = now(), time.perf_counter()
    with database.read_sound() as snapshot, fewer_garbage_collections():
        number = ledger.source_number(snapshot, tree.location)
        one_pass = _Pass(snapshot, tree, number, encoding, told or (lambda _: None))
        one_pass.run()
        return Verification(
            source=str(source),
            migrated_from=None if number is None else ledger.location_of(snapshot, number),
            database=database.url,
            schema_version=schema.version_of(snapshot.connection),
            tool_version=__version__,
            started_at=started_at,
            duration_seconds=time.perf_counter() - began,
            source_fingerprint=one_pass.fingerprint,
            database_fingerprint=records.fingerprint(snapshot, ENTITIES),
            tallies=one_pass.tallies,
            differing=one_pass.differing,
            limits=limits,
        )


@dataclass
class _Unread:
    """A file or folder that could not be read: the reason, and what is reported if no row comes from it."""

    reason: str
    comparison: ComparedItem | None = None
    has_rows: bool = False


class _Pass:
    """One pass over the source, a batch of documents at a time."""

    def __init__(
        self, snapshot: Snapshot, source: Source, number: int | None, encoding: str | None, told: Told
    ) -> None:
        self.snapshot = snapshot
        self.source = source
        self.number = number
        self.encoding = encoding
        self.told = told
        self.digest = sha256()
        self.unread: dict[str, _Unread] = {}
        self.tallies = Tallies()
        self.differing: list[ComparedItem] = []

    @property
    def fingerprint(self) -> str | None:
        """The source's fingerprint; None if a folder could not be listed, because its files are unknown."""
        return None if self.source.unlisted else self.digest.hexdigest()

    def run(self) -> None:
        ledger.begin_seeing(self.snapshot)
        for entity in ENTITIES:
            files = self.source.files(entity)
            while chunk := list(islice(files, BATCH_DOCUMENTS)):
                self._compare_files(entity, chunk)
        for folder in self.source.unlisted:
            self.unread[folder.path] = _Unread(_reason(folder.problem))
        presence = Presence()
        for entity in ENTITIES:
            for unseen in ledger.unseen(self.snapshot, entity, self.number):
                # a row whose document another folder holds as well is accounted for
                if all(presence.is_gone(*place) for place in unseen.elsewhere):
                    self._add(self._without_document(entity, unseen))
        for unread in self.unread.values():
            if unread.comparison is not None and not unread.has_rows:
                self._add(unread.comparison)
        for diagnostic in stray_file_warnings(self.source, self.encoding):
            path = diagnostic.location.path
            self._add(ComparedItem("", path, "", None, DocumentState.NOT_LOOKED_AT, [_reason(diagnostic)]))
            self.tallies.folders_not_looked_at += diagnostic.code == FOLDER_NOT_LOOKED_AT
        self.tallies.rows = records.entity_counts(self.snapshot)

    def _without_document(self, entity: Entity, unseen: ledger.Unseen) -> ComparedItem:
        """Return a row whose document was not seen; it may be in a file that could not be read."""
        record_id, path, pointer, _ = unseen
        if path is None:
            details = ["no document is on record"]
            return ComparedItem(entity.name, "", "", record_id, DocumentState.ONLY_IN_DATABASE, details)
        place = self._unread_place(path)
        if place is not None:
            unread = self.unread[place]
            unread.has_rows = True
            return ComparedItem(
                entity.name, path, pointer or "", record_id, DocumentState.UNREADABLE, [unread.reason]
            )
        details = [f"its document stood in {path} {pointer}".strip()]
        return ComparedItem(entity.name, "", "", record_id, DocumentState.ONLY_IN_DATABASE, details)

    def _unread_place(self, path: str) -> str | None:
        """Return the unreadable file or folder because of which the file at ``path`` was not seen."""
        steps = path.split("/")
        above = ("/".join(steps[:number]) for number in range(len(steps), 0, -1))
        return next((place for place in above if place in self.unread), None)

    def _compare_files(self, entity: Entity, chunk: list[SourceFile]) -> None:
        encodings: dict[str, str] = {}
        if self.number is not None:
            paths = [file.path for file in chunk]
            encodings = ledger.encodings(self.snapshot.connection, self.number, paths)
        batch: list[Candidate] = []
        for file, reading in zip(chunk, read_files(chunk), strict=True):
            self._add_file(file, reading)
            batch += prepare(entity, reading, self.encoding or encodings.get(reading.path))
            if len(batch) >= BATCH_DOCUMENTS:
                self._compare(entity, batch, encodings)
                batch = []
        self._compare(entity, batch, encodings)

    def _compare(self, entity: Entity, batch: list[Candidate], encodings: Mapping[str, str]) -> None:
        entries: dict[Place, LedgerEntry] = {}
        as_kept: frozenset[Place] = frozenset()
        if self.number is not None:
            paths = list(dict.fromkeys(candidate.reading.path for candidate in batch))
            entries = ledger.entries(self.snapshot, self.number, entity, paths)
        batch = [
            candidate if entry is None else with_ledger_id(candidate, entry.record_id, entry.derived)
            for candidate in batch
            for entry in (entries.get(candidate.place),)
        ]
        if self.number is not None:
            codecs = {path: self.encoding or encodings.get(path) for path, _ in entries}
            as_kept = still_as_kept(self.snapshot, self.number, batch, entries, codecs)
        held = LedgerExtract.of(self.snapshot, entity, batch, entries, as_kept)
        seen = []
        for candidate in batch:
            comparison = compare(candidate, held)
            entry = entries.get(candidate.place)
            if comparison.state is DocumentState.UNREADABLE and (
                entry is None or entry.content_sha256 is None
            ):
                self.unread[candidate.reading.path].comparison = comparison
            else:
                self._add(comparison)
            seen.append(_record_seen(comparison, entry))
        ledger.note_seen(self.snapshot, entity, [one for one in seen if one is not None])

    def _add(self, comparison: ComparedItem) -> None:
        self.tallies.count(comparison)
        if comparison.state is not DocumentState.EQUAL:
            self.differing.append(comparison)
        self.told(comparison)

    def _add_file(self, file: SourceFile, reading: Reading) -> None:
        self.tallies.files += 1
        known = reading.sha256
        if known is None:
            problem = reading.problem or diagnose("file-unreadable", "it was not read", Location(file.path))
            self.unread[file.path] = _Unread(_reason(problem))
            known = f"{problem.code} {_size_and_time(file.full)}"
        self.digest.update(f"{reading.path}\0{known}\n".encode())


def _reason(problem: Diagnostic | None) -> str:
    return "" if problem is None else f"{problem.code}: {problem.message}"


def _size_and_time(full: str) -> str:
    """Return what is known of a file without reading it, so that another file has another fingerprint."""
    try:
        known = os.lstat(full)
    except OSError as error:
        return str(error.errno)
    return f"{known.st_size} {known.st_mtime_ns}"


def _record_seen(comparison: ComparedItem, entry: LedgerEntry | None) -> str | None:
    """Return the record whose row a document accounts for; None if it was not loaded because of its id."""
    if comparison.state in (DocumentState.EQUAL, DocumentState.ROW_CHANGED):
        return comparison.record_id
    may_be_there = comparison.state in (DocumentState.SOURCE_CHANGED, DocumentState.UNREADABLE)
    if may_be_there and entry is not None and entry.content_sha256 is not None:
        return entry.record_id
    return None
