"""The schema a new database gets: what the migrations build is what ``tables.py`` says, and is strict."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from builders import execute, query, shape
from rmos_migration.store import schema
from rmos_migration.store.database import database_at
from rmos_migration.store.tables import metadata


@pytest.fixture
def made(database: Path) -> Path:
    """A new database."""
    with database_at(database).write("a test"):
        pass
    return database


def test_the_migrations_build_what_tables_py_declares(made: Path, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    metadata.create_all(engine)
    engine.dispose()
    assert shape(made) == shape(tmp_path / "declared.db")


def test_every_step_of_the_schema_has_a_row(made: Path) -> None:
    rows = query(made, "SELECT version, applied_at, description FROM schema_version ORDER BY version")
    assert [version for version, _, _ in rows] == list(range(1, schema.CURRENT_VERSION + 1))
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", at) for _, at, _ in rows)
    assert all(description for _, _, description in rows)


def test_the_newest_step_is_the_current_version() -> None:
    steps = Path(schema.__file__).parent.glob("migrations/versions/[0-9]*.py")
    assert max(int(step.name[:4]) for step in steps) == schema.CURRENT_VERSION


def test_the_file_is_marked_as_ours(made: Path) -> None:
    assert query(made, "PRAGMA application_id") == [(0x524D4F53,)]
    assert made.read_bytes()[68:72] == b"RMOS"


def test_the_log_is_written_ahead(made: Path) -> None:
    assert query(made, "PRAGMA journal_mode") == [("wal",)]


def test_every_connection_enforces_references_and_writes_through(made: Path) -> None:
    place = database_at(made)
    with place.write("a test") as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert (connection.exec_driver_sql("PRAGMA busy_timeout").scalar() or 0) > 0
    with place.read() as snapshot:
        assert snapshot.connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    for opened in (place.dry_run(), database_at(made.with_name("none.db")).dry_run()):
        with opened as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_all_tables_are_strict(made: Path) -> None:
    strict = dict(query(made, "SELECT name, strict FROM pragma_table_list WHERE schema = 'main'"))
    assert {name for name, is_strict in strict.items() if is_strict} == set(metadata.tables)


def test_the_named_indexes_are_there(made: Path) -> None:
    indexed = {
        name: [column for (column,) in query(made, f"SELECT name FROM pragma_index_info('{name}')")]
        for name in (
            "idx_patterns_strip_family",
            "idx_joblogs_pattern",
            "idx_joblogs_strip_family",
            "idx_joblogs_status",
        )
    }
    assert indexed == {
        "idx_patterns_strip_family": ["strip_family_id"],
        "idx_joblogs_pattern": ["pattern_id"],
        "idx_joblogs_strip_family": ["strip_family_id"],
        "idx_joblogs_status": ["status"],
    }


def test_indexes_are_always_made_in_one_order(made: Path) -> None:
    """Of two that serve a query equally well, SQLite takes the one that was made last."""
    listed = (
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'joblogs' AND sql <> ''"
        " ORDER BY rowid"
    )
    assert [name for (name,) in query(made, listed)] == [
        "idx_joblogs_pattern",
        "idx_joblogs_strip_family",
        "idx_joblogs_status",
        "idx_joblogs_created",
    ]


REFUSED = {
    "no geometry": "INSERT INTO patterns (id, pattern_type) VALUES ('p', 'generic')",
    "no JSON": "INSERT INTO patterns (id, pattern_type, geometry_json) VALUES ('p', 'generic', '{')",
    "no rings": "INSERT INTO patterns (id, pattern_type, geometry_json, ring_count)"
    " VALUES ('p', 'g', '{}', 0)",
    "no number": "INSERT INTO strip_families (id, strips_json, width_mm) VALUES ('f', '[]', 'wide')",
    "no width": "INSERT INTO strip_families (id, strips_json, width_mm) VALUES ('f', '[]', 0)",
    "no status": "INSERT INTO joblogs (id, job_type, status, parameters_json)"
    " VALUES ('j', 's', 'done', '{}')",
    "no duration": "INSERT INTO joblogs (id, job_type, status, parameters_json, duration_seconds)"
    " VALUES ('j', 's', 'failed', '{}', -1)",
    "no parent": "INSERT INTO patterns (id, pattern_type, geometry_json, strip_family_id)"
    " VALUES ('p', 'g', '{}', 'f')",
    "no id": "INSERT INTO strip_families (id, strips_json) VALUES (NULL, '[]')",
    "no outcome": "INSERT INTO migration_sources VALUES (1, '/x'); INSERT INTO migration_runs"
    " (id, started_at, status, source, dry_run, options_json, tool_version)"
    " VALUES (1, '', 'gone', '', 0, '{}', '')",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_the_database_refuses_what_no_record_may_be(statement: str, made: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        execute(made, f"PRAGMA foreign_keys = ON; {statement}")


def test_null_means_never_recorded(made: Path) -> None:
    execute(made, "INSERT INTO strip_families (id, strips_json) VALUES ('f', '[]')")
    assert query(made, "SELECT name, width_mm, metadata_json FROM strip_families") == [(None, None, None)]


def test_the_schema_is_sound(made: Path) -> None:
    with closing(sqlite3.connect(made)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
