"""Files that are written whole or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rmos_migration.atomic import IsALinkError, leftovers, sweep, unfinished, write_whole


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
        "import os, sys; from pathlib import Path; from rmos_migration.atomic import unfinished\n"
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
