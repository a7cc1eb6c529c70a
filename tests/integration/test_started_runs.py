"""Runs that the server starts in processes of their own."""

import sys
import traceback
from pathlib import Path

import pytest

from builders import pattern, write
from rmos_migration import migrate
from rmos_migration.api import jobs
from rmos_migration.api.jobs import Jobs
from rmos_migration.errors import ProgramFault, UsageError
from rmos_migration.migrate.options import Options
from rmos_migration.store.sqlite.database import SqliteDatabase
from serving import MIGRATION, at_the_end, client

ENDS_WITHOUT_A_WORD = (sys.executable, "-c", "")
"""What stands for a run's process."""


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_process_that_dies_before_its_run_began_is_no_run(
    tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch, dry_run: bool
) -> None:
    write(tree, "patterns/p.json", pattern())
    migrate(tree, database)
    monkeypatch.setattr(jobs, "_COMMAND", ENDS_WITHOUT_A_WORD)
    with client(database, tree) as calling:
        answer = calling.post(f"{MIGRATION}/runs", json={"dry_run": dry_run})
    assert (answer.status_code, answer.headers.get("location")) == (503, None)


@pytest.mark.parametrize("last", ["half a line", '["counts", {"ent', '["unheard of"]'])
def test_a_process_that_ends_in_the_middle_of_a_line_holds_no_further_run_up(
    last: str, tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tree, "patterns/p.json", pattern())
    with client(database, tree) as calling:
        with monkeypatch.context() as instead:
            instead.setattr(jobs, "_COMMAND", (sys.executable, "-c", f"print({last!r}, end='')"))
            assert calling.post(f"{MIGRATION}/runs", json={}).status_code == 503
        assert calling.post(f"{MIGRATION}/runs", json={}).status_code == 202
        at_the_end(calling)


@pytest.mark.parametrize("last", ['["report", {"run": 5}]', '["counts"]', "5", '["failed", "UsageError"]'])
def test_what_a_process_should_not_have_told_is_a_fault_of_the_program(
    last: str, tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = f"print('[\"begun\"]', {last!r}, sep=chr(10))"
    monkeypatch.setattr(jobs, "_COMMAND", (sys.executable, "-c", said))
    running = Jobs(SqliteDatabase(database), tree)
    with pytest.raises(ProgramFault):  # at once, or when it is over
        running.start(Options(dry_run=True)).over.wait(60)
        assert running.current is not None
        running.current.raise_failure()
    assert running.current is not None
    assert running.current.process.wait(60) == 0


FAILS_BY_ITS_OWN_FAULT = (
    sys.executable,
    "-c",
    "from rmos_migration.api import started_run as one; one.run = lambda *_: 1 / 0; one.main()",
)


def test_a_fault_of_the_program_in_a_run_is_told_as_one(
    tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(jobs, "_COMMAND", FAILS_BY_ITS_OWN_FAULT)
    with client(database, tree) as calling:
        answer = calling.post(f"{MIGRATION}/runs", json={})
    assert answer.status_code == 500
    assert answer.json()["type"].endswith(":failed")
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_a_failure_that_is_told_often_keeps_nothing_of_who_asked(tree: Path, database: Path) -> None:
    running = Jobs(SqliteDatabase(database), tree / "nowhere")
    with pytest.raises(UsageError):
        running.start(Options(dry_run=True))
    assert running.current is not None
    lengths = set()
    for _ in range(3):
        with pytest.raises(UsageError) as raised:
            running.current.raise_failure()
        lengths.add(len(traceback.extract_tb(raised.value.__traceback__)))
    assert len(lengths) == 1
