"""A detached reference is attached when its parent arrives; the row is then as if nothing had been
missing."""

from pathlib import Path
from typing import Any

import pytest

from builders import domain_rows, family, fates, joblog, noticed, pattern, query, write
from rmos_migration import migrate

CHILDREN: dict[str, dict[str, Any]] = {
    "plain": joblog(pattern_id="p1"),
    "with other keys": joblog(pattern_id="p1", operator="Ana", lane="safe"),
    "two references": joblog(pattern_id="p1", strip_family_id="f1"),
    "by a synonym": joblog(plan_pattern_id="p1"),
    "by a synonym beside a null": joblog(pattern_id=None, plan_pattern_id="p1"),
    "both names": joblog(pattern_id="p1", plan_pattern_id="other"),
    "as an integer": joblog(pattern_id=1),
}


def parents(tree: Path) -> None:
    write(tree, "strip_families/a.json", family())
    write(tree, "patterns/a.json", pattern("p1", strip_family_id="f1"))
    write(tree, "patterns/b.json", pattern("1"))


@pytest.mark.parametrize("child", CHILDREN.values(), ids=CHILDREN)
def test_an_attached_row_equals_that_of_an_undisturbed_run(
    child: dict[str, Any], tree: Path, database: Path
) -> None:
    write(tree, "joblogs/a.json", child)
    migrate(tree, database)
    parents(tree)
    migrate(tree, database)
    undisturbed = database.with_name("undisturbed.db")
    migrate(tree, undisturbed)
    assert domain_rows(database) == domain_rows(undisturbed)
    assert query(database, "SELECT * FROM migration_pending_references") == []


def test_attaching_is_noted_and_keeps_the_child_unchanged(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", joblog(pattern_id="p1", strip_family_id="f1"))
    migrate(tree, database)
    parents(tree)
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.migrated, summary.totals.unchanged) == (0, 3, 1)
    assert summary.counts.codes == {"reference-attached": 2}
    assert {code for _, code, _ in noticed(database, summary.run_id)} == {"reference-attached"}
    assert fates(database)["joblogs/a.json"] == ("migrated", None)


def test_an_attached_child_is_unchanged_when_read_again(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", joblog(pattern_id="p1", strip_family_id="f1"))
    migrate(tree, database)
    parents(tree)
    migrate(tree, database)
    rows = domain_rows(database)
    summary = migrate(tree, database, rehash=True)
    assert summary.totals.unchanged == 4
    assert domain_rows(database) == rows


def test_parents_that_arrive_one_by_one_are_attached_one_by_one(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", joblog(pattern_id="p1", strip_family_id="f1"))
    migrate(tree, database)
    write(tree, "patterns/a.json", pattern("p1", strip_family_id="f1"))
    migrate(tree, database)
    assert query(database, "SELECT pattern_id, strip_family_id FROM joblogs") == [("p1", None)]
    write(tree, "strip_families/a.json", family())
    migrate(tree, database)
    assert query(database, "SELECT pattern_id, strip_family_id FROM joblogs") == [("p1", "f1")]
    assert query(database, "SELECT strip_family_id FROM patterns") == [("f1",)]


def test_a_parent_attaches_only_what_waits_for_its_entity(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", joblog(pattern_id="x", strip_family_id="x"))
    migrate(tree, database)
    write(tree, "strip_families/a.json", family("x"))
    migrate(tree, database)
    assert query(database, "SELECT pattern_id, strip_family_id FROM joblogs") == [(None, "x")]
    assert query(database, "SELECT field FROM migration_pending_references") == [("pattern_id",)]


def test_a_parent_from_another_tree_is_attached_too(tree: Path, database: Path, tmp_path: Path) -> None:
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    migrate(tree, database)
    write(tmp_path / "other", "strip_families/a.json", family())
    migrate(tmp_path / "other", database)
    assert query(database, "SELECT strip_family_id FROM patterns") == [("f1",)]


def test_a_parent_that_was_mended_is_attached(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family(strip_width_mm=0))
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    migrate(tree, database)
    write(tree, "strip_families/a.json", family())
    summary = migrate(tree, database)
    assert summary.exit_code == 0
    assert query(database, "SELECT strip_family_id FROM patterns") == [("f1",)]


def test_a_replacement_that_no_longer_refers_to_it_waits_no_more(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    migrate(tree, database)
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database, on_conflict="replace")
    write(tree, "strip_families/a.json", family())
    migrate(tree, database)
    assert query(database, "SELECT strip_family_id FROM patterns") == [(None,)]


def test_a_document_replaced_in_its_own_batch_waits_no_more(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    write(tree, "patterns/b.json", pattern(name="last"))
    migrate(tree, database, on_conflict="replace")
    assert query(database, "SELECT * FROM migration_pending_references") == []
    write(tree, "strip_families/a.json", family())
    migrate(tree, database, on_conflict="replace")
    assert query(database, "SELECT name, strip_family_id FROM patterns") == [("last", None)]


def test_a_replacement_with_a_missing_reference_waits(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    migrate(tree, database, on_conflict="replace")
    write(tree, "strip_families/a.json", family())
    migrate(tree, database)
    assert query(database, "SELECT strip_family_id FROM patterns") == [("f1",)]


def test_a_conflict_that_was_kept_does_not_make_the_row_wait(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    write(tree, "patterns/b.json", pattern(strip_family_id="f1"))
    migrate(tree, database)
    write(tree, "strip_families/a.json", family())
    migrate(tree, database)
    assert query(database, "SELECT strip_family_id FROM patterns") == [(None,)]
