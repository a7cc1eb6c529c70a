"""Spoiling a database file, as disks, copies and other hands do, and saying what is really wrong with the
result.

What is really wrong is what SQLite itself says, and what differs from the values that were there; the program
is not asked.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from random import Random

from .oracle import BOOKS
from .workshop import ENTITIES

PAGE = 4096
_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master"


class Truth(StrEnum):
    """What is wrong with a file."""

    HARMLESS = "SQLite finds nothing, and every value is what it was"
    VALUES = "SQLite finds nothing, but a record has other values"
    BOOKS = "SQLite finds nothing, but what the books say has changed"
    REFERENCES = "the file is sound, but a reference leads nowhere, or a table is missing"
    DAMAGED = "SQLite finds something, or cannot read it"


def truth_of(spoilt: Path, sound: Path) -> Truth:
    """What is wrong with a file, compared with what it was."""
    try:
        if _whole(spoilt, "PRAGMA integrity_check") != [("ok",)]:
            return Truth.DAMAGED
        tables = {row[0] for row in _whole(spoilt, "SELECT name FROM sqlite_master")}
        if not {name.encode() for name in (*ENTITIES, *BOOKS)} <= tables or _whole(
            spoilt, "PRAGMA foreign_key_check"
        ):
            return Truth.REFERENCES
        for table in ENTITIES:
            if _rows(spoilt, table) != _rows(sound, table):
                return Truth.VALUES
        same = all(_rows(spoilt, table) == _rows(sound, table) for table in sorted(BOOKS))
        same = same and _whole(spoilt, _SCHEMA) == _whole(sound, _SCHEMA)
        same = same and _header(spoilt) == _header(sound)
    except sqlite3.Error:
        return Truth.DAMAGED
    return Truth.HARMLESS if same else Truth.BOOKS


def _header(path: Path) -> list[list[tuple[object, ...]]]:
    return [_whole(path, f"PRAGMA {name}") for name in ("application_id", "user_version", "encoding")]


def _rows(path: Path, table: str) -> list[tuple[object, ...]]:
    return _whole(path, f"SELECT * FROM {table}")


def _whole(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        connection.text_factory = bytes if "integrity" not in sql else str
        return sorted(connection.execute(sql).fetchall(), key=repr)


# in the bytes
# --------------------------------------------------------------------------------------------------


def _bits(made: bytearray, dice: Random) -> None:
    for _ in range(dice.choice([1, 1, 3, 30])):
        made[dice.randrange(100, len(made))] ^= 1 << dice.randrange(8)


def _block(made: bytearray, dice: Random) -> None:
    at = dice.randrange(100, len(made))
    length = min(dice.choice([16, 600, PAGE]), len(made) - at)
    made[at : at + length] = dice.randbytes(length)


def _cut(made: bytearray, dice: Random) -> None:
    at = dice.randrange(100, len(made))
    del made[at if dice.random() < 0.5 else at - at % PAGE + PAGE * (at < PAGE) :]


def _blank_page(made: bytearray, dice: Random) -> None:
    at = dice.randrange(1, len(made) // PAGE) * PAGE
    made[at : at + PAGE] = bytes(PAGE)


def _swapped_pages(made: bytearray, dice: Random) -> None:
    one, other = (dice.randrange(1, len(made) // PAGE) * PAGE for _ in range(2))
    first, second = made[one : one + PAGE], made[other : other + PAGE]
    made[one : one + PAGE], made[other : other + PAGE] = second, first


def _old_page(made: bytearray, dice: Random) -> None:
    """A page that the disk did not write: another one stands there."""
    one, other = (dice.randrange(1, len(made) // PAGE) * PAGE for _ in range(2))
    made[one : one + PAGE] = made[other : other + PAGE]


def _schema(made: bytearray, dice: Random) -> None:
    for _ in range(dice.choice([1, 5])):
        made[dice.randrange(100, PAGE * 8)] = dice.randrange(256)


def _header_bytes(made: bytearray, dice: Random) -> None:
    made[dice.randrange(100)] = dice.randrange(256)


def _counters(made: bytearray, dice: Random) -> None:
    """Harmless: the counter of changes and the place reserved for later, which say nothing of the content."""
    made[24:28] = made[92:96] = dice.randbytes(4)
    made[dice.randrange(72, 92)] = 0


def _tail(made: bytearray, dice: Random) -> None:
    made.extend(dice.randbytes(dice.choice([1, PAGE])))


IN_BYTES: tuple[Callable[[bytearray, Random], None], ...] = (
    *(_bits, _bits, _bits, _block, _cut, _blank_page, _swapped_pages),
    *(_old_page, _schema, _header_bytes, _counters, _tail),
)


# in the values
# -------------------------------------------------------------------------------------------------

ODD_VALUES = (
    *("x'ff00'", "CAST(x'fffe' AS TEXT)", "''", "'no JSON {'", "'[]'", "'3'", "'null'", "'{\"a\": 1e999}'"),
    *(
        "-1",
        "9223372036854775807",
        "1e308",
        "'2025-13-45T99:00:00Z'",
        "char(0, 27, 155)",
        "'../../../etc/passwd'",
    ),
)
ODD_SCHEMA = (
    "CREATE TRIGGER strange AFTER INSERT ON joblogs BEGIN DELETE FROM patterns; END",
    "CREATE VIEW strange AS SELECT * FROM patterns",
    "DROP TABLE migration_ledger",
    "DROP TABLE joblogs",
    "DROP INDEX idx_joblogs_status",
    "ALTER TABLE patterns ADD COLUMN more",
    "ALTER TABLE migration_runs DROP COLUMN location",
    "CREATE TABLE strange (x)",
    "CREATE INDEX strange ON joblogs (job_type)",
    "PRAGMA user_version = 9",
    "PRAGMA application_id = 1",
)


def meddle(database: Path, dice: Random) -> str:
    """Change a value or the structure behind the program's back; return the statement."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for _ in range(200):
            sql = dice.choice(ODD_SCHEMA) if dice.random() < 0.2 else _odd_update(connection, dice)
            try:
                connection.execute(sql)
            except sqlite3.Error:  # a type or a rule that SQLite enforces itself
                continue
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return sql
    raise AssertionError("nothing could be changed")


def _odd_update(connection: sqlite3.Connection, dice: Random) -> str:
    table = dice.choice([*ENTITIES, *sorted(BOOKS), "migration_ledger", "migration_runs"])
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    column, value = dice.choice(columns), dice.choice(ODD_VALUES)
    keys = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[5]]
    rows = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    place = dice.randrange(max(rows, 1))
    some = f"SELECT {', '.join(keys)} FROM {table} ORDER BY {', '.join(keys)} LIMIT 1 OFFSET {place}"
    return f"UPDATE {table} SET {column} = {value} WHERE ({', '.join(keys)}) IN ({some})"


def spoil(sound: Path, target: Path, number: int) -> str:
    """Write a spoilt copy of a database; return in words how it was spoilt."""
    dice = Random(number)
    target.write_bytes(sound.read_bytes())
    if number % 3 == 2:
        return meddle(target, dice)
    made = bytearray(target.read_bytes())
    way = IN_BYTES[number % len(IN_BYTES)]
    way(made, dice)
    target.write_bytes(made)
    return way.__name__.strip("_").replace("_", " ")
