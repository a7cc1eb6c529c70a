"""Rejected documents that are what they were, though something else in their file is not."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from sqlalchemy import Connection

from ..migrate.model import Place
from ..migrate.outcome import Outcome
from ..migrate.prepare import Candidate
from ..sources.decode import to_text
from ..sources.locate import document_texts
from ..store import rejects
from ..store.ledger import Entry
from ..store.model import UNRESOLVED


def still_as_kept(
    connection: Connection,
    source: int,
    batch: Iterable[Candidate],
    entries: Mapping[Place, Entry],
    encodings: Mapping[str, str | None],
) -> frozenset[Place]:
    """Return the places of rejected documents with the very text that was kept of them, and the same reason still.

    Only those in a file that has other bytes now are looked at: in one that is the same they are the same anyway.

    Args:
        connection: the database's.
        source: the number of the source.
        batch: the documents, those of a file together.
        entries: what the ledger says of them, by place.
        encodings: a codec by path, for files that are neither UTF-8 nor marked.
    """
    doubtful = (one for one in batch if one.pointer and _was_rejected_for_it(one, entries.get(one.place)))
    same: set[Place] = set()
    for path, group in groupby(doubtful, key=lambda one: one.reading.path):
        documents = list(group)
        kept = rejects.bodies(connection, source, path)
        text = to_text(documents[0].reading.raw, encodings.get(path))
        for pointer, found in document_texts(path, text, [one.pointer for one in documents]).items():
            if kept.get(pointer) == found.text.encode("utf-8", "surrogatepass"):
                same.add((path, pointer))
    return frozenset(same)


def _was_rejected_for_it(prepared: Candidate, entry: Entry | None) -> bool:
    """Whether a document was rejected for what is wrong with it now, or for what the database held."""
    if entry is None or entry.outcome != Outcome.REJECTED:
        return False
    if entry.file_sha256 == prepared.reading.sha256:
        return False
    if prepared.row is not None:
        return entry.code in UNRESOLVED
    errors = (one.code for one in prepared.diagnostics if one.severity == "error")
    return next(errors, None) == entry.code
