"""Every result is written whole or not at all, through no link, and as private as the database it came
from."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from builders import (
    RMOS,
    execute,
    pattern,
    rmos,
    started,
    without_root_powers,
    write,
)
from loaded_program import without_power_to_hand_over
from rmos_migration import audit, migrate
from rmos_migration.files.atomic import write_whole
from rmos_migration.store.database import database_at
from rmos_migration.store.sqlite.backup import back_up
from two_steps import older_database

KILLED = """
import os, signal, sys
from rmos_migration.__main__ import main
call, count = sys.argv.pop(1), int(sys.argv.pop(1))
real = getattr(os, call)
def deadly(*given, **named):
    global count
    count -= 1
    if count < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **named)
setattr(os, call, deadly)
main()
"""
"""The program, killed when it makes a system call for the n-th time."""


@pytest.fixture
def filled(tree: Path, database: Path) -> Path:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    return database


def results(database: Path, tree: Path, folder: Path) -> dict[str, tuple[object, ...]]:
    """Each verb that writes a single file, and what it is called with."""
    return {
        "stats": ("migrate", tree, "--database", database, "--stats", folder / "result"),
        "certificate": ("verify", tree, "--database", database, "--certificate", folder / "result"),
        "audit": ("audit", "--database", database, "--json", "--output", folder / "result"),
        "drawing": ("draw", "p1", "--database", database, "--output", folder / "result"),
    }


KINDS = ["stats", "certificate", "audit", "drawing"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
def test_a_kill_leaves_the_earlier_result_or_the_new_one(
    kind: str, call: str, filled: Path, tree: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    arguments = results(filled, tree, folder)[kind]
    earlier = b"<svg>" + b"earlier" * 1000
    for count in range(3):
        (folder / "result").write_bytes(earlier)
        command = [sys.executable, "-c", KILLED, call, str(count), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, timeout=60)
        content = (folder / "result").read_bytes()
        assert content == earlier or content.strip().endswith((b"}", b"</svg>"))
        if done.returncode != -signal.SIGKILL:
            break
    (folder / "result").write_bytes(earlier)
    assert rmos(*arguments).returncode == 0
    assert os.listdir(folder) == ["result"], "what the killed run left is removed"


@pytest.mark.parametrize("kind", KINDS)
def test_no_result_is_written_through_a_link(kind: str, filled: Path, tree: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "victim").write_text("<svg")
    (folder / "result").symlink_to(tmp_path / "victim")
    done = rmos(*results(filled, tree, folder)[kind])
    assert done.returncode == 2
    assert "is a link" in done.stderr
    assert (tmp_path / "victim").read_text() == "<svg"


@pytest.mark.skipif(os.name != "posix", reason="sockets with names are POSIX")
@pytest.mark.parametrize("kind", KINDS)
def test_no_result_is_written_in_the_place_of_a_socket(
    kind: str, filled: Path, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(socket.socket(socket.AF_UNIX)) as made:
        made.bind("result")
        done = rmos(*results(filled, tree, tmp_path)[kind])
    assert done.returncode == 2
    assert "is a disk or a socket" in done.stderr
    assert (tmp_path / "result").is_socket()


def writers(database: Path, tree: Path, folder: Path) -> dict[str, tuple[object, ...]]:
    named = ("--database", database)
    return {
        **results(database, tree, folder),
        "report": ("report", *named, "--output", folder / "reports"),
        "backup": ("backup", folder / "copy.db", *named),
    }


WRITERS = [*KINDS, "report", "backup"]


@pytest.mark.skipif(os.name != "posix", reason="folders are closed in another way")
@pytest.mark.parametrize("kind", WRITERS)
def test_a_closed_folder_is_told_to_be_opened(kind: str, filled: Path, tree: Path, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    done = rmos(*writers(filled, tree, folder)[kind], before=without_root_powers)
    assert done.returncode == 5
    told = " ".join(done.stderr.split())
    assert "Permission denied" in told
    assert "let the folder be written to, or name another" in told
    assert not any(wrong in told for wrong in ("Errno", ".unfinished", "free some"))


@pytest.mark.parametrize("kind", ["certificate", "audit", "drawing"])
def test_a_missing_folder_is_told_to_be_made(kind: str, filled: Path, tree: Path, tmp_path: Path) -> None:
    done = rmos(*writers(filled, tree, tmp_path / "nowhere")[kind])
    assert done.returncode == 5
    told = " ".join(done.stderr.split())
    assert "make the folder first, or name another" in told
    assert "free some" not in told


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device here")
@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_is_told_to_be_made_room_on(kind: str, filled: Path, tree: Path, tmp_path: Path) -> None:
    arguments = results(filled, tree, tmp_path)[kind]
    done = rmos(*("/dev/full" if part == tmp_path / "result" else part for part in arguments))
    assert done.returncode == 5
    assert "free some space, or name another" in " ".join(done.stderr.split())


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_is_as_private_as_the_database(kind: str, filled: Path, tree: Path, tmp_path: Path) -> None:
    filled.chmod(0o600)
    assert rmos(*results(filled, tree, tmp_path)[kind]).returncode == 0
    assert (tmp_path / "result").stat().st_mode & 0o777 == 0o600


def test_a_report_is_as_private_as_the_database(filled: Path, tmp_path: Path) -> None:
    filled.chmod(0o600)
    assert rmos("report", "--database", filled, "--output", tmp_path / "new/reports").returncode == 0
    modes = {file.stat().st_mode & 0o777 for file in (tmp_path / "new/reports").iterdir()}
    assert modes == {0o600}


WORKSHOP = 4242
"""A group to which nobody belongs who runs the tests."""


def everything_written(database: Path, tree: Path, folder: Path) -> list[tuple[object, ...]]:
    several = [tuple(given) for given in results(database, tree, folder).values()]
    for number, given in enumerate(several):
        several[number] = tuple(
            folder / f"result-{number}" if part == folder / "result" else part for part in given
        )
    named = ("--database", database)
    several.append(("report", *named, "--output", folder / "reports"))
    several.append(("backup", folder / "copy.db", *named))
    several.append(("export", folder / "out/saved", *named))
    several.append(("rejects", *named, "--save", folder / "kept"))
    return several


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("can_give", [True, False])
@pytest.mark.parametrize("mode", [0o640, 0o660, 0o644, 0o664, 0o600, 0o604])
def test_what_the_databases_group_may_read_is_for_no_other_group(
    mode: int, can_give: bool, filled: Path, tree: Path, tmp_path: Path
) -> None:
    write(tree, "patterns/broken.json", "{")
    migrate(tree, filled)
    os.chown(filled, -1, WORKSHOP)
    filled.chmod(mode)
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "result-0").write_text("{}")
    (folder / "result-0").chmod(0o666)
    commands = everything_written(filled, tree, folder)
    for arguments in commands if can_give else commands[:2] + commands[4:7]:
        done = rmos(*map(str, arguments), before=None if can_give else without_power_to_hand_over)
        assert done.returncode in (0, 1), done.stderr
    made = [path for path in folder.rglob("*") if not path.name.endswith(("-shm", "-wal", ".lock"))]
    assert len(made) > 5
    told_apart = (mode >> 3) & 7 != mode & 7
    both = (mode >> 3) & mode & 7
    for path in made:
        found = path.stat()
        allowed = found.st_mode & (0o066 if path.is_file() else 0o044)
        if told_apart and not can_give:
            assert allowed & ~(both * 0o11) == 0, path
        elif told_apart:
            assert found.st_gid == WORKSHOP, path
        assert allowed & ~mode == 0, path
        assert allowed & 0o044 == (mode if can_give or not told_apart else both * 0o11) & 0o044, path


def test_a_file_that_is_replaced_hands_its_group_on_where_the_database_is_for_all(tmp_path: Path) -> None:
    earlier = tmp_path / "earlier"
    earlier.write_text("")
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root gives files away")
    os.chown(earlier, -1, WORKSHOP)
    earlier.chmod(0o640)
    write_whole(earlier, b"new")
    found = earlier.stat()
    assert (found.st_gid, found.st_mode & 0o777) == (WORKSHOP, 0o640)


def test_a_planted_link_with_a_reports_temporary_name_is_not_written_through(
    tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, "patterns/a.json", pattern())
    reports = tmp_path / "reports"
    reports.mkdir()
    (tmp_path / "victim").write_text("dear")
    for name in (".rmos-report-run-1.tmp", ".rmos-report-run-1.json.tmp", ".rmos-.unfinished"):
        (reports / name).symlink_to(tmp_path / "victim")
    assert rmos("migrate", tree, "--database", database, "--report", reports).returncode == 0
    assert (tmp_path / "victim").read_text() == "dear"
    assert len([file for file in reports.iterdir() if file.name.startswith("rmos-report")]) == 3


def test_standard_output_may_be_named_as_the_file(filled: Path, tree: Path, tmp_path: Path) -> None:
    with (tmp_path / "kept").open("wb") as kept:
        command = [*RMOS, "migrate", tree, "--database", filled, "-q", "--stats", "/dev/stdout"]
        assert subprocess.run(list(map(str, command)), stdout=kept, check=False).returncode == 0
    assert (tmp_path / "kept").read_text().startswith("{")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_waiting", [False, True], ids=["standing", "waiting in blocks"])
def test_a_named_pipe_may_be_named_as_the_file(
    is_waiting: bool, kind: str, filled: Path, tree: Path, tmp_path: Path
) -> None:
    """A reader that is slow to begin: the whole result reaches it, and nobody else takes a part of it."""
    folder = tmp_path / "out"
    folder.mkdir()
    os.mkfifo(folder / "result")
    reader = ["sh", "-c", f"{'sleep 0.5; ' * is_waiting}exec cat '{folder}/result'"]
    with started(*reader) as reading:
        done = rmos(*results(filled, tree, folder)[kind], timeout=60)
        said, _ = reading.communicate(timeout=20)
    assert done.returncode == 0, done.stderr
    assert said.strip().startswith(("{", "<svg"))
    assert said.strip().endswith(("}", "</svg>"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["/dev/stdout", "/dev/fd/1", "/dev/stderr", "/proc/self/fd/1"])
def test_a_pipe_that_is_open_already_may_be_named_as_the_file(
    place: str, kind: str, filled: Path, tree: Path, tmp_path: Path
) -> None:
    arguments = [
        place if part == tmp_path / "result" else part for part in results(filled, tree, tmp_path)[kind]
    ]
    command = list(map(str, [*RMOS, *arguments]))
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "{" in done.stdout + done.stderr or "<svg" in done.stdout + done.stderr


def test_a_pipe_that_does_not_block_gets_all_of_a_long_result(tree: Path, database: Path) -> None:
    for number in range(400):
        write(tree, f"patterns/{number:03}.json", pattern(f"p{number}", name=["x" * 300]))
    migrate(tree, database)
    saying = {
        "rejects": ("rejects", "--json"),
        "stdout named": ("verify", str(tree), "--max-rejected", "100%", "--certificate", "/dev/stdout"),
        "descriptor named": ("verify", str(tree), "--certificate", "/dev/fd/1"),
    }
    lengths = {}
    for name, given in saying.items():
        command = list(map(str, [*RMOS, *given, "--database", database]))
        whole = subprocess.run(command, stdout=subprocess.PIPE, check=False, timeout=60).stdout
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        with subprocess.Popen(command, stdout=writing) as process:
            os.close(writing)
            with os.fdopen(reading, "rb") as stream:
                said = stream.read()
        assert process.returncode == 0
        lengths[name] = len(said), len(whole)
    assert all(abs(got - wanted) < 100 and got > 1 << 16 for got, wanted in lengths.values()), lengths


LONG = "x" * 300


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
@pytest.mark.parametrize("place", ["closed/x", "closed/below/x", LONG, f"{LONG}/x", "file/x"])
@pytest.mark.parametrize("kind", [*KINDS, "backup", "report", "export", "rejects", "statistics read"])
def test_a_result_in_a_closed_folder_or_under_a_long_name_is_refused_in_words(
    kind: str, place: str, filled: Path, tree: Path, tmp_path: Path
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0)
    (tmp_path / "file").write_text("")
    target = tmp_path / place
    several = {
        "backup": ("backup", target, "--database", filled),
        "report": ("report", "--database", filled, "--output", target),
        "export": ("export", target, "--database", filled),
        "rejects": ("rejects", "--database", filled, "--save", target),
        "statistics read": ("report", "--from", target),
    }
    for name, given in results(filled, tree, tmp_path).items():
        several[name] = tuple(target if part == tmp_path / "result" else part for part in given)
    done = rmos(*several[kind], before=without_root_powers)
    assert done.returncode in (2, 5)
    assert "Traceback" not in done.stderr
    assert "the machine failed" not in done.stderr
    assert place.split("/")[0] in done.stderr
    assert "→" in done.stderr
    (tmp_path / "closed").chmod(0o700)


@pytest.mark.parametrize("call", ["open", "fsync", "link", "unlink"])
def test_a_killed_backup_leaves_nothing_that_the_next_does_not_clear(
    call: str, filled: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for count in range(3):
        target = folder / f"{count}.db"
        command = [sys.executable, "-c", KILLED, call, str(count), "backup", target, "--database", filled]
        subprocess.run(list(map(str, command)), capture_output=True, timeout=60)
        assert not target.exists() or audit(target).passed
    assert rmos("backup", folder / "last.db", "--database", filled).returncode == 0
    read = (".db", ".db-wal", ".db-shm")  # the audits above leave a reader's files beside what they read
    assert not [name for name in os.listdir(folder) if not name.endswith(read)]


@pytest.mark.usefixtures("two_steps")
def test_an_upgrade_that_is_tried_again_uses_the_copy_that_is_there(database: Path) -> None:
    older_database(database)
    copies = [back_up(database, "before-upgrade-from-1") for _ in range(3)]
    assert len(set(copies)) == 1
    execute(database, "INSERT INTO strip_families (id, strips_json) VALUES ('new', '[]')")
    other = back_up(database, "before-upgrade-from-1")
    assert other not in copies
    assert rmos("init", "--database", database).returncode == 0
    names = ["rmos.db.before-upgrade-from-1", "rmos.db.before-upgrade-from-1-2"]
    assert sorted(file.name for file in database.parent.glob("*before*")) == names
    assert [copies[0].name, other.name] == names
    assert database_at(database).last_backup(1) == other


@pytest.mark.usefixtures("two_steps")
@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
@pytest.mark.parametrize("mode", [0o444, 0o400, 0o000, 0o200])
def test_an_earlier_copy_that_may_not_be_written_or_read_is_in_nobodys_way(mode: int, database: Path) -> None:
    older_database(database)
    occasion = "before-upgrade-from-1"
    first = back_up(database, occasion)
    first.chmod(mode)
    done = rmos("init", "--database", database, before=without_root_powers)
    assert done.returncode == 0, done.stderr
    first.chmod(0o600)
    copies = sorted(file.name for file in database.parent.glob("*before*"))
    other = f"rmos.db.{occasion}-2"
    assert copies == ([first.name] if mode & 0o400 else [first.name, other])


def test_sqlite_is_asked_to_force_the_database_to_the_disk_itself(filled: Path) -> None:
    """Only macOS heeds it; elsewhere ``synchronous`` is enough."""
    with database_at(filled).read() as snapshot:
        connection = snapshot.connection
        asked = ("fullfsync", "checkpoint_fullfsync")
        assert [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked] == [1, 1]


@pytest.mark.parametrize("where", ["", ".", "a-folder", "a-link", "a-dead-link"])
def test_a_place_where_no_result_can_be_is_refused_before_the_work(
    where: str, tree: Path, tmp_path: Path
) -> None:
    write(tree, "patterns/p.json", pattern())
    (tmp_path / "a-folder").mkdir()
    (tmp_path / "a-link").symlink_to("a-folder/x")
    (tmp_path / "a-folder/x").write_text("dear")
    (tmp_path / "a-dead-link").symlink_to("nowhere")
    done = rmos("migrate", tree, "--database", "new.db", "--stats", where, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert not (tmp_path / "new.db").exists()
    assert (tmp_path / "a-folder/x").read_text() == "dear"
