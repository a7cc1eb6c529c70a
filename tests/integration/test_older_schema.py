"""A database of an older schema is backed up, then upgraded, by rmos init and by rmos migrate."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from builders import digests, execute, pattern, query, records, rmos, shape, write
from rmos_migration import migrate
from rmos_migration.errors import DatabaseUnusable
from rmos_migration.store.database import database_at
from rmos_migration.store.sqlite.backup import free_name
from rmos_migration.store.sqlite.file_state import FileCondition
from two_steps import older_database

pytestmark = pytest.mark.usefixtures("two_steps")

VERSIONS = [(1,), (2,)]


@pytest.fixture
def older(database: Path) -> Path:
    """A database of schema 1 with a row in it."""
    older_database(database)
    execute(database, "INSERT INTO strip_families (id, strips_json) VALUES ('old', '[]')")
    assert database_at(database).inspect().condition is FileCondition.OLDER
    return database


def versions(database: Path) -> list[tuple[int]]:
    return query(database, "SELECT version FROM schema_version ORDER BY version")


def test_init_backs_up_and_upgrades(older: Path) -> None:
    before = digests(older.parent)["rmos.db"]
    backup = free_name(older, "before-upgrade-from-1")
    done = rmos("init", "--database", older)
    assert done.returncode == 0, done.stderr
    assert versions(older) == VERSIONS
    assert set(records(older, "strip_families")) == {"old"}
    assert backup.name in done.stdout
    assert versions(backup) == [(1,)]
    assert set(records(backup, "strip_families")) == {"old"}
    assert before != digests(older.parent)["rmos.db"]


def test_migrate_backs_up_and_upgrades(tree: Path, older: Path) -> None:
    write(tree, "patterns/a.json", pattern(strip_family_id="old"))
    backup = free_name(older, "before-upgrade-from-1")
    assert migrate(tree, older).exit_code == 0
    assert versions(older) == VERSIONS
    assert records(older, "patterns")["p1"]["strip_family_id"] == "old"
    assert versions(backup) == [(1,)]


def test_the_backup_holds_what_only_the_log_held(older: Path) -> None:
    with closing(sqlite3.connect(older)) as writer:
        writer.execute("INSERT INTO strip_families (id, strips_json) VALUES ('in the log', '[]')")
        writer.commit()
        backup = free_name(older, "before-upgrade-from-1")
        with database_at(older).write("a test"):
            pass
    assert set(records(backup, "strip_families")) == {"old", "in the log"}


def test_a_backup_that_is_there_is_never_overwritten(older: Path, tree: Path) -> None:
    backup = free_name(older, "before-upgrade-from-1")
    backup.write_bytes(b"precious")
    other = free_name(older, "before-upgrade-from-1")
    assert migrate(tree, older).exit_code == 0
    assert backup.read_bytes() == b"precious"
    assert versions(other) == [(1,)]


def test_an_upgrade_that_was_cut_off_is_done_by_the_next_run(older: Path, tree: Path) -> None:
    with (  # the backup was made, the upgrade never committed
        closing(sqlite3.connect(older)) as source,
        closing(sqlite3.connect(free_name(older, "before-upgrade-from-1"))) as copy,
    ):
        source.backup(copy)
    assert migrate(tree, older).exit_code == 0
    assert versions(older) == VERSIONS


def test_the_upgraded_schema_is_that_of_a_new_database(older: Path) -> None:
    new = older.with_name("new.db")
    for place in (older, new):
        with database_at(place).write("a test"):
            pass
    assert shape(older) == shape(new)


def test_init_makes_a_new_database_and_says_so_only_once(database: Path) -> None:
    assert rmos("init", "--database", database).returncode == 0
    before = digests(database.parent)["rmos.db"]
    again = rmos("init", "--database", database)
    assert again.returncode == 0
    assert digests(database.parent)["rmos.db"] == before


@pytest.mark.parametrize("verb", ["status", "history", "rejects"])
def test_readers_do_not_upgrade(verb: str, older: Path) -> None:
    before = digests(older.parent)["rmos.db"]
    done = rmos(verb, "--database", older)
    assert done.returncode == 4
    assert "rmos init" in done.stderr
    assert digests(older.parent)["rmos.db"] == before
    with pytest.raises(DatabaseUnusable), database_at(older).read():
        pass


def test_upgrade_finds_the_document_of_each_diagnostic_and_the_place_of_each_run(database: Path) -> None:
    older_database(database)
    execute(
        database,
        """
        INSERT INTO migration_runs (id, started_at, status, source, dry_run, options_json, tool_version)
            VALUES (1, '2026-01-05', 'completed', 'legacy', 0, '{}', '0'),
                (2, '2026-01-06', 'failed', 'x', 0, '{}', '0');
        INSERT INTO migration_sources (id, location) VALUES (1, '/shop/other'), (2, '/shop/legacy');
        INSERT INTO migration_ledger (source_id, path, pointer, entity, outcome, run_id) VALUES
            (2, 'patterns/list.json', '/1', 'patterns', 'rejected', 1),
            (2, 'patterns/list.json', '/12', 'patterns', 'rejected', 1),
            (2, 'patterns/one.json', '', 'patterns', 'rejected', 1);
        INSERT INTO migration_diagnostics (run_id, path, pointer, code, severity, message) VALUES
            (1, 'patterns/list.json', '/12/ring_count', 'field-invalid', 'error', ''),
            (1, 'patterns/list.json', '/1', 'not-a-record', 'error', ''),
            (1, 'patterns/one.json', '/geometry/rings', 'field-invalid', 'error', ''),
            (1, 'joblogs/gone.json', '/3', 'field-invalid', 'error', '');
        """,
    )
    assert rmos("init", "--database", database).returncode == 0
    documents = query(database, "SELECT pointer, document FROM migration_diagnostics ORDER BY id")
    assert documents == [("/12/ring_count", "/12"), ("/1", "/1"), ("/geometry/rings", ""), ("/3", "/3")]
    assert query(database, "SELECT location FROM migration_runs") == [("/shop/legacy",), (None,)]


def test_upgrading_takes_no_longer_for_many_documents_in_one_file(database: Path) -> None:
    older_database(database)
    execute(
        database,
        """
        INSERT INTO migration_sources (id, location) VALUES (1, '/shop');
        INSERT INTO migration_runs (id, started_at, status, source, dry_run, options_json, tool_version)
            VALUES (1, '2026', 'completed', 'x', 0, '{}', '0');
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29999)
        INSERT INTO migration_ledger (source_id, path, pointer, entity, outcome, run_id)
            SELECT 1, 'joblogs/a.jsonl', '/' || i, 'joblogs', 'migrated', 1 FROM n;
        INSERT INTO migration_diagnostics (run_id, path, pointer, code, severity, message)
            SELECT 1, path, pointer || '/status', 'status-unknown', 'warning', '' FROM migration_ledger;
        """,
    )
    done = rmos("init", "--database", database, timeout=60)  # in the square of 30,000 it would take minutes
    assert done.returncode == 0, done.stderr
    assert query(
        database, "SELECT count(*) FROM migration_diagnostics WHERE document || '/status' = pointer"
    ) == [(30_000,)]


def test_upgrade_keeps_every_entry_of_the_ledger(database: Path) -> None:
    older_database(database)
    execute(
        database,
        """
        INSERT INTO migration_sources (id, location) VALUES (1, '/shop');
        INSERT INTO migration_runs (id, started_at, status, source, dry_run, options_json, tool_version)
            VALUES (1, '2026', 'completed', 'x', 0, '{}', '0');
        INSERT INTO migration_ledger VALUES
            (1, 'joblogs/a.json', '', 'joblogs', 'a', 'native', 'migrated', NULL, '["status"]',
                1, 'f', 'c', 17, 1600000000),
            (1, 'joblogs/b.json', '/1', 'joblogs', NULL, NULL, 'rejected', 'json-syntax', NULL,
                1, 'f', NULL, 2, NULL);
        """,
    )
    before = query(database, "SELECT * FROM migration_ledger ORDER BY path")
    assert rmos("init", "--database", database).returncode == 0
    assert query(database, "SELECT * FROM migration_ledger ORDER BY path") == before
    assert query(database, "PRAGMA integrity_check") == [("ok",)]
