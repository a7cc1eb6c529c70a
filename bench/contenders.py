"""The other ways of loading a tree, each at its best, none of them checking anything.

All read with ``os.scandir``, ``os.open``, ``os.read`` and orjson, the fastest there are. Each takes the
folder and a database file that is not there yet, and returns how many documents it inserted. Settings were
tried on 20,000 documents, 15 interleaved rounds; ``Safety`` and the loaders' docstrings say what was found.
"""

import os
import sqlite3
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import orjson


class Safety(Enum):
    """What a loader asks of SQLite, as ``journal_mode`` and ``synchronous``.

    FASTEST risks the whole file if the machine stops half-way: about 1.2 × the speed of SAFE in one
    transaction. SAFE is what this migrator promises: a commit that returned is on the disk. LOOSE may lose
    the last commits. DEFAULT is what a loader gets that sets nothing.
    """

    FASTEST = ("OFF", "OFF")
    SAFE = ("WAL", "FULL")
    LOOSE = ("WAL", "NORMAL")
    DEFAULT = ("DELETE", "FULL")

    def ask_of(self, connection: sqlite3.Connection) -> None:
        """Set it on a connection outside a transaction."""
        journal, synchronous = self.value
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute(f"PRAGMA synchronous = {synchronous}")


COLUMNS = {
    "strip_families": "id TEXT PRIMARY KEY, name TEXT, strip_width_mm REAL, strip_thickness_mm REAL,"
    " material_type TEXT, strips TEXT, metadata TEXT, created_at TEXT",
    "patterns": "id TEXT PRIMARY KEY, name TEXT, pattern_type TEXT, ring_count INTEGER, geometry TEXT,"
    " strip_family_id TEXT, metadata TEXT, created_at TEXT, updated_at TEXT",
    "joblogs": "id TEXT PRIMARY KEY, job_type TEXT, status TEXT, pattern_id TEXT, strip_family_id TEXT,"
    " start_time TEXT, end_time TEXT, duration_seconds REAL, parameters TEXT, results TEXT, metadata TEXT,"
    " lane TEXT, created_at TEXT",
}
"""Every key that ``tree.py`` writes, as the columns of the row-per-commit loader's typed tables."""

ONE_TABLE = "documents"
"""Where the floor puts everything."""


def floor(source: Path, database: Path, safety: Safety) -> int:
    """Every file's text into one table, with its id and kind, by one ``executemany`` in one transaction.

    No primary key (7 % slower with one), the text as it was read (a blob or the value written anew is no
    faster), rows from a generator (a list is 8 % slower), the garbage collector left alone (turned off: no
    faster).
    """
    connection = sqlite3.connect(database, isolation_level=None)
    safety.ask_of(connection)
    connection.execute(f"CREATE TABLE {ONE_TABLE} (id TEXT, kind TEXT, body TEXT)")
    connection.execute("BEGIN")
    rows = (
        (orjson.loads(raw)["id"], kind, raw.decode())
        for kind in COLUMNS
        for raw in contents(os.path.join(source, kind))
    )
    inserted = connection.executemany(f"INSERT INTO {ONE_TABLE} VALUES (?, ?, ?)", rows).rowcount
    connection.execute("COMMIT")
    connection.close()
    return inserted


def sqlite_utils(source: Path, database: Path, safety: Safety) -> int:
    """sqlite-utils' ``insert_all``, a table for each folder, nested values as it stores them: JSON text.

    ``atomic`` around it all is 1.3 × as fast as its own transaction a batch. Batches of 50, 100 and 999 are
    alike (it holds a statement to 999 values anyway), and naming the columns beforehand changes nothing. Its
    form for rows as lists is up to 10 % faster, but loses every key that nobody named, so it is not the same
    work.
    """
    from sqlite_utils import Database  # here, so that its memory is not counted with the others'

    target = Database(database)
    safety.ask_of(target.conn)
    with target.atomic():
        for kind in COLUMNS:
            documents = map(orjson.loads, contents(os.path.join(source, kind)))
            target.table(kind).insert_all(documents, pk="id", batch_size=100, alter=True)
    inserted = sum(target.table(kind).count for kind in COLUMNS)
    target.close()
    return inserted


def row_per_commit(source: Path, database: Path, safety: Safety) -> int:
    """Look an id up, insert the document if it is new, commit; then the next one.

    One connection, three typed tables, statements that the driver keeps prepared.
    """
    connection = sqlite3.connect(database, isolation_level=None)
    safety.ask_of(connection)
    inserted = 0
    for kind, columns in COLUMNS.items():
        connection.execute(f"CREATE TABLE {kind} ({columns})")
        names = [column.split()[0] for column in columns.split(",")]
        look_up = f"SELECT 1 FROM {kind} WHERE id = ?"
        insert = f"INSERT INTO {kind} VALUES ({', '.join('?' * len(names))})"
        for raw in contents(os.path.join(source, kind)):
            document = orjson.loads(raw)
            if connection.execute(look_up, (document["id"],)).fetchone() is None:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(insert, [_as_stored(document.get(name)) for name in names])
                connection.execute("COMMIT")
                inserted += 1
    connection.close()
    return inserted


def contents(folder: str) -> Iterator[bytes]:
    """Yield the bytes of every file below a folder, in no particular order."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from contents(entry.path)
                continue
            handle = os.open(entry.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            yield os.read(handle, 65_536)
            os.close(handle)


def _as_stored(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value
