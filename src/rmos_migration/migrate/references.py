"""The references of a batch's documents, and the parents that exist (docs/domain.md, References)."""

from typing import NamedTuple

from sqlalchemy import Connection

from ..diagnostics import Diagnostic, diagnose
from ..entities import Entity, FieldRule
from ..store.records import Looks, PendingReference, Row, existing_ids
from .linking import detached
from .lookalikes import Lookalikes
from .prepare import Candidate


class Linked(NamedTuple):
    """A document's row after its references were looked up, and the ones that lead nowhere."""

    row: Row
    missing: list[tuple[FieldRule, str]]


class ParentLookup:
    """The parents of a batch's documents, looked up at once."""

    def __init__(self, connection: Connection, entity: Entity, batch: list[Candidate], looks: Looks) -> None:
        self.entity = entity
        self.parents: list[tuple[int, FieldRule, set[str]]] = []
        for rule in entity.references:
            index = entity.columns.index(rule.column)
            wanted = {p.row[index] for p in batch if p.row is not None and p.row[index] is not None}
            there = existing_ids(connection, rule.reference or "", wanted) if wanted else set()
            self.parents.append((index, rule, there))
        self._lookalikes = Lookalikes(connection, looks, batch, self.parents)

    def linked(self, prepared: Candidate) -> Linked:
        """The row with every reference that leads nowhere emptied, its value kept in extra."""
        row = prepared.row or ()
        missing: list[tuple[FieldRule, str]] = []
        for index, rule, parents in self.parents:
            target = row[index]
            if target is not None and target not in parents:
                missing.append((rule, target))
        if not missing:
            return Linked(row, missing)
        return Linked(detached(self.entity, prepared, missing), missing)

    def wishes(self, record_id: str, linked: Linked) -> list[PendingReference]:
        """What a record waits for."""
        return [
            PendingReference(self.entity.name, record_id, rule.name, target)
            for rule, target in linked.missing
        ]

    def notices(self, prepared: Candidate, linked: Linked) -> list[Diagnostic]:
        """A warning for each reference that leads nowhere."""
        return [
            diagnose("reference-missing", self._lookalikes.sentence(rule, target), prepared.location)
            for rule, target in linked.missing
        ]
