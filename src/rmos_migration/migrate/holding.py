"""Whether the documents that rows were made from still stand where they stood; if not, another one may take a row over.

A file or folder that cannot be read or listed is not gone, and neither is what stood in it.
"""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection

from ..entities import Entity
from ..sources.paths import parts_of
from ..sources.read import SourceFile, read_files
from ..store import ledger
from ..store.ledger import holders_of, is_refused_as_a_whole, trace_of
from ..store.model import LocatedEntry
from .prepare import Candidate, is_named_by_file, prepare
from .run_progress import RunProgress
from .untouched import is_untouched

_FILES = 16
"""Files whose documents are remembered; those of one conflict after another are mostly in the same few."""


class _File:
    """What matters here of the documents in a file.

    ``contents`` are pointers and contents by record; ``named`` those of documents whose id is that of their place.
    """

    def __init__(self) -> None:
        self.contents: dict[str, dict[str, str | None]] = {}
        self.named: dict[str, str | None] = {}
        self.without_id: set[str] = set()

    def add(self, document: Candidate) -> None:
        """Note one document."""
        if document.record_id is None:
            self.without_id.add(document.pointer)
            return
        self.contents.setdefault(document.record_id, {})[document.pointer] = document.content_sha256
        if is_named_by_file(document.derived):
            self.named[document.pointer] = document.content_sha256


class Holding:
    """The documents of the records that a batch meets, looked up when they are first asked for.

    Args:
        connection: for look-ups only.
        entity: the entity of all records.
        course: the run.
        documents: the batch.
        read_here: the paths of files in the batch that the ledger knows; what it says of them is history.
    """

    def __init__(
        self,
        connection: Connection,
        entity: Entity,
        course: RunProgress,
        documents: Collection[Candidate] = (),
        read_here: Collection[str] = (),
    ) -> None:
        self.connection = connection
        self.entity = entity
        self.course = course
        self.documents = documents
        self.read_here = frozenset(read_here)
        self.wanted: set[str] = set()
        self._found: dict[str, list[LocatedEntry]] = {}
        self._first: dict[str, LocatedEntry | None] = {}
        self._free: dict[str, bool] = {}
        self._read: dict[tuple[str, str], _File] = {}
        self._here: dict[str, _File] = {}

    def is_free(self, record_id: str) -> bool:
        """Whether the documents that the row was made from are known, and are gone or have another id now."""
        if record_id not in self._free:
            first = self.first(record_id)
            self._free[record_id] = first is not None and self.is_gone(first)
        return self._free[record_id]

    def first(self, record_id: str) -> LocatedEntry | None:
        """The document that the row was made from: one that is still there, or was moved, or else one that is gone."""
        if record_id not in self._first:
            self._first[record_id] = self._first_of(self._holders(record_id))
        return self._first[record_id]

    def _first_of(self, found: list[LocatedEntry]) -> LocatedEntry | None:
        there = next((one for one in found if not self.is_gone(one)), None)
        if there is not None or not found:
            return there
        return next((one for one in map(self._moved, found) if one is not None), found[0])

    def named(self, holder: LocatedEntry) -> str:
        """Where a document stands, in words; what is read in this run says it best."""
        is_ours = holder.source_id == self.course.book.source_id
        file = self._read.get((holder.location, holder.path))
        if is_ours and holder.path in self.read_here:
            file = self._file_here(holder.path)
        if file is not None:
            there = file.contents.get(holder.record, {})
            same = [pointer for pointer, content in there.items() if content == holder.content_sha256]
            if same or there:
                pointers = same or list(there)
                pointer = holder.pointer if holder.pointer in pointers else pointers[0]
                holder = holder._replace(pointer=pointer)
            elif holder.pointer not in file.without_id:
                holder = holder._replace(pointer="")
        return ledger.named(holder, self.course.book.source_id)

    def is_alone(self, path: str, record_id: str) -> bool:
        """Whether a file of the batch has just one document of a record."""
        return len(self._file_here(path).contents.get(record_id, ())) == 1

    def trace(self, record_id: str) -> str | None:
        """What was done to the record through the API, in words; None where nothing was."""
        return trace_of(self.connection, self.entity, record_id)

    def _holders(self, record_id: str) -> list[LocatedEntry]:
        return [one for one in self._entries(record_id) if one.speaks_of_row]

    def _entries(self, record_id: str) -> list[LocatedEntry]:
        if record_id not in self._found:
            wanted = {record_id, *self.wanted} - self._found.keys()
            found = holders_of(self.connection, self.entity, wanted)
            self._found |= {one: found.get(one, []) for one in wanted}
        return self._found[record_id]

    def is_gone(self, holder: LocatedEntry) -> bool:
        """Whether a document stands no longer in its file, as far as that can be known."""
        if holder.is_from_api:
            return False
        is_ours = holder.source_id == self.course.book.source_id
        if is_ours and holder.path in self.read_here:
            return not self._is_among(self._file_here(holder.path), holder)
        if self.course.presence.is_gone(holder.location, holder.path):
            return True
        if is_ours and holder.run_id == self.course.book.run_id:  # the ledger says what was read just now
            return holder.was_taken_out and not is_refused_as_a_whole(
                self.connection, holder.source_id, holder.path
            )
        full = _full_path(holder)
        if full is None:
            return False
        if not self.course.rehash and is_untouched(full, holder.size_bytes, holder.mtime_ns) is not False:
            return False  # nothing is known of what is out of reach
        return not self._is_among(self._stands_in(full, holder), holder)

    def _moved(self, holder: LocatedEntry) -> LocatedEntry | None:
        """A document that is gone from its file, under the place that it was moved to; None where it is nowhere."""
        if holder.source_id != self.course.book.source_id:
            return None
        place = self.course.moved.place_of(self.connection, self.entity, holder)
        return None if place is None else holder._replace(path=place[0], pointer=place[1], run_id=None)

    def _file_here(self, path: str) -> _File:
        """The documents of a file in the batch."""
        if not self._here:
            for document in self.documents:
                self._here.setdefault(document.reading.path, _File()).add(document)
        return self._here.get(path, _File())

    def _stands_in(self, full: str, holder: LocatedEntry) -> _File:
        """The documents in a file that is read later in this run, or was not read for long."""
        place = (holder.location, holder.path)
        if place not in self._read:
            if len(self._read) >= _FILES:
                self._read.clear()
            (reading,) = read_files([SourceFile(holder.path, full)])
            self._read[place] = _File()
            for document in prepare(self.entity, reading, self._encoding_of(holder)):
                self._read[place].add(document)
        return self._read[place]

    def _encoding_of(self, holder: LocatedEntry) -> str | None:
        """What the user says of files in no known encoding: now for this run's source, for another when it was migrated."""
        if holder.source_id == self.course.book.source_id:
            return self.course.encoding
        return ledger.encodings(self.connection, holder.source_id, [holder.path]).get(holder.path)

    def _is_among(self, file: _File, holder: LocatedEntry) -> bool:
        """Whether a document is still in its file: edited, broken or moved in it, perhaps, but there."""
        of_file = [
            one
            for one in self._entries(holder.record)
            if (one.source_id, one.path) == (holder.source_id, holder.path) and not one.was_taken_out
        ]
        contents = list(file.contents.get(holder.record, {}).values())
        if not contents:
            contents = [
                file.named[one.pointer]
                for one in of_file
                if is_named_by_file(one.derived) and one.pointer in file.named
            ]
        if holder.content_sha256 in contents:
            return True
        if contents and not holder.was_taken_out:
            broken = sum(one.pointer in file.without_id for one in of_file)
            return len(contents) + broken >= len(of_file)  # else it was taken out, of several of its id
        return not file.without_id.isdisjoint(("", holder.pointer))


def _full_path(holder: LocatedEntry) -> str | None:
    """The system's path of a file that is inside its source; None where there is no such path."""
    parts = parts_of(holder.path)
    if parts is None:
        return None
    try:
        root = Path(holder.location).resolve()
        full = root.joinpath(*parts).resolve()
        return str(full) if full.is_relative_to(root) else None
    except (OSError, RuntimeError, ValueError):
        return None
