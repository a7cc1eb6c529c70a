"""Looking through records: a page of them, the newest, and what their values are.

Pages are cut by the last record that was seen, not by numbers, so that a record that comes or goes meanwhile
shifts nothing.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    case,
    func,
    null,
    or_,
    select,
)

from ...entities import Entity
from ..dialect import DIALECT
from ..records.rows import Row
from ..snapshot import Snapshot
from ..tables import ENTITY_TABLES

MOST_VALUES = 50
"""Values of a column that are counted one by one; how many there are in all is said."""

_FEW = 5_000
"""Records that are found first and put in order then. Where there are more, the first of them are soon found
in order."""

Wanted = Mapping[str, Any]
"""What records must have, by field; a name must contain what is wanted, anything else must be it."""


class Page(NamedTuple):
    """A page of records: their rows in column order, and how many there are on all pages."""

    rows: list[Row]
    total: int


class Recent(NamedTuple):
    """A record that was made lately: its id, what it is called or what was done, its state, and when."""

    id: str
    name: str | None
    job_type: str | None
    status: str | None
    created_at: str | None


class NumberSummary(NamedTuple):
    """A column of numbers: how many are recorded, and the least, the largest and their mean."""

    recorded: int
    least: float | None
    largest: float | None
    mean: float | None


def page(
    snapshot: Snapshot, entity: Entity, wanted: Wanted, *, after: Row | None, limit: int, newest: bool
) -> Page:
    """Return a page of records by id, or with ``newest`` the latest first, then those without a time.

    Args:
        snapshot: of the database.
        entity: of what.
        wanted: what they must have.
        after: id and created_at of the last record of the page before, if there was one.
        limit: at most so many.
        newest: the order.
    """
    table = ENTITY_TABLES[entity.name]
    conditions = [_condition(table, name, value) for name, value in wanted.items()]
    total = snapshot.connection.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
    if not total:
        return Page([], 0)
    if conditions and total <= _FEW:
        row = DIALECT.row_number(table)
        found = select(row).select_from(table).where(*conditions).correlate(None)
        conditions = [row.in_(found)]
    query = _in_order(select(table).where(*conditions), table, newest)
    if after is not None:
        query = query.where(_behind(table, after, newest))
    return Page([tuple(row) for row in snapshot.connection.execute(query.limit(limit))], total)


def recent(snapshot: Snapshot, entity: Entity, limit: int) -> list[Recent]:
    """Return the records that were made last, the latest first."""
    table = ENTITY_TABLES[entity.name]
    columns = [table.c[name] if name in table.c else null().label(name) for name in Recent._fields]
    query = _in_order(select(*columns), table, newest=True).limit(limit)
    return [Recent(*row) for row in snapshot.connection.execute(query)]


def numbers(snapshot: Snapshot, entity: Entity, column: str) -> NumberSummary:
    """Return a summary of a column of numbers."""
    value = ENTITY_TABLES[entity.name].c[column]
    return NumberSummary(
        *snapshot.connection.execute(
            select(func.count(value), func.min(value), func.max(value), func.avg(value))
        ).one()
    )


def values(snapshot: Snapshot, entity: Entity, column: str) -> tuple[list[tuple[Any, int]], int]:
    """Return a column's most frequent values, counted (None: not recorded), and how many there are."""
    value = ENTITY_TABLES[entity.name].c[column]
    number = func.count().label("number")
    counted = select(value, number).group_by(value).order_by(number.desc(), value.nulls_first())
    first = [(row[0], row.number) for row in snapshot.connection.execute(counted.limit(MOST_VALUES))]
    if len(first) < MOST_VALUES:
        return first, len(first)
    return first, snapshot.connection.scalar(select(func.count()).select_from(counted.subquery())) or 0


def span(snapshot: Snapshot, entity: Entity) -> tuple[str | None, str | None]:
    """Return when the first and the last record of an entity were made, as far as recorded."""
    created = ENTITY_TABLES[entity.name].c.created_at
    first, last = snapshot.connection.execute(select(func.min(created), func.max(created))).one()
    return first, last


def counted_between(
    snapshot: Snapshot, entity: Entity, column: str, edges: list[float], wanted: Wanted
) -> list[int]:
    """Count records below the first edge, between edges, above the last, and without a number."""
    table = ENTITY_TABLES[entity.name]
    value = table.c[column]
    bins = [value < edges[0]]
    bins += [and_(value >= low, value < high) for low, high in pairwise(edges)]
    bins += [value >= edges[-1], value.is_(None)]
    sums = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in bins]
    conditions = [_condition(table, name, value) for name, value in wanted.items()]
    return list(snapshot.connection.execute(select(*sums).where(*conditions)).one())


def _condition(table: Table, name: str, value: Any) -> ColumnElement[bool]:
    column = table.c[name]
    equal: ColumnElement[bool] = column == value
    return DIALECT.contains_folded(column, value) if name == "name" else equal


def _in_order(query: Select[Any], table: Table, newest: bool) -> Select[Any]:
    if newest:
        return query.order_by(table.c.created_at.desc().nulls_last(), table.c.id.desc())
    return query.order_by(table.c.id)


def _behind(table: Table, after: Row, newest: bool) -> ColumnElement[bool]:
    last_id, last_created = after
    by_id: ColumnElement[bool] = table.c.id > last_id
    earlier_id: ColumnElement[bool] = table.c.id < last_id
    created = table.c.created_at
    if not newest:
        return by_id
    if last_created is None:
        return and_(created.is_(None), earlier_id)
    return or_(created < last_created, and_(created == last_created, earlier_id), created.is_(None))


def counted_by(snapshot: Snapshot, entity: str, column: str) -> list[tuple[Any, int]]:
    """Count records by the value of a column, the most frequent first; None: no value."""
    value = ENTITY_TABLES[entity].c[column]
    number = func.count().label("number")
    query = select(value, number).group_by(value).order_by(number.desc(), value.nulls_first())
    return [(row[0], row.number) for row in snapshot.connection.execute(query)]
