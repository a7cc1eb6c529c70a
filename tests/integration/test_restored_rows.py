"""A document whose ledger entry says migrated but whose row is gone is migrated again."""

from pathlib import Path

import pytest

from builders import domain_rows, execute, family, fates, joblog, kept, noticed, pattern, records, write
from rmos_migration import audit, migrate, verify
from rmos_migration.migrate import pipeline
from serving import STORES, client


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


def names(database: Path) -> list[str]:
    return [row["name"] for row in records(database, "patterns").values()]


def replaced(tree: Path, database: Path, *contents: str) -> None:
    """Several documents of one id, of which the last has the row."""
    for letter, name in zip("abc", contents, strict=False):
        write(tree, f"patterns/{letter}.json", pattern(name=name))
    migrate(tree, database, on_conflict="replace")
    assert names(database) == [contents[-1]]


@pytest.mark.parametrize("rehash", [True, False])
@pytest.mark.parametrize("later", ["keep", "replace", "reject"])
def test_a_document_that_was_replaced_makes_the_row_again_when_row_and_winner_are_gone(
    later: str, rehash: bool, tree: Path, database: Path
) -> None:
    replaced(tree, database, "first", "last")
    execute(database, "DELETE FROM patterns")
    (tree / "patterns/b.json").unlink()
    summary = migrate(tree, database, on_conflict=later, rehash=rehash)
    assert (summary.exit_code, summary.totals.migrated, names(database)) == (0, 1, ["first"])
    assert fates(database) == {"patterns/a.json": ("migrated", None)}
    assert noticed(database, summary.run_id) == [("patterns/a.json", "record-taken-over", "warning")]
    assert audit(database).findings == []
    assert verify(tree, database).differing == []
    books = kept(database)
    assert migrate(tree, database, on_conflict=later).totals.unchanged == 1
    assert kept(database) == books


@pytest.mark.parametrize("documents", [1, 2, 1_000])
def test_of_several_that_were_replaced_one_makes_the_row_again_however_batches_end(
    documents: int, tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced(tree, database, "first", "second", "last")
    execute(database, "DELETE FROM patterns")
    (tree / "patterns/c.json").unlink()
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", documents)
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.conflicts, names(database)) == (1, 1, ["first"])
    assert fates(database) == {
        "patterns/a.json": ("migrated", None),
        "patterns/b.json": ("conflict", "record-replaced"),
    }
    assert {one.code for one in audit(database).findings} == {"document-kept-out"}


def test_the_winner_whose_document_got_another_id_makes_its_own_row_only(tree: Path, database: Path) -> None:
    replaced(tree, database, "first", "last")
    execute(database, "DELETE FROM patterns")
    write(tree, "patterns/b.json", pattern("p2", name="last"))
    assert migrate(tree, database).totals.migrated == 2
    assert names(database) == ["first", "last"]
    assert audit(database).findings == []


def test_a_row_is_not_made_again_while_the_winner_is_out_of_reach(
    tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, "patterns/a.json", pattern(name="first"))
    other = tmp_path / "other"
    write(other, "patterns/b.json", pattern(name="last"))
    migrate(tree, database)
    migrate(other, database, on_conflict="replace")
    execute(database, "DELETE FROM patterns")
    other.rename(tmp_path / "away")
    other.mkdir()
    assert migrate(tree, database).totals.migrated == 0
    other.rmdir()
    (tmp_path / "away").rename(other)
    migrate(other, database)
    assert names(database) == ["last"]


def test_a_record_deleted_on_purpose_is_not_made_again_by_a_document_that_was_replaced(
    tree: Path, database: Path
) -> None:
    replaced(tree, database, "first", "last")
    with client(database) as caller:
        assert caller.delete(f"{STORES}/patterns/p1", headers={"If-Match": "*"}).status_code == 200
    (tree / "patterns/b.json").unlink()
    assert migrate(tree, database, rehash=True).totals.migrated == 0
    assert names(database) == []


def test_what_lacks_a_parent_does_not_make_the_row_again_where_that_is_refused(
    tree: Path, database: Path
) -> None:
    write(tree, "joblogs/a.json", joblog(pattern_id="missing"))
    write(tree, "joblogs/b.json", joblog(status="failed"))
    migrate(tree, database, on_conflict="replace")
    execute(database, "DELETE FROM joblogs")
    (tree / "joblogs/b.json").unlink()
    summary = migrate(tree, database, missing_references="reject")
    assert summary.totals.rejected == 1
    assert noticed(database, summary.run_id) == [("joblogs/a.json", "reference-missing", "error")]
    assert migrate(tree, database).totals.migrated == 1


def test_an_edited_record_whose_row_is_gone_is_made_again(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern(name="first"))
    migrate(tree, database)
    with client(database) as caller:
        edited = caller.put(f"{STORES}/patterns/p1", json=pattern(name="edited"), headers={"If-Match": "*"})
    assert edited.status_code == 200
    execute(database, "DELETE FROM patterns")
    assert migrate(tree, database).totals.migrated == 1
    assert (names(database), audit(database).findings) == (["first"], [])


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
