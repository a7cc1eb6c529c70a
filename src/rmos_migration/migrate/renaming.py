"""Documents named by their file, recognised under the file's new name (docs/domain.md, Identity).

The ledger's id is the truth: it stays, whatever the file is called later, and however it is edited.
"""

from unicodedata import normalize

from sqlalchemy import Connection

from ..diagnostics import Diagnostic, diagnose, printable_apart, shown
from ..entities import Entity
from ..store.ledger import Former, begin_noting, formers, note_formers
from ..store.model import LocatedEntry
from .model import Batch, Place
from .prepare import Candidate, is_named_by_file
from .provenance import Provenance
from .run_progress import RunProgress


def recognise_renamed(connection: Connection, batch: Batch, progress: RunProgress) -> list[Place]:
    """Give the documents of a batch that are named by their file the ids that the ledger has for them.

    A document that is new in its place is recognised by content and generation, if the document that had them
    is gone; of several that are equal, the first in path order is taken for the first. In a list, the place
    alone gives the id: otherwise both an element that moved and one that came could have it.

    Returns:
        The former places of documents that were renamed; the batch has them under their new ones.
    """
    former_places: list[Place] = []
    formers_left = _formers_of(connection, batch, progress)
    known = dict(batch.known)
    for index, one in enumerate(batch.documents):
        before = known.get(one.place)
        if before is not None:
            batch.documents[index] = with_ledger_id(one, before.record_id, before.derived)
            continue
        equal = formers_left.get((one.generation, str(one.content_sha256)), [])
        is_in_list = any(_is_named_by_place(former.holder.record, one) for former in equal)
        if equal and not is_in_list and _is_nameless(one):
            former = equal.pop(0)
            batch.documents[index] = _with_id(one, former.holder.record)
            batch.notices.append(_renamed(one, former))
            former_place = (former.holder.path, former.holder.pointer)
            batch.known.pop(former_place, None)
            batch.known[one.place] = former.known
            former_places.append(former_place)
    return former_places


def _formers_of(
    connection: Connection, batch: Batch, progress: RunProgress
) -> dict[tuple[str | None, str], list[Former]]:
    """Return documents that are gone, by generation and content; the batch may have them under a new name."""
    nameless = (one for one in batch.documents if one.place not in batch.known and _is_nameless(one))
    contents = {str(one.content_sha256) for one in nameless}
    found: dict[tuple[str | None, str], list[Former]] = {}
    if not contents:
        return found
    read_here = {path for path, _ in batch.known}
    provenance = Provenance(connection, batch.entity, progress, batch.documents, read_here)
    _note_once(connection, batch.entity, progress)
    for former in formers(connection, progress.ref.source_id, batch.entity, contents):
        if not _has_key_for_id(former.holder) and provenance.is_gone(former.holder):
            key = (former.known.generation, str(former.known.content_sha256))
            found.setdefault(key, []).append(former)
    return found


def with_ledger_id(candidate: Candidate, record_id: str | None, derived: str | None) -> Candidate:
    """Give a document the id that the ledger has for its place, if both have theirs from the file's name."""
    if (
        record_id is None
        or candidate.record_id in (None, record_id)
        or not is_named_by_file(derived)
        or not _is_nameless(candidate)
        or _is_named_by_place(record_id, candidate)
    ):
        return candidate
    return _with_id(candidate, record_id)


def _note_once(connection: Connection, entity: Entity, progress: RunProgress) -> None:
    """Note the documents that may be recognised, at the run's first batch that needs them.

    What comes into the ledger later in the run was not renamed; what is taken out of its file keeps its path
    there.
    """
    if not progress.noted_formers:
        begin_noting(connection)
    if entity.name not in progress.noted_formers:
        note_formers(connection, progress.ref.source_id, entity)
        progress.noted_formers.add(entity.name)


def _with_id(one: Candidate, record_id: str) -> Candidate:
    return one._replace(record_id=record_id, row=(record_id, *(one.row or ())[1:]))


def _renamed(one: Candidate, former: Former) -> Diagnostic:
    former_path, _ = printable_apart([former.holder.path, one.reading.path])
    message = (
        f"{former_path} no longer has this document, which is what it was there: "
        f"its record keeps the id {shown(former.holder.record)}"
    )
    return diagnose("document-renamed", message, one.location)


def _is_nameless(candidate: Candidate) -> bool:
    """Return whether a document has its id from its file's name, and not from a key that it stands under."""
    if candidate.record_id is None or not is_named_by_file(candidate.derived):
        return False
    return _is_named_so(candidate.record_id, candidate.reading.path)


def _is_named_by_place(record_id: str, candidate: Candidate) -> bool:
    """Return whether a document may have an id from its place, whatever its number in a list was."""
    if not candidate.pointer:
        return record_id == candidate.record_id
    return _is_named_so(record_id, candidate.reading.path)


def _has_key_for_id(holder: LocatedEntry) -> bool:
    """Return whether a document may have had its id from a key that it stood under."""
    if _is_named_so(holder.record, holder.path):
        return False
    step = holder.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    return holder.was_taken_out or step == holder.record


def _is_named_so(record_id: str, path: str) -> bool:
    """Return whether a document of this file may have an id; the numbers in its list may have changed."""
    stem = normalize("NFC", path.rpartition("/")[2].rpartition(".")[0])
    name = normalize("NFC", record_id)
    return name == stem or (name.startswith(f"{stem}-") and name[len(stem) + 1 :].isdecimal())
