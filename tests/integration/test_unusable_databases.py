"""What is no database of ours is refused untouched: exit 4, a plain message, nothing left beside it."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from builders import digests, execute, migrate_messy, pattern, query, rmos, write
from rmos_migration import migrate
from rmos_migration.errors import DatabaseUnusable, UsageError
from rmos_migration.store.database import database_at


def newer(database: Path) -> None:
    migrate_messy(database)
    execute(database, "INSERT INTO schema_version VALUES (99, '2099-01-01T00:00:00.000000Z', 'the future')")


def unreleased(database: Path) -> None:
    """As the four steps of before 0.2.0 left it."""
    migrate_messy(database)
    execute(
        database,
        "UPDATE schema_version SET description = 'Strip families, patterns, joblogs.';"
        "INSERT INTO schema_version VALUES (2, '2026', ''), (3, '2026', ''), (4, '2026', '')",
    )


def foreign_tables(database: Path) -> None:
    execute(database, "CREATE TABLE customers (id INTEGER); INSERT INTO customers VALUES (1)")


def foreign_tables_in_wal_mode(database: Path) -> None:
    execute(database, "PRAGMA journal_mode = WAL; CREATE TABLE customers (id INTEGER)")


def foreign_log_left_behind(database: Path) -> None:
    busy = database.with_name("busy.db")
    with closing(sqlite3.connect(busy)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE customers (id INTEGER)")
        database.write_bytes(busy.read_bytes())
        database.with_name("rmos.db-wal").write_bytes(busy.with_name("busy.db-wal").read_bytes())
    for name in ("busy.db", "busy.db-wal", "busy.db-shm"):
        busy.with_name(name).unlink(missing_ok=True)


def foreign_mark(database: Path) -> None:
    migrate_messy(database)
    execute(database, "PRAGMA application_id = 1196444487")  # GPKG, a GeoPackage


def foreign_mark_alone(database: Path) -> None:
    execute(database, "PRAGMA application_id = 1196444487")


def text_file(database: Path) -> None:
    database.write_text("Maple, walnut and a note on glue.\n" * 50)


def short_file(database: Path) -> None:
    database.write_bytes(b"SQLite format 3\0")


def one_byte(database: Path) -> None:
    database.write_bytes(b"S")


def truncated(database: Path) -> None:
    migrate_messy(database)
    os.truncate(database, database.stat().st_size // 2)


def truncated_in_the_first_page(database: Path) -> None:
    migrate_messy(database)
    os.truncate(database, 1000)


def header_overwritten(database: Path) -> None:
    migrate_messy(database)
    spoil(database, 16, 64)


def tables_overwritten(database: Path) -> None:
    migrate_messy(database)
    spoil(database, 100, 3000)


def spoil(database: Path, start: int, length: int) -> None:
    content = bytearray(database.read_bytes())
    content[start : start + length] = bytes(byte ^ 0xFF for byte in content[start : start + length])
    database.write_bytes(content)


def directory(database: Path) -> None:
    database.mkdir()


UNUSABLE = [
    newer,
    unreleased,
    foreign_tables,
    foreign_tables_in_wal_mode,
    foreign_log_left_behind,
    foreign_mark,
    foreign_mark_alone,
    text_file,
    short_file,
    one_byte,
    truncated,
    truncated_in_the_first_page,
    header_overwritten,
    tables_overwritten,
    directory,
]


@pytest.fixture(params=UNUSABLE, ids=lambda made: made.__name__)
def unusable(request: pytest.FixtureRequest, database: Path) -> Path:
    make: Callable[[Path], None] = request.param
    make(database)
    database.with_name("rmos.db.lock").unlink(missing_ok=True)
    return database


@pytest.fixture
def full(tree: Path) -> Path:
    """A tree with a document in it."""
    write(tree, "patterns/a.json", pattern())
    return tree


@pytest.mark.parametrize("options", [{}, {"dry_run": True}], ids=str)
def test_migrating_refuses_and_leaves_the_file_as_it_was(
    options: dict[str, bool], full: Path, unusable: Path
) -> None:
    before = digests(unusable.parent)
    with pytest.raises(DatabaseUnusable) as refusal:
        migrate(full, unusable, **options)  # type: ignore[arg-type]
    assert refusal.value.exit_code == 4
    assert refusal.value.hint
    after = digests(unusable.parent)
    assert {name: after.get(name) for name in before} == before


def test_who_has_a_database_of_before_the_first_release_is_told_the_way_on(database: Path) -> None:
    unreleased(database)
    with pytest.raises(DatabaseUnusable) as refusal, database_at(database).read():
        pass
    assert "migrate the legacy folder into a new database" in refusal.value.message
    assert "name another file with --database" in (refusal.value.hint or "")


def test_reading_refuses_and_leaves_the_file_as_it_was(unusable: Path) -> None:
    before = digests(unusable.parent)
    with pytest.raises(DatabaseUnusable), database_at(unusable).read():
        pass
    after = digests(unusable.parent)
    assert {name: after.get(name) for name in before} == before


@pytest.mark.parametrize("make", [newer, foreign_tables, foreign_mark, text_file, truncated, directory])
@pytest.mark.parametrize("options", [{}, {"dry_run": True}], ids=str)
def test_refusing_leaves_nothing_beside_the_file(
    make: Callable[[Path], None], options: dict[str, bool], full: Path, database: Path
) -> None:
    make(database)
    database.with_name("rmos.db.lock").unlink(missing_ok=True)
    with pytest.raises(DatabaseUnusable):
        migrate(full, database, **options)  # type: ignore[arg-type]
    assert [path.name for path in database.parent.iterdir()] == ["rmos.db"]


@pytest.mark.parametrize("verb", ["migrate", "status", "history", "rejects", "init"])
def test_every_verb_says_so_in_a_line_and_exits_with_4(verb: str, full: Path, database: Path) -> None:
    truncated(database)
    before = digests(database.parent)["rmos.db"]
    done = rmos(verb, *[full] * (verb == "migrate"), "--database", database)
    assert done.returncode == 4
    assert done.stdout == ""
    error, *hint = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert len(hint) <= 1
    assert digests(database.parent)["rmos.db"] == before


def test_the_doctor_says_what_is_wrong_and_exits_with_4(database: Path) -> None:
    foreign_tables(database)
    done = rmos("doctor", "--database", database)
    assert done.returncode == 4
    assert "bad" in done.stdout


def test_an_empty_file_is_taken_for_a_new_database(full: Path, database: Path) -> None:
    database.touch()
    assert migrate(full, database).exit_code == 0
    assert query(database, "SELECT id FROM patterns") == [("p1",)]


def test_a_database_without_tables_is_taken_for_a_new_one(full: Path, database: Path) -> None:
    execute(database, "CREATE TABLE x (y); DROP TABLE x; VACUUM")
    assert database.stat().st_size > 0
    assert migrate(full, database).exit_code == 0


def test_damage_deep_in_the_file_ends_the_run_without_a_traceback(full: Path, database: Path) -> None:
    migrate_messy(database)
    pages = database.stat().st_size // 4096
    spoil(database, 4096, (pages - 1) * 4096)
    done = rmos("migrate", full, "--database", database)
    assert done.returncode in (4, 5)
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "url", ["postgresql://localhost/rmos", "mysql://x", "sqlite://", "sqlite:///", "://", "duckdb:///x.db"]
)
def test_a_url_that_names_no_sqlite_file_is_refused(
    url: str, full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((DatabaseUnusable, UsageError)):
        migrate(full, url)
    assert {path.name for path in tmp_path.iterdir()} == {"legacy"}
