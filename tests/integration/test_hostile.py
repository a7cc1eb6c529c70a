"""A folder full of hostile things: no traceback, no hang, little memory, and every input accounted for."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hostile import MIGRATED, PASSED_OVER, Fate, write_large, write_names, write_small, write_special

from builders import RMOS, environment, fates, noticed, query, raw_controls, remove, rmos, without_root_powers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pipes, devices and odd names need Linux")

TIME_LIMIT = 120
MEMORY_LIMIT = 1_000_000_000


class Run(NamedTuple):
    """One run over the hostile tree: what was expected, and what came of it."""

    expected: dict[str, Fate]
    database: Path
    exit_code: int
    out: str
    err: str
    peak_bytes: int


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("hostile")
    tree, database = folder / "legacy", folder / "rmos.db"
    expected = write_small(tree) | write_names(tree) | write_special(tree) | write_large(tree)
    exit_code, peak = run_measured(tree, database, folder)
    out, err = ((folder / name).read_text(errors="surrogateescape") for name in ("out", "err"))
    yield Run(expected, database, exit_code, out, err, peak)
    remove(folder)


def run_measured(tree: Path, database: Path, folder: Path) -> tuple[int, int]:
    """Run the command in a process of its own; its exit code and peak memory in bytes."""
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            [*RMOS, "migrate", str(tree), "--database", str(database), "--stats", str(folder / "stats.json")],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=environment(),
            preexec_fn=without_root_powers,
        )
        end = time.monotonic() + TIME_LIMIT
        while time.monotonic() < end:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                process.returncode = os.waitstatus_to_exitcode(status)
                return process.returncode, usage.ru_maxrss * 1024
            time.sleep(0.05)
        process.kill()
        process.wait()
    raise AssertionError(f"the run hung for more than {TIME_LIMIT} s")


def test_the_run_ends_with_rejects_and_without_a_traceback(run: Run) -> None:
    assert "Traceback" not in run.err
    assert run.exit_code == 1, run.err[-2000:]
    assert query(run.database, "SELECT status FROM migration_runs") == [("completed_with_rejects",)]


def test_memory_stays_below_a_gigabyte(run: Run) -> None:
    assert run.peak_bytes < MEMORY_LIMIT


def test_every_input_is_in_the_ledger_with_its_own_code(run: Run) -> None:
    entries = fates(run.database)
    # names that are no UTF-8 have an empty step before them, which tells them from names that look like them
    assert {path.replace("//", "/"): fate for path, fate in entries.items()} == run.expected


def test_every_reject_has_an_error_that_says_why(run: Run) -> None:
    errors = {(path, code) for path, code, severity in noticed(run.database, 1) if severity == "error"}
    rejected = {(path, code) for path, (outcome, code) in run.expected.items() if outcome == "rejected"}
    assert rejected <= errors
    assert {path for path, _ in errors} == {path for path, _ in rejected}


def test_links_to_what_is_read_anyway_are_noted_once(run: Run) -> None:
    stats = json.loads(run.database.with_name("stats.json").read_bytes())
    assert stats["codes"]["link-not-followed"] == 4  # pipe-link.json, twin.json, up, here
    assert stats["files"]["ignored"]["link to what is read anyway"] == 4


def test_a_folder_that_cannot_be_listed_is_no_document(run: Run) -> None:
    assert ("patterns/locked-folder", "folder-not-looked-at", "warning") in noticed(run.database, 1)


def test_hidden_files_backups_and_other_files_are_counted(run: Run) -> None:
    ignored = json.loads(run.database.with_name("stats.json").read_bytes())["files"]["ignored"]
    assert (
        sum(ignored[reason] for reason in ("hidden", "backup copy", "not .json or .jsonl"))
        == len(PASSED_OVER) + 2
    )


def test_the_books_balance(run: Run) -> None:
    stats = json.loads(run.database.with_name("stats.json").read_bytes())
    assert stats["balanced"] is True
    assert stats["totals"]["found"] == len(run.expected)
    assert stats["totals"]["rejected"] == sum(fate != MIGRATED for fate in run.expected.values())


def test_the_bytes_of_every_reject_that_could_be_read_are_kept(run: Run) -> None:
    unread = ("file-too-large", "file-not-regular", "file-outside", "file-unreadable")
    for path, code, body in query(run.database, "SELECT path, code, body FROM migration_rejects"):
        if code in unread:
            assert body is None, path
        elif not path.startswith("joblogs"):
            assert body == (run.database.parent / "legacy" / path).read_bytes(), path


def test_nothing_from_the_files_reaches_the_terminal_raw(run: Run) -> None:
    assert raw_controls(run.out + run.err) == set()


@pytest.mark.parametrize("verb", ["status", "history", "rejects", "doctor"])
def test_what_other_verbs_print_is_harmless_too(run: Run, verb: str) -> None:
    done = rmos(verb, "--database", run.database)
    assert done.returncode == 0, done.stderr[-2000:]
    assert raw_controls(done.stdout + done.stderr) == set()


def test_rejects_as_json_name_every_one(run: Run) -> None:
    done = rmos("rejects", "--database", run.database, "--json")
    listed = {reject["path"]: reject["code"] for reject in json.loads(done.stdout)["rejects"]}
    assert listed == {path: code for path, (outcome, code) in run.expected.items() if outcome == "rejected"}
