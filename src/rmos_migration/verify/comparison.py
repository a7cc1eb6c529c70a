"""One document of the source against the ledger and its row: which state it is in, and how the two differ."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import orjson
from sqlalchemy import Connection

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
from ..store.ledger import Entry, Origin, deleted_ids
from ..store.model import ID_CONFLICT, REPLACED, SETTLED, SUPERSEDED
from ..store.records import Row, has_row, rows_of
from .model import ComparedItem, DocumentState

_NEVER = "it was never migrated"
_GONE = "its row is gone"
_WITHOUT_WINNER = "it was not loaded because of its id, but there is no row of that id"
_HOLDS_NOTHING = {"file-not-regular", "file-outside"}
"""Codes of what stands in the place of a file; of all else that is not read, nothing can be known to be the same."""


@dataclass(frozen=True)
class LedgerExtract:
    """What the database holds of some documents: ledger entries by place, rows and their origins by id.

    ``as_kept`` are the places of rejected documents with the very text that was kept of them.
    """

    entries: Mapping[Place, Entry]
    rows: Mapping[str, Row]
    origins: Mapping[str, Origin]
    as_kept: Collection[Place] = ()

    @classmethod
    def of(
        cls,
        connection: Connection,
        entity: Entity,
        documents: list[Candidate],
        entries: Mapping[Place, Entry],
        as_kept: Collection[Place] = (),
    ) -> "LedgerExtract":
        """Look everything up at once."""
        ids = [prepared.record_id for prepared in documents if prepared.record_id is not None]
        rows = rows_of(connection, entity, ids)
        return cls(entries, rows, ledger.origins(connection, entity, ids), as_kept)


def compare(connection: Connection, entity: Entity, prepared: Candidate, held: LedgerExtract) -> ComparedItem:
    """The state of one document.

    The row must be what the migration would make of the document now: from the same content, with every column equal by
    value, but for references that are detached and wait, and a created_at that stayed when the row was replaced.
    """
    state, details = _state(connection, entity, prepared, held)
    entry = held.entries.get(prepared.place)
    if state in (DocumentState.CONFLICT, DocumentState.REJECTED) and _is_without_winner(
        connection, entity, entry, held
    ):
        state, details = DocumentState.MISSING, [f"{_WITHOUT_WINNER} ({entry.code if entry else ''})"]
    record_id = prepared.record_id if prepared.record_id is not None or entry is None else entry.record_id
    return ComparedItem(entity.name, prepared.reading.path, prepared.pointer, record_id, state, details)


def _state(
    connection: Connection, entity: Entity, prepared: Candidate, held: LedgerExtract
) -> tuple[DocumentState, list[str]]:
    entry = held.entries.get(prepared.place)
    if prepared.row is None or prepared.record_id is None:
        return _state_of_unusable(connection, entity, prepared, held)
    row, origin = held.rows.get(prepared.record_id), held.origins.get(prepared.record_id)
    if row is not None and (origin.content_sha256 if origin else None) in (prepared.content_sha256, None):
        changes = _changes(connection, entity, prepared, held)
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
        return _state_of_kept_out(connection, entity, prepared, entry, held)
    if row is None and entry.record_id != prepared.record_id:
        return DocumentState.MISSING, [f"its id was {shown(entry.record_id)} when it was migrated"]
    if row is None:
        return DocumentState.MISSING, [_GONE]
    return DocumentState.SOURCE_CHANGED, differences(entity, row, prepared.row) or [
        "only in how values are written"
    ]


def _state_of_unusable(
    connection: Connection, entity: Entity, prepared: Candidate, held: LedgerExtract
) -> tuple[DocumentState, list[str]]:
    """The state of a document that could not be read, or would not be loaded."""
    entry = held.entries.get(prepared.place)
    reason = f"{prepared.diagnostics[0].code}: {prepared.diagnostics[0].message}"
    if prepared.reading.sha256 is None:
        code = prepared.diagnostics[0].code
        is_known = code in _HOLDS_NOTHING and entry is not None and entry.code == code
        return (DocumentState.REJECTED if is_known else DocumentState.UNREADABLE), [reason]
    if entry is None:
        return DocumentState.MISSING, [f"{_NEVER}; it would not be loaded: {reason}"]
    if entry.outcome not in SETTLED:
        return _state_of_kept_out(connection, entity, prepared, entry, held)
    return DocumentState.SOURCE_CHANGED, [f"it can no longer be used: {reason}"]


def _state_of_kept_out(
    connection: Connection, entity: Entity, prepared: Candidate, entry: Entry, held: LedgerExtract
) -> tuple[DocumentState, list[str]]:
    """The state of a document that the migration did not load: accounted for, as long as its file or own text is the same."""
    if entry.file_sha256 != prepared.reading.sha256 and prepared.place not in held.as_kept:
        return DocumentState.SOURCE_CHANGED, [
            f"it was not loaded ({entry.code}), and its file has changed since"
        ]
    state = DocumentState.CONFLICT if entry.outcome == Outcome.CONFLICT else DocumentState.REJECTED
    trace = None
    if entry.code == REPLACED and entry.record_id is not None:
        trace = ledger.trace_of(connection, entity, entry.record_id)
    code = SUPERSEDED if entry.code == REPLACED and trace is None else str(entry.code)
    return state, [code if trace is None else f"{code}: {trace}"]


def _is_without_winner(
    connection: Connection, entity: Entity, entry: Entry | None, held: LedgerExtract
) -> bool:
    """Whether a document was not loaded because of its id, and nothing is there of that id, though nobody deleted the record."""
    if entry is None or entry.record_id is None or entry.record_id in held.rows:
        return False
    if entry.outcome != Outcome.CONFLICT and entry.code != ID_CONFLICT:
        return False
    if has_row(connection, entity.name, entry.record_id):
        return False
    return entry.code != REPLACED or not deleted_ids(connection, entity, [entry.record_id])


def _changes(connection: Connection, entity: Entity, prepared: Candidate, held: LedgerExtract) -> list[str]:
    """How a row differs from what its document makes; nothing where the difference is the migration's own doing."""
    row = held.rows[str(prepared.record_id)]
    if row == prepared.row:
        return []
    origin = held.origins.get(str(prepared.record_id))
    entry = held.entries.get(prepared.place)
    is_origin = entry is not None and entry.outcome == Outcome.MIGRATED
    wishes = records.pending_of(connection, entity, str(prepared.record_id)) if entity.references else {}
    beside = _Beside(connection, entity, row, origin, wishes)
    changes = _differences(entity, beside.row_of(prepared), row, is_origin)
    if changes and origin is not None:
        spelled = beside.as_first_spelled(prepared)
        if spelled is not None and not _differences(entity, beside.row_of(spelled), row, is_origin):
            return []
    return changes


def _differences(entity: Entity, expected: Row, row: Row, is_origin: bool) -> list[str]:
    if not is_origin:  # another document with this content made the row, perhaps in another category
        row, expected = _without_category(entity, row), _without_category(entity, expected)
    return differences(entity, row, expected)


class _Beside(NamedTuple):
    """A row with what the ledger and the waiting references say of it: beside them the migration makes it anew."""

    connection: Connection
    entity: Entity
    row: Row
    origin: Origin | None
    wishes: Mapping[str, str]

    def row_of(self, prepared: Candidate) -> Row:
        """The row that the migration makes of a document here: with its detached references, and the created_at kept."""
        there = dict(zip(self.entity.columns, self.row, strict=True))
        held = {name: [there[name]] for name, _ in prepared.soft}
        prepared = self._keeping_created_at(softly_linked(self.entity, prepared, held))
        values = dict(zip(self.entity.columns, prepared.row or (), strict=True))
        missing = [
            (rule, self.wishes[rule.name])
            for rule in self.entity.references
            if there[rule.column] is None and self.wishes.get(rule.name) == values[rule.column] is not None
        ]
        return detached(self.entity, prepared, missing) if missing else prepared.row or ()

    def as_first_spelled(self, prepared: Candidate) -> Candidate | None:
        """The document in the spelling that made the row: 5.0 and 5 are equal, but only one of them can be an id.

        It is rebuilt from the row, and equal by value if its content's hash is the same.
        """
        if self.origin is None:
            return None
        row = dict(zip(self.entity.columns, self.row, strict=True))
        try:
            names = stored_names("migration_ledger.derived", self.origin.derived)
            value = rebuild(self.entity, row, names, self.origin.generation, self.wishes)
        except CorruptRow:
            return None
        if content_sha256(value)[0] != prepared.content_sha256:
            return None
        document = Document("", value, recognise(self.entity, value), str(self.row[0]))
        again = prepare_document(self.entity, prepared.reading, document)
        return again if again.row is not None else None

    def _keeping_created_at(self, prepared: Candidate) -> Candidate:
        """The document with the row's created_at, if there is any sign that it stayed when the row was replaced."""
        kept = keeping_created_at(self.entity, prepared, self.row)
        if kept is prepared or self.origin is None:
            return prepared
        extra = self.entity.columns.index("extra_json")
        leaves_a_sign = (
            kept.derived != prepared.derived or (kept.row or ())[extra] != (prepared.row or ())[extra]
        )
        if leaves_a_sign and kept.derived == self.origin.derived:
            return kept
        origin = self.origin
        return kept if runs.has_replaced(self.connection, origin.path, origin.pointer) else prepared


def _without_category(entity: Entity, row: Row) -> Row:
    """A row without the catalogue's category, which stood around its document."""
    values = dict(zip(entity.columns, row, strict=True))
    try:
        extra = stored_object(f"{entity.name}.extra_json", values["extra_json"])
    except CorruptRow:
        return row
    extra.pop(CATEGORY, None)
    values["extra_json"] = orjson.dumps(extra).decode() if extra else None
    return tuple(values.values())
