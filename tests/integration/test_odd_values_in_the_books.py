"""Books that were changed outside this program: every verb ends in words, blames the file, and not itself."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from builders import EXAMPLES, Here
from rmos_migration import migrate

BOOKS = (
    "migration_runs",
    "migration_sources",
    "migration_ledger",
    "migration_rejects",
    "migration_diagnostics",
    "migration_pending_references",
    "schema_version",
)
VALUES = (
    "NULL",
    "5",
    "9e999",
    "'x'",
    "x'ff00'",
    "'{\"totals\": 5}'",
    '\'{"encoding": "nix"}\'',
    "'a'||char(0)",
)
VERBS = ("status", "history", "rejects", "doctor", "audit", "report")


def loosen(connection: sqlite3.Connection) -> None:
    """Let every column take every value, but for numbers that are keys."""
    connection.execute("PRAGMA writable_schema = ON")
    tables = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    ).fetchall()
    for name, sql in tables:
        columns = connection.execute(f"PRAGMA table_info({name})").fetchall()
        key = [one[1] for one in sorted(columns, key=lambda one: one[5]) if one[5]]
        is_number = len(key) == 1 and next(one[2] for one in columns if one[1] == key[0]) == "INTEGER"
        parts = [
            f'"{one[1]}"'
            + " INTEGER PRIMARY KEY" * (is_number and one[1] == key[0])
            + " UNIQUE" * (one[1] == "location" and name == "migration_sources")
            for one in columns
        ]
        parts += [] if is_number or not key else [f"PRIMARY KEY ({', '.join(key)})"]
        made = f"CREATE TABLE {name} ({', '.join(parts)})" + " WITHOUT ROWID" * ("WITHOUT ROWID" in sql)
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (made, name))
    connection.execute("PRAGMA writable_schema = OFF")
    connection.execute("PRAGMA schema_version = 1000")
    connection.commit()


@pytest.fixture(scope="module")
def loose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with rejects, conflicts and references that wait, whose tables take everything."""
    database = tmp_path_factory.mktemp("loose") / "rmos.db"
    migrate(EXAMPLES / "messy_legacy", database)
    with closing(sqlite3.connect(database)) as connection:
        loosen(connection)
    return database


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("book", BOOKS)
def test_every_verb_ends_in_words(book: str, value: str, loose: Path, database: Path, here: Here) -> None:
    with closing(sqlite3.connect(loose)) as connection:
        columns = [one[1] for one in connection.execute(f"PRAGMA table_info({book})")]
    for number, column in enumerate(columns):
        shutil.copyfile(loose, database)
        with closing(sqlite3.connect(database)) as connection:
            try:
                connection.execute(f'UPDATE OR REPLACE {book} SET "{column}" = {value}')
            except sqlite3.Error:  # a key that takes only numbers
                continue
            connection.commit()
        verb = VERBS[number % len(VERBS)]
        for one in {verb, "audit"}:
            code, said = here(one, "--database", database)
            assert code in (0, 1, 4), (column, one, code, said[-2000:])
            assert "Traceback" not in said, (column, one, said[-2000:])
            assert "is damaged" not in said, (column, one)
        assert code != 0 or verb != "audit", column
