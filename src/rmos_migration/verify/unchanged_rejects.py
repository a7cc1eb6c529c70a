"""Rejected documents that have not changed, although something else in their file has."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from ..migrate.model import Place
from ..migrate.outcome import Outcome
from ..migrate.prepare import Candidate
from ..sources.decode import to_text
from ..sources.locate import document_texts
from ..store import rejects
from ..store.model import UNRESOLVED, LedgerEntry
from ..store.snapshot import Snapshot


def still_as_kept(
    snapshot: Snapshot,
    source: int,
    batch: Iterable[Candidate],
    entries: Mapping[Place, LedgerEntry],
    encodings: Mapping[str, str | None],
) -> frozenset[Place]:
    """Return the places of documents with the same text, and the same fault, as when they were rejected.

    Only documents in files with other bytes than then are compared; in an unchanged file they are unchanged
    anyway.

    Args:
        snapshot: to the database.
        source: the number of the source.
        batch: the documents, ordered by file.
        entries: their ledger entries, by place.
        encodings: a codec by path, for files that are neither UTF-8 nor marked.
    """
    doubtful = (one for one in batch if one.pointer and _was_rejected_for_it(one, entries.get(one.place)))
    same: set[Place] = set()
    for path, group in groupby(doubtful, key=lambda one: one.reading.path):
        documents = list(group)
        kept = rejects.bodies(snapshot, source, path)
        text = to_text(documents[0].reading.raw, encodings.get(path))
        for pointer, found in document_texts(path, text, [one.pointer for one in documents]).items():
            if kept.get(pointer) == found.text.encode("utf-8", "surrogatepass"):
                same.add((path, pointer))
    return frozenset(same)


def _was_rejected_for_it(candidate: Candidate, entry: LedgerEntry | None) -> bool:
    """Tell whether a document was rejected for what is wrong with it now, or for what the database held."""
    if entry is None or entry.outcome != Outcome.REJECTED:
        return False
    if entry.file_sha256 == candidate.reading.sha256:
        return False
    if candidate.row is not None:
        return entry.code in UNRESOLVED
    errors = (one.code for one in candidate.diagnostics if one.severity == "error")
    return next(errors, None) == entry.code
