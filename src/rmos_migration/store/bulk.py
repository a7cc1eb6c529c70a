"""Writing many rows quickly: tuples go to the driver as they are, hundreds of rows a statement."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Table, func, select

ROWS_A_STATEMENT = 500


def insert_rows(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    *,
    or_update: bool = False,
) -> None:
    """Insert rows given as tuples in the order of ``columns``.

    With ``or_update`` a row whose primary key is there already takes the new values.

    Raises:
        sqlalchemy.exc.IntegrityError: if the database refuses a row; which one it does not say.
    """
    names = tuple(columns)
    whole = len(rows) - len(rows) % ROWS_A_STATEMENT
    if whole:
        statement = _insert_statement(table, names, ROWS_A_STATEMENT, or_update)
        for start in range(0, whole, ROWS_A_STATEMENT):
            values = tuple(chain.from_iterable(rows[start : start + ROWS_A_STATEMENT]))
            connection.exec_driver_sql(statement, values)
    if rest := list(rows[whole:]):
        connection.exec_driver_sql(_insert_statement(table, names, 1, or_update), rest)


def among(column: ColumnElement[Any], values: Collection[str] | Collection[int]) -> ColumnElement[bool]:
    """The condition that a column is one of many values, which travel as one parameter."""
    listed = func.json_each(orjson.dumps(list(values)).decode()).table_valued("value")
    return column.in_(select(listed.c.value))


@lru_cache(maxsize=64)
def _insert_statement(table: Table, columns: tuple[str, ...], count: int, or_update: bool) -> str:
    quoted = [f'"{name}"' for name in columns]
    one = f"({', '.join('?' * len(columns))})"
    statement = f"INSERT INTO {table.name} ({', '.join(quoted)}) VALUES {', '.join([one] * count)}"  # noqa: S608
    if or_update:
        keys = [column.name for column in table.primary_key]
        changes = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in keys)
        action = f"UPDATE SET {changes}" if changes else "NOTHING"
        statement += f" ON CONFLICT ({', '.join(keys)}) DO {action}"
    return statement
