"""A place that results go to and that fails, ends no run and prevents no other result."""

import errno
import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from builders import RMOS, Here, pattern, query, write
from rmos_migration import migrate

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX shells and devices")


@pytest.fixture
def workshop_of_many(tree: Path) -> Path:
    for number in range(40):
        write(tree, f"patterns/{number}.json", pattern(f"p{number}"))
    return tree


def shell(command: str) -> int:
    return subprocess.run(["bash", "-c", command], timeout=100, capture_output=True).returncode


RUN = shlex.join(map(str, RMOS))

CLOSED = {
    "nobody reads it": ("| true; exit ${PIPESTATUS[0]}", 141),
    "a full disk": ("> /dev/full", 5),
    "stdout closed": (">&-", 0),
    "stderr closed": ("2>&-", 0),
    "a full disk behind stderr": ("-v 2> /dev/full", 5),
    "nobody reads stderr": ("-v 2> >(true)", 0),
    "everything closed": ("<&- >&- 2>&-", 0),
    "nobody reads stdout, in JSON": ("--json | true; exit ${PIPESTATUS[0]}", 141),
    "nobody reads stderr, stdout kept": ("-v --json 2> >(true) > kept.json", 0),
}


@pytest.mark.parametrize("how", CLOSED)
def test_a_migration_writes_all_results_whatever_becomes_of_its_output(
    how: str, workshop_of_many: Path, database: Path, tmp_path: Path
) -> None:
    sink, code = CLOSED[how]
    reports, stats = tmp_path / "reports", tmp_path / "stats.json"
    given = f"--database {database} --report {reports} --stats {stats}"
    assert shell(f"cd {tmp_path}; {RUN} migrate {workshop_of_many} {given} {sink}") == code
    assert json.loads(stats.read_text())["status"] == "completed"
    assert len(list(reports.iterdir())) == 3
    assert query(database, "SELECT count(*) FROM patterns") == [(40,)]
    if "kept" in how:
        assert json.loads((tmp_path / "kept.json").read_text())["status"] == "completed"


@pytest.mark.parametrize(
    ("sink", "code"), [("| true; exit ${PIPESTATUS[0]}", 141), ("> /dev/full", 5), (">&-", 0)]
)
@pytest.mark.parametrize(
    "verb",
    [
        "audit --json --output result", "verify {tree} --certificate result", "export result",
        "backup result", "report --output result", "rejects --save result",
    ],
)  # fmt: skip
def test_a_result_in_a_file_is_written_though_the_output_fails(
    verb: str, sink: str, code: int, tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    command = verb.format(tree=tree)
    assert shell(f"cd {tmp_path}; {RUN} {command} --database {database} {sink}") == code
    assert (tmp_path / "result").exists()


def test_a_run_with_rejects_keeps_its_code_where_the_reader_left(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", "{")
    assert shell(f"{RUN} migrate {tree} --database {database} | true; exit ${{PIPESTATUS[0]}}") == 1


@pytest.mark.parametrize("option", ["--stats", "--report"])
def test_a_result_that_cannot_be_written_prevents_none_of_the_others(
    option: str, tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, "patterns/a.json", pattern())
    (tmp_path / "file").write_text("")
    other = {"--stats": "--report", "--report": "--stats"}[option]
    given = f"{option} {tmp_path / 'file/x'} {other} {tmp_path / 'good'} --json"
    done = subprocess.run(
        [*map(str, RMOS), "migrate", str(tree), "--database", str(database), *given.split()],
        capture_output=True,
        text=True,
    )
    assert done.returncode in (2, 5)
    assert (tmp_path / "good").exists()
    assert json.loads(done.stdout)["status"] == "completed"


def test_a_certificate_that_cannot_be_written_does_not_keep_the_result_back(
    tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    done = subprocess.run(
        [*map(str, RMOS), "verify", str(tree), "--database", str(database),
         "--certificate", "/dev/nowhere/x", "--json"],
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 5
    assert json.loads(done.stdout)


@pytest.mark.parametrize(
    ("sink", "code"), [("| true; exit ${PIPESTATUS[0]}", 141), ("> /dev/full", 5), (">&-", 0)]
)
@pytest.mark.parametrize("command", ["--version", "--help", "migrate --help"])
def test_what_is_printed_before_a_verb_begins_goes_the_same_way(command: str, sink: str, code: int) -> None:
    assert shell(f"{RUN} {command} {sink}") == code


@pytest.mark.parametrize("number", ["ENOSPC", "EIO", "EPIPE"])
def test_an_error_of_another_place_is_not_taken_for_the_outputs(
    number: str, here: Here, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system call fails that nobody expected to: it is told, with its traceback in the log."""

    def fail(*_: object) -> None:
        raise OSError(getattr(errno, number), "of another place", "/elsewhere")

    monkeypatch.setattr(shutil, "disk_usage", fail)
    code, said = here("doctor", "--database", database)
    assert code == 5
    assert "the machine failed: /elsewhere: of another place" in said
    assert "Traceback" in said
