"""What stands in a database, read with SQLite alone."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from .recorder import Recorder, as_text

TABLES = {
    "strip_families": "id",
    "patterns": "id",
    "joblogs": "id",
    "schema_version": "version",
    "migration_runs": "id",
    "migration_sources": "id",
    "migration_ledger": "source_id, path, pointer",
    "migration_diagnostics": 'run_id, path, document, pointer, code, line, "column", message',
    "migration_rejects": "source_id, path, pointer",
    "migration_pending_references": "entity, record_id, field",
}
"""Every table, and the order in which its rows are recorded."""

_NUMBERED = {"migration_diagnostics"}
"""Tables whose ``id`` is only the order of writing, which is not recorded."""

_MADE_BY = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"


def record_database(recorder: Recorder, name: str, database: str = "rmos.db") -> None:
    """Record the rows of every table, and how the tables are defined."""
    with closing(opened(recorder.work / database)) as connection:
        for table, order in TABLES.items():
            recorder.json(f"{name}/{table}", _rows(connection, table, order))
        definitions = [tuple(row) for row in connection.execute(_MADE_BY)]
        pragmas = ("application_id", "user_version", "journal_mode", "encoding", "integrity_check")
        said = {pragma: [row[0] for row in connection.execute(f"PRAGMA {pragma}")] for pragma in pragmas}
        recorder.json(f"{name}/definitions", {"pragmas": said, "definitions": definitions})


def opened(database: Path) -> sqlite3.Connection:
    """Return a connection that can only read; rows know their columns, bad UTF-8 is escaped."""
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda raw: raw.decode(errors="backslashreplace")
    return connection


def column(database: Path, query: str) -> list[Any]:
    """Return the first column of a query's rows; none where there is no database."""
    if not database.exists():
        return []
    with closing(opened(database)) as connection:
        return [row[0] for row in connection.execute(query)]


def ids(database: Path, entity: str) -> list[str]:
    """Return the ids of a table of records, in order."""
    return column(database, f"SELECT id FROM {entity} ORDER BY id")  # noqa: S608 - one of three names


def _rows(connection: sqlite3.Connection, table: str, order: str) -> list[dict[str, Any]]:
    rows = connection.execute(f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608 - names of this module
    left_out = {"id"} if table in _NUMBERED else set()
    return [
        {name: _shown(name, value) for name, value in dict(row).items() if name not in left_out}
        for row in rows
    ]


def _shown(name: str, value: Any) -> Any:
    """Return a value for JSON; JSON columns stay texts, as the order of their members is behaviour."""
    if isinstance(value, bytes):
        return as_text(value)
    return json.loads(value) if name == "counts_json" and value else value


def change_behind_its_back(database: Path, *statements: str) -> None:
    """Change a database as another program would, past its constraints."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
