"""rmos backup: a whole, checked copy of a database, while others use it."""

import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from builders import (
    RMOS,
    digests,
    domain_rows,
    environment,
    execute,
    family,
    pattern,
    query,
    records,
    rmos,
    started,
    write,
)
from pages import ROOT, blocks
from rmos_migration import audit, export, migrate
from serving import STORES, client
from two_steps import older_database


@pytest.fixture
def filled(tree: Path, database: Path) -> Path:
    """A database with one family and one pattern."""
    write(tree, "strip_families/f.json", family())
    write(tree, "patterns/p.json", pattern(strip_family_id="f1"))
    assert migrate(tree, database).exit_code == 0
    return database


def test_backup_is_the_whole_database(filled: Path, tmp_path: Path) -> None:
    done = rmos("backup", tmp_path / "saved.db", "--database", filled)
    assert done.returncode == 0, done.stderr
    assert "saved.db" in done.stdout
    assert audit(tmp_path / "saved.db").passed
    assert records(tmp_path / "saved.db", "patterns") == records(filled, "patterns")


def test_backup_holds_what_was_committed_and_not_what_is_being_written(filled: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(filled, isolation_level=None)) as other:
        other.execute("INSERT INTO strip_families (id, strips_json) VALUES ('done', '[]')")
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO strip_families (id, strips_json) VALUES ('half', '[]')")
        done = rmos("backup", tmp_path / "saved.db", "--database", filled)
        other.execute("ROLLBACK")
    assert done.returncode == 0, done.stderr
    assert set(records(tmp_path / "saved.db", "strip_families")) == {"f1", "done"}
    assert [name for name in os.listdir(tmp_path) if name.startswith("saved")] == ["saved.db"]


def test_folder_gets_a_file_named_by_the_time(filled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    assert rmos("backup", folder, "--database", filled).returncode == 0
    (name,) = os.listdir(folder)
    assert re.fullmatch(r"rmos-\d{8}-\d{6}\.db", name)


@pytest.mark.parametrize("taken", ["a file", "a link that leads nowhere"])
def test_nothing_is_overwritten(filled: Path, tmp_path: Path, taken: str) -> None:
    target = tmp_path / "saved.db"
    if taken == "a file":
        target.write_text("precious")
    else:
        target.symlink_to(tmp_path / "nowhere")
    before = digests(tmp_path)
    done = rmos("backup", target, "--database", filled)
    assert (done.returncode, digests(tmp_path)) == (2, before)
    assert "saved.db" in done.stderr


def test_database_itself_is_not_overwritten(filled: Path) -> None:
    before = digests(filled.parent)["rmos.db"]
    assert rmos("backup", filled, "--database", filled).returncode == 2
    assert digests(filled.parent)["rmos.db"] == before


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_copy_does_not_become_a_part_of_another_database(filled: Path, ending: str) -> None:
    before = digests(filled.parent)
    assert rmos("backup", f"{filled}{ending}", "--database", filled).returncode == 2
    assert digests(filled.parent) == before


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_what_was_left_of_another_database_does_not_become_a_part_of_the_copy(
    filled: Path, tmp_path: Path, ending: str
) -> None:
    left = tmp_path / f"saved.db{ending}"
    left.write_bytes(b"left behind")
    done = rmos("backup", tmp_path / "saved.db", "--database", filled)
    assert (done.returncode, left.read_bytes()) == (2, b"left behind")
    assert not (tmp_path / "saved.db").exists()
    assert left.name in done.stderr


def test_folder_that_is_not_there_is_named(filled: Path, tmp_path: Path) -> None:
    done = rmos("backup", tmp_path / "nowhere" / "saved.db", "--database", filled)
    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_there_is_nothing_to_back_up_without_a_database(tmp_path: Path) -> None:
    done = rmos("backup", tmp_path / "saved.db", "--database", tmp_path / "none.db")
    assert done.returncode == 4
    assert os.listdir(tmp_path) == []


@pytest.mark.usefixtures("two_steps")
def test_older_database_can_be_backed_up_before_it_is_upgraded(database: Path, tmp_path: Path) -> None:
    older_database(database)
    assert rmos("backup", tmp_path / "saved.db", "--database", database).returncode == 0
    assert query(tmp_path / "saved.db", "SELECT max(version) FROM schema_version") == [(1,)]


def test_damaged_database_leaves_no_backup_behind(filled: Path, tmp_path: Path) -> None:
    execute(filled, "PRAGMA wal_checkpoint(TRUNCATE)")
    pages = bytearray(filled.read_bytes())
    size = int.from_bytes(pages[16:18], "big")
    (root,) = query(filled, "SELECT rootpage FROM sqlite_master WHERE name = 'patterns'")[0]
    pages[(root - 1) * size : root * size] = b"\xff" * size
    filled.write_bytes(pages)
    done = rmos("backup", tmp_path / "saved.db", "--database", filled)
    assert done.returncode == 4
    assert "damaged" in done.stderr
    assert not (tmp_path / "saved.db").exists()


def test_copy_that_cannot_be_finished_leaves_nothing_behind(filled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    done = rmos("backup", folder / "saved.db", "--database", filled, before=files_end_at_20_000_bytes)
    assert done.returncode == 5
    assert os.listdir(folder) == []


def files_end_at_20_000_bytes() -> None:
    import resource  # not on Windows

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_one_of_many_backups_to_one_name_is_made_and_the_others_say_so(filled: Path, tmp_path: Path) -> None:
    command = [*RMOS, "backup", tmp_path / "saved.db", "--database", filled]
    with ExitStack() as ends:
        others = [ends.enter_context(started(*command)) for _ in range(6)]
        codes = [other.wait(120) for other in others]
    assert codes.count(0) == 1
    assert [name for name in os.listdir(tmp_path) if name.startswith("saved")] == ["saved.db"]
    assert audit(tmp_path / "saved.db").passed


def test_copy_is_as_private_as_the_database(filled: Path, tmp_path: Path) -> None:
    filled.chmod(0o600)
    assert rmos("backup", tmp_path / "saved.db", "--database", filled).returncode == 0
    assert (tmp_path / "saved.db").stat().st_mode & 0o777 == 0o600


def test_another_database_of_the_folder_has_the_same_rows_but_for_what_it_no_longer_holds(
    filled: Path, tree: Path, tmp_path: Path
) -> None:
    """As docs/operating.md says of making a database anew, and of what an export has besides."""
    assert migrate(tree, tmp_path / "anew.db").exit_code == 0
    assert domain_rows(tmp_path / "anew.db") == domain_rows(filled)

    write(tree, "patterns/gone.json", pattern("gone"))
    assert migrate(tree, filled).exit_code == 0
    (tree / "patterns/gone.json").unlink()
    with client(filled, tree) as editing:
        made = {"id": "made-here", "job_type": "slice", "parameters": {}}
        assert editing.post(f"{STORES}/joblogs", json=made).status_code == 201
    assert migrate(tree, tmp_path / "later.db").exit_code == 0
    assert domain_rows(tmp_path / "later.db") == domain_rows(tmp_path / "anew.db")

    export(filled, tmp_path / "out")
    assert migrate(tmp_path / "out", tmp_path / "all.db").exit_code == 0
    assert domain_rows(tmp_path / "all.db") == domain_rows(filled)


@pytest.mark.skipif(os.name != "posix", reason="as it stands there for a POSIX shell")
def test_going_back_as_the_manual_says_gives_the_database_of_the_backup(
    filled: Path, tree: Path, tmp_path: Path
) -> None:
    shop = tmp_path / "shop"
    (shop / "backups").mkdir(parents=True)
    shutil.copytree(tree, shop / "data/rmos_legacy")
    assert rmos("backup", shop / "backups/monday.db", "--database", filled).returncode == 0
    with closing(
        sqlite3.connect(filled, isolation_level=None)
    ) as other:  # what was lost stands in the log alone
        other.execute("DELETE FROM patterns")
        for file in filled.parent.iterdir():
            shutil.copyfile(file, shop / file.name)
    assert (shop / "rmos.db-wal").stat().st_size > 0

    (block,) = [one for one in blocks(ROOT / "docs/operating.md") if "mv rmos.db* broken" in one.text]
    for command in block.commands():
        words = [*RMOS, *shlex.split(command)[1:]] if command.startswith("rmos ") else ["sh", "-c", command]
        done = subprocess.run(words, cwd=shop, env=environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert set(records(shop / "rmos.db", "patterns")) == {"p1"}
    assert (shop / "broken/rmos.db-wal").exists()
