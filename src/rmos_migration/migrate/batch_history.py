"""What the ledger says of a batch's documents: what they were, and what became of their rows since."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property

from sqlalchemy import Connection

from ..store.ledger import KnownDocument, deleted_ids, lost, set_aside
from ..store.records import content_of
from .model import Batch, Place
from .prepare import Candidate

_Key = tuple[str, str | None, str | None]
"""Path, record id and content hash."""


class BatchHistory:
    """The documents of a batch as they were read before, and the records that were changed through the API.

    Args:
        connection: for look-ups only.
        batch: the batch, with what the ledger says of it.
        documents: its documents, with the references that were found for them.
    """

    def __init__(self, connection: Connection, batch: Batch, documents: Sequence[Candidate]) -> None:
        self.known = batch.known
        entity, ids = batch.entity, {one.record_id for one in documents if one.record_id is not None}
        had_content = {
            place: one for place, one in self.known.items() if one.record_id and one.content_sha256
        }
        replaced = {place: one for place, one in self.known.items() if one.record_id and one.was_replaced}
        self._had_row = _recognised(documents, had_content)
        self._replaced = _recognised(documents, replaced)
        self._overridden = set_aside(connection, entity, ids)
        self._lost = lost(connection, entity, {record_id for record_id, _ in self._overridden})
        self._replaced_on_purpose = set(self._lost)
        if replaced_ids := {str(one.record_id) for one in replaced.values()}:
            self._replaced_on_purpose |= set(content_of(connection, entity, replaced_ids))
            self._replaced_on_purpose |= deleted_ids(connection, entity, replaced_ids)
        gone = batch.gone_rows & ids if batch.gone_rows else set()
        self.deleted = deleted_ids(connection, entity, gone) if gone else set()
        """Records that were deleted through the API."""

    def is_overridden(self, candidate: Candidate) -> bool:
        """Return whether the record was changed or deleted through the API, and the document is unchanged.

        The document may stand anywhere by now. If its row was deleted outside of rmos since, it is not
        overridden.
        """
        is_known = (candidate.record_id, candidate.content_sha256) in self._overridden
        return is_known and candidate.record_id not in self._lost

    def is_edit_lost(self, record_id: str) -> bool:
        """Return whether the record was changed through the API, and its row was deleted outside of rmos."""
        return record_id in self._lost

    def was_replaced(self, candidate: Candidate) -> bool:
        """Return whether the row was replaced or deleted on purpose, and the document is what it was then."""
        is_replaced = candidate.place in self._replaced and candidate.record_id in self._replaced_on_purpose
        return is_replaced or self.is_overridden(candidate)

    def had_row(self, candidate: Candidate) -> bool:
        """Return whether the row was once made from the document, as it is now."""
        return candidate.place in self._had_row

    def was_in_conflict(self, candidate: Candidate) -> bool:
        """Return whether a document was in conflict before, and its file is what it was then."""
        before = self.known.get(candidate.place)
        return (
            before is not None
            and before.code == "id-conflict"
            and before.file_sha256 is not None
            and before.file_sha256 == candidate.reading.sha256
        )

    def as_in_row(self, candidate: Candidate) -> Candidate:
        """Return a document with the ``derived`` that it had when its content was in the row."""
        derived = self._derived_in_row.get(_key(candidate), candidate.derived)
        return candidate if derived == candidate.derived else candidate._replace(derived=derived)

    @cached_property
    def _derived_in_row(self) -> dict[_Key, str | None]:
        return {
            (path, one.record_id, one.content_sha256): one.derived
            for (path, _), one in self.known.items()
            if one.is_in_row
        }


def _recognised(documents: Sequence[Candidate], known: Mapping[Place, KnownDocument]) -> set[Place]:
    """Return the places of documents that were known before, wherever in their file they stand now.

    Each known document is found once: a second one of the same content is a copy, or was edited to be the
    same. Those that still stand where they stood come first.
    """
    left = Counter((path, one.record_id, one.content_sha256) for (path, _), one in known.items())
    found: set[Place] = set()

    def stands_there(candidate: Candidate) -> bool:
        before = known.get(candidate.place)
        if before is None:
            return False
        return _key(candidate) == (candidate.reading.path, before.record_id, before.content_sha256)

    for candidate in sorted(documents, key=stands_there, reverse=True) if left else ():
        if left[_key(candidate)] > 0:
            left[_key(candidate)] -= 1
            found.add(candidate.place)
    return found


def _key(candidate: Candidate) -> _Key:
    return candidate.reading.path, candidate.record_id, candidate.content_sha256
