"""A legacy folder that was moved is known again: nothing of it is told of twice."""

import shutil
from pathlib import Path

import pytest

from builders import domain_rows, family, pattern, query, rmos, write
from rmos_migration import export, migrate, verify
from rmos_migration.api.tokens import tokens_of
from rmos_migration.settings import Settings


@pytest.fixture
def migrated(tree: Path, database: Path) -> Path:
    """A folder with a family and a pattern, and one file that is not loaded; it was migrated."""
    write(tree, "strip_families/f.json", family())
    write(tree, "patterns/p.json", pattern(strip_family_id="f1"))
    write(tree, "patterns/broken.json", '{"id": "p2",}')
    assert migrate(tree, database).totals.rejected == 1
    return tree


def sources(database: Path) -> list[str]:
    return [location for (location,) in query(database, "SELECT location FROM migration_sources")]


def kept_out(database: Path) -> int:
    return int(query(database, "SELECT count(*) FROM migration_rejects")[0][0])


def test_moved_folder_is_the_same_source(migrated: Path, database: Path) -> None:
    moved = migrated.rename(migrated.with_name("moved"))
    totals = migrate(moved, database).totals
    assert (totals.unchanged, totals.rejected) == (2, 1)
    assert (sources(database), kept_out(database)) == ([str(moved)], 1)
    assert verify(moved, database).holds


def test_what_was_kept_out_can_be_mended_after_the_move(
    migrated: Path, database: Path, tmp_path: Path
) -> None:
    moved = migrated.rename(migrated.with_name("moved"))
    write(moved, "patterns/broken.json", pattern("p2"))
    assert migrate(moved, database).totals.migrated == 1
    assert kept_out(database) == 0
    assert export(database, tmp_path / "again", format="source").files == 3


def test_copy_on_a_new_machine_is_the_same_source(migrated: Path, database: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(migrated, tmp_path / "copy", copy_function=shutil.copyfile))
    shutil.rmtree(migrated)
    assert migrate(copy, database).totals.unchanged == 2
    assert (sources(database), kept_out(database)) == ([str(copy)], 1)


def test_dry_run_leaves_the_place_as_it_is_known(migrated: Path, database: Path) -> None:
    moved = migrated.rename(migrated.with_name("moved"))
    assert migrate(moved, database, dry_run=True).totals.unchanged == 2
    assert sources(database) == [str(migrated)]


def test_copy_beside_the_folder_is_another_source(migrated: Path, database: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(migrated, tmp_path / "copy"))
    migrate(copy, database)
    assert sources(database) == [str(migrated), str(copy)]


def test_other_folder_is_another_source_though_the_first_is_gone(
    migrated: Path, database: Path, tmp_path: Path
) -> None:
    shutil.rmtree(migrated)
    other = tmp_path / "other"
    write(other, "patterns/wave.json", pattern("wave"))
    assert migrate(other, database).totals.migrated == 1
    assert sources(database) == [str(migrated), str(other)]


def test_backup_and_folder_are_known_on_another_machine(
    migrated: Path, database: Path, tmp_path: Path
) -> None:
    """As docs/operating.md says: another place for both, and no token."""
    before = domain_rows(database)
    there = tmp_path / "another machine"
    there.mkdir()
    assert tokens_of(database, Settings()).writing
    assert rmos("backup", there / "workshop.db", "--database", database).returncode == 0
    folder = Path(shutil.copytree(migrated, there / "legacy", copy_function=shutil.copyfile))
    shutil.rmtree(migrated)
    shutil.rmtree(database.parent)

    named = ("--database", there / "workshop.db")
    assert [file.name for file in there.iterdir() if "token" in file.name] == []
    assert rmos("audit", *named).returncode == 0
    assert rmos("verify", folder, *named).returncode == 0
    run = migrate(folder, there / "workshop.db")
    assert (run.totals.migrated, run.totals.unchanged, run.totals.rejected) == (0, 2, 1)
    assert (sources(there / "workshop.db"), kept_out(there / "workshop.db")) == ([str(folder)], 1)
    assert domain_rows(there / "workshop.db") == before
    assert tokens_of(there / "workshop.db", Settings()).writing
