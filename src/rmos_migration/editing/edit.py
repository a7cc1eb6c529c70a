"""Create, change and delete records: a transaction each, under the write lock, traced in the ledger."""

import time
from collections.abc import Set
from hashlib import sha256

import orjson
from sqlalchemy import Connection

from ..diagnostics import Location, diagnose, shown
from ..entities import Entity
from ..migrate.prepare import Candidate
from ..sources.pointers import pointer_step
from ..store import edits, records
from ..store.edits import EditTrace
from ..store.port import DatabasePort
from ..store.records import Row
from .record import Fields, changed_record, new_record
from .refusals import ChangedMeanwhile, IdTaken, InUse, InvalidRecord, NoSuchRecord

ANY = "*"
"""In place of a tag: whatever the record is now."""

Tag = str | Set[str]
"""Which versions of a record a change is about: one, or any of several."""

USERS_NAMED = 20
"""Records that are named where one cannot be deleted because they refer to it; how many there are is said."""

_PURPOSE = "the dashboard"


def tag_of(row: Row) -> str:
    """Return a row's tag, which changes with its values."""
    return sha256(orjson.dumps(row, default=repr)).hexdigest()[:32]


def refuse_unless_tagged(entity: Entity, row: Row, tag: Tag) -> None:
    """Refuse a row whose tag is another than ``tag``, or none of several.

    Raises:
        ChangedMeanwhile: if so.
    """
    if {ANY, tag_of(row)}.isdisjoint({tag} if isinstance(tag, str) else tag):
        raise ChangedMeanwhile(
            f"the {entity.label} {shown(row[0])} was changed since it was read",
            "read it again, and make the change on what it is now",
        )


def create(database: DatabasePort, entity: Entity, fields: Fields, raw: bytes) -> Row:
    """Make a record; references that waited for it are attached.

    Args:
        database: the database, which must be current.
        entity: what it is.
        fields: the values by field name.
        raw: the request's bytes, whose hash stays in the ledger.

    Raises:
        InvalidRecord: if it breaks a rule, or refers to a record that is not there.
        IdTaken: if there is one of its id.
        LockedError, DatabaseUnusable, EnvironmentFailure: see ``errors``.
    """
    prepared = new_record(entity, fields, raw)
    with database.edit(_PURPOSE) as connection:
        if records.existing_ids(connection, entity.name, [str(prepared.record_id)]):
            raise IdTaken(
                f"there is a {entity.label} {shown(prepared.record_id)} already",
                "send it with PUT to change it, or choose another id",
            )
        row = _linked(connection, entity, prepared)
        _refuse_if_refused(entity, records.insert_all(connection, entity, [row]))
        records.attach_pending(connection, entity, [row[0]])
        edits.note_written(connection, entity, row, _written(prepared))
    return row


def change(
    database: DatabasePort, entity: Entity, record_id: str, fields: Fields, raw: bytes, *, tag: Tag
) -> Row:
    """Give a record other values.

    Args:
        database: the database, which must be current.
        entity: what it is.
        record_id: its id.
        fields: all its values; those that are not named take their default.
        raw: the request's bytes.
        tag: that of the row which the caller has seen, or several, or ``ANY``.

    Raises:
        NoSuchRecord: if there is none of this id.
        ChangedMeanwhile: if its tag is none of them.
        InvalidRecord: if the new one breaks a rule, or refers to a record that is not there.
        LockedError, DatabaseUnusable, EnvironmentFailure: see ``errors``.
    """
    with database.edit(_PURPOSE) as connection:
        current = _current(connection, entity, record_id, tag)
        prepared = changed_record(entity, current, fields, raw)
        row = _linked(connection, entity, prepared)
        records.forget_pending(connection, entity, [record_id])
        _refuse_if_refused(entity, records.replace_row(connection, entity, row))
        edits.note_written(connection, entity, row, _written(prepared))
    return row


def delete(database: DatabasePort, entity: Entity, record_id: str, *, tag: Tag = ANY) -> None:
    """Delete a record that nothing refers to; its documents bring it back only if they change.

    Raises:
        NoSuchRecord: if there is none of this id.
        ChangedMeanwhile: if its tag is none of them.
        InUse: if other records refer to it.
        LockedError, DatabaseUnusable, EnvironmentFailure: see ``errors``.
    """
    with database.edit(_PURPOSE) as connection:
        _current(connection, entity, record_id, tag)
        users, total = records.users_of(connection, entity, record_id, USERS_NAMED)
        if total:
            raise InUse(
                f"the {entity.label} {shown(record_id)} is in use by {total:,} record{'s' * (total != 1)}",
                users,
                total,
            )
        records.delete_row(connection, entity, record_id)
        gone = EditTrace(pointer_step(record_id), None, None, None, 0, None, time.time_ns())
        edits.note_deleted(connection, entity, record_id, gone)


def _current(connection: Connection, entity: Entity, record_id: str, tag: Tag) -> Row:
    row = records.rows_of(connection, entity, [record_id]).get(record_id)
    if row is None:
        raise NoSuchRecord(f"there is no {entity.label} {shown(record_id)}")
    refuse_unless_tagged(entity, row, tag)
    return row


def _linked(connection: Connection, entity: Entity, prepared: Candidate) -> Row:
    """Return the row if everything it refers to is there; whoever writes it can mend it at once."""
    row = prepared.row or ()
    values = dict(zip(entity.columns, row, strict=True))
    faults = []
    for rule in entity.references:
        target = values[rule.column]
        parents = rule.reference or ""
        if target is not None and not records.existing_ids(connection, parents, [target]):
            message = f"{rule.name} {shown(target)} is not among the {parents.replace('_', ' ')}"
            faults.append(diagnose("reference-missing", message, Location(entity.name, f"/{rule.name}")))
    if faults:
        raise InvalidRecord(faults)
    return row


def _refuse_if_refused(entity: Entity, reason: str | None) -> None:
    if reason is not None:
        message = f"the database says: {reason}"
        raise InvalidRecord([diagnose("refused-by-database", message, Location(entity.name))])


def _written(prepared: Candidate) -> EditTrace:
    return EditTrace(
        prepared.pointer,
        prepared.generation,
        prepared.derived,
        prepared.content_sha256,
        len(prepared.reading.raw),
        prepared.reading.sha256,
        time.time_ns(),
    )
