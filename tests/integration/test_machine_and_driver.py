"""What goes wrong around a database is told as what it is: in use, not to be read, not ours; damage only
where there is."""

import json
import os
import pty
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from builders import (
    RMOS,
    Here,
    environment,
    execute,
    family,
    pattern,
    query,
    rmos,
    started,
    without_root_powers,
    write,
)
from rmos_migration import audit, migrate
from rmos_migration.errors import EnvironmentFailure, UsageError
from rmos_migration.store.database import database_at
from rmos_migration.store.requirements import refuse_old
from rmos_migration.store.sqlite.database import SqliteDatabase
from rmos_migration.store.sqlite.engines import connected, file_engine, uri
from rmos_migration.store.sqlite.file_state import FileCondition, examine, has_log
from two_steps import older_database

posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions and links are POSIX's")

LOOKING = ("status", "history", "rejects", "audit", "report", "doctor")
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"


@pytest.fixture
def filled(tree: Path, database: Path) -> Path:
    write(tree, "patterns/p.json", pattern())
    write(tree, "strip_families/f.json", family())
    write(tree, "patterns/broken.json", "{")
    migrate(tree, database)
    return database


@pytest.fixture
def read_only(filled: Path) -> Iterator[Path]:
    """A database in a folder in which nothing can be made."""
    filled.parent.chmod(0o555)
    yield filled
    filled.parent.chmod(0o755)


def ended(*arguments: str | Path, code: int, **how: object) -> str:
    """What a command said on stderr, in a line and a hint, that ended with a code."""
    done = rmos(*arguments, timeout=60, **how)  # type: ignore[arg-type]
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


# locks of other programs -----------------------------------------------------------------------------------


@pytest.fixture
def held(filled: Path) -> Iterator[Path]:
    """A database that another program holds exclusively, in the journal mode in which readers are held up,
    too."""
    with closing(sqlite3.connect(filled, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        yield filled


def test_a_backup_does_not_wait_for_ever(held: Path, tmp_path: Path) -> None:
    said = ended("backup", tmp_path / "copy.db", "--database", held, code=3)
    assert "damage" not in said
    assert not list(tmp_path.glob("copy.db*"))


@pytest.mark.parametrize("verb", ["init", "migrate"])
def test_a_writer_does_not_wait_for_ever(verb: str, held: Path, tree: Path) -> None:
    source = [tree] if verb == "migrate" else []
    ended(verb, *source, "--database", held, code=3)


@pytest.mark.usefixtures("two_steps")
def test_an_upgrade_does_not_wait_for_ever(database: Path) -> None:
    older_database(database)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        ended("init", "--database", database, code=3)
    assert not list(database.parent.glob("*before-upgrade*"))


@pytest.mark.parametrize("verb", ["status", "audit", "rejects", "history"])
def test_a_reader_of_a_locked_database_is_told_so(verb: str, filled: Path) -> None:
    with closing(sqlite3.connect(filled, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE patterns SET name = 'held'")
        other.execute("COMMIT")
        said = ended(verb, "--database", filled, code=3)
    assert "damage" not in said
    assert "backup" not in said


# what may not be read --------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("verb", ["status", "audit", "doctor", "rejects"])
def test_a_log_that_may_not_be_read_is_no_damage(verb: str, filled: Path) -> None:
    with closing(sqlite3.connect(filled, isolation_level=None)) as other:
        other.execute("UPDATE patterns SET name = 'in the log'")
        copy = filled.with_name("copy.db")
        shutil.copyfile(filled, copy)
        shutil.copyfile(f"{filled}-wal", f"{copy}-wal")
    Path(f"{copy}-wal").chmod(0)
    done = rmos(verb, "--database", copy, before=without_root_powers)
    assert done.returncode == 5, done.stdout + done.stderr
    said = done.stdout + done.stderr
    assert "-wal" in said
    assert "damage" not in said
    assert "Traceback" not in said


@posix
def test_a_log_is_looked_for_beside_the_file_not_beside_a_link(filled: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(filled)
    with closing(sqlite3.connect(filled, isolation_level=None)) as other:
        other.execute("UPDATE patterns SET name = 'in the log'")
        assert has_log(link)
        Path(f"{link}-wal").write_text("of nobody")
        with SqliteDatabase(link).read() as snapshot:
            connection = snapshot.connection
            assert connection.exec_driver_sql("SELECT name FROM patterns").scalar() == "in the log"


@posix
@pytest.mark.parametrize("verb", LOOKING)
def test_a_read_only_folder_is_enough_to_look(verb: str, read_only: Path) -> None:
    done = rmos(verb, "--database", read_only, before=without_root_powers)
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr


@posix
def test_a_backup_is_made_from_a_read_only_folder(read_only: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    done = rmos("backup", copy, "--database", read_only, before=without_root_powers)
    assert done.returncode == 0, done.stderr
    assert query(copy, "SELECT count(*) FROM patterns") == [(1,)]


@posix
def test_a_database_that_may_not_be_read_is_no_damage(filled: Path) -> None:
    filled.chmod(0)
    said = ended("status", "--database", filled, code=5, before=without_root_powers)
    assert "permissions" in said


# names -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        ".",
        ":memory:",
        ":MEMORY:",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///rmos.db?mode=ro",
        "sqlite:///rmos.db#x",
        "sqlite:///?",
        "file:rmos.db?mode=ro",
        "file::memory:",
        "sqlite:rmos.db",
        "rmos\0.db",
    ],
)
def test_what_names_no_file_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        database_at(name)


@posix
@pytest.mark.parametrize("name", ["what?.db", "a#b.db", "100%.db", "a b.db", "%3f.db", "a?mode=ro.db"])
def test_a_file_of_an_odd_name_is_that_file(name: str, tree: Path, tmp_path: Path) -> None:
    write(tree, "patterns/p.json", pattern())
    assert migrate(tree, tmp_path / name).exit_code == 0
    assert (tmp_path / name).stat().st_size > 0
    assert audit(tmp_path / name).passed


def test_a_folder_is_not_called_damaged(tmp_path: Path) -> None:
    said = ended("status", "--database", tmp_path, code=4)
    assert "is not a file" in said
    assert "backup" not in said


def test_a_network_folder_of_windows_keeps_its_server_out_of_the_host() -> None:
    class Share(type(Path())):  # type: ignore[misc]
        def absolute(self) -> "Share":
            return self

        def as_posix(self) -> str:
            return "//server/share/rmos.db"

    assert uri(Share("x"), "mode=ro") == "file:////server/share/rmos.db?mode=ro"


# SQLite ----------------------------------------------------------------------------------------------------

OLD_SQLITE = """
import sqlite3

sqlite3.sqlite_version_info = (3, 36, 0)
from rmos_migration.__main__ import main
main()
"""


@pytest.mark.parametrize("version", [(3, 36, 0), (3, 8, 7), (2, 8, 17)])
def test_a_sqlite_without_strict_tables_is_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(EnvironmentFailure, match=r"3\.37"):
        refuse_old(version)


@pytest.mark.parametrize("version", [(3, 37, 0), (3, 51, 3), (4, 0, 0)])
def test_a_newer_sqlite_is_taken(version: tuple[int, ...]) -> None:
    refuse_old(version)


@pytest.mark.parametrize("verb", ["status", "init", "doctor"])
def test_every_verb_refuses_an_old_sqlite_at_its_start(verb: str, database: Path) -> None:
    with started(sys.executable, "-c", OLD_SQLITE, verb, "--database", database) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 5
    assert "3.36.0" in said
    assert "Traceback" not in said
    assert not database.exists()


def test_a_connection_neither_trusts_the_schema_nor_cells(filled: Path) -> None:
    with connected(file_engine(filled, read_only=True)) as connection:
        assert connection.exec_driver_sql("PRAGMA trusted_schema").scalar() == 0
        assert connection.exec_driver_sql("PRAGMA cell_size_check").scalar() == 1
    with connected(file_engine(filled)) as connection:
        assert connection.exec_driver_sql("PRAGMA cell_size_check").scalar() == 1


# a tampered schema -----------------------------------------------------------------------------------------


VERBS = (*LOOKING, "export", "verify", "backup", "init", "migrate", "draw")


def everything(verb: str, tree: Path, tmp_path: Path) -> list[str | Path]:
    """What a verb needs besides the database."""
    more: dict[str, list[str | Path]] = {
        "migrate": [tree],
        "verify": [tree],
        "export": [tmp_path / "exported"],
        "backup": [tmp_path / "copy.db"],
        "draw": ["p1"],
    }
    return [verb, *more.get(verb, [])]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("table", ["schema_version", "patterns", "migration_runs", "alembic_version"])
def test_a_view_without_an_end_is_not_asked(
    table: str, verb: str, filled: Path, tree: Path, tmp_path: Path, here: Here
) -> None:
    columns = ", ".join(f"i AS {name!r}" for _, name, *_ in query(filled, f"PRAGMA table_info({table})"))
    execute(filled, f"DROP TABLE {table}; CREATE VIEW {table} AS {ENDLESS} {columns} FROM n")
    code, said = here(*everything(verb, tree, tmp_path), "--database", filled)
    assert code == (1 if verb == "audit" else 4), said
    assert f"{table} is a view" in said or verb == "audit"
    assert "Traceback" not in said


@pytest.mark.parametrize("verb", ["status", "doctor", "audit", "migrate"])
def test_a_view_of_another_name_holds_nobody_up(verb: str, filled: Path, tree: Path, tmp_path: Path) -> None:
    execute(filled, f"CREATE VIEW beside AS {ENDLESS} i FROM n")
    done = rmos(*everything(verb, tree, tmp_path), "--database", filled, timeout=60)
    assert "Traceback" not in done.stderr


def test_a_virtual_table_is_no_table_of_ours(filled: Path) -> None:
    execute(filled, "DROP TABLE migration_rejects; CREATE VIRTUAL TABLE migration_rejects USING fts5(body)")
    assert examine(filled).condition is FileCondition.CHANGED
    assert not audit(filled).passed


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("where", ["table name", "column", "index", "create"])
def test_a_byte_that_is_no_text_in_the_schema_ends_in_words(
    where: str, verb: str, filled: Path, tree: Path, tmp_path: Path, here: Here
) -> None:
    places = {
        "table name": (b"tablepatternspatterns", b"tablepatter\xffspatterns"),
        "column": (b"pattern_type TEXT NOT", b"patter\xff_type TEXT NOT"),
        "index": (b"idx_joblogs_status", b"idx_joblogs_st\xfftus"),
        "create": (b"CREATE TABLE joblogs", b"CREATE TABL\xff joblogs"),
    }
    raw = filled.read_bytes()
    before, after = places[where]
    assert before in raw
    filled.write_bytes(raw.replace(before, after, 1))
    code, said = here(*everything(verb, tree, tmp_path), "--database", filled)
    assert "Traceback" not in said
    sound = (
        {0} if where == "column" and verb not in ("audit", "doctor") else set()
    )  # of rows that can still be read
    assert code in {1 if verb == "audit" else 4, 4} | sound, said


# terminals -------------------------------------------------------------------------------------------------


@posix
def test_json_on_a_terminal_does_not_steer_it(tree: Path, database: Path) -> None:
    name = "a\u009b31m\u202e\u2028\u2029\u0085\u200b\U000e0041.json"
    write(tree, f"patterns/{name}", "{")
    migrate(tree, database)
    controller, terminal = pty.openpty()
    command = [*RMOS, "rejects", "--json", "--database", str(database)]
    with subprocess.Popen(command, stdout=terminal, env=environment(TERM="xterm")) as process:
        os.close(terminal)
        said = b""
        while True:
            try:
                chunk = os.read(controller, 65536)
            except OSError:  # the terminal is closed
                break
            if not chunk:
                break
            said += chunk
        process.wait(60)
    os.close(controller)
    text = said.decode()
    assert not set(text) & set("\u009b\u202e\u2028\u2029\u0085\u200b\U000e0041")
    assert json.loads(text)["rejects"][0]["path"] == f"patterns/{name}"


def test_stat_is_what_the_copy_has(filled: Path, tmp_path: Path) -> None:
    filled.chmod(0o600)
    SqliteDatabase(filled).back_up(tmp_path / "copy.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) & 0o077 == 0
