"""What the ledger says of a batch's documents: which of them are what they were when their row was given other content."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from ..entities import Entity
from ..store.ledger import KnownDocument, deleted_ids, lost, set_aside
from ..store.records import content_of
from .batch_plan import Place
from .prepare import Candidate


class Before:
    """The documents of a batch as they were read before."""

    def __init__(
        self,
        connection: Connection,
        entity: Entity,
        batch: Sequence[Candidate],
        known: Mapping[Place, KnownDocument],
    ) -> None:
        self.known = known
        held = {
            place: one for place, one in known.items() if one.record_id and one.content_sha256 is not None
        }
        replaced = {place: one for place, one in known.items() if one.record_id and one.was_replaced}
        self._held = _same_again(batch, held)
        self._replaced = _same_again(batch, replaced)
        ids = {one.record_id for one in replaced.values() if one.record_id}
        self._owned: set[str] = set()
        if ids:
            self._owned = set(content_of(connection, entity, ids)) | deleted_ids(connection, entity, ids)
        self._set_aside = set_aside(
            connection, entity, {one.record_id for one in batch if one.record_id is not None}
        )
        self._lost = lost(connection, entity, {record_id for record_id, _ in self._set_aside})
        self._owned |= self._lost

    def was_set_aside(self, prepared: Candidate) -> bool:
        """Whether the record was changed or deleted through the API, and the document is what it was then.

        That holds for the document wherever it stands now; but not where other hands have deleted the row since.
        """
        return (
            prepared.record_id not in self._lost
            and (prepared.record_id, prepared.content_sha256) in self._set_aside
        )

    def is_lost(self, record_id: str) -> bool:
        """Whether the record was changed through the API, and other hands have deleted its row since."""
        return record_id in self._lost

    def was_replaced(self, prepared: Candidate) -> bool:
        """Whether the row was given other content on purpose, or taken out, and the document is what it was then."""
        is_replaced = prepared.place in self._replaced and prepared.record_id in self._owned
        return is_replaced or self.was_set_aside(prepared)

    def has_held(self, prepared: Candidate) -> bool:
        """Whether the document had the row once, and is what it was then."""
        return prepared.place in self._held

    def has_waited(self, prepared: Candidate) -> bool:
        """Whether a document was in conflict before, and its file is what it was then."""
        before = self.known.get(prepared.place)
        return (
            before is not None
            and before.code == "id-conflict"
            and before.file_sha256 is not None
            and before.file_sha256 == prepared.reading.sha256
        )


def _same_again(batch: Sequence[Candidate], known: Mapping[Place, KnownDocument]) -> set[Place]:
    """Return the places of a batch's documents that are among those known before, wherever in their file they stand now.

    Each known document is met once: a second one of the same content is a copy, or another one that was edited to be the
    same. Those that still stand where they stood come first.
    """
    left = Counter((path, one.record_id, one.content_sha256) for (path, _), one in known.items())
    found: set[Place] = set()

    def stands_there(prepared: Candidate) -> bool:
        before = known.get(prepared.place)
        return before is not None and _key(prepared) == (
            prepared.reading.path,
            before.record_id,
            before.content_sha256,
        )

    for prepared in sorted(batch, key=stands_there, reverse=True) if left else ():
        if left[_key(prepared)] > 0:
            left[_key(prepared)] -= 1
            found.add(prepared.place)
    return found


def _key(prepared: Candidate) -> tuple[str, str | None, str | None]:
    return prepared.reading.path, prepared.record_id, prepared.content_sha256
