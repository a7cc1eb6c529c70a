"""Pipes, sockets and devices are reported, never opened."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rmos_migration.entities import BY_NAME
from rmos_migration.sources.discover import Source
from rmos_migration.sources.read import SourceFile, read_files

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")

_OPENED: list[str] = []
_is_listening = False


def _note_open(event: str, arguments: tuple[object, ...]) -> None:
    if _is_listening and event == "open":
        _OPENED.append(os.fspath(arguments[0]) if isinstance(arguments[0], (str, Path)) else "")


sys.addaudithook(_note_open)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """The paths that this process opens while the test runs."""
    global _is_listening
    _OPENED.clear()
    _is_listening = True
    yield _OPENED
    _is_listening = False


@pytest.fixture
def legacy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source that is also the working folder, because a socket's path must be short."""
    root = tmp_path / "legacy"
    (root / "patterns").mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


def problems(root: Path) -> list[tuple[str, str | None]]:
    readings = read_files(Source(root).files(BY_NAME["patterns"]))
    return [(reading.path, reading.problem.code if reading.problem else None) for reading in readings]


def test_pipe_is_reported_and_never_opened(legacy: Path, opened: list[str]) -> None:
    os.mkfifo("patterns/pipe.json")
    assert problems(legacy) == [("patterns/pipe.json", "file-not-regular")]
    assert not [path for path in opened if "pipe.json" in path]


def test_socket_is_reported_and_never_opened(legacy: Path, opened: list[str]) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("patterns/socket.json")
        assert problems(legacy) == [("patterns/socket.json", "file-not-regular")]
    assert not [path for path in opened if "socket.json" in path]


def test_device_is_reported_and_never_opened(legacy: Path, opened: list[str]) -> None:
    try:
        os.mknod("patterns/null.json", 0o20666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root may make a device")
    assert problems(legacy) == [("patterns/null.json", "file-not-regular")]
    assert not [path for path in opened if "null.json" in path]


def test_link_to_a_pipe_is_reported_and_never_opened(legacy: Path, opened: list[str]) -> None:
    os.mkfifo("pipe")
    Path("patterns/link.json").symlink_to("../pipe")
    assert problems(legacy) == [("patterns/link.json", "file-not-regular")]
    assert not [path for path in opened if path.endswith("pipe")]


def test_link_to_a_device_outside_is_refused(legacy: Path, opened: list[str]) -> None:
    Path("patterns/zero.json").symlink_to("/dev/zero")
    assert problems(legacy) == [("patterns/zero.json", "file-outside")]
    assert "/dev/zero" not in opened


def test_pipes_of_other_names_are_ignored(legacy: Path) -> None:
    os.mkfifo("patterns/pipe")
    os.mkfifo("patterns/.pipe.json")
    assert problems(legacy) == []


def test_pipe_that_took_the_place_of_a_file_does_not_hang(legacy: Path) -> None:
    Path("patterns/a.json").write_text("{}")
    files = list(Source(legacy).files(BY_NAME["patterns"]))
    Path("patterns/a.json").unlink()
    os.mkfifo("patterns/a.json")
    (reading,) = read_files(files)
    assert reading.problem is not None
    assert reading.problem.code == "file-not-regular"


def test_folder_in_the_place_of_a_file_is_not_regular(legacy: Path) -> None:
    (reading,) = read_files([SourceFile("patterns", str(legacy / "patterns"))])
    assert reading.problem is not None
    assert reading.problem.code == "file-not-regular"
