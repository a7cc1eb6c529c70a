"""What becomes of each document of a batch, given the database (docs/domain.md, Duplicates, References).

Look-ups are made for the whole batch at once. The result is a plan; nothing is written here.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from ..diagnostics import Diagnostic, Severity, diagnose, printable, printable_apart, shown
from ..entities import Entity
from ..store.ledger import KnownDocument, superseded
from ..store.records import Row, content_of, existing_ids, rows_of
from .batch_plan import BatchPlan, Decision, Place
from .before import Before
from .conflicts import conflict
from .differences import changes_on_replacing, differences, in_words
from .holding import Holding
from .linking import keeping_created_at, softly_linked_batch
from .outcome import Outcome
from .policy import MissingReferences, OnConflict, Policy
from .prepare import Candidate
from .references import Linked, ParentLookup
from .run_progress import RunProgress

_ARRIVED = (Outcome.MIGRATED, Outcome.UNCHANGED)


class _ExistingRow(NamedTuple):
    """What stands under an id: its content hash where known, and its row where it was looked up."""

    content_sha256: str | None
    row: Row | None


def resolve(
    connection: Connection,
    entity: Entity,
    batch: list[Candidate],
    policy: Policy,
    known: Mapping[Place, KnownDocument],
    refused: Mapping[Place, str],
    course: RunProgress,
) -> BatchPlan:
    """Decide what becomes of each document of ``batch``.

    Args:
        connection: for look-ups only.
        entity: the entity of all documents in the batch.
        batch: documents in source order; the first of several with one id comes first.
        policy: the user's choices.
        known: what the ledger says of those documents that were read before.
        refused: documents whose row the database refused in an earlier attempt, with its reason.
        course: the run so far.
    """
    return _Resolver(connection, entity, batch, policy, known, refused, course).plan()


class _Resolver:
    def __init__(
        self,
        connection: Connection,
        entity: Entity,
        batch: list[Candidate],
        policy: Policy,
        known: Mapping[Place, KnownDocument],
        refused: Mapping[Place, str],
        course: RunProgress,
    ) -> None:
        self.connection = connection
        self.entity = entity
        self.batch = softly_linked_batch(connection, entity, batch)
        self.policy = policy
        self.refused = refused
        self.course = course
        self.made = BatchPlan()
        self.written_by: dict[str, Candidate] = {}
        self.arrived: dict[str, list[int]] = {}
        self.first_arrived: dict[str, Candidate] = {}
        self.displaced: dict[str, list[int]] = {}
        self.holding = Holding(connection, entity, course, self.batch, {path for path, _ in known})
        self.before = Before(connection, entity, self.batch, known)
        self.references = ParentLookup(connection, entity, self.batch, course.looks)

    def plan(self) -> BatchPlan:
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
            elif there is None:
                if not self.before.was_replaced(prepared) or self.before.is_lost(record_id):
                    self._place(prepared, record_id, standing)
                elif self.holding.is_free(record_id):
                    self._place_again(prepared, record_id, standing)
                else:
                    self._supersede(prepared, record_id)
            elif self._is_same(prepared, there):
                standing[record_id] = _ExistingRow(prepared.content_sha256, there.row)
                self._decide(prepared, Outcome.UNCHANGED)
            else:
                self._settle(prepared, record_id, there, standing)
        return self.made

    # look-ups for the whole batch

    def _standing(self) -> dict[str, _ExistingRow]:
        wanted = {p.record_id: p.content_sha256 for p in self.batch if p.record_id is not None}
        there = existing_ids(self.connection, self.entity.name, wanted)
        contents = content_of(self.connection, self.entity, there) if there else {}
        different = [found for found in there if contents.get(found) != wanted[found]]
        self.holding.wanted = set(different)
        rows = rows_of(self.connection, self.entity, different) if different else {}
        return {found: _ExistingRow(contents.get(found), rows.get(found)) for found in there}

    # one document

    def _place_again(self, prepared: Candidate, record_id: str, standing: dict[str, _ExistingRow]) -> None:
        """Make a row that is gone from a document that had it before the one which is gone, too."""
        message = f"{self._how_free(prepared, record_id)}, and is made again, because it was gone"
        said = diagnose("record-taken-over", message, prepared.location)
        if self._place(prepared, record_id, standing, said):
            self.made.taken_over.add(record_id)

    def _place(
        self, prepared: Candidate, record_id: str, standing: dict[str, _ExistingRow], *said: Diagnostic
    ) -> bool:
        """Make a new row of a document; returns whether that may be."""
        linked = self.references.linked(prepared)
        if linked.missing and self.policy.missing_references is MissingReferences.REJECT:
            self._reject_missing(prepared, linked)
            return False
        self.made.inserts.append(linked.row)
        self.made.inserted_from.append(prepared.place)
        self.made.pending[record_id] = self.references.wishes(record_id, linked)
        self.written_by[record_id] = prepared
        standing[record_id] = _ExistingRow(prepared.content_sha256, linked.row)
        self._decide(prepared, Outcome.MIGRATED, [*said, *self.references.notices(prepared, linked)])
        return True

    def _is_same(self, prepared: Candidate, there: _ExistingRow) -> bool:
        if there.content_sha256 is not None:
            return there.content_sha256 == prepared.content_sha256
        return there.row is not None and not differences(
            self.entity, there.row, self.references.linked(prepared).row
        )

    def _is_old(self, prepared: Candidate, record_id: str) -> bool:
        """Whether a document is what it was, and its row has the content of one that was written or edited later."""
        if self.before.has_held(prepared):
            return True
        is_edited = record_id in self.made.edited or record_id in self.course.edited[self.entity.name]
        return is_edited and self.before.has_waited(prepared)

    def _settle(
        self, prepared: Candidate, record_id: str, there: _ExistingRow, standing: dict[str, _ExistingRow]
    ) -> None:
        """What becomes of a document whose id is taken by other content."""
        is_held_here = record_id in self.written_by or record_id in self.arrived
        is_free = not is_held_here and self.holding.is_free(record_id)
        if not is_free and self.before.was_replaced(prepared):
            self._supersede(prepared, record_id)
            return
        is_replacing = self.policy.on_conflict is OnConflict.REPLACE
        if not is_free and is_replacing and self._is_old(prepared, record_id):
            self._supersede(prepared, record_id)
            return
        linked = self.references.linked(prepared)
        if linked.missing and self.policy.missing_references is MissingReferences.REJECT:
            self._reject_missing(prepared, linked)
            return
        current = there.row or rows_of(self.connection, self.entity, [record_id])[record_id]
        if is_free:
            message = f"{self._how_free(prepared, record_id)}: {self._changes(prepared, current)}"
            self._replace(prepared, record_id, current, standing, "record-taken-over", message)
            self.made.taken_over.add(record_id)
        elif is_replacing:
            message = f"id {shown(record_id)} was replaced: {self._changes(prepared, current)}"
            self._replace(prepared, record_id, current, standing, "record-replaced", message)
        else:
            changes = differences(self.entity, current, linked.row)
            self._conflict(prepared, record_id, linked, current, in_words(changes))

    def _changes(self, prepared: Candidate, current: Row) -> str:
        """How a document changes the row that it replaces, in words."""
        kept = keeping_created_at(self.entity, prepared, current)
        return changes_on_replacing(
            self.entity, current, prepared.row or (), self.references.linked(kept).row
        )

    def _how_free(self, prepared: Candidate, record_id: str) -> str:
        """Why a document takes over the row of another one, in words."""
        first = self.holding.first(record_id)
        if first is not None and first.path == prepared.reading.path:
            return (
                f"the document that the row of {shown(record_id)} was made from is no longer in"
                f" {printable(first.path)}; this one takes the row over"
            )
        path = None if first is None else printable_apart([first.path, prepared.reading.path])[0]
        gone = "no file" if path is None else f"{path} no longer"
        return f"{gone} has the document of {shown(record_id)}, so this one takes over its row"

    def _replace(
        self,
        prepared: Candidate,
        record_id: str,
        current: Row,
        standing: dict[str, _ExistingRow],
        code: str,
        message: str,
    ) -> None:
        """Give the row this document's content; other documents of the batch that had it have it no longer."""
        kept = keeping_created_at(self.entity, prepared, current)
        linked = self.references.linked(
            kept
        )  # again, so that what detaching puts into extra stands last in it
        self.made.replacements.append(linked.row)
        self.made.replaced_from.append(prepared.place)
        self.made.pending[record_id] = self.references.wishes(record_id, linked)
        if not self.before.has_waited(prepared):
            self.made.edited.add(record_id)
        self.written_by[record_id] = prepared
        standing[record_id] = _ExistingRow(prepared.content_sha256, linked.row)
        self._displace(prepared, record_id)
        notices = self.references.notices(prepared, linked)
        self._decide(kept, Outcome.MIGRATED, [diagnose(code, message, prepared.location), *notices])

    def _displace(self, winner: Candidate, record_id: str) -> None:
        """Decide anew what became of earlier documents of the batch, now that the row has the winner's content."""
        arrived, displaced = self.arrived.pop(record_id, []), self.displaced.pop(record_id, [])
        for index in arrived:
            old = self.made.decisions[index]
            said = [*old.diagnostics, superseded(record_id, old.prepared.location)]
            self.made.decisions[index] = Decision(old.prepared, Outcome.CONFLICT, said, old.derived, True)
            self.displaced.setdefault(record_id, []).append(index)
        for index in displaced:
            old = self.made.decisions[index]
            if old.prepared.content_sha256 != winner.content_sha256:
                self.displaced.setdefault(record_id, []).append(index)
                continue
            said = [one for one in old.diagnostics if one.code != "document-superseded"]
            self.made.decisions[index] = Decision(old.prepared, Outcome.UNCHANGED, said, old.derived)
            self.arrived.setdefault(record_id, []).append(index)

    def _conflict(
        self, prepared: Candidate, record_id: str, linked: Linked, current: Row, changes: str
    ) -> None:
        is_same_row = not differences(self.entity, current, linked.row)
        found = conflict(
            prepared,
            changes,
            self.holding,
            winner=self.written_by.get(record_id),
            equal=self.first_arrived.get(record_id),
            is_same_row=is_same_row,
        )
        if self.policy.on_conflict is OnConflict.KEEP:
            self._decide(prepared, Outcome.CONFLICT, [found])
        else:
            self._decide(prepared, Outcome.REJECTED, [found._replace(severity=Severity.ERROR)])

    def _supersede(self, prepared: Candidate, record_id: str) -> None:
        """Another document has the row, or the record was changed or deleted through the API."""
        outcome, diagnostics = Outcome.CONFLICT, prepared.diagnostics
        if self.before.was_set_aside(prepared):
            outcome = Outcome.UNCHANGED
        else:
            diagnostics = [*diagnostics, superseded(record_id, prepared.location)]
            self.displaced.setdefault(record_id, []).append(len(self.made.decisions))
        self.made.decisions.append(
            Decision(prepared, outcome, diagnostics, prepared.derived, was_replaced=True)
        )

    def _decide(self, prepared: Candidate, outcome: Outcome, more: list[Diagnostic] | None = None) -> None:
        diagnostics = prepared.diagnostics + more if more else prepared.diagnostics
        if outcome in _ARRIVED:
            record_id = prepared.record_id or ""
            self.arrived.setdefault(record_id, []).append(len(self.made.decisions))
            known = self.first_arrived.setdefault(record_id, prepared)
            self.first_arrived[record_id] = min(known, prepared, key=lambda one: one.place)
        self.made.decisions.append(Decision(prepared, outcome, diagnostics, prepared.derived))

    def _reject(self, prepared: Candidate, code: str, message: str) -> None:
        reason = diagnose(code, message, prepared.location, severity=Severity.ERROR)
        self._decide(prepared, Outcome.REJECTED, [reason])

    def _reject_missing(self, prepared: Candidate, linked: Linked) -> None:
        errors = [d._replace(severity=Severity.ERROR) for d in self.references.notices(prepared, linked)]
        self._decide(prepared, Outcome.REJECTED, errors)
