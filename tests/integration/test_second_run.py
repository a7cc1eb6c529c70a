"""Running again does no harm: nothing changes, and what has not changed is not opened."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from builders import (
    EXAMPLES,
    domain_rows,
    family,
    fates,
    joblog,
    kept,
    noticed,
    pattern,
    status_of,
    touch,
    write,
)
from rmos_migration import migrate


def test_second_run_changes_nothing(tmp_path: Path) -> None:
    database = tmp_path / "rmos.db"
    migrate(EXAMPLES / "rmos_legacy", database)
    before = kept(database)
    summary = migrate(EXAMPLES / "rmos_legacy", database)
    assert kept(database) == before
    assert (summary.totals.unchanged, summary.totals.migrated) == (97, 0)
    assert (summary.exit_code, summary.success_rate) == (0, 100)
    assert noticed(database, summary.run_id) == []


def test_second_run_of_a_messy_tree_changes_no_row_and_no_fate(tmp_path: Path) -> None:
    database = tmp_path / "rmos.db"
    first = migrate(EXAMPLES / "messy_legacy", database)
    rows, entries = domain_rows(database), fates(database)
    second = migrate(EXAMPLES / "messy_legacy", database)
    assert domain_rows(database) == rows
    assert fates(database) == entries
    assert second.totals.unchanged == first.totals.migrated + first.totals.unchanged
    assert second.totals.rejected == first.totals.rejected
    assert second.totals.conflicts == first.totals.conflicts
    assert second.exit_code == 1


def test_files_that_have_not_changed_are_not_opened(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family())
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    write(tree, "joblogs/a.json", joblog(pattern_id="p1"))
    assert migrate(tree, database).counts.files.read == 3
    files = migrate(tree, database).counts.files
    assert (files.found, files.read, files.unread) == (3, 0, 3)


def test_only_what_may_fare_better_now_is_opened_again(tree: Path, database: Path) -> None:
    write(tree, "patterns/good.json", pattern())
    write(tree, "patterns/bad.json", "{")
    write(tree, "patterns/other.json", pattern(name="other"))
    migrate(tree, database)
    files = migrate(tree, database).counts.files
    assert (files.found, files.read) == (3, 2)


def test_rehash_reads_every_file_and_changes_nothing(tmp_path: Path) -> None:
    database = tmp_path / "rmos.db"
    migrate(EXAMPLES / "rmos_legacy", database)
    rows, entries = domain_rows(database), fates(database)
    summary = migrate(EXAMPLES / "rmos_legacy", database, rehash=True)
    assert summary.counts.files.read == 97
    assert summary.totals.unchanged == 97
    assert domain_rows(database) == rows
    assert fates(database) == entries


def test_a_file_with_another_time_and_the_same_content_is_unchanged(tree: Path, database: Path) -> None:
    file = write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    rows = domain_rows(database)
    touch(file)
    summary = migrate(tree, database)
    assert (summary.totals.unchanged, summary.counts.files.read) == (1, 1)
    assert domain_rows(database) == rows
    assert fates(database) == {"patterns/a.json": ("migrated", None)}


def test_a_touched_file_is_read_once_and_then_known_by_its_new_time(tree: Path, database: Path) -> None:
    file = write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    touch(file)
    migrate(tree, database)
    assert migrate(tree, database).counts.files.read == 0


def test_rehash_finds_an_edit_that_kept_size_and_time(tree: Path, database: Path) -> None:
    file = write(tree, "patterns/a.json", pattern(name="first"))
    stamp = file.stat().st_mtime
    migrate(tree, database)
    write(tree, "patterns/a.json", pattern(name="other"))
    os.utime(file, (stamp, stamp))
    assert migrate(tree, database, rehash=True).totals.conflicts == 1


def test_a_source_file_that_was_deleted_does_no_harm(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family())
    file = write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    write(tree, "patterns/b.json", pattern("p2"))
    migrate(tree, database)
    rows = domain_rows(database)
    file.unlink()
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.found) == (0, 2)
    assert domain_rows(database) == rows


def test_a_file_that_was_renamed_is_unchanged(tree: Path, database: Path) -> None:
    file = write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    rows = domain_rows(database)
    file.rename(file.with_name("b.json"))
    assert migrate(tree, database).totals.unchanged == 1
    assert domain_rows(database) == rows


def test_the_same_tree_at_another_place_is_unchanged(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family())
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    migrate(tree, database)
    rows = domain_rows(database)
    copy = shutil.copytree(tree, tree.with_name("copy"))
    assert migrate(copy, database).totals.unchanged == 2
    assert domain_rows(database) == rows


@pytest.mark.parametrize("way", [lambda tree: tree / ".." / tree.name, lambda tree: f"{tree}/"])
def test_another_way_of_writing_the_path_is_the_same_source(
    way: Callable[[Path], Path], tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    assert migrate(way(tree), database).counts.files.read == 0


def test_a_file_without_a_document_leaves_a_note_and_no_trace_in_the_ledger(
    tree: Path, database: Path
) -> None:
    write(tree, "patterns/empty-list.json", "[]")
    write(tree, "patterns/empty-object.json", " {} ")
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.found, summary.counts.files.read) == (0, 0, 2)
    assert noticed(database, summary.run_id) == [
        ("patterns/empty-list.json", "no-documents", "info"),
        ("patterns/empty-object.json", "no-documents", "info"),
    ]
    assert fates(database) == {}


def test_runs_of_an_empty_workshop_are_complete(tree: Path, database: Path) -> None:
    first, second = migrate(tree, database), migrate(tree, database)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert (first.totals.found, first.success_rate) == (0, 100)
    assert status_of(database, second.run_id) == "completed"
