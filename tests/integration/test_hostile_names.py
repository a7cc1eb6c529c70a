"""Hostile names and places: what is printed is harmless, and nothing falls over."""

import json
import os
import re
import sys
from pathlib import Path

import pytest
from hostile import write_names, write_small

from builders import fates, joblog, pattern, query, raw_controls, remove, rmos, write
from rmos_migration import migrate

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="such names need Linux")


def test_everything_noticed_is_printable_with_verbose(tree: Path, database: Path) -> None:
    write_small(tree)
    write_names(tree)
    done = rmos("migrate", tree, "--database", database, "-v")
    assert done.returncode == 1, done.stderr[-2000:]
    assert raw_controls(done.stdout + done.stderr) == set()


def test_a_log_of_hostile_names_is_still_one_json_object_a_line(tree: Path, database: Path) -> None:
    write_names(tree)
    done = rmos("--log-json", "--log-level", "debug", "migrate", tree, "--database", database, "-q")
    lines = done.stderr.splitlines()
    assert lines
    assert all("message" in json.loads(line) for line in lines)


def test_a_fault_below_a_key_that_is_half_a_character_is_a_reject(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", '{"a\\ud800": NaN}')
    assert migrate(tree, database).totals.rejected == 1
    assert fates(database) == {"patterns/a.json": ("rejected", "json-surrogate")}


def test_two_names_that_look_the_same_are_two_entries_in_the_ledger(tree: Path, database: Path) -> None:
    top = os.fsencode(tree / "patterns")
    for number, name in enumerate((b"\xff.json", b"\\xff.json")):
        with open(os.path.join(top, name), "wb") as file:
            file.write(json.dumps(pattern(f"p{number}")).encode())
    assert migrate(tree, database).totals.migrated == 2
    assert query(database, "SELECT count(*) FROM migration_ledger") == [(2,)]
    assert migrate(tree, database).totals.unchanged == 2


def test_a_deep_folder_beside_the_records_is_no_trouble(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    make_folders(tree, ["d"] * 1500)
    try:
        assert migrate(tree, database).exit_code == 0
    finally:
        remove(tree)


def test_a_path_longer_than_the_system_allows_is_not_looked_at(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", joblog())
    make_folders(tree / "joblogs", ["d" * 250] * 20)
    try:
        summary = migrate(tree, database)
    finally:
        remove(tree)
    assert (summary.totals.migrated, summary.totals.rejected, summary.exit_code) == (1, 0, 1)
    assert summary.counts.files.not_looked_at == summary.counts.codes["folder-not-looked-at"] == 1


def make_folders(top: Path, names: list[str]) -> None:
    """One folder inside the other, deeper than a path can say."""
    here = os.open(top, os.O_RDONLY)
    for name in names:
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


def test_an_entity_folder_that_is_a_link_out_of_the_source_is_refused(tree: Path, database: Path) -> None:
    write(tree.with_name("outside"), "a.json", pattern())
    (tree / "patterns").rmdir()
    (tree / "patterns").symlink_to(tree.with_name("outside"))
    migrate(tree, database)
    assert fates(database) == {"patterns": ("rejected", "file-outside")}


def test_a_link_to_another_disk_or_drive_is_refused(tree: Path, database: Path) -> None:
    (tree / "patterns/a.json").symlink_to("/proc/self/environ")
    migrate(tree, database)
    assert fates(database) == {"patterns/a.json": ("rejected", "file-outside")}


def test_error_messages_are_printable_too(tmp_path: Path) -> None:
    folder = tmp_path / "no\x1b[31m\u202efolder"
    done = rmos("migrate", folder, cwd=tmp_path)
    assert done.returncode == 2
    assert raw_controls(done.stdout + done.stderr) == set()
    assert re.search(r"no\\x1b\[31m\\u202efolder", done.stderr)


@pytest.mark.parametrize("name", ["[bold]old [/red]", "a\x1b[31m\nb\u202e"])
def test_a_source_or_database_with_a_hostile_name_works_with_every_verb(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    write(folder, "patterns/a.json", pattern())
    write(folder, "patterns/b.json", "{")
    database = tmp_path / f"{name}.db"
    assert rmos("migrate", folder, "--database", database).returncode == 1
    for verb in (
        ["status"],
        ["history"],
        ["doctor"],
        ["init"],
        ["rejects", "--save", str(tmp_path / f"{name} saved")],
    ):
        done = rmos(*verb, "--database", database)
        assert done.returncode == 0, (verb, done.stderr[-500:])
        assert raw_controls(done.stdout + done.stderr) == set(), verb
        if name.startswith("[") and verb != ["doctor"]:
            assert name in done.stdout + done.stderr, verb
