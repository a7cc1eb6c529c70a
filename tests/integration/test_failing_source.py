"""A disk or network drive that fails while the source is read ends the run with exit 5; no document is blamed
for it."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from builders import (
    domain_rows,
    environment,
    fates,
    joblog,
    kept,
    pattern,
    query,
    rmos,
    without_root_powers,
    write,
)
from rmos_migration import migrate
from rmos_migration.sources import machine

FAILING = """
import os, sys
from rmos_migration.cli.app import run

call, name, number = os.environ["FAILING"].split(":")
real = {
    known: getattr(os, known)
    for known in ("open", "read", "fstat", "scandir", "listdir", "stat", "lstat")
}
handles = set()

def fail(path):
    raise OSError(int(number), os.strerror(int(number)), str(path))

def is_meant(path):
    return not isinstance(path, int) and os.fsdecode(path).endswith(name)

def opened(path, *rest, **more):
    if call == "open" and is_meant(path):
        fail(path)
    handle = real["open"](path, *rest, **more)
    if is_meant(path):
        handles.add(handle)
    return handle

def of_handle(kind):
    def do(handle, *rest):
        if call == kind and handle in handles:
            handles.discard(handle)
            fail(name)
        return real[kind](handle, *rest)
    return do

class Half:
    def __init__(self, found):
        self.found, self.left = found, 1
    def __enter__(self):
        return self
    def __exit__(self, *_):
        self.found.close()
    def __iter__(self):
        return self
    def __next__(self):
        if not self.left:
            fail(name)
        self.left -= 1
        return next(self.found)

def scanned(path="."):
    if call == "scandir" and is_meant(path):
        fail(path)
    found = real["scandir"](path)
    return Half(found) if call == "halfway" and is_meant(path) else found

def of_path(kind):
    def do(path=".", *rest, **more):
        if call == kind and is_meant(path):
            fail(path)
        return real[kind](path, *rest, **more)
    return do

os.open, os.scandir, os.listdir, os.stat = opened, scanned, of_path("listdir"), of_path("stat")
os.lstat = of_path("lstat")
os.read, os.fstat = of_handle("read"), of_handle("fstat")
sys.exit(run())
"""
"""The command in a process whose system calls fail for one path: ``FAILING=call:end of the path:errno``."""

MACHINE = ["EIO", "ESTALE", "ENODEV", "ENXIO", "ETIMEDOUT", "ENOMEM", "EMFILE", "ENOTCONN", "ECONNRESET"]
MACHINE += ["EHOSTDOWN", "EREMOTEIO", "EBADF", "EBUSY", "EUCLEAN"]
OF_THE_FILE = ["EACCES", "EPERM", "ENOENT"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="wraps POSIX calls")


@pytest.fixture
def full(tree: Path) -> Path:
    """A tree in which another document has the id of the one that cannot be read."""
    write(tree, "patterns/a.json", pattern("p0"))
    write(tree, "patterns/sub/b.json", pattern("p1", name="the first"))
    write(tree, "patterns/sub/c.json", pattern("p2"))
    write(tree, "patterns/z.json", pattern("p1", name="the second"))
    write(tree, "joblogs/j.json", joblog("j1"))
    return tree


def failing(call: str, name: str, number: str, *arguments: str | Path) -> tuple[int, str, str]:
    code = getattr(errno, number)
    done = subprocess.run(
        [sys.executable, "-c", FAILING, *map(str, arguments)],
        env=environment(FAILING=f"{call}:{name}:{code}"),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def undisturbed(full: Path) -> dict[str, object]:
    other = full.with_name("undisturbed.db")
    migrate(full, other)
    return domain_rows(other)  # type: ignore[return-value]


CALLS = [("open", number) for number in MACHINE if hasattr(errno, number)]
CALLS += [(call, number) for call in ("read", "fstat") for number in ("EIO", "ESTALE")]


@pytest.mark.parametrize(("call", "number"), CALLS)
def test_a_file_that_the_machine_cannot_read_ends_the_run_and_is_named(
    call: str, number: str, full: Path, database: Path
) -> None:
    code, out, err = failing(call, "sub/b.json", number, "migrate", full, "--database", database)
    assert (code, out) == (5, "")
    assert "patterns/sub/b.json" in err
    assert len(err.splitlines()) == 2
    assert query(database, "SELECT status FROM migration_runs") == [("failed",)]
    assert not query(database, "SELECT * FROM migration_rejects")
    migrate(full, database)
    assert domain_rows(database) == undisturbed(full)


@pytest.mark.parametrize(
    ("call", "name", "number"),
    [
        ("scandir", "patterns/sub", "ESTALE"),
        ("halfway", "patterns/sub", "EIO"),
        ("scandir", "/patterns", "ETIMEDOUT"),
        ("halfway", "/patterns", "ESTALE"),
        ("stat", "/patterns", "EIO"),
        ("listdir", "/legacy", "EIO"),
        ("scandir", "/legacy", "ENODEV"),
        ("stat", "/legacy", "ETIMEDOUT"),
    ],
)
def test_a_folder_that_the_machine_cannot_list_ends_the_run(
    call: str, name: str, number: str, full: Path, database: Path
) -> None:
    code, out, _ = failing(call, name, number, "migrate", full, "--database", database)
    assert (code, out) == (5, "")
    migrate(full, database)
    assert domain_rows(database) == undisturbed(full)
    assert not query(database, "SELECT * FROM migration_rejects")


@pytest.mark.parametrize("number", ["EIO", "ENODEV"])
def test_a_link_whose_target_the_machine_cannot_reach_does_not_lead_nowhere(
    number: str, full: Path, database: Path
) -> None:
    (full / "more").mkdir()
    write(full, "more/x.json", pattern("x"))
    (full / "patterns/link.json").symlink_to(full / "more/x.json")
    assert failing("stat", "more/x.json", number, "migrate", full, "--database", database)[0] == 5


@pytest.mark.parametrize("number", ["EIO", "ESTALE"])
def test_a_file_that_is_passed_over_is_not_taken_for_harmless_unread(
    number: str, full: Path, database: Path
) -> None:
    write(full, "patterns/more.txt", pattern("x"))
    code, _, err = failing("read", "more.txt", number, "migrate", full, "--database", database)
    assert code in (1, 5)
    assert code == 1 or "patterns/more.txt" in err
    assert query(database, "SELECT count(*) FROM migration_runs WHERE status = 'running'") == [(0,)]


@pytest.mark.parametrize("command", ["verify", "inspect"])
@pytest.mark.parametrize("call", ["open", "read"])
def test_what_only_reads_ends_alike(command: str, call: str, full: Path, database: Path) -> None:
    migrate(full, database)
    more = ["--database", database] if command == "verify" else []
    code, _, err = failing(call, "sub/b.json", "EIO", command, full, *more)
    assert code == 5
    assert "patterns/sub/b.json" in err


def test_a_dry_run_and_all_or_nothing_end_alike(full: Path, database: Path) -> None:
    for option in ("--dry-run", "--all-or-nothing"):
        code, out, _ = failing("read", "sub/b.json", "EIO", "migrate", full, "--database", database, option)
        assert (code, out) == (5, "")
    assert not database.exists() or not domain_rows(database)["patterns"]


@pytest.mark.parametrize("number", OF_THE_FILE)
def test_what_is_the_files_own_fault_is_a_reject_as_before(number: str, full: Path, database: Path) -> None:
    code, out, _ = failing("open", "sub/b.json", number, "migrate", full, "--database", database)
    assert code == 1
    assert "Everything arrived" not in out
    assert ("rejected", "file-unreadable") in fates(database).values()


@pytest.mark.parametrize("number", OF_THE_FILE)
def test_what_is_the_folders_own_fault_is_told_of_a_folder(number: str, full: Path, database: Path) -> None:
    code, out, _ = failing("scandir", "patterns/sub", number, "migrate", full, "--database", database)
    assert code == 1
    assert "1 folder was not looked at" in out
    assert not_looked_at(database) == ["patterns/sub"]


def test_the_same_command_carries_on_after_batches_that_were_committed(full: Path, database: Path) -> None:
    for index in range(1100):
        write(full, f"patterns/0/{index:04}.json", pattern(f"q{index:04}"))
    assert failing("read", "sub/b.json", "EIO", "migrate", full, "--database", database)[0] == 5
    arrived = len(domain_rows(database)["patterns"])
    assert arrived >= 1000
    summary = migrate(full, database)
    assert summary.totals.unchanged == arrived
    assert domain_rows(database) == undisturbed(full)


def test_a_source_that_is_out_of_reach_was_not_moved(full: Path, database: Path) -> None:
    migrate(full, database)
    other = full.with_name("other")
    shutil.copytree(full, other)
    command = ["migrate", other, "--database", database]
    assert failing("lstat", "/legacy", "EIO", *command)[0] in (0, 1)
    locations = [row[0] for row in query(database, "SELECT location FROM migration_sources ORDER BY id")]
    assert locations == [str(full), str(other)]


@pytest.mark.parametrize("winerror", [21, 23, 53, 59, 64, 121, 1117, 1167, 1231])
def test_windows_own_numbers_tell_what_its_errno_hides(winerror: int) -> None:
    error = OSError(errno.EACCES, "The device is not ready")
    error.winerror = winerror  # type: ignore[attr-defined]
    with pytest.raises(machine.EnvironmentFailure):
        machine.raise_if_machine_failed("patterns/a.json", error)
    error.winerror = 5  # type: ignore[attr-defined]
    machine.raise_if_machine_failed("patterns/a.json", error)


# folders that were mended
# ------------------------------------------------------------------------------------


def rejected(database: Path) -> list[str]:
    return kept_out_as(database, "rejects")


def not_looked_at(database: Path) -> list[str]:
    return kept_out_as(database, "not_looked_at")


def kept_out_as(database: Path, what: str) -> list[str]:
    told = json.loads(rmos("rejects", "--database", database, "--json").stdout)
    return [one["path"] for one in told[what]]


def delete(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


def replace_by_a_file(folder: Path) -> None:
    delete(folder)
    folder.write_text("no folder")


@pytest.mark.parametrize(
    "mend", [lambda folder: None, delete, replace_by_a_file], ids=["back", "gone", "file"]
)
@pytest.mark.parametrize("options", [[], ["--rehash"], ["--all-or-nothing"]], ids=str)
def test_a_folder_that_could_not_be_listed_once_is_forgotten_when_it_was_mended(
    options: list[str], mend: Callable[[Path], None], full: Path, database: Path
) -> None:
    (full / "patterns/z.json").unlink()
    folder = full / "patterns/sub"
    folder.chmod(0)
    done = rmos("migrate", full, "--database", database, before=without_root_powers)
    assert done.returncode == 1
    assert (rejected(database), not_looked_at(database)) == ([], ["patterns/sub"])
    folder.chmod(0o755)
    mend(folder)
    done = rmos("migrate", full, "--database", database, *options)
    assert done.returncode == 0, done.stdout
    assert (rejected(database), not_looked_at(database)) == ([], [])
    fresh = database.with_name("fresh.db")
    migrate(full, fresh)
    assert domain_rows(database) == domain_rows(fresh)
    assert sorted(fates(database)) == sorted(fates(fresh))


def test_a_folder_that_still_cannot_be_listed_stays(full: Path, database: Path) -> None:
    (full / "patterns/sub").chmod(0)
    try:
        for _ in range(2):
            done = rmos("migrate", full, "--database", database, before=without_root_powers)
            assert done.returncode == 1
            assert not_looked_at(database) == ["patterns/sub"]
    finally:
        (full / "patterns/sub").chmod(0o755)


def test_a_dry_run_forgets_nothing(full: Path, database: Path) -> None:
    (full / "patterns/sub").chmod(0)
    rmos("migrate", full, "--database", database, before=without_root_powers)
    (full / "patterns/sub").chmod(0o755)
    before = kept(database)
    migrate(full, database, dry_run=True)
    assert kept(database) == before


def test_a_file_that_cannot_be_read_stays_rejected_until_it_can(full: Path, database: Path) -> None:
    file = full / "patterns/sub/b.json"
    file.chmod(0)
    for _ in range(2):
        rmos("migrate", full, "--database", database, before=without_root_powers)
        assert "patterns/sub/b.json" in rejected(database)
    file.chmod(0o644)
    os.utime(file, (1, 1))
    migrate(full, database)
    assert "patterns/sub/b.json" not in rejected(database)


@pytest.mark.parametrize("call", ["open", "read"])
@pytest.mark.parametrize("number", ["EIO", "EAGAIN"])
@pytest.mark.parametrize("command", ["migrate", "verify"])
def test_text_beside_records_that_the_machine_cannot_read_ends_the_run(
    command: str, number: str, call: str, full: Path, database: Path
) -> None:
    migrate(full, database)
    write(full, "joblogs/t.txt", json.dumps(joblog("t")))
    code, _, said = failing(call, "t.txt", number, command, full, "--database", database)
    assert code == 5
    assert "joblogs/t.txt" in said
