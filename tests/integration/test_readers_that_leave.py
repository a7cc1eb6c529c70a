"""A reader who closes the pipe early, as in ``rmos rejects | head -1``, ends a verb quietly, and nothing
else."""

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builders import environment, joblog, write
from rmos_migration import migrate
from rmos_migration.cli.app import app

PROGRAM = (sys.executable, "-m", "rmos_migration")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with more rejects than a pipe holds."""
    folder = tmp_path_factory.mktemp("workshop")
    for number in range(3_000):
        write(folder, f"joblogs/{number}.json", joblog(f"j{number}", status="lost its way"))
    migrate(folder, folder / "rmos.db")
    return folder / "rmos.db"


@pytest.mark.parametrize(
    "arguments",
    [
        ["rejects"],
        ["rejects", "--json"],
        ["rejects", "--limit", "3000"],
        ["status"],
        ["audit"],
        ["--version"],
    ],
)
def test_a_verb_whose_reader_leaves_ends_quietly(database: Path, arguments: list[str]) -> None:
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        env=environment() | {"RMOS_DATABASE": str(database)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (141, b"")


def test_an_error_that_nobody_reads_keeps_its_exit_code(tmp_path: Path) -> None:
    command = [*PROGRAM, "status", "--database", str(tmp_path / "none.db")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stderr.close()
    assert process.stdout.read() == b""
    process.stdout.close()
    assert process.wait(timeout=60) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="closes a descriptor in a POSIX shell")
def test_a_verb_without_any_output_goes_on(database: Path) -> None:
    command = f"exec {shlex.join([*PROGRAM, 'status', '--database', str(database)])} >&- 2>&- <&-"
    assert subprocess.run(["sh", "-c", command], timeout=60).returncode == 0


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="this system has no such signal")
def test_a_program_that_calls_the_command_in_itself_keeps_its_own_signals(database: Path) -> None:
    before = signal.getsignal(signal.SIGPIPE)
    done = CliRunner().invoke(app, ["status", "--json", "--database", str(database)])
    assert json.loads(done.stdout)
    assert signal.getsignal(signal.SIGPIPE) == before == signal.SIG_IGN
