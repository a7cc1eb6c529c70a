"""Comparing one document of the source with the ledger and its row."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from ..diagnostics import shown
from ..entities import Entity
from ..entities.stored import stored_names, stored_object
from ..errors import CorruptRow
from ..generations import recognise
from ..generations.normalized import CATEGORY
from ..generations.rebuilding import rebuild
from ..migrate.differences import differences
from ..migrate.linking import detached, keeping_created_at, softly_linked
from ..migrate.model import Place
from ..migrate.outcome import Outcome
from ..migrate.prepare import Candidate, prepare_document
from ..sources.content import content_sha256
from ..sources.document import Document
from ..store import ledger, records, runs
from ..store.ledger import deleted_ids
from ..store.model import ID_CONFLICT, REPLACED, SETTLED, SUPERSEDED, LedgerEntry
from ..store.records import Row, has_row, rows_of
from ..store.snapshot import Snapshot
from .model import ComparedItem, DocumentState

_NEVER = "it was never migrated"
_GONE = "its row is gone"
_WITHOUT_WINNER = "it was not loaded because of its id, but there is no row of that id"
_HOLDS_NOTHING = {"file-not-regular", "file-outside"}
"""Codes of what is there instead of a file. Anything else that cannot be read may have changed."""


@dataclass(frozen=True)
class LedgerExtract:
    """What the database holds of some documents: ledger entries by place, rows and origins by id.

    ``as_kept`` are the places of rejected documents whose text is still the one that was kept.
    """

    snapshot: Snapshot
    entity: Entity
    entries: Mapping[Place, LedgerEntry]
    rows: Mapping[str, Row]
    origins: Mapping[str, LedgerEntry]
    as_kept: Collection[Place] = ()

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        entity: Entity,
        documents: list[Candidate],
        entries: Mapping[Place, LedgerEntry],
        as_kept: Collection[Place] = (),
    ) -> "LedgerExtract":
        """Look up everything at once."""
        ids = [candidate.record_id for candidate in documents if candidate.record_id is not None]
        rows = rows_of(snapshot.connection, entity, ids)
        origins = ledger.origins(snapshot, entity, ids)
        return cls(snapshot, entity, entries, rows, origins, as_kept)


def compare(candidate: Candidate, held: LedgerExtract) -> ComparedItem:
    """Return one document with its state.

    The row must be what the migration would make of the document now: from the same content, with every
    column equal by value, except for detached references that wait, and a created_at that stayed when the row
    was replaced.
    """
    state, details = _state(candidate, held)
    entry = held.entries.get(candidate.place)
    if state in (DocumentState.CONFLICT, DocumentState.REJECTED) and _is_without_winner(entry, held):
        state, details = DocumentState.MISSING, [f"{_WITHOUT_WINNER} ({entry.code if entry else ''})"]
    record_id = candidate.record_id if candidate.record_id is not None or entry is None else entry.record_id
    return ComparedItem(
        held.entity.name, candidate.reading.path, candidate.pointer, record_id, state, details
    )


def _state(candidate: Candidate, held: LedgerExtract) -> tuple[DocumentState, list[str]]:
    entry = held.entries.get(candidate.place)
    if candidate.row is None or candidate.record_id is None:
        return _state_of_unusable(candidate, held)
    row, origin = held.rows.get(candidate.record_id), held.origins.get(candidate.record_id)
    if row is not None and (origin.content_sha256 if origin else None) in (candidate.content_sha256, None):
        changes = _changes(candidate, held)
        if changes and entry is None and origin is None:
            return DocumentState.MISSING, [
                f"{_NEVER}; its id is taken by a row that no document is on record for"
            ]
        return (DocumentState.ROW_CHANGED, changes) if changes else (DocumentState.EQUAL, [])
    if entry is None:
        return DocumentState.MISSING, [
            _NEVER if row is None else f"{_NEVER}; its id is taken by other content"
        ]
    if entry.outcome not in SETTLED:
        return _state_of_not_loaded(candidate, entry, held)
    if row is None and entry.record_id != candidate.record_id:
        return DocumentState.MISSING, [f"its id was {shown(entry.record_id)} when it was migrated"]
    if row is None:
        return DocumentState.MISSING, [_GONE]
    return DocumentState.SOURCE_CHANGED, differences(held.entity, row, candidate.row) or [
        "only in how values are written"
    ]


def _state_of_unusable(candidate: Candidate, held: LedgerExtract) -> tuple[DocumentState, list[str]]:
    """Return the state of a document that cannot be read, or would not be loaded."""
    entry = held.entries.get(candidate.place)
    reason = f"{candidate.diagnostics[0].code}: {candidate.diagnostics[0].message}"
    if candidate.reading.sha256 is None:
        code = candidate.diagnostics[0].code
        is_known = code in _HOLDS_NOTHING and entry is not None and entry.code == code
        return (DocumentState.REJECTED if is_known else DocumentState.UNREADABLE), [reason]
    if entry is None:
        return DocumentState.MISSING, [f"{_NEVER}; it would not be loaded: {reason}"]
    if entry.outcome not in SETTLED:
        return _state_of_not_loaded(candidate, entry, held)
    return DocumentState.SOURCE_CHANGED, [f"it can no longer be used: {reason}"]


def _state_of_not_loaded(
    candidate: Candidate, entry: LedgerEntry, held: LedgerExtract
) -> tuple[DocumentState, list[str]]:
    """Return the state of a document that was not loaded; while it is unchanged, it is accounted for."""
    if entry.file_sha256 != candidate.reading.sha256 and candidate.place not in held.as_kept:
        return DocumentState.SOURCE_CHANGED, [
            f"it was not loaded ({entry.code}), and its file has changed since"
        ]
    state = DocumentState.CONFLICT if entry.outcome == Outcome.CONFLICT else DocumentState.REJECTED
    trace = None
    if entry.code == REPLACED and entry.record_id is not None:
        trace = ledger.trace_of(held.snapshot.connection, held.entity, entry.record_id)
    code = SUPERSEDED if entry.code == REPLACED and trace is None else str(entry.code)
    return state, [code if trace is None else f"{code}: {trace}"]


def _is_without_winner(entry: LedgerEntry | None, held: LedgerExtract) -> bool:
    """Tell whether a document was not loaded because of an id that no row has, although nobody deleted it."""
    if entry is None or entry.record_id is None or entry.record_id in held.rows:
        return False
    if entry.outcome != Outcome.CONFLICT and entry.code != ID_CONFLICT:
        return False
    if has_row(held.snapshot, held.entity.name, entry.record_id):
        return False
    return entry.code != REPLACED or not deleted_ids(held.snapshot.connection, held.entity, [entry.record_id])


def _changes(candidate: Candidate, held: LedgerExtract) -> list[str]:
    """Return how a row differs from what its document makes, apart from what the migration itself changed."""
    entity, row = held.entity, held.rows[str(candidate.record_id)]
    if row == candidate.row:
        return []
    origin = held.origins.get(str(candidate.record_id))
    entry = held.entries.get(candidate.place)
    is_origin = entry is not None and entry.outcome == Outcome.MIGRATED
    pending = records.pending_of(held.snapshot, entity, str(candidate.record_id)) if entity.references else {}
    context = _RowContext(held.snapshot, entity, row, origin, pending)
    changes = _differences(entity, context.row_of(candidate), row, is_origin)
    if changes and origin is not None:
        original = context.as_first_spelled(candidate)
        if original is not None and not _differences(entity, context.row_of(original), row, is_origin):
            return []
    return changes


def _differences(entity: Entity, expected: Row, row: Row, is_origin: bool) -> list[str]:
    if not is_origin:  # another document with this content made the row, perhaps in another category
        row, expected = _without_category(entity, row), _without_category(entity, expected)
    return differences(entity, row, expected)


class _RowContext(NamedTuple):
    """A row, its origin and its pending references: what decides how the migration would make the row now."""

    snapshot: Snapshot
    entity: Entity
    row: Row
    origin: LedgerEntry | None
    pending: Mapping[str, str]

    def row_of(self, candidate: Candidate) -> Row:
        """Return the row that a document makes, with detached references and the created_at that was kept."""
        there = dict(zip(self.entity.columns, self.row, strict=True))
        held = {name: [there[name]] for name, _ in candidate.soft}
        candidate = self._keeping_created_at(softly_linked(self.entity, candidate, held))
        values = dict(zip(self.entity.columns, candidate.row or (), strict=True))
        missing = [
            (rule, self.pending[rule.name])
            for rule in self.entity.references
            if there[rule.column] is None and self.pending.get(rule.name) == values[rule.column] is not None
        ]
        return detached(self.entity, candidate, missing) if missing else candidate.row or ()

    def as_first_spelled(self, candidate: Candidate) -> Candidate | None:
        """Return the document as it was spelled when it made the row; None if that cannot be known.

        5.0 and 5 are equal, but only one of them can be an id. The document is rebuilt from the row, and
        equal by value if the hash of its content is the same.
        """
        if self.origin is None:
            return None
        row = dict(zip(self.entity.columns, self.row, strict=True))
        try:
            names = stored_names("migration_ledger.derived", self.origin.derived)
            value = rebuild(self.entity, row, names, self.origin.generation, self.pending)
        except CorruptRow:
            return None
        if content_sha256(value)[0] != candidate.content_sha256:
            return None
        document = Document("", value, recognise(self.entity, value), str(self.row[0]))
        again = prepare_document(self.entity, candidate.reading, document)
        return again if again.row is not None else None

    def _keeping_created_at(self, candidate: Candidate) -> Candidate:
        """Return the document with the row's created_at if that seems to have stayed in a replacement."""
        kept = keeping_created_at(self.entity, candidate, self.row)
        if kept is candidate or self.origin is None:
            return candidate
        extra = self.entity.columns.index("extra_json")
        leaves_a_sign = (
            kept.derived != candidate.derived or (kept.row or ())[extra] != (candidate.row or ())[extra]
        )
        if leaves_a_sign and kept.derived == self.origin.derived:
            return kept
        origin = self.origin
        return kept if runs.has_replaced(self.snapshot, origin.path, origin.pointer) else candidate


def _without_category(entity: Entity, row: Row) -> Row:
    """Return a row without the catalogue's category, which was not part of its document."""
    values = dict(zip(entity.columns, row, strict=True))
    try:
        extra = stored_object(f"{entity.name}.extra_json", values["extra_json"])
    except CorruptRow:
        return row
    extra.pop(CATEGORY, None)
    values["extra_json"] = orjson.dumps(extra).decode() if extra else None
    return tuple(values.values())
