"""Documents that were moved: what stands in the files of a source that are new, or were edited."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from ..entities import Entity
from ..sources.discover import Source
from ..sources.read import read_files
from ..store.ledger import KnownFile, known_files
from ..store.model import LocatedEntry
from .batch_plan import Place
from .prepare import is_named_by_file, prepare
from .untouched import is_untouched

_FILES = 1000
"""Files that are looked up in the ledger at a time."""


class Moved:
    """Finds a document again, as it was, in a file that the run has yet to come to.

    Files are read twice for that, so it is done only where a document may take over the row of one that is gone.
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
        record_id = None if is_named_by_file(holder.derived) else holder.record_id
        return self._places[entity.name].get(hash((record_id, holder.content_sha256)))

    def _documents(
        self, connection: Connection, entity: Entity, source_id: int
    ) -> Iterator[tuple[int, Place]]:
        """Yield a hash of id and content, and the place, of each document; the name of a file is no id here."""
        files = Source(self._root).files(entity)
        while chunk := list(islice(files, _FILES)):
            known = known_files(connection, source_id, entity, [file.path for file in chunk])
            fresh = [file for file in chunk if not _is_as_it_was(file.full, known.get(file.path))]
            for reading in read_files(fresh):
                for document in prepare(entity, reading, self._encoding):
                    record_id = None if is_named_by_file(document.derived) else document.record_id
                    yield hash((record_id, document.content_sha256)), document.place


def _is_as_it_was(full: str, known: KnownFile | None) -> bool:
    return known is not None and is_untouched(full, known.size_bytes, known.mtime_ns) is True
