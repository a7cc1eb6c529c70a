"""What becomes of each document of a batch, given what the database holds: the rules of DOMAIN.md §2.

Look-ups are made for the whole batch at once. The result is a plan; nothing is written here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from ..diagnostics import Diagnostic, Severity, diagnose, shown
from ..entities import Entity, FieldRule
from ..generations import export
from ..store.known import KnownDocument
from ..store.records import Pending, Row, content_of, existing_ids, rows_of
from ..store.runs import deleted_ids, set_aside
from .differences import differences
from .linking import detached, keeping_created_at, softly_linked_batch
from .lookalikes import Lookalikes
from .outcome import Outcome
from .policy import MissingReferences, OnConflict, Policy
from .prepare import Prepared

Place = tuple[str, str]
"""Where a document stands: path and pointer."""


class Decision(NamedTuple):
    """What becomes of one document, with everything noticed about it.

    ``was_replaced``: it is unchanged, but its row has other content since: another document's, or what came through the
    API; or the row was deleted there.
    """

    prepared: Prepared
    outcome: Outcome
    diagnostics: list[Diagnostic]
    derived: str | None
    was_replaced: bool = False


@dataclass
class Plan:
    """What to write for a batch: new rows, replaced rows, waiting references, and a decision per document.

    ``inserted_from`` and ``replaced_from`` say which document each of the rows comes from.
    """

    inserts: list[Row] = field(default_factory=list)
    inserted_from: list[Place] = field(default_factory=list)
    replacements: list[Row] = field(default_factory=list)
    replaced_from: list[Place] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)


class _Standing(NamedTuple):
    """What stands under an id: its content hash where known, and its row where it was looked up."""

    content_sha256: str | None
    row: Row | None


class _Linked(NamedTuple):
    """A document's row after its references were looked up, and the ones that lead nowhere."""

    row: Row
    missing: list[tuple[FieldRule, str]]


def straight(batch: list[Prepared]) -> Plan:
    """The plan for a batch in which nothing stands in the way: every id is new, and every parent is there.

    Whether that is so the database says best, when it is given the rows: its keys and references are enforced.
    """
    ready = [prepared for prepared in batch if prepared.row is not None]
    return Plan(
        inserts=[prepared.row for prepared in ready if prepared.row is not None],
        inserted_from=[prepared.place for prepared in ready],
        decisions=[
            Decision(p, Outcome.REJECTED if p.row is None else Outcome.MIGRATED, p.diagnostics, p.derived)
            for p in batch
        ],
    )


def resolve(
    connection: Connection,
    entity: Entity,
    batch: list[Prepared],
    policy: Policy,
    known: Mapping[Place, KnownDocument],
    refused: Mapping[Place, str],
) -> Plan:
    """Decide what becomes of each document of ``batch``.

    Args:
        connection: for look-ups only.
        entity: the entity of all documents in the batch.
        batch: documents in source order; the first of several with one id comes first.
        policy: the user's choices.
        known: what the ledger says of those documents that were read before.
        refused: documents whose row the database refused in an earlier attempt, with its reason.
    """
    return _Resolver(connection, entity, batch, policy, known, refused).plan()


class _Resolver:
    def __init__(
        self,
        connection: Connection,
        entity: Entity,
        batch: list[Prepared],
        policy: Policy,
        known: Mapping[Place, KnownDocument],
        refused: Mapping[Place, str],
    ) -> None:
        self.connection = connection
        self.entity = entity
        self.batch = softly_linked_batch(connection, entity, batch)
        self.policy = policy
        self.refused = refused
        self.made = Plan()
        self.replaced = {
            (path, before.record_id, before.content_sha256)
            for (path, _), before in known.items()
            if before.was_replaced and before.record_id
        }
        ids = {record_id for _, record_id, _ in self.replaced if record_id}
        self.owned = (
            (set(content_of(connection, entity, ids)) | deleted_ids(connection, entity, ids))
            if ids
            else set()
        )
        self.set_aside = set_aside(
            connection, entity, {p.record_id for p in self.batch if p.record_id is not None}
        )
        positions = [(entity.columns.index(rule.column), rule) for rule in entity.references]
        self.references = [(index, rule, self._existing_parents(index, rule)) for index, rule in positions]
        self.lookalikes = Lookalikes(connection, self.batch, self.references)

    def plan(self) -> Plan:
        standing = self._standing()
        for prepared in self.batch:
            record_id = prepared.record_id
            there = standing.get(record_id) if record_id is not None else None
            if record_id is None:
                self._decide(prepared, Outcome.REJECTED)
            elif self.refused and prepared.place in self.refused:
                self._reject(
                    prepared, "refused-by-database", f"the database says: {self.refused[prepared.place]}"
                )
            elif there is not None and self._is_same(prepared, there):
                standing[record_id] = _Standing(prepared.content_sha256, there.row)
                self._decide(prepared, Outcome.UNCHANGED)
            elif self._was_replaced(prepared):
                self.made.decisions.append(
                    Decision(
                        prepared, Outcome.UNCHANGED, prepared.diagnostics, prepared.derived, was_replaced=True
                    )
                )
            elif there is None:
                self._place(prepared, record_id, standing)
            else:
                self._settle_conflict(prepared, record_id, there, standing)
        return self.made

    # look-ups for the whole batch

    def _existing_parents(self, index: int, rule: FieldRule) -> set[str]:
        wanted = {p.row[index] for p in self.batch if p.row is not None and p.row[index] is not None}
        return existing_ids(self.connection, rule.reference or "", wanted) if wanted else set()

    def _standing(self) -> dict[str, _Standing]:
        wanted = {p.record_id: p.content_sha256 for p in self.batch if p.record_id is not None}
        there = existing_ids(self.connection, self.entity.name, wanted)
        contents = content_of(self.connection, self.entity, there) if there else {}
        different = [found for found in there if contents.get(found) != wanted[found]]
        rows = rows_of(self.connection, self.entity, different) if different else {}
        return {found: _Standing(contents.get(found), rows.get(found)) for found in there}

    # one document

    def _place(self, prepared: Prepared, record_id: str, standing: dict[str, _Standing]) -> None:
        linked = self._linked(prepared)
        if linked.missing and self.policy.missing_references is MissingReferences.REJECT:
            self._reject_missing(prepared, linked)
            return
        self.made.inserts.append(linked.row)
        self.made.inserted_from.append(prepared.place)
        standing[record_id] = _Standing(prepared.content_sha256, linked.row)
        if linked.missing:
            self._wait_for(record_id, linked)
        self._decide(prepared, Outcome.MIGRATED, self._detached(prepared, linked) if linked.missing else None)

    def _is_same(self, prepared: Prepared, there: _Standing) -> bool:
        if there.content_sha256 is not None:
            return there.content_sha256 == prepared.content_sha256
        return there.row is not None and not differences(self.entity, there.row, self._linked(prepared).row)

    def _was_replaced(self, prepared: Prepared) -> bool:
        """Whether this document's row was given other content on purpose, or taken out, and it is what it was then.

        What was done through the API holds for the document wherever it stands now.
        """
        if (prepared.record_id, prepared.content_sha256) in self.set_aside:
            return True
        now = (prepared.reading.path, prepared.record_id, prepared.content_sha256)
        return now in self.replaced and prepared.record_id in self.owned

    def _settle_conflict(
        self, prepared: Prepared, record_id: str, there: _Standing, standing: dict[str, _Standing]
    ) -> None:
        linked = self._linked(prepared)
        if linked.missing and self.policy.missing_references is MissingReferences.REJECT:
            self._reject_missing(prepared, linked)
            return
        current = there.row or rows_of(self.connection, self.entity, [record_id])[record_id]
        changes = (
            "; ".join(differences(self.entity, current, linked.row)) or "only in how the values are written"
        )
        message = f"id {shown(record_id)} is taken by other content: {changes}"
        if self.policy.on_conflict is OnConflict.KEEP:
            self._decide(prepared, Outcome.CONFLICT, [self._conflict(prepared, linked, current, message)])
        elif self.policy.on_conflict is OnConflict.REJECT:
            self._reject(prepared, "id-conflict", message)
        else:
            kept = keeping_created_at(self.entity, prepared, current)
            linked = self._linked(kept)  # again, so that what detaching puts into extra stands last in it
            self.made.replacements.append(linked.row)
            self.made.replaced_from.append(prepared.place)
            self.made.pending = [wish for wish in self.made.pending if wish.record_id != record_id]
            self._wait_for(record_id, linked)
            standing[record_id] = _Standing(prepared.content_sha256, linked.row)
            replaced = diagnose(
                "record-replaced", f"id {shown(record_id)} was replaced: {changes}", prepared.location
            )
            self._decide(kept, Outcome.MIGRATED, [replaced, *self._detached(prepared, linked)])

    def _conflict(self, prepared: Prepared, linked: _Linked, current: Row, message: str) -> Diagnostic:
        if prepared.generation == export.NAME and not differences(self.entity, current, linked.row):
            message = f"the record {shown(prepared.record_id)} is there already, with these very values"
            hint = "nothing needs to be done; an export of records is meant for a new database"
            return diagnose("id-conflict", message, prepared.location, hint=hint)
        return diagnose("id-conflict", message, prepared.location)

    def _decide(self, prepared: Prepared, outcome: Outcome, more: list[Diagnostic] | None = None) -> None:
        diagnostics = prepared.diagnostics + more if more else prepared.diagnostics
        self.made.decisions.append(Decision(prepared, outcome, diagnostics, prepared.derived))

    def _reject(self, prepared: Prepared, code: str, message: str) -> None:
        reason = diagnose(code, message, prepared.location, severity=Severity.ERROR)
        self._decide(prepared, Outcome.REJECTED, [reason])

    # references

    def _linked(self, prepared: Prepared) -> _Linked:
        """The row with every reference that leads nowhere emptied, its value kept in extra."""
        row = prepared.row or ()
        missing: list[tuple[FieldRule, str]] = []
        for index, rule, parents in self.references:
            target = row[index]
            if target is not None and target not in parents:
                missing.append((rule, target))
        if not missing:
            return _Linked(row, missing)
        return _Linked(detached(self.entity, prepared, missing), missing)

    def _wait_for(self, record_id: str, linked: _Linked) -> None:
        self.made.pending += [
            Pending(self.entity.name, record_id, rule.name, target) for rule, target in linked.missing
        ]

    def _detached(self, prepared: Prepared, linked: _Linked) -> list[Diagnostic]:
        return [
            diagnose("reference-missing", self.lookalikes.sentence(rule, target), prepared.location)
            for rule, target in linked.missing
        ]

    def _reject_missing(self, prepared: Prepared, linked: _Linked) -> None:
        errors = [d._replace(severity=Severity.ERROR) for d in self._detached(prepared, linked)]
        self._decide(prepared, Outcome.REJECTED, errors)
