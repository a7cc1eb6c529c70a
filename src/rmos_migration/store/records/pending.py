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
from ..dialect import SQLITE
from ..tables import ENTITY_TABLES, pending_references


class PendingReference(NamedTuple):
    """A detached reference waiting for its parent: which field of which record wants which id."""

    entity: str
    record_id: str
    field: str
    target_id: str


def _is_any_pending(connection: Connection) -> bool:
    return connection.execute(select(pending_references.c.field).limit(1)).first() is not None


def _parent_of(wish: PendingReference) -> str | None:
    return next((rule.reference for rule in BY_NAME[wish.entity].references if rule.name == wish.field), None)


def pending_count(connection: Connection) -> int:
    """How many detached references wait for their parents."""
    return connection.scalar(select(func.count()).select_from(pending_references)) or 0


def pending_of(connection: Connection, entity: Entity, record_id: str) -> dict[str, str]:
    """The ids that a record's detached references wait for, by field."""
    wish = pending_references.c
    query = select(wish.field, wish.target_id).where(wish.entity == entity.name, wish.record_id == record_id)
    query = query.order_by(wish.field)
    return {row.field: row.target_id for row in connection.execute(query)}


def remember_pending(connection: Connection, pending: Sequence[PendingReference]) -> None:
    """Write down detached references, so that they can be attached when their parents arrive."""
    SQLITE.insert_rows(connection, pending_references, PendingReference._fields, pending, or_update=True)


def attach_pending(connection: Connection, parent: Entity, ids: Collection[str]) -> list[PendingReference]:
    """Attach the references that were waiting for new rows of ``parent``; returns what was attached.

    A row ends as it would have been, had the parent been there first: its column is set, and the copy under the
    native key, which ``extra`` held meanwhile, is taken out again.
    """
    if not ids or not _is_any_pending(connection):
        return []
    waiting = pending_references.c
    query = select(pending_references).where(SQLITE.among(waiting.target_id, ids))
    query = query.order_by(waiting.entity, waiting.record_id, waiting.field)
    found = [PendingReference(*row) for row in connection.execute(query)]
    attached = [wish for wish in found if _parent_of(wish) == parent.name]
    for wish in attached:
        attach(connection, wish)
    return attached


def attach(connection: Connection, wish: PendingReference) -> None:
    """Give a record the reference that it was waiting for."""
    table = ENTITY_TABLES[wish.entity]
    rule = next(rule for rule in BY_NAME[wish.entity].references if rule.name == wish.field)
    kept = connection.scalar(select(table.c.extra_json).where(table.c.id == wish.record_id))
    extra = stored_object(f"{wish.entity}.extra_json", kept)
    if extra.get(rule.native_key) == wish.target_id:
        del extra[rule.native_key]
    connection.execute(
        update(table)
        .where(table.c.id == wish.record_id, table.c[wish.field].is_(None))
        .values({wish.field: wish.target_id, "extra_json": orjson.dumps(extra).decode() if extra else None})
    )
    waiting = pending_references.c
    connection.execute(
        delete(pending_references).where(
            waiting.entity == wish.entity, waiting.record_id == wish.record_id, waiting.field == wish.field
        )
    )


def forget_pending(connection: Connection, entity: Entity, ids: Collection[str]) -> None:
    """Forget what earlier versions of these records were waiting for."""
    if _is_any_pending(connection):
        waiting = pending_references.c
        connection.execute(
            delete(pending_references).where(
                waiting.entity == entity.name, SQLITE.among(waiting.record_id, ids)
            )
        )


_WISH = pending_references.c

_ORDER = (_WISH.entity, _WISH.record_id, _WISH.field)


class _PendingField(NamedTuple):
    """The waiting references of one field: which they are, whether a row waits, and whether its wish is there."""

    of_field: ColumnElement[bool]
    waits: ColumnElement[bool]
    is_there: ColumnElement[bool]


def _kinds() -> Iterator[_PendingField]:
    for entity in ENTITIES:
        table = ENTITY_TABLES[entity.name]
        for rule in entity.references:
            parent = ENTITY_TABLES[rule.reference or ""]
            yield _PendingField(
                and_(_WISH.entity == entity.name, _WISH.field == rule.name),
                exists(
                    select(literal(1)).where(table.c.id == _WISH.record_id, table.c[rule.column].is_(None))
                ),
                exists(select(literal(1)).where(parent.c.id == _WISH.target_id)),
            )


def _is_of_no_row() -> ColumnElement[bool]:
    kinds = list(_kinds())
    known: list[ColumnElement[bool]] = [kind.of_field for kind in kinds]
    pending_in_vain = [and_(kind.of_field, not_(kind.waits)) for kind in kinds]
    return or_(not_(or_(*known)), *pending_in_vain)


def pending_in_vain(connection: Connection) -> list[PendingReference]:
    """Return the waiting references that should not wait."""
    has_come = [and_(kind.of_field, kind.waits, kind.is_there) for kind in _kinds()]
    return _selected(connection, or_(_is_of_no_row(), *has_come))


def forget_vain(connection: Connection) -> int:
    """Forget the waiting references whose record is gone, or has a reference; returns how many there were."""
    return connection.execute(delete(pending_references).where(_is_of_no_row())).rowcount


def attach_come(connection: Connection) -> list[PendingReference]:
    """Attach the waiting references whose record came without this program; returns what was attached."""
    come = _selected(connection, or_(*(and_(kind.of_field, kind.waits, kind.is_there) for kind in _kinds())))
    for wish in come:
        attach(connection, wish)
    return come


def _selected(connection: Connection, condition: ColumnElement[bool]) -> list[PendingReference]:
    query: Any = select(pending_references).where(condition).order_by(*_ORDER)
    return [PendingReference(*row) for row in connection.execute(query)]
