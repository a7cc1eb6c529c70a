"""An export that did not finish is known for one, and nobody takes it for a legacy folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from test_results_written import KILLED

from builders import pattern, rmos, write
from rmos_migration import export, migrate
from rmos_migration.sources.legacy_folder import UNFINISHED_MARK


@pytest.fixture
def killed(tree: Path, database: Path, tmp_path: Path) -> Path:
    """The folder of an export that was killed at its fourth file."""
    for number in range(8):
        write(tree, f"patterns/{number}.json", pattern(f"p{number}"))
    migrate(tree, database)
    out = tmp_path / "out"
    command = [sys.executable, "-c", KILLED, "link", "5", "export", str(out), "--database", str(database)]
    assert subprocess.run(command, timeout=60).returncode == -signal.SIGKILL
    return out


@pytest.mark.parametrize("verb", ["migrate", "inspect", "verify"])
def test_an_unfinished_export_is_refused_in_words(verb: str, killed: Path, database: Path) -> None:
    assert len(list(killed.rglob("*.json"))) == 4
    assert "rmos export" in (killed / UNFINISHED_MARK).read_text()
    options = [] if verb == "inspect" else ["--database", database]
    done = rmos(verb, killed, *options)
    assert done.returncode == 2
    assert "did not finish" in done.stderr


def test_an_export_into_an_unfinished_one_is_refused_in_words(killed: Path, database: Path) -> None:
    done = rmos("export", killed, "--database", database)
    assert done.returncode == 2
    assert "delete the folder" in done.stderr
    assert len(list(killed.rglob("*.json"))) == 4


def test_a_tree_in_an_unfinished_export_of_several_sources_is_refused_too(tree: Path, database: Path) -> None:
    write(tree, "source-1/patterns/a.json", pattern())
    (tree / UNFINISHED_MARK).write_text("")
    assert rmos("migrate", tree / "source-1", "--database", database).returncode == 2


@pytest.mark.parametrize("leads_to", ["tree/source-1", "tree", "other link"])
def test_an_unfinished_export_is_refused_through_a_link_too(
    leads_to: str, tmp_path: Path, database: Path
) -> None:
    write(tmp_path, "tree/source-1/patterns/a.json", pattern())
    (tmp_path / "tree" / UNFINISHED_MARK).write_text("")
    (tmp_path / "other link").symlink_to("tree/source-1")
    (tmp_path / "link").symlink_to(leads_to)
    for verb in ("migrate", "verify"):
        done = rmos(verb, tmp_path / "link", "--database", database)
        assert done.returncode == 2
        assert "did not finish" in done.stderr


@pytest.mark.parametrize("form", ["canonical", "source"])
def test_a_whole_export_has_no_mark_and_is_as_private_as_the_database(
    form: str, tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    database.chmod(0o600)
    export(database, tmp_path / "new/out", format=form)
    names = {file.name for file in (tmp_path / "new/out").rglob("*") if file.is_file()}
    assert len(names) == 1
    assert UNFINISHED_MARK not in names
    for file in (tmp_path / "new").rglob("*"):
        assert file.stat().st_mode & 0o077 == 0
    assert rmos("inspect", tmp_path / "new/out").returncode == 0


def test_the_doctor_names_what_killed_runs_left_and_the_next_backup_removes_it(
    tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    backups = database.parent / "backups"
    backups.mkdir()
    left = [database.parent / ".rmos-0123.unfinished", backups / ".rmos-4567.unfinished"]
    older = [backups / "monday.db.0a1b2c3d.unfinished", backups / "monday.db.0a1b2c3d.unfinished-journal"]
    for file in (*left, *older):
        file.write_bytes(b"")
    said = rmos("doctor", "--json", "--database", database).stdout
    assert all(file.name in said for file in (*left, *older))
    for target in (database.parent / "a.db", backups / "b.db"):
        assert rmos("backup", target, "--database", database).returncode == 0
    assert not any(os.path.lexists(file) for file in left)
    assert all(file.exists() for file in older), "one may be whole: a person decides"


def test_a_copy_of_an_earlier_version_can_be_judged_under_its_unfinished_name(
    tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    left = database.with_name("monday.db.12345678.unfinished")
    assert rmos("backup", left, "--database", database).returncode == 0
    assert rmos("audit", "--database", left).returncode == 0
    left.write_bytes(left.read_bytes()[:20_000])
    assert rmos("audit", "--database", left).returncode == 4
