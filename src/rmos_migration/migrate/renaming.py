"""Documents named by their file, recognised under the file's new name (docs/domain.md, Identity).

The ledger's id is the truth: it stays, whatever the file is called later, and however it is edited.
"""

from collections.abc import Mapping
from typing import NamedTuple
from unicodedata import normalize

from sqlalchemy import Connection

from ..diagnostics import Diagnostic, diagnose, printable_apart, shown
from ..entities import Entity
from ..store.ledger import Former, KnownDocument, begin_noting, formers, note_formers
from ..store.model import LocatedEntry
from .batch_plan import Place
from .holding import Holding
from .prepare import Candidate, is_named_by_file
from .run_progress import RunProgress


class Renamed(NamedTuple):
    """A batch whose documents have the ids that the ledger has for them.

    ``known`` has the renamed ones under their new places; ``forgotten`` are their former places.
    """

    documents: list[Candidate]
    known: dict[Place, KnownDocument]
    forgotten: list[Place]
    notices: list[Diagnostic]


def known_again(
    connection: Connection,
    entity: Entity,
    documents: list[Candidate],
    known: Mapping[Place, KnownDocument],
    course: RunProgress,
) -> Renamed:
    """Give documents that are named by their file the ids that they had under former names.

    One that is new in its place is known again by its content and generation, where the document that had them before is
    gone; of several that are equal, the first in path order is taken for the first. In a list of that name the place alone
    gives the id: of two elements, one that moved and one that came, both could have it otherwise.
    """
    if course.is_new_source:
        return Renamed(documents, dict(known), [], [])
    made = Renamed([], dict(known), [], [])
    new = {str(one.content_sha256) for one in documents if one.place not in known and _is_nameless(one)}
    waiting: dict[tuple[str | None, str], list[Former]] = {}
    if new:
        holding = Holding(connection, entity, course, documents, {path for path, _ in known})
        _note_once(connection, entity, course)
        for former in formers(connection, course.book.source_id, entity, new):
            if not _has_key_for_id(former.holder) and holding.is_gone(former.holder):
                key = (former.known.generation, str(former.known.content_sha256))
                waiting.setdefault(key, []).append(former)
    for one in documents:
        before = known.get(one.place)
        if before is not None:
            made.documents.append(adopted(one, before.record_id, before.derived))
            continue
        equal = waiting.get((one.generation, str(one.content_sha256)), [])
        is_in_list = any(_is_named_by_place(former.holder.record, one) for former in equal)
        if not equal or is_in_list or not _is_nameless(one):
            made.documents.append(one)
        else:
            _rename(one, equal.pop(0), made)
    return made


def adopted(prepared: Candidate, record_id: str | None, derived: str | None) -> Candidate:
    """The document with the id that the ledger has for its place, if both are named by the file, and that by another name."""
    if (
        record_id is None
        or prepared.record_id in (None, record_id)
        or not is_named_by_file(derived)
        or not _is_nameless(prepared)
        or _is_named_by_place(record_id, prepared)
    ):
        return prepared
    return prepared._replace(record_id=record_id, row=(record_id, *(prepared.row or ())[1:]))


def _note_once(connection: Connection, entity: Entity, course: RunProgress) -> None:
    """Note the documents that may be known again, at the run's first batch that asks for them.

    What comes into the ledger later in the run was not renamed; what is taken out of its file keeps its path there.
    """
    if not course.noted_formers:
        begin_noting(connection)
    if entity.name not in course.noted_formers:
        note_formers(connection, course.book.source_id, entity)
        course.noted_formers.add(entity.name)


def _rename(one: Candidate, former: Former, made: Renamed) -> None:
    record_id = former.holder.record_id
    place = (former.holder.path, former.holder.pointer)
    made.known.pop(place, None)
    made.known[one.place] = former.known
    made.forgotten.append(place)
    renamed = one._replace(record_id=record_id, row=(record_id, *(one.row or ())[1:]))
    made.documents.append(renamed)
    former_path, _ = printable_apart([former.holder.path, one.reading.path])
    message = (
        f"{former_path} no longer has this document, which is what it was there: "
        f"its record keeps the id {shown(record_id)}"
    )
    made.notices.append(diagnose("document-renamed", message, one.location))


def _is_nameless(prepared: Candidate) -> bool:
    """Whether a document has its id from its file's name, and not from a key that it stands under."""
    if prepared.record_id is None or not is_named_by_file(prepared.derived):
        return False
    return _is_named_so(prepared.record_id, prepared.reading.path)


def _is_named_by_place(record_id: str, prepared: Candidate) -> bool:
    """Whether an id is what a document may be named where it stands; of numbers there are several in a list alone."""
    if not prepared.pointer:
        return record_id == prepared.record_id
    return _is_named_so(record_id, prepared.reading.path)


def _has_key_for_id(holder: LocatedEntry) -> bool:
    """Whether a document may have had its id from a key that it stood under."""
    if _is_named_so(holder.record, holder.path):
        return False
    step = holder.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    return holder.was_taken_out or step == holder.record_id


def _is_named_so(record_id: str, path: str) -> bool:
    """Whether an id is what a document of this file may be named: the numbers of its list may have changed."""
    stem = normalize("NFC", path.rpartition("/")[2].rpartition(".")[0])
    name = normalize("NFC", record_id)
    return name == stem or (name.startswith(f"{stem}-") and name[len(stem) + 1 :].isdecimal())
