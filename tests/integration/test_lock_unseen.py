"""Locks that cannot be taken or seen: nothing waits for ever, and a run that goes on is not shown as cut
off."""

import json
import os
import sys
from pathlib import Path

import pytest

from builders import execute, pattern, rmos, started, without_root_powers, write
from rmos_migration import audit, migrate
from rmos_migration.store.sqlite.lock import is_locked, lock_path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions and flock are POSIX's")

WITHOUT_FLOCK = """
import errno, fcntl, sys

number = getattr(errno, sys.argv.pop(1))

def missing(*_):
    raise OSError(number, "refused")

import filelock
fcntl.flock = missing
from rmos_migration.__main__ import main
main()
"""

HOLD = """
import sys
from pathlib import Path
from rmos_migration.store.sqlite.lock import write_lock

with write_lock(Path(sys.argv[1]), "a long run"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def running(tree: Path, database: Path) -> Path:
    """A database whose last run says that it is running."""
    write(tree, "patterns/p.json", pattern())
    migrate(tree, database)
    execute(database, "UPDATE migration_runs SET status = 'running', finished_at = NULL")
    return database


def last_run(database: Path, **how: object) -> str:
    done = rmos("status", "--database", database, "--json", **how)  # type: ignore[arg-type]
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["last_run"]["status"])


@pytest.mark.parametrize("number", ["ENOSYS", "EOPNOTSUPP", "ENOLCK"])
def test_a_file_system_without_locks_is_told_in_words(number: str, tree: Path, database: Path) -> None:
    write(tree, "patterns/p.json", pattern())
    for _ in range(2):  # a soft lock would be left by the first one
        with started(
            sys.executable, "-c", WITHOUT_FLOCK, number, "migrate", tree, "--database", database
        ) as run:
            _, said = run.communicate(timeout=60)
        assert run.returncode == 5, said
        assert "cannot be locked" in said
        assert "Traceback" not in said


def test_a_lock_file_that_a_soft_lock_left_holds_nobody_up(tree: Path, database: Path) -> None:
    write(tree, "patterns/p.json", pattern())
    lock_path(database).write_text("4711\nanother-machine\n")
    assert migrate(tree, database).exit_code == 0


def test_a_run_whose_lock_file_may_not_be_opened_is_not_shown_as_cut_off(running: Path) -> None:
    lock_path(running).chmod(0)
    assert last_run(running, before=without_root_powers) == "running"
    done = rmos("doctor", "--database", running, before=without_root_powers)
    assert "is not known" in done.stdout
    done = rmos("history", "--database", running, before=without_root_powers)
    assert "interrupted" not in done.stdout
    done = rmos("audit", "--database", running, "--rule", "run-left-running", before=without_root_powers)
    assert "cut off" not in done.stdout.replace("run-left-running", "")


def test_a_lock_file_that_may_only_be_read_still_tells_who_holds_it(running: Path) -> None:
    lock_path(running).chmod(0o444)
    assert last_run(running, before=without_root_powers) == "interrupted"
    lock_path(running).chmod(0o644)
    with started(sys.executable, "-c", HOLD, running) as holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == "held\n"
        lock_path(running).chmod(0o444)
        assert last_run(running, before=without_root_powers) == "running"


def test_a_lock_file_that_is_a_link_is_not_followed(running: Path, tmp_path: Path) -> None:
    lock_path(running).unlink()
    lock_path(running).symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_text("")
    assert is_locked(running) is None
    done = rmos("init", "--database", running)
    assert done.returncode == 5
    assert "is a link" in done.stderr


def test_where_nobody_ever_wrote_nothing_is_locked(database: Path) -> None:
    assert is_locked(database) is False


def test_a_run_that_was_cut_off_is_still_told(running: Path) -> None:
    assert last_run(running) == "interrupted"
    assert any(one.code == "run-left-running" for one in audit(running).findings) or os.name == "nt"
