"""On a terminal: a progress bar, and colours unless NO_COLOR forbids them; in a pipe neither."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from builders import RMOS_IN_SMALL_BATCHES, environment, rmos, workshop, write

pty = pytest.importorskip("pty", reason="needs a pseudo terminal")

COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-7]|9[0-7])m")


def on_a_terminal(*arguments: str | Path, **env: str) -> tuple[int, str]:
    """Run the command with a terminal for stdout and stderr; its exit code and all it wrote."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*RMOS_IN_SMALL_BATCHES, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=environment(TERM="xterm-256color", COLUMNS="120") | env,
    ) as process:
        os.close(theirs)
        written = bytearray()
        try:
            while chunk := os.read(ours, 65536):
                written += chunk
        except OSError:  # how Linux says that the other side has closed its terminal
            pass
        finally:
            os.close(ours)
        return process.wait(60), written.decode()


@pytest.fixture
def faulty(tree: Path) -> Path:
    workshop(tree, 300)
    write(tree, "patterns/bad.json", "{")
    return tree


def test_a_progress_bar_shows_files_rate_and_remaining_time(faulty: Path, database: Path) -> None:
    code, written = on_a_terminal("migrate", faulty, "--database", database)
    assert code == 1
    assert re.search(r"\d+/301\b", written)
    assert "a second" in written
    assert re.search(r"\d:\d\d:\d\d", written)
    assert COLOUR.search(written)


def test_no_color_forbids_colours_but_not_the_bar(faulty: Path, database: Path) -> None:
    code, written = on_a_terminal("migrate", faulty, "--database", database, NO_COLOR="1")
    assert code == 1
    assert COLOUR.search(written) is None
    assert re.search(r"\d+/301\b", written)


def test_quiet_shows_one_line_on_a_terminal_too(faulty: Path, database: Path) -> None:
    code, written = on_a_terminal("migrate", faulty, "--database", database, "-q")
    assert code == 1
    assert "of 301 documents found: 1 rejected" in written
    assert len(written.splitlines()) == 1


def test_json_on_a_terminal_comes_without_a_bar(faulty: Path, database: Path) -> None:
    _, written = on_a_terminal("migrate", faulty, "--database", database, "--json")
    assert written.startswith("{")
    assert "\x1b" not in written


def test_in_a_pipe_there_is_no_bar_and_no_escape_sequence(faulty: Path, database: Path) -> None:
    done = rmos("migrate", faulty, "--database", database)
    assert "\x1b" not in done.stdout + done.stderr
    assert "/301" not in done.stdout + done.stderr


def test_a_letter_that_the_console_does_not_know_does_not_end_the_run(tree: Path, database: Path) -> None:
    write(tree, "patterns/Grün-🎸.json", "{")
    done = rmos("migrate", tree, "--database", database, env=environment(PYTHONIOENCODING="ascii"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
