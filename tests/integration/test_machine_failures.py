"""When the machine fails the run ends with exit 5; what was committed stays, and the next run carries on."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import digests, domain_rows, pattern, query, records, rmos, without_root_powers, workshop, write
from rmos_migration import migrate
from rmos_migration.errors import EnvironmentFailure

resource = pytest.importorskip("resource", reason="limits of a process are set the POSIX way")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, so small that a few hundred documents fill it."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small disk needs root and mount")
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"this machine does not let root mount: {made.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def limit_file_size() -> None:
    """No file may grow beyond a size: the system's error for a disk or quota that takes no more."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))


def enlarge(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)


@pytest.fixture
def large_tree(tree: Path) -> Path:
    """More than the small disk holds: five batches of some 600 kB."""
    for number in range(5000):
        write(tree, f"patterns/{number:04}.json", pattern(f"p{number:04}", notes="wood " * 100))
    return tree


def test_a_file_that_cannot_grow_ends_the_run_and_the_next_one_carries_on(
    large_tree: Path, database: Path
) -> None:
    first = rmos("migrate", large_tree, "--database", database, before=limit_file_size)
    assert first.returncode == 5
    assert first.stderr.startswith("error: ")
    assert "Traceback" not in first.stderr
    assert query(database, "PRAGMA integrity_check") == [("ok",)]
    arrived = len(records(database, "patterns"))
    assert 0 < arrived < 5000
    stopped_by = query(database, "SELECT status, stopped_by FROM migration_runs")
    assert stopped_by == [("failed", "a failure: disk I/O error")]
    summary = migrate(large_tree, database)
    assert (summary.exit_code, summary.totals.unchanged) == (0, arrived)


def test_a_full_disk_ends_the_run_and_the_next_one_carries_on(large_tree: Path, small_disk: Path) -> None:
    database = small_disk / "rmos.db"
    first = rmos("migrate", large_tree, "--database", database)
    assert first.returncode == 5
    assert first.stderr.startswith("error: ")
    assert "Traceback" not in first.stderr
    again = rmos("migrate", large_tree, "--database", database)
    assert again.returncode == 5
    assert "Traceback" not in again.stderr
    enlarge(small_disk)
    last = rmos("migrate", large_tree, "--database", database)
    assert last.returncode == 0, last.stderr
    undisturbed = large_tree.with_name("undisturbed.db")
    migrate(large_tree, undisturbed)
    assert domain_rows(database) == domain_rows(undisturbed)


def fill(disk: Path) -> Path:
    """Write until the disk takes no more; the file that can be deleted again."""
    filler = disk / "filler"
    with pytest.raises(OSError, match="space"), filler.open("wb", buffering=0) as file:
        for _ in range(1000):
            file.write(bytes(4096))
    return filler


@pytest.mark.parametrize("options", [[], ["--all-or-nothing"], ["--dry-run"]], ids=str)
def test_a_disk_without_any_room_ends_the_run_at_its_beginning(
    options: list[str], tree: Path, small_disk: Path
) -> None:
    write(tree, "patterns/a.json", pattern())
    fill(small_disk)
    done = rmos("migrate", tree, "--database", small_disk / "rmos.db", *options)
    assert done.returncode == (0 if options == ["--dry-run"] else 5)
    assert "Traceback" not in done.stderr


def test_a_full_disk_costs_no_batch_that_was_committed(large_tree: Path, small_disk: Path) -> None:
    database = small_disk / "rmos.db"
    for number in range(100, 5000):
        (large_tree / f"patterns/{number:04}.json").unlink()
    assert rmos("migrate", large_tree, "--database", database).returncode == 0
    rows = domain_rows(database)
    filler = fill(small_disk)
    for number in range(100, 400):
        write(large_tree, f"patterns/{number:04}.json", pattern(f"p{number:04}", notes="wood " * 100))
    done = rmos("migrate", large_tree, "--database", database)
    assert done.returncode == 5
    assert "Traceback" not in done.stderr
    filler.unlink()
    assert query(database, "PRAGMA integrity_check") == [("ok",)]
    assert domain_rows(database) == rows
    enlarge(small_disk)
    assert rmos("migrate", large_tree, "--database", database).returncode == 0
    assert len(records(database, "patterns")) == 400


@pytest.mark.parametrize("options", [{}, {"all_or_nothing": True}], ids=str)
def test_a_database_in_a_folder_that_is_not_there_is_a_failure(
    options: dict[str, bool], tree: Path, tmp_path: Path
) -> None:
    write(tree, "patterns/a.json", pattern())
    with pytest.raises(EnvironmentFailure) as failure:
        migrate(tree, tmp_path / "missing" / "rmos.db", **options)  # type: ignore[arg-type]
    assert failure.value.hint
    assert not (tmp_path / "missing").exists()


def test_the_command_exits_with_5_where_the_folder_is_missing(tree: Path, tmp_path: Path) -> None:
    done = rmos("migrate", tree, "--database", tmp_path / "missing" / "rmos.db")
    assert done.returncode == 5
    assert "Traceback" not in done.stderr


def test_a_database_below_a_file_is_a_failure(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(EnvironmentFailure):
        migrate(tree, tmp_path / "file" / "rmos.db")


@pytest.mark.skipif(sys.platform != "linux", reason="drops the powers of root the Linux way")
@pytest.mark.parametrize("options", [[], ["--dry-run"]], ids=str)
def test_a_folder_that_may_not_be_written_is_a_failure(
    options: list[str], tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database.with_name("there.db"))
    database.with_name("there.db.lock").unlink()
    before = digests(database.parent)
    database.parent.chmod(0o555)
    try:
        done = rmos("migrate", tree, "--database", database, before=without_root_powers)
        there = database.with_name("there.db")
        again = rmos("migrate", tree, "--database", there, *options, before=without_root_powers)
    finally:
        database.parent.chmod(0o755)
    assert (done.returncode, again.returncode) == (5, 5)
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr + again.stderr
    assert digests(database.parent) == before


@pytest.mark.skipif(sys.platform != "linux", reason="drops the powers of root the Linux way")
def test_a_database_that_may_not_be_written_is_a_failure(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    write(tree, "patterns/b.json", pattern("p2"))
    before = digests(database.parent)["rmos.db"]
    database.chmod(0o444)
    done = rmos("migrate", tree, "--database", database, before=without_root_powers)
    assert done.returncode == 5
    assert "Traceback" not in done.stderr
    assert digests(database.parent)["rmos.db"] == before


@pytest.mark.skipif(sys.platform != "linux", reason="drops the powers of root the Linux way")
def test_a_database_that_may_not_be_read_is_a_failure(tree: Path, database: Path) -> None:
    migrate(tree, database)
    database.chmod(0)
    for command in (["migrate", tree], ["status"]):
        done = rmos(*command, "--database", database, before=without_root_powers)
        assert done.returncode == 5
        assert "Traceback" not in done.stderr


def test_statistics_that_cannot_be_written_cost_nothing_else(tree: Path, database: Path) -> None:
    workshop(tree, 10)
    done = rmos("migrate", tree, "--database", database, "--stats", tree.parent / "missing" / "stats.json")
    assert done.returncode == 5
    assert "Traceback" not in done.stderr
    assert len(records(database, "joblogs")) == 6


def test_a_report_that_cannot_be_written_leaves_the_migration_as_it_is(
    tree: Path, database: Path, small_disk: Path
) -> None:
    workshop(tree, 200)
    (small_disk / "ballast").write_bytes(bytes(1_010_000))
    done = rmos("migrate", tree, "--database", database, "--report", small_disk / "reports")
    assert done.returncode == 5
    assert "Everything arrived." in done.stdout
    assert "No space left" in done.stderr
    assert "the migration itself is kept" in done.stderr
    assert len(records(database, "joblogs")) == 120
    left = [
        file
        for file in (small_disk / "reports").rglob("*")
        if file.stat().st_size == 0 or file.name[0] == "."
    ]
    assert left == []
    assert rmos("report", "--database", database, "--output", database.parent / "reports").returncode == 0


def test_a_report_into_a_folder_that_may_not_be_written_is_a_failure(tree: Path, database: Path) -> None:
    workshop(tree, 10)
    folder = tree.parent / "reports"
    folder.mkdir(mode=0o500)
    command = ["--database", database, "--report", folder]
    done = rmos("migrate", tree, *command, before=without_root_powers)
    assert (done.returncode, list(folder.iterdir())) == (5, [])
    assert "Permission denied" in done.stderr
    assert len(records(database, "joblogs")) == 6
    rehearsed = rmos("migrate", tree, *command, "--dry-run", before=without_root_powers)
    assert (rehearsed.returncode, "is kept" in rehearsed.stderr) == (5, False)
