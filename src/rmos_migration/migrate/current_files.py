"""What stands in a source's files now, as far as it differs from what the ledger says of them."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from ..entities import Entity
from ..sources.discover import Source
from ..sources.paths import parts_of
from ..sources.read import read_files
from ..store.ledger import KnownFile, known_files
from ..store.model import LocatedEntry
from .model import Place
from .prepare import Candidate, is_named_by_file, prepare

_FILES = 1000
"""Files that are looked up in the ledger at a time."""


def is_untouched(full: str, size_bytes: int | None, mtime_ns: int | None) -> bool | None:
    """Return whether a file has the size and time that the ledger says; None where it is out of reach.

    Args:
        full: the system's path of the file itself, not of a link to it.
        size_bytes: as the ledger has it.
        mtime_ns: as the ledger has it; without it the file counts as changed.
    """
    try:
        now = os.stat(full, follow_symlinks=False)  # noqa: PTH116 - called for every file; pathlib is slower
    except OSError:
        return None
    return mtime_ns is not None and (now.st_size, now.st_mtime_ns) == (size_bytes, mtime_ns)


def full_path(holder: LocatedEntry) -> str | None:
    """Return the system's path of a document's file; None where that would lead out of its source."""
    parts = parts_of(holder.path)
    if parts is None:
        return None
    try:
        root = Path(holder.location).resolve()
        full = root.joinpath(*parts).resolve()
        return str(full) if full.is_relative_to(root) else None
    except (OSError, RuntimeError, ValueError):
        return None


class FileContents:
    """The documents in a file, by what they can be recognised by.

    Attributes:
        contents: content hashes by record and pointer.
        named: content hashes, by pointer, of documents that have their id from their place.
        without_id: the pointers of documents that could not be taken for a record.
    """

    def __init__(self) -> None:
        self.contents: dict[str, dict[str, str | None]] = {}
        self.named: dict[str, str | None] = {}
        self.without_id: set[str] = set()

    def add(self, document: Candidate) -> None:
        """Add one document."""
        if document.record_id is None:
            self.without_id.add(document.pointer)
            return
        self.contents.setdefault(document.record_id, {})[document.pointer] = document.content_sha256
        if is_named_by_file(document.derived):
            self.named[document.pointer] = document.content_sha256


class MovedDocuments:
    """Finds a document again, as it was, in the files of a source that are new or were edited.

    Files are read twice for that, so it is done only where a document may take over the row of one that is
    gone.
    """

    def __init__(self, root: Path, encoding: str | None) -> None:
        self._root = root
        self._encoding = encoding
        self._places: dict[str, dict[int, Place]] = {}

    def place_of(self, connection: Connection, entity: Entity, holder: LocatedEntry) -> Place | None:
        """Return the first place where the document stands now; None where there is none."""
        if entity.name not in self._places:
            places = self._places[entity.name] = {}
            for document, place in self._documents(connection, entity, holder.source_id):
                places.setdefault(document, place)
        return self._places[entity.name].get(_identity(holder))

    def _documents(
        self, connection: Connection, entity: Entity, source_id: int
    ) -> Iterator[tuple[int, Place]]:
        files = Source(self._root).files(entity)
        while chunk := list(islice(files, _FILES)):
            known = known_files(connection, source_id, entity, [file.path for file in chunk])
            changed = [file for file in chunk if not _is_as_it_was(file.full, known.get(file.path))]
            for reading in read_files(changed):
                for document in prepare(entity, reading, self._encoding):
                    yield _identity(document), document.place


def _identity(document: Candidate | LocatedEntry) -> int:
    """Return a hash of id and content; an id that is a file's name does not count: files are renamed."""
    record_id = None if is_named_by_file(document.derived) else document.record_id
    return hash((record_id, document.content_sha256))


def _is_as_it_was(full: str, known: KnownFile | None) -> bool:
    return known is not None and is_untouched(full, known.size_bytes, known.mtime_ns) is True
