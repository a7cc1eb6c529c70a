"""Files that are written whole or not at all."""

import errno
import multiprocessing
import os
import socket
import sqlite3
import stat
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rmos_migration.files.atomic import unfinished, write_whole
from rmos_migration.files.folders import make_folder
from rmos_migration.files.leftovers import leftovers, sweep
from rmos_migration.files.permissions import ANYBODYS, Permissions, permissions_of
from rmos_migration.files.sync import sync_file
from rmos_migration.files.targets import IsALinkError
from rmos_migration.store.sqlite.backup import copy_whole

if os.name == "posix":
    import fcntl

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root makes devices and gives files away"
)
NAMING = ("replace", "rename", "link", "unlink")
"""The calls by which a file gets or loses a name."""


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_new_file_holds_what_was_written_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "stats.json", b"{}\n")
    assert (tmp_path / "stats.json").read_bytes() == b"{}\n"
    assert names(tmp_path) == ["stats.json"]


def test_a_file_that_is_replaced_hands_its_permissions_on(tmp_path: Path) -> None:
    target = tmp_path / "stats.json"
    target.write_bytes(b"old")
    target.chmod(0o640)
    write_whole(target, b"new")
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_new_name_is_never_taken_from_another_file(tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    target.write_bytes(b"another's")
    with pytest.raises(FileExistsError):
        write_whole(target, b"ours", replace=False)
    assert target.read_bytes() == b"another's"
    with unfinished(tmp_path) as made:
        made.write(b"ours")
        with pytest.raises(FileExistsError):
            made.rename(target)
    assert names(tmp_path) == ["backup.db"]


@pytest.mark.parametrize("leads_to", ["victim", "nowhere"])
def test_nothing_is_written_through_a_link(leads_to: str, tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"dear")
    (tmp_path / "stats.json").symlink_to(leads_to)
    with pytest.raises(IsALinkError):
        write_whole(tmp_path / "stats.json", b"{}")
    assert (tmp_path / "victim").read_bytes() == b"dear"
    assert names(tmp_path) == ["stats.json", "victim"]


@pytest.mark.skipif(os.name != "posix", reason="devices are POSIX")
def test_a_device_is_written_to_and_stays_one() -> None:
    write_whole(Path("/dev/null"), b"gone")
    assert Path("/dev/null").is_char_device()


@pytest.mark.skipif(os.name != "posix", reason="sockets with names are POSIX")
def test_a_socket_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(socket.socket(socket.AF_UNIX)) as made:
        made.bind("result")
        with pytest.raises(OSError, match="neither a file nor a pipe"):
            write_whole(tmp_path / "result", b"{}")
    assert (tmp_path / "result").is_socket()
    assert names(tmp_path) == ["result"]


@needs_root
def test_a_disk_is_left_as_it_is(tmp_path: Path) -> None:
    try:
        os.mknod(tmp_path / "result", stat.S_IFBLK | 0o600, os.makedev(7, 0))
    except OSError:
        pytest.skip("no devices can be made here")
    with pytest.raises(OSError, match="neither a file nor a pipe"):
        write_whole(tmp_path / "result", b"{}")
    assert (tmp_path / "result").is_block_device()
    assert names(tmp_path) == ["result"]


ANOTHER = 4343
"""A user whom nobody is who runs the tests."""


@needs_root
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
@pytest.mark.parametrize("permissions", [ANYBODYS, Permissions(0o600, owner=ANOTHER)])
def test_a_file_that_root_replaces_stays_its_owners(
    permissions: Permissions, mode: int, tmp_path: Path
) -> None:
    target = tmp_path / "result"
    target.write_bytes(b"old")
    target.chmod(mode)
    os.chown(target, ANOTHER, -1)
    write_whole(target, b"new", permissions=permissions)
    found = target.stat()
    assert (found.st_uid, found.st_mode & 0o777) == (ANOTHER, mode & permissions.mode)


@needs_root
def test_what_is_private_goes_to_nobody_who_made_a_file_in_its_place(tmp_path: Path) -> None:
    target = tmp_path / "result"
    target.write_bytes(b"old")
    os.chown(target, ANOTHER, -1)
    write_whole(target, b"new", permissions=Permissions(0o600, owner=os.geteuid()))
    assert target.stat().st_uid == os.geteuid()


def give_list(path: Path) -> None:
    """Let another user read a file, and its group not, by an access list; its mode shows 0640 then."""
    entries = [(1, 6, -1), (2, 4, ANOTHER), (4, 0, -1), (16, 4, -1), (32, 0, -1)]
    content = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)
    try:
        os.setxattr(path, "system.posix_acl_access", content)
    except (OSError, AttributeError):
        pytest.skip("no access lists here")
    assert path.stat().st_mode & 0o777 == 0o640


def test_what_comes_from_a_file_with_an_access_list_is_its_owners(tmp_path: Path) -> None:
    (tmp_path / "rmos.db").write_bytes(b"")
    give_list(tmp_path / "rmos.db")
    permissions = permissions_of(tmp_path / "rmos.db")
    write_whole(tmp_path / "result", b"new", permissions=permissions)
    make_folder(tmp_path / "out", permissions)
    assert (tmp_path / "result").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_a_file_in_the_place_of_one_with_an_access_list_is_its_owners(tmp_path: Path) -> None:
    (tmp_path / "result").write_bytes(b"old")
    give_list(tmp_path / "result")
    write_whole(tmp_path / "result", b"new")
    assert (tmp_path / "result").stat().st_mode & 0o777 == 0o600


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "stats.json"
    target.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), unfinished(tmp_path) as made:
        made.write(b"half")
        raise ZeroDivisionError
    assert names(tmp_path) == ["stats.json"]
    assert target.read_bytes() == b"old"


@pytest.mark.skipif(os.name != "posix", reason="Windows does not delete open files")
def test_what_a_killed_process_left_is_swept_and_what_is_being_written_is_not(tmp_path: Path) -> None:
    killed = (
        "import os, sys; from pathlib import Path; from rmos_migration.files.atomic import unfinished\n"
        "with unfinished(Path(sys.argv[1])) as made: made.write(b'half'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", killed, str(tmp_path)], check=False)
    (left,) = leftovers(tmp_path)
    with unfinished(tmp_path) as made:
        assert sweep(tmp_path) == [left]
        assert made.path.exists()
    assert names(tmp_path) == []


def test_a_folder_that_only_looks_unfinished_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".rmos-0123.unfinished").mkdir()
    assert sweep(tmp_path) == []
    assert names(tmp_path) == [".rmos-0123.unfinished"]


def is_open_here(path: Path) -> bool:
    own = Path("/proc/self/fd")
    return any(os.path.realpath(own / number) == str(path) for number in os.listdir(own))


@pytest.fixture
def like_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that neither renames nor deletes a file that is open, nor links it."""

    def refuse(real: Any) -> Any:
        def call(path: Any, *given: Any, **named: Any) -> Any:
            if is_open_here(Path(path)):
                raise PermissionError(errno.EACCES, "another process uses the file", str(path))
            return real(path, *given, **named)

        return call

    for module in ("atomic", "leftovers"):
        monkeypatch.setattr(f"rmos_migration.files.{module}.RENAMES_OPEN_FILES", False)
    for name in NAMING:
        monkeypatch.setattr(os, name, refuse(getattr(os, name)))


@pytest.mark.skipif(sys.platform != "linux", reason="what is open is seen in /proc")
@pytest.mark.usefixtures("like_windows")
class TestWhereNothingOpenCanBeRenamed:
    def test_a_new_file_and_one_in_its_place_are_written(self, tmp_path: Path) -> None:
        for content in (b"first", b"second"):
            write_whole(tmp_path / "stats.json", content)
            assert (tmp_path / "stats.json").read_bytes() == content
        write_whole(tmp_path / "token", b"new", replace=False)
        assert names(tmp_path) == ["stats.json", "token"]

    def test_a_file_is_written_where_there_are_no_hard_links(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def link(*_: Any, **__: Any) -> None:
            raise OSError(errno.ENOTSUP, "no links here")

        monkeypatch.setattr(os, "link", link)
        write_whole(tmp_path / "token", b"new", replace=False)
        with pytest.raises(FileExistsError):
            write_whole(tmp_path / "token", b"other", replace=False)
        assert (tmp_path / "token").read_bytes() == b"new"

    def test_a_database_is_copied(self, tmp_path: Path) -> None:
        with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
            connection.execute("CREATE TABLE t (a)")
        copy_whole(tmp_path / "a.db", tmp_path / "copy.db")
        assert names(tmp_path) == ["a.db", "copy.db"]

    def test_nothing_is_left_of_what_failed(self, tmp_path: Path) -> None:
        with pytest.raises(ZeroDivisionError), unfinished(tmp_path):
            raise ZeroDivisionError
        assert names(tmp_path) == []

    def test_only_what_was_written_long_ago_is_swept(self, tmp_path: Path) -> None:
        old, new = (tmp_path / f".rmos-{name}.unfinished" for name in ("old", "new"))
        for path in (old, new):
            path.write_bytes(b"half")
        os.utime(old, (1_600_000_000, 1_600_000_000))
        assert sweep(tmp_path) == [old]
        assert names(tmp_path) == [new.name]


@pytest.mark.skipif(os.name != "posix", reason="Windows renames no open file")
@pytest.mark.parametrize("replace", [True, False])
def test_a_file_is_kept_from_sweepers_until_it_has_its_name(
    replace: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def beside_a_sweeper(real: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            assert sweep(tmp_path) == []
            return real(*given, **named)

        return call

    for name in ("replace", "link"):
        monkeypatch.setattr(os, name, beside_a_sweeper(getattr(os, name)))
    write_whole(tmp_path / "stats.json", b"{}", replace=replace)
    assert names(tmp_path) == ["stats.json"]


@pytest.mark.skipif(os.name != "posix", reason="Windows deletes no open file")
@pytest.mark.parametrize("name", ["", "reserved"])
def test_a_file_that_is_swept_before_it_is_locked_is_made_again(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, swept, asked = fcntl.flock, list[Path](), list[int]()

    def flock(handle: int, how: int) -> None:
        asked.append(handle)
        if len(asked) == 1:
            swept.extend(sweep(tmp_path))
        real(handle, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    with unfinished(tmp_path, name=name) as made:
        made.write(b"whole")
        made.rename(tmp_path / "result")
    assert swept
    assert (tmp_path / "result").read_bytes() == b"whole"


@pytest.fixture
def held_by_another_user(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Another user, who at once opens and holds each new file that they may read; gives the names of what
    they hold."""
    real, held, names = os.open, list[int](), list[str]()

    def call(path: Any, how: int, *given: Any, **named: Any) -> int:
        handle = real(path, how, *given, **named)
        if how & os.O_CREAT and os.fstat(handle).st_mode & 0o004:
            held.append(real(path, os.O_RDONLY))
            fcntl.flock(held[-1], fcntl.LOCK_SH | fcntl.LOCK_NB)
            names.append(Path(path).name)
        return handle

    monkeypatch.setattr(os, "open", call)
    yield names
    for handle in held:
        os.close(handle)


@pytest.mark.skipif(os.name != "posix", reason="Windows has other locks")
@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022])
@pytest.mark.parametrize("replace", [True, False])
def test_another_user_who_holds_new_files_stops_nobody(
    replace: bool, umask: int, tmp_path: Path, held_by_another_user: list[str]
) -> None:
    earlier = os.umask(umask)
    try:
        write_whole(tmp_path / "result", b"whole", replace=replace)
    finally:
        os.umask(earlier)
    assert len(held_by_another_user) == 1
    assert (tmp_path / "result").read_bytes() == b"whole"
    assert (tmp_path / "result").stat().st_mode & 0o777 == 0o666 & ~umask
    assert names(tmp_path) == ["result"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has other locks")
def test_another_user_who_holds_a_kept_name_stops_nobody(
    tmp_path: Path, held_by_another_user: list[str]
) -> None:
    with unfinished(tmp_path, name="kept") as made:
        assert held_by_another_user == [made.path.name] == names(tmp_path)
        assert sweep(tmp_path) == []
    assert names(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="Windows has other locks")
@pytest.mark.parametrize("name", ["", "kept"])
def test_new_files_that_are_always_held_are_told_and_none_is_left(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: Any) -> None:
        raise BlockingIOError(errno.EAGAIN, "held")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(BlockingIOError, match="another program holds"), unfinished(tmp_path, name=name):
        pass
    assert names(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="Windows has other locks")
def test_a_file_is_made_where_there_are_no_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_: Any) -> None:
        raise OSError(errno.ENOLCK, "no locks here")

    monkeypatch.setattr(fcntl, "flock", flock)
    write_whole(tmp_path / "result", b"whole")
    assert names(tmp_path) == ["result"]


def test_a_file_is_made_where_open_files_are_said_to_have_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = os.fstat, list[int]()

    def fstat(handle: int) -> os.stat_result:
        asked.append(handle)
        assert len(asked) < 100, "it goes on for ever"
        found = real(handle)
        return os.stat_result((*found[:3], 0, *found[4:]))

    monkeypatch.setattr(os, "fstat", fstat)
    write_whole(tmp_path / "result", b"whole")
    assert names(tmp_path) == ["result"]


@pytest.mark.skipif(os.name != "posix", reason="Windows deletes no open file")
@pytest.mark.parametrize("name", ["", "kept"])
def test_new_files_that_are_always_taken_away_are_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: Any) -> None:
        for one in tmp_path.iterdir():
            one.unlink()

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(BlockingIOError), unfinished(tmp_path, name=name):
        pass
    assert names(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="Windows deletes no open file")
def test_a_sweeper_holds_what_it_takes_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".rmos-0123.unfinished").write_bytes(b"half")
    real, taken = os.unlink, []

    def unlink(path: Any, **named: Any) -> None:
        with open(path, "rb") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        taken.append(Path(path))
        real(path, **named)

    monkeypatch.setattr(os, "unlink", unlink)
    assert sweep(tmp_path) == taken == [tmp_path / ".rmos-0123.unfinished"]


def keep_sweeping(folder: Path, is_over: Any) -> None:
    while not is_over.is_set():
        sweep(folder)


def test_nothing_that_is_written_is_lost_to_sweepers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    starting = multiprocessing.get_context("spawn")
    is_over = starting.Event()
    sweepers = [starting.Process(target=keep_sweeping, args=(tmp_path, is_over)) for _ in range(2)]
    for one in sweepers:
        one.start()
    monkeypatch.setattr(os, "fsync", lambda _: None)
    try:
        for number in range(1000):
            write_whole(tmp_path / "stats.json", b"%d" % number)
            write_whole(tmp_path / f"{number}", b"new", replace=False)
    finally:
        is_over.set()
        for one in sweepers:
            one.join()
    assert len(names(tmp_path)) == 1001


@pytest.mark.skipif(os.name != "posix", reason="Windows forces files in another way")
@pytest.mark.parametrize("can", [True, False])
def test_macos_is_asked_to_force_files_and_folders_to_the_disk_itself(
    can: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/file").write_bytes(b"")
    forced: dict[str, list[Path]] = {"fully": [], "simply": []}
    full = 51

    def fcntl_of_macos(handle: int, asked: int) -> None:
        assert asked == full
        if not can:
            raise OSError(errno.ENOTSUP, "a network folder")
        forced["fully"].append(Path(os.readlink(f"/dev/fd/{handle}")))

    monkeypatch.setattr(fcntl, "F_FULLFSYNC", full, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", fcntl_of_macos)
    monkeypatch.setattr(
        os, "fsync", lambda handle: forced["simply"].append(Path(os.readlink(f"/dev/fd/{handle}")))
    )
    write_whole(tmp_path / "stats.json", b"{}")
    sync_file(tmp_path / "tree/file")
    used, other = ("fully", "simply") if can else ("simply", "fully")
    assert forced[other] == []
    assert [path.name for path in forced[used][1:]] == [tmp_path.name, "file"]
    assert forced[used][0].name.startswith(".rmos-")
