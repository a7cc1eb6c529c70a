"""Rows that break their table's own rules: a CHECK, a column that is never NULL."""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Connection,
    Table,
    false,
    literal,
    or_,
    select,
    text,
    type_coerce,
)
from sqlalchemy.types import NullType, String

from ..dialect import DIALECT
from ..snapshot import Snapshot
from ..tables import ENTITY_TABLES, metadata


class Breach(NamedTuple):
    """A value that breaks its column's rule: table, key of the row, column, and the value."""

    table: str
    record: str
    column: str
    value: Any


def has_breach(connection: Connection, table: Table, columns: Collection[str]) -> bool:
    """Return whether a row breaks a CHECK, which SQLite does not check where it may only read."""
    rules = [broken for name, broken in _checks(table) if name in columns]
    return _is_any(connection, table, rules)


def _is_any(connection: Connection, table: Table, conditions: Collection[ColumnElement[bool]]) -> bool:
    query = select(literal(1)).select_from(table).where(or_(false(), *conditions)).limit(1)
    return connection.execute(query).first() is not None


def broken_links_of_books(connection: Connection, there: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield tables of the books with a row that refers to one that is missing, and its table.

    A record may refer to one that was deleted outside rmos: the next run makes that again. Nobody makes a
    source or a run again, and another one would be given its number.
    """
    for table in metadata.sorted_tables:
        if table.name in there and table.name not in ENTITY_TABLES and table.foreign_keys:
            yield from dict.fromkeys(DIALECT.broken_links(connection, table.name))


def breaches_of_books(snapshot: Snapshot) -> Iterator[Breach]:
    """Yield the values that break their column's rule, in every table but those of records."""
    for table in metadata.sorted_tables:
        if table.name not in ENTITY_TABLES:
            filled = [one for one in table.columns if not one.nullable]
            nulls = [(one.name, DIALECT.is_null_value(one)) for one in filled]  # IS NULL is taken for false
            rules = [*_checks(table), *nulls]
            if _is_any(snapshot.connection, table, [broken for _, broken in rules]):
                for column, broken in rules:
                    yield from _breaches(snapshot.connection, table, column, broken)


def _breaches(
    connection: Connection, table: Table, column: str, broken: ColumnElement[bool]
) -> Iterator[Breach]:
    key = [type_coerce(part, String) for part in table.primary_key]
    for *keys, value in connection.execute(
        select(*key, type_coerce(table.c[column], NullType())).where(broken)
    ):
        yield Breach(table.name, " ".join(map(str, keys)), column, value)


def _checks(table: Table) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Yield each column that has a CHECK, with the condition that it is broken."""
    for column in table.columns:
        for rule in column.constraints:
            if isinstance(rule, CheckConstraint):
                yield column.name, text(f"NOT ({rule.sqltext})")  # type: ignore[misc]
