"""Waiting references that should not wait: other hands took their record away, gave it a reference, or added its parent."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, literal, not_, or_, select

from ..entities import ENTITIES
from .records import PendingReference, attach
from .tables import ENTITY_TABLES, pending_references

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
    in_vain = [and_(kind.of_field, not_(kind.waits)) for kind in kinds]
    return or_(not_(or_(*known)), *in_vain)


def in_vain(connection: Connection) -> list[PendingReference]:
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
