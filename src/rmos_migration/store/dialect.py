"""What SQLite does in its own way, as one value: the rest of the store says the same on any database.

A second kind of database brings a second value; only then need a query ask its connection which of them it
has.
"""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache, partial
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, Table, case, func, literal_column, select
from sqlalchemy.sql.functions import Function

ROWS_A_STATEMENT = 500


class Failure(Enum):
    """What a driver's error tells of the database or the machine."""

    MISUSE = "this program did not use the driver as it should"
    INTERRUPTED = "the question was ended"
    BUSY = "another program holds the database"
    DAMAGED = "the file is damaged, or no database"
    REFUSED = "the database refused a row"
    MACHINE = "the machine failed"
    OTHER = "the database is not as this program made it"


_BESIDE = "the database and what lies beside it, with -wal and -shm at the end of its name,"
_MACHINE = {
    sqlite3.SQLITE_FULL: "free some disk space, then run the same command again; it carries on",
    sqlite3.SQLITE_IOERR: "check the disk, then run the same command again; it carries on",
    sqlite3.SQLITE_READONLY: "make the file and its folder writable",
    sqlite3.SQLITE_CANTOPEN: f"check that the folder exists, and that {_BESIDE} may be read and written",
    sqlite3.SQLITE_PERM: f"check the permissions: {_BESIDE} must be readable and writable",
    sqlite3.SQLITE_AUTH: "check the permissions of the file",
    sqlite3.SQLITE_NOMEM: "close other programs and try again",
    sqlite3.SQLITE_NOLFS: "keep the database on a file system that takes large files",
}
_OF_LOCKS = {
    sqlite3.SQLITE_IOERR_LOCK,
    sqlite3.SQLITE_IOERR_UNLOCK,
    sqlite3.SQLITE_IOERR_RDLOCK,
    sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMLOCK,
    sqlite3.SQLITE_IOERR_SHMMAP,
}
_OFF_THE_NETWORK = "keep the database on a disk of this machine; a network folder may lack what SQLite needs"
"""What helps where a file system cannot lock or share memory."""

_FAILURES = {
    sqlite3.SQLITE_MISUSE: Failure.MISUSE,
    sqlite3.SQLITE_RANGE: Failure.MISUSE,
    sqlite3.SQLITE_INTERRUPT: Failure.INTERRUPTED,
    sqlite3.SQLITE_BUSY: Failure.BUSY,
    sqlite3.SQLITE_LOCKED: Failure.BUSY,
    sqlite3.SQLITE_PROTOCOL: Failure.BUSY,
    sqlite3.SQLITE_CORRUPT: Failure.DAMAGED,
    sqlite3.SQLITE_NOTADB: Failure.DAMAGED,
    sqlite3.SQLITE_CONSTRAINT: Failure.REFUSED,
    sqlite3.SQLITE_MISMATCH: Failure.REFUSED,
    sqlite3.SQLITE_TOOBIG: Failure.REFUSED,
    **dict.fromkeys(_MACHINE, Failure.MACHINE),
}


@dataclass(frozen=True)
class Dialect:
    """What SQLite does in its own way: bulk writing, some expressions, corruption, errors."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error,)
    """What the driver raises, where SQLAlchemy does not wrap it."""

    # writing

    def insert_rows(
        self,
        connection: Connection,
        table: Table,
        columns: Sequence[str],
        rows: Sequence[tuple[Any, ...]],
        *,
        or_update: bool = False,
    ) -> None:
        """Insert rows given as tuples in the order of ``columns``; they go to the driver as they are.

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

    def refresh_statistics(self, connection: Connection) -> None:
        """Let the database count what its query planner goes by."""
        connection.exec_driver_sql("ANALYZE")

    # expressions

    def among(
        self, column: ColumnElement[Any], values: Collection[str] | Collection[int]
    ) -> ColumnElement[bool]:
        """Return the condition that a column is one of many values, which travel as one parameter."""
        listed = func.json_each(orjson.dumps(list(values)).decode()).table_valued("value")
        return column.in_(select(listed.c.value))

    def text_list(self, values: ColumnElement[Any]) -> Function[Any]:
        """Return values gathered into a JSON array: one row to fetch instead of thousands."""
        return func.json_group_array(values)

    def folded(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return text without regard to case and Unicode form; SQLite folds plain ASCII itself."""
        is_plain = func.glob("*[^ -~]*", column) == 0
        return case((is_plain, func.lower(column)), else_=func.rmos_folded(column))

    def contains_folded(self, column: ColumnElement[Any], part: str) -> ColumnElement[bool]:
        """Return the condition that a text contains another one, without regard to case and Unicode form."""
        if part.isascii():
            return column.icontains(part, autoescape=True)
        return func.instr(func.rmos_folded(column), func.rmos_folded(part)) > 0

    def row_number(self, table: Table) -> ColumnElement[int]:
        """Return the database's own number of a row, by which it finds the row quickest."""
        return literal_column(f"{table.name}.rowid")

    def is_null_value(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition that NULL is stored, even where a column forbids it."""
        return func.typeof(column) == "null"

    def without_indexes(self, query: Select[Any]) -> Select[Any]:
        """Return a query that reads the rows themselves, also where an index would tell."""
        return query.with_statement_hint("NOT INDEXED")

    # corruption

    def damage(self, connection: Connection) -> list[str]:
        """Return what is wrong with the file's pages and indexes, in SQLite's own words.

        The tables' own rules (CHECK, NOT NULL, STRICT) are left out: other rules of the audit say more of
        those.
        """
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        said = connection.exec_driver_sql("PRAGMA integrity_check(1000000)").scalars()
        rules = ("NULL value in ", "non-", "TEXT value in ", "NUMERIC value in ")
        return [line for line in said if line != "ok" and not line.startswith(rules)]

    def first_damage(self, connection: Connection) -> list[str]:
        """Return the first of what is wrong with pages, indexes and rows; empty for nothing."""
        said = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars()
        return [" ".join(line.split("\n")) for line in said if line != "ok"]

    def broken_links(self, connection: Connection, table: str = "") -> list[tuple[str, str]]:
        """Return for each reference that leads nowhere its table and the table it refers to."""
        of_table = f"({table})" if table else ""
        broken = connection.exec_driver_sql(f"PRAGMA foreign_key_check{of_table}")
        return [(row[0], row[2]) for row in broken]

    def tolerate_broken_text(self, connection: Connection, *, tolerant: bool) -> None:
        """Read text that is not UTF-8 with its bytes as half characters, or fail again."""
        driver = connection.connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            decode = partial(str, encoding="utf-8", errors="surrogateescape")
            driver.text_factory = decode if tolerant else str

    def data_version(self, connection: Connection) -> int:
        """Return a number that changes when another connection commits; this begins no transaction."""
        return int(connection.connection.execute("PRAGMA data_version").fetchone()[0])

    # errors

    def failure(self, error: BaseException | None) -> Failure:
        """Return what a driver's error means."""
        if isinstance(error, sqlite3.ProgrammingError):
            return Failure.MISUSE
        code = getattr(error, "sqlite_errorcode", None)
        return Failure.OTHER if code is None else _FAILURES.get(code & 0xFF, Failure.OTHER)

    def hint_on_machine(self, error: BaseException | None) -> str:
        """Return what to do about a failure of the machine."""
        code: int = getattr(error, "sqlite_errorcode", 0)
        return _OFF_THE_NETWORK if code in _OF_LOCKS else _MACHINE.get(code & 0xFF, "check the machine")


DIALECT = Dialect()
"""The one kind there is now."""


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
