"""One writer a database: a second run ends at once, naming the first; readers are not held up."""

import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from builders import domain_rows, pattern, rmos, started, status_of, write
from rmos_migration import migrate
from rmos_migration.errors import LockedError
from rmos_migration.store.sqlite.lock import is_locked

SLOW_RUN = """
import sys
from rmos_migration import migrate
from rmos_migration.migrate.observer import NullObserver

class Observer(NullObserver):
    def advanced(self, counts):
        print("batch committed", flush=True)
        sys.stdin.readline()

migrate(sys.argv[1], sys.argv[2], observer=Observer())
"""


LOOK_ALL_THE_TIME = """
import sys
from pathlib import Path
from rmos_migration.store.sqlite.lock import is_locked

print("looking", flush=True)
for _ in range(1_000_000):
    is_locked(Path(sys.argv[1]))
"""


@pytest.fixture
def busy(tree: Path, database: Path) -> Iterator[int]:
    """The process id of a run that has begun and waits in its middle."""
    write(tree, "strip_families/a.json", "{")
    write(tree, "patterns/a.json", pattern())
    with started(sys.executable, "-c", SLOW_RUN, tree, database) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "batch committed\n"
        yield process.pid


def test_a_second_run_exits_with_3_while_the_first_goes_on_and_names_it(
    tree: Path, database: Path, busy: int
) -> None:
    done = rmos("migrate", tree, "--database", database)  # the first waits for a line that never comes
    assert done.returncode == 3
    assert is_locked(database)
    assert str(busy) in done.stderr
    assert "Traceback" not in done.stderr


def test_every_later_run_still_learns_who_holds_the_lock(tree: Path, database: Path, busy: int) -> None:
    for _ in range(3):
        with pytest.raises(LockedError, match=str(busy)):
            migrate(tree, database)


@pytest.mark.parametrize("options", [{"dry_run": True}, {"all_or_nothing": True}], ids=str)
def test_a_second_run_of_any_kind_is_locked_out(
    options: dict[str, bool], tree: Path, database: Path, busy: int
) -> None:
    with pytest.raises(LockedError):
        migrate(tree, database, **options)  # type: ignore[arg-type]


def test_another_name_of_the_file_is_locked_too(tree: Path, database: Path, busy: int) -> None:
    link = database.with_name("link.db")
    link.symlink_to(database)
    with pytest.raises(LockedError):
        migrate(tree, link)


def test_init_is_locked_out(database: Path, busy: int) -> None:
    done = rmos("init", "--database", database)
    assert done.returncode == 3
    assert str(busy) in done.stderr


def test_status_works_meanwhile_and_shows_the_run(database: Path, busy: int) -> None:
    done = rmos("status", "--database", database, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["last_run"]["status"] == "running"


def test_the_doctor_names_the_holder(database: Path, busy: int) -> None:
    done = rmos("doctor", "--database", database)
    assert done.returncode == 0
    assert str(busy) in done.stdout


def test_readers_do_not_take_the_lock_from_the_run(tree: Path, database: Path, busy: int) -> None:
    rmos("status", "--database", database)
    rmos("history", "--database", database)
    with pytest.raises(LockedError, match=str(busy)):
        migrate(tree, database)


@pytest.mark.skipif(not hasattr(os, "kill"), reason="this system has no SIGKILL")
def test_the_lock_dies_with_its_holder(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", "{")
    write(tree, "patterns/a.json", pattern())
    with started(sys.executable, "-c", SLOW_RUN, tree, database) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.wait(30)
        last = json.loads(rmos("status", "--database", database, "--json").stdout)["last_run"]
        assert last["status"] == "interrupted"
        summary = migrate(tree, database)
    assert summary.totals.migrated + summary.totals.unchanged == 1
    assert status_of(database, 1) == "interrupted"
    assert len(domain_rows(database)["patterns"]) == 1


def test_looking_at_the_lock_does_not_lock_a_run_out(tree: Path, database: Path) -> None:
    migrate(tree, database)
    with started(sys.executable, "-c", LOOK_ALL_THE_TIME, database) as process:
        assert process.stdout is not None
        process.stdout.readline()
        outcomes = {migrate(tree, database).exit_code for _ in range(60)}
    assert outcomes == {0}


def test_the_lock_is_free_after_a_run(tree: Path, database: Path) -> None:
    for _ in range(3):
        assert migrate(tree, database).exit_code == 0


def test_databases_side_by_side_do_not_lock_each_other(tree: Path, database: Path, busy: int) -> None:
    assert migrate(tree, database.with_name("other.db")).totals.migrated == 1


def test_threads_that_look_do_not_take_each_other_for_a_writer(tree: Path, database: Path) -> None:
    migrate(tree, database)
    with ThreadPoolExecutor(4) as threads:
        assert not any(threads.map(is_locked, [database] * 2000))
