"""A file is opened once, read whole or not at all, and hashed as it was parsed."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from rmos_migration.entities import BY_NAME
from rmos_migration.sources.discover import Source
from rmos_migration.sources.read import RACY_NS, READ_AHEAD, SIZE_LIMIT, Reading, SourceFile, read_files


def read(file: Path) -> Reading:
    (reading,) = read_files([SourceFile(f"patterns/{file.name}", str(file))])
    return reading


def problem(file: Path) -> str | None:
    reading = read(file)
    if reading.problem is None:
        return None
    assert (reading.raw, reading.sha256, reading.problem.location.path) == (
        b"",
        None,
        f"patterns/{file.name}",
    )
    return reading.problem.code


LONG_AGO_NS = 1_700_000_000_123_456_700


def test_time_of_a_file_that_was_written_just_now_is_not_remembered(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"{}")
    os.utime(file)
    assert read(file).mtime_ns is None


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe{\0}\0", b'{"a": 1}\r\n' * 50_000])
def test_hash_and_size_are_those_of_the_bytes_that_are_parsed(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(content)
    os.utime(file, ns=(LONG_AGO_NS, LONG_AGO_NS))
    reading = read(file)
    assert reading.raw == content
    assert reading.sha256 == sha256(content).hexdigest()
    assert (reading.size, reading.mtime_ns) == (len(content), LONG_AGO_NS)


def test_file_of_16_mib_is_read_and_one_byte_more_is_too_large(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    with file.open("wb") as sparse:
        sparse.truncate(SIZE_LIMIT)
    assert SIZE_LIMIT == 16 * 1024 * 1024
    assert (problem(file), len(read(file).raw)) == (None, SIZE_LIMIT)
    os.truncate(file, SIZE_LIMIT + 1)
    assert problem(file) == "file-too-large"


def test_huge_file_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    with file.open("wb") as sparse:
        sparse.truncate(2**40)
    assert problem(file) == "file-too-large"


def test_more_files_than_are_open_at_once_are_read_in_order(tmp_path: Path) -> None:
    files = []
    for number in range(2 * READ_AHEAD + 1):
        file = tmp_path / f"{number}.json"
        file.write_text(str(number))
        files.append(SourceFile(file.name, str(file)))
    assert [reading.raw for reading in read_files(files)] == [str(n).encode() for n in range(len(files))]


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="open handles cannot be counted here")
def test_no_file_stays_open_when_the_reader_is_left_early(tmp_path: Path) -> None:
    files = []
    for number in range(READ_AHEAD):
        (tmp_path / f"{number}").write_text("{}")
        files.append(SourceFile(f"{number}", str(tmp_path / f"{number}")))
    before = len(os.listdir("/dev/fd"))
    reader = read_files(files)
    next(reader)
    reader.close()  # type: ignore[attr-defined]
    assert len(os.listdir("/dev/fd")) == before


def rewritten_while_read(monkeypatch: pytest.MonkeyPatch, change: Callable[[], Any]) -> None:
    """Have the operating system's read followed, once, by a change from outside."""
    plain = os.read
    changes = [change]

    def read_and_change(handle: int, size: int) -> bytes:
        content = plain(handle, size)
        if changes:
            changes.pop()()
        return content

    monkeypatch.setattr(os, "read", read_and_change)


@pytest.mark.parametrize("content", [b'{"a": 1, "b": 2}', b'{"a": 1', b'{"a": 9}', b""])
def test_file_that_is_changed_while_it_is_read_is_refused(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b'{"a": 1}')
    os.utime(file, ns=(0, 0))  # so that the change shows even on a file system with a coarse clock
    rewritten_while_read(monkeypatch, lambda: file.write_bytes(content))
    assert problem(file) == "file-changed"


@pytest.mark.parametrize("content", [b'{"a": 9}', b'{"b": 1}', b"12345678"])
@pytest.mark.parametrize(
    "age_ns", [0, RACY_NS - 10**9, -(10**9)], ids=["now", "a second old", "of the future"]
)
def test_young_file_rewritten_in_its_place_within_a_tick_of_the_clock_is_refused(
    age_ns: int, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b'{"a": 1}')
    moment = time.time_ns() - age_ns

    def rewrite() -> None:
        file.write_bytes(content)
        os.utime(file, ns=(moment, moment))

    os.utime(file, ns=(moment, moment))
    rewritten_while_read(monkeypatch, rewrite)
    assert problem(file) == "file-changed"


def test_young_file_that_is_left_alone_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"x" * 200_000)
    (reading,) = read_files([SourceFile("a.json", str(file))])
    assert (reading.raw, reading.size, reading.mtime_ns) == (b"x" * 200_000, 200_000, None)


def test_file_that_grows_over_the_limit_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"{}")
    rewritten_while_read(monkeypatch, lambda: os.truncate(file, SIZE_LIMIT + 1))
    assert problem(file) == "file-changed"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs a file that is longer than it says")
def test_file_with_more_bytes_than_its_stated_size_is_refused() -> None:
    assert problem(Path("/proc/self/status")) == "file-changed"


def test_file_that_is_replaced_by_a_new_one_is_read_whole(tmp_path: Path) -> None:
    first, second, other = tmp_path / "a", tmp_path / "b", tmp_path / "new"
    for file, content in ((first, "1"), (second, "old"), (other, "newer")):
        file.write_text(content)
    reader = read_files([SourceFile("a", str(first)), SourceFile("b", str(second))])
    next(reader)
    other.replace(second)
    reading = next(reader)
    assert reading.raw in (b"old", b"newer")
    assert reading.sha256 == sha256(reading.raw).hexdigest()


def test_file_that_is_gone_by_the_time_it_is_opened_is_unreadable(tmp_path: Path) -> None:
    assert problem(tmp_path / "gone.json") == "file-unreadable"


def test_link_that_took_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("{}")
    (tmp_path / "a.json").symlink_to("secret")
    assert problem(tmp_path / "a.json") == "file-changed"


@contextmanager
def forbidden(place: Path) -> Iterator[None]:
    """Take away the right to read ``place``; root, whom nothing is forbidden, becomes nobody for the time."""
    mode = place.stat().st_mode
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    place.chmod(0)
    if is_root:
        try:
            os.seteuid(65_534)
        except OSError:
            place.chmod(mode)
            pytest.skip("root cannot become nobody in this container")
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        place.chmod(mode)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other permissions")
def test_file_that_may_not_be_read_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("{}")
    with forbidden(file):
        assert problem(file) == "file-unreadable"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other permissions")
def test_folder_that_may_not_be_listed_is_kept_apart_and_its_siblings_are_read(
    write: Any, tmp_path: Path
) -> None:
    for path in ("patterns/first.json", "patterns/locked/a.json", "patterns/open.json"):
        write(path, "{}")
    source = Source(tmp_path / "legacy")
    files = source.files(BY_NAME["patterns"])
    found = [next(files)]
    with forbidden(tmp_path / "legacy/patterns/locked"):
        found += files
    assert [(file.path, file.problem) for file in found] == [
        ("patterns/first.json", None),
        ("patterns/open.json", None),
    ]
    assert [(file.path, file.problem and file.problem.code) for file in source.unlisted] == [
        ("patterns/locked", "folder-not-looked-at"),
    ]
