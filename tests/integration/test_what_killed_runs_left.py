"""The doctor names what killed runs left: unfinished files near the database, and logs beside one that is not
there yet."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from builders import pattern, rmos, without_root_powers, write
from rmos_migration import migrate
from rmos_migration.sources.legacy_folder import UNFINISHED_MARK


@pytest.fixture
def filled(tree: Path, database: Path) -> Path:
    write(tree, "patterns/p.json", pattern())
    migrate(tree, database)
    return database


def doctor(database: Path) -> str:
    """What the doctor says, without line ends."""
    done = rmos("doctor", "--database", database)
    assert done.returncode in (0, 4), done.stderr
    assert not done.stderr
    return done.stdout.replace("\n", "")


def hot_journal(folder: Path) -> bytes:
    """A rollback journal as a process leaves it that is killed in its first transaction."""
    made = folder / "killed.db"
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        for statement in ("CREATE TABLE a (x)", "BEGIN", "CREATE TABLE b (x)", "INSERT INTO b VALUES (1)"):
            connection.execute(statement)
        journal = made.with_name("killed.db-journal").read_bytes()
    made.unlink()
    return journal


@pytest.mark.parametrize(
    "content", [None, b"", b"S" * 100, b"S" * 4096], ids=["absent", "empty", "cut", "none"]
)
@pytest.mark.parametrize("is_hot", [False, True])
def test_a_journal_beside_what_is_no_database_yet_is_named(
    content: bytes | None, is_hot: bool, database: Path, tmp_path: Path
) -> None:
    if content is not None:
        database.write_bytes(content)
    journal = database.with_name(f"{database.name}-journal")
    journal.write_bytes(hot_journal(tmp_path) if is_hot else b"")
    assert journal.name in doctor(database)
    assert journal.exists()


def test_what_the_doctor_says_of_a_journal_comes_true(tree: Path, database: Path, tmp_path: Path) -> None:
    journal = database.with_name(f"{database.name}-journal")
    journal.write_bytes(hot_journal(tmp_path))
    assert "the next migration removes it" in doctor(database)
    write(tree, "patterns/p.json", pattern())
    assert migrate(tree, database).exit_code == 0
    assert not journal.exists()
    assert journal.name not in doctor(database)


def test_a_log_whose_database_was_moved_away_is_named(filled: Path, tmp_path: Path) -> None:
    log = filled.with_name(f"{filled.name}-wal")
    filled.rename(tmp_path / "moved.db")
    log.write_bytes(b"what was written last")
    said = doctor(filled)
    assert log.name in said
    assert "if the database was moved" in said


def test_the_journal_of_a_database_in_order_is_named(filled: Path, tmp_path: Path) -> None:
    journal = filled.with_name(f"{filled.name}-journal")
    journal.write_bytes(hot_journal(tmp_path))
    assert journal.name in doctor(filled)


@pytest.mark.parametrize("folder", [".", "backups", "reports", "saved/patterns/..", "Wänd e"])
def test_an_unfinished_file_beside_the_database_or_a_folder_deeper_is_named(
    folder: str, filled: Path
) -> None:
    place = (filled.parent / folder).resolve()
    place.mkdir(parents=True, exist_ok=True)
    left = place / ".rmos-0123456789abcdef.unfinished"
    left.touch()
    older = place / "monday.db.0a1b2c3d.unfinished"
    older.touch()
    said = doctor(filled)
    assert left.name in said
    assert older.name in said


def test_an_export_that_did_not_finish_is_named(filled: Path) -> None:
    out = filled.parent / "out"
    assert rmos("export", out, "--database", filled).returncode == 0
    assert "export did not finish" not in doctor(filled)
    (out / UNFINISHED_MARK).write_text("")
    said = doctor(filled)
    assert f"an export did not finish: {out}" in said
    assert "killed runs left nothing" not in said


def test_the_doctor_does_not_look_deeper_nor_through_links(filled: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    for folder in (elsewhere, filled.parent / "saved/patterns"):
        folder.mkdir(parents=True)
        (folder / ".rmos-0123.unfinished").touch()
    (filled.parent / "linked").symlink_to(elsewhere, target_is_directory=True)
    assert "killed runs left nothing" in doctor(filled)


@pytest.mark.skipif(os.name != "posix", reason="permissions of folders are POSIX")
def test_a_folder_that_cannot_be_read_is_passed_over(filled: Path) -> None:
    closed, reports = filled.parent / "closed", filled.parent / "reports"
    closed.mkdir()
    reports.mkdir()
    (reports / ".rmos-0123.unfinished").touch()
    closed.chmod(0)
    done = rmos("doctor", "--database", filled, before=without_root_powers)
    closed.chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert ".rmos-0123.unfinished" in done.stdout.replace("\n", "")


def test_the_doctor_says_where_it_did_not_look_at_everything(filled: Path) -> None:
    folder = filled.parent / "many"
    folder.mkdir()
    for number in range(10_001):
        (folder / f"{number}").touch()
    said = doctor(filled)
    assert "many holds more than 10,000 names" in said
