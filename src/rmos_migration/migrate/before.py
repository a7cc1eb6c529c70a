"""What the ledger says of a batch's documents: which of them are what they were when their row was given other content."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from ..entities import Entity
from ..store.edits import lost
from ..store.known import KnownDocument
from ..store.records import content_of
from ..store.runs import deleted_ids, set_aside
from .plan import Place
from .prepare import Prepared


class Before:
    """The documents of a batch as they were read before."""

    def __init__(
        self,
        connection: Connection,
        entity: Entity,
        batch: Sequence[Prepared],
        known: Mapping[Place, KnownDocument],
    ) -> None:
        self.known = known
        self._held = {
            (path, before.record_id, before.content_sha256)
            for (path, _), before in known.items()
            if before.record_id and before.content_sha256 is not None
        }
        self._replaced = {
            (path, before.record_id, before.content_sha256)
            for (path, _), before in known.items()
            if before.was_replaced and before.record_id
        }
        ids = {record_id for _, record_id, _ in self._replaced if record_id}
        self._owned: set[str] = set()
        if ids:
            self._owned = set(content_of(connection, entity, ids)) | deleted_ids(connection, entity, ids)
        self._set_aside = set_aside(
            connection, entity, {one.record_id for one in batch if one.record_id is not None}
        )
        self._lost = lost(connection, entity, {record_id for record_id, _ in self._set_aside})
        self._owned |= self._lost

    def was_set_aside(self, prepared: Prepared) -> bool:
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

    def was_replaced(self, prepared: Prepared) -> bool:
        """Whether the row was given other content on purpose, or taken out, and the document is what it was then."""
        now = (prepared.reading.path, prepared.record_id, prepared.content_sha256)
        return self.was_set_aside(prepared) or (now in self._replaced and prepared.record_id in self._owned)

    def has_held(self, prepared: Prepared) -> bool:
        """Whether the document had the row once, and is what it was then."""
        return (prepared.reading.path, prepared.record_id, prepared.content_sha256) in self._held

    def has_waited(self, prepared: Prepared) -> bool:
        """Whether a document was in conflict before, and its file is what it was then."""
        before = self.known.get(prepared.place)
        return (
            before is not None
            and before.code == "id-conflict"
            and before.file_sha256 is not None
            and before.file_sha256 == prepared.reading.sha256
        )
