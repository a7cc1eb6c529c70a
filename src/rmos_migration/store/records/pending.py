"""Detached references that wait for their parents, or wait in vain."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)

from ...entities import BY_NAME, ENTITIES, Entity
from ...entities.stored import stored_object
from ..dialect import DIALECT
from ..snapshot import Snapshot
from ..tables import ENTITY_TABLES, pending_references


class PendingReference(NamedTuple):
    """A detached reference waiting for its parent: which field of which record wants which id."""

    entity: str
    record_id: str
    field: str
    target_id: str


def _is_any_pending(connection: Connection) -> bool:
    return connection.execute(select(pending_references.c.field).limit(1)).first() is not None


def _parent_of(reference: PendingReference) -> str | None:
    return next(
        (rule.reference for rule in BY_NAME[reference.entity].references if rule.name == reference.field),
        None,
    )


def pending_count(snapshot: Snapshot) -> int:
    """Return how many detached references wait for their parents."""
    return snapshot.connection.scalar(select(func.count()).select_from(pending_references)) or 0


def pending_of(snapshot: Snapshot, entity: Entity, record_id: str) -> dict[str, str]:
    """Return the ids that a record's detached references wait for, by field."""
    pending = pending_references.c
    query = select(pending.field, pending.target_id).where(
        pending.entity == entity.name, pending.record_id == record_id
    )
    query = query.order_by(pending.field)
    return {row.field: row.target_id for row in snapshot.connection.execute(query)}


def remember_pending(connection: Connection, pending: Sequence[PendingReference]) -> None:
    """Write down detached references, so that they can be attached when their parents arrive."""
    DIALECT.insert_rows(connection, pending_references, PendingReference._fields, pending, or_update=True)


def attach_pending(connection: Connection, parent: Entity, ids: Collection[str]) -> list[PendingReference]:
    """Attach the references that were waiting for new rows of ``parent``; returns what was attached.

    A row ends as it would have been, had the parent been there first: its column is set, and the copy under
    the native key, which ``extra`` held meanwhile, is taken out again.
    """
    if not ids or not _is_any_pending(connection):
        return []
    waiting = pending_references.c
    query = select(pending_references).where(DIALECT.among(waiting.target_id, ids))
    query = query.order_by(waiting.entity, waiting.record_id, waiting.field)
    found = [PendingReference(*row) for row in connection.execute(query)]
    attached = [reference for reference in found if _parent_of(reference) == parent.name]
    for reference in attached:
        attach(connection, reference)
    return attached


def attach(connection: Connection, reference: PendingReference) -> None:
    """Give a record the reference that it was waiting for."""
    table = ENTITY_TABLES[reference.entity]
    rule = next(rule for rule in BY_NAME[reference.entity].references if rule.name == reference.field)
    kept = connection.scalar(select(table.c.extra_json).where(table.c.id == reference.record_id))
    extra = stored_object(f"{reference.entity}.extra_json", kept)
    if extra.get(rule.native_key) == reference.target_id:
        del extra[rule.native_key]
    connection.execute(
        update(table)
        .where(table.c.id == reference.record_id, table.c[reference.field].is_(None))
        .values(
            {
                reference.field: reference.target_id,
                "extra_json": orjson.dumps(extra).decode() if extra else None,
            }
        )
    )
    waiting = pending_references.c
    connection.execute(
        delete(pending_references).where(
            waiting.entity == reference.entity,
            waiting.record_id == reference.record_id,
            waiting.field == reference.field,
        )
    )


def forget_pending(connection: Connection, entity: Entity, ids: Collection[str]) -> None:
    """Forget what earlier versions of these records were waiting for."""
    if _is_any_pending(connection):
        waiting = pending_references.c
        connection.execute(
            delete(pending_references).where(
                waiting.entity == entity.name, DIALECT.among(waiting.record_id, ids)
            )
        )


_PENDING = pending_references.c

_ORDER = (_PENDING.entity, _PENDING.record_id, _PENDING.field)


class _PendingField(NamedTuple):
    """The pending references of one field: all, those whose row waits, those whose parent is there."""

    of_field: ColumnElement[bool]
    waits: ColumnElement[bool]
    is_there: ColumnElement[bool]


def _kinds() -> Iterator[_PendingField]:
    for entity in ENTITIES:
        table = ENTITY_TABLES[entity.name]
        for rule in entity.references:
            parent = ENTITY_TABLES[rule.reference or ""]
            yield _PendingField(
                and_(_PENDING.entity == entity.name, _PENDING.field == rule.name),
                exists(
                    select(literal(1)).where(table.c.id == _PENDING.record_id, table.c[rule.column].is_(None))
                ),
                exists(select(literal(1)).where(parent.c.id == _PENDING.target_id)),
            )


def _is_of_no_row() -> ColumnElement[bool]:
    kinds = list(_kinds())
    known: list[ColumnElement[bool]] = [kind.of_field for kind in kinds]
    pending_in_vain = [and_(kind.of_field, not_(kind.waits)) for kind in kinds]
    return or_(not_(or_(*known)), *pending_in_vain)


def pending_in_vain(snapshot: Snapshot) -> list[PendingReference]:
    """Return the waiting references that should not wait."""
    has_come = [and_(kind.of_field, kind.waits, kind.is_there) for kind in _kinds()]
    return _selected(snapshot.connection, or_(_is_of_no_row(), *has_come))


def forget_vain(connection: Connection) -> int:
    """Forget the waiting references whose record is gone, or has a reference; returns how many there were."""
    return connection.execute(delete(pending_references).where(_is_of_no_row())).rowcount


def attach_come(connection: Connection) -> list[PendingReference]:
    """Attach the waiting references whose record came without this program; returns what was attached."""
    come = _selected(connection, or_(*(and_(kind.of_field, kind.waits, kind.is_there) for kind in _kinds())))
    for reference in come:
        attach(connection, reference)
    return come


def _selected(connection: Connection, condition: ColumnElement[bool]) -> list[PendingReference]:
    query: Any = select(pending_references).where(condition).order_by(*_ORDER)
    return [PendingReference(*row) for row in connection.execute(query)]
