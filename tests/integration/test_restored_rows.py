"""A document whose ledger entry says migrated but whose row is gone is migrated again."""

from pathlib import Path

import pytest

from builders import domain_rows, execute, family, fates, joblog, kept, noticed, pattern, write
from rmos_migration import migrate


def test_a_deleted_row_is_migrated_again(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("p1"))
    write(tree, "patterns/b.json", pattern("p2"))
    migrate(tree, database)
    rows = domain_rows(database)
    execute(database, "DELETE FROM patterns WHERE id = 'p1'")
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.migrated, summary.totals.unchanged) == (0, 1, 1)
    assert domain_rows(database) == rows
    assert noticed(database, summary.run_id) == [("patterns/a.json", "record-restored", "info")]


def test_a_restored_row_is_left_alone_by_later_runs(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    execute(database, "DELETE FROM patterns")
    migrate(tree, database)
    books = kept(database)
    summary = migrate(tree, database)
    assert (summary.totals.unchanged, summary.counts.files.read) == (1, 0)
    assert kept(database) == books


def test_all_rows_deleted_are_all_migrated_again(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family())
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    write(tree, "joblogs/a.json", joblog(pattern_id="p1", strip_family_id="f1"))
    migrate(tree, database)
    rows = domain_rows(database)
    execute(database, "DELETE FROM joblogs; DELETE FROM patterns; DELETE FROM strip_families;")
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.migrated) == (0, 3)
    assert summary.counts.codes == {"record-restored": 3}
    assert domain_rows(database) == rows


def test_a_row_restored_from_one_of_two_equal_files_comes_from_the_first(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    write(tree, "patterns/b.json", pattern())
    migrate(tree, database)
    execute(database, "DELETE FROM patterns")
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.unchanged) == (1, 1)
    assert fates(database) == {"patterns/a.json": ("migrated", None), "patterns/b.json": ("unchanged", None)}


def test_a_row_restored_after_a_conflict_comes_from_the_first_file(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern(name="first"))
    write(tree, "patterns/b.json", pattern(name="other"))
    migrate(tree, database)
    rows = domain_rows(database)
    execute(database, "DELETE FROM patterns")
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.conflicts) == (1, 1)
    assert domain_rows(database) == rows


@pytest.mark.parametrize("later", ["keep", "replace"])
def test_a_row_that_was_replaced_is_restored_with_the_content_it_had(
    later: str, tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", pattern(name="first"))
    write(tree, "patterns/b.json", pattern(name="last"))
    migrate(tree, database, on_conflict="replace")
    rows, entries = domain_rows(database), fates(database)
    execute(database, "DELETE FROM patterns")
    migrate(tree, database, on_conflict=later)
    assert domain_rows(database) == rows
    assert fates(database) == entries


def test_a_document_that_was_refused_before_is_not_called_restored(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    assert migrate(tree, database, missing_references="reject").totals.rejected == 1
    write(tree, "strip_families/a.json", family())
    summary = migrate(tree, database, missing_references="reject")
    assert (summary.exit_code, summary.totals.migrated) == (0, 2)
    assert summary.counts.codes == {}


def test_a_restored_child_is_not_attached_to_what_it_no_longer_refers_to(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    migrate(tree, database)
    execute(database, "DELETE FROM patterns")
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    rows = domain_rows(database)["patterns"]
    write(tree, "strip_families/a.json", family())
    migrate(tree, database)
    assert domain_rows(database)["patterns"] == rows
