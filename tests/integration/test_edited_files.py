"""A source file that was edited since its row was made is a conflict like any other."""

from pathlib import Path

import pytest

from builders import domain_rows, fates, kept, ledger, noticed, pattern, query, records, touch, write
from rmos_migration import migrate

FIRST = pattern(created_at="2024-05-01T08:00:00Z", complexity="low")
EDITED = pattern(created_at="2025-06-02T09:00:00Z", complexity="high", name="edited")


@pytest.fixture
def edited(tree: Path, database: Path) -> Path:
    """A file that was migrated and then edited."""
    write(tree, "patterns/a.json", FIRST)
    migrate(tree, database)
    return write(tree, "patterns/a.json", EDITED)


def test_an_edited_file_is_a_conflict_and_the_row_stays(tree: Path, database: Path, edited: Path) -> None:
    rows = domain_rows(database)
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.conflicts) == (1, 1)
    assert domain_rows(database) == rows
    assert fates(database) == {"patterns/a.json": ("conflict", "id-conflict")}


def test_an_edited_file_stays_a_conflict_in_every_later_run(tree: Path, database: Path, edited: Path) -> None:
    rows = domain_rows(database)
    outcomes = [migrate(tree, database).totals.conflicts for _ in range(3)]
    assert outcomes == [1, 1, 1]
    assert domain_rows(database) == rows


def test_an_edit_that_no_column_shows_stays_a_conflict_in_every_later_run(tree: Path, database: Path) -> None:
    write(tree, "patterns/p1.json", {key: value for key, value in pattern("p1").items() if key != "id"})
    migrate(tree, database)
    write(tree, "patterns/p1.json", pattern("p1"))
    assert [migrate(tree, database).totals.conflicts for _ in range(3)] == [1, 1, 1]


def test_an_edited_file_replaces_its_row_where_asked(tree: Path, database: Path, edited: Path) -> None:
    summary = migrate(tree, database, on_conflict="replace")
    assert (summary.exit_code, summary.totals.migrated) == (0, 1)
    row = records(database, "patterns")["p1"]
    assert row["name"] == "edited"
    assert '"high"' in row["extra_json"]
    assert ("patterns/a.json", "record-replaced", "warning") in noticed(database, summary.run_id)


def test_replacing_keeps_created_at(tree: Path, database: Path, edited: Path) -> None:
    migrate(tree, database, on_conflict="replace")
    row = records(database, "patterns")["p1"]
    assert row["created_at"] == "2024-05-01T08:00:00.000000Z"
    assert '"2025-06-02T09:00:00Z"' in row["extra_json"]


def test_replacing_an_empty_created_at_takes_the_new_one(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    write(tree, "patterns/a.json", EDITED)
    migrate(tree, database, on_conflict="replace")
    assert records(database, "patterns")["p1"]["created_at"] == "2025-06-02T09:00:00.000000Z"


def test_a_replaced_row_is_stable_in_later_runs(tree: Path, database: Path, edited: Path) -> None:
    migrate(tree, database, on_conflict="replace")
    books = kept(database)
    for _ in range(2):
        assert migrate(tree, database, on_conflict="replace").totals.unchanged == 1
    assert migrate(tree, database, rehash=True).totals.unchanged == 1
    assert domain_rows(database) == {table: books[table] for table in domain_rows(database)}


def test_an_edited_file_is_rejected_where_asked(tree: Path, database: Path, edited: Path) -> None:
    rows = domain_rows(database)
    summary = migrate(tree, database, on_conflict="reject")
    assert (summary.exit_code, summary.totals.rejected, summary.totals.conflicts) == (1, 1, 0)
    assert domain_rows(database) == rows
    assert fates(database) == {"patterns/a.json": ("rejected", "id-conflict")}
    assert noticed(database, summary.run_id) == [("patterns/a.json", "id-conflict", "error")]
    assert query(database, "SELECT body FROM migration_rejects") == [(edited.read_bytes(),)]


@pytest.mark.parametrize("on_conflict", ["keep", "reject"])
def test_a_file_put_back_as_it_was_is_unchanged(
    on_conflict: str, tree: Path, database: Path, edited: Path
) -> None:
    migrate(tree, database, on_conflict=on_conflict)
    rows = domain_rows(database)
    write(tree, "patterns/a.json", FIRST)
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.unchanged) == (0, 1)
    assert domain_rows(database) == rows
    assert query(database, "SELECT count(*) FROM migration_rejects") == [(0,)]


def test_putting_the_file_back_after_a_replacement_is_a_conflict(
    tree: Path, database: Path, edited: Path
) -> None:
    migrate(tree, database, on_conflict="replace")
    write(tree, "patterns/a.json", FIRST)
    assert migrate(tree, database).totals.conflicts == 1
    assert records(database, "patterns")["p1"]["name"] == "edited"


def test_a_conflict_that_was_kept_can_replace_in_a_later_run(
    tree: Path, database: Path, edited: Path
) -> None:
    migrate(tree, database)
    assert migrate(tree, database, on_conflict="replace").totals.migrated == 1
    assert records(database, "patterns")["p1"]["name"] == "edited"
    assert fates(database) == {"patterns/a.json": ("migrated", None)}


@pytest.mark.parametrize(
    "content", [EDITED, "{broken", pattern("p2", name="taken")], ids=["edit", "break", "id"]
)
def test_a_document_kept_out_does_not_cover_what_its_row_was_made_from(
    content: object, tree: Path, database: Path
) -> None:
    write(tree, "patterns/p1.json", {key: value for key, value in FIRST.items() if key != "id"})
    write(tree, "patterns/p2.json", pattern("p2"))
    migrate(tree, database)
    origin = ledger(database)["patterns/p1.json"]
    write(tree, "patterns/p1.json", content)
    for _ in range(2):
        assert migrate(tree, database).exit_code == 1
        entry = ledger(database)["patterns/p1.json"]
        for column in ("record_id", "generation", "derived", "content_sha256"):
            assert entry[column] == origin[column]


def test_a_file_that_now_holds_another_record_is_migrated_and_the_old_row_stays(
    tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", pattern("p1"))
    migrate(tree, database)
    write(tree, "patterns/a.json", pattern("p2"))
    assert migrate(tree, database).totals.migrated == 1
    assert set(records(database, "patterns")) == {"p1", "p2"}
    assert migrate(tree, database).totals.unchanged == 1


def test_an_edit_that_breaks_a_file_rejects_it_and_the_row_stays(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    rows = domain_rows(database)
    write(tree, "patterns/a.json", "{broken")
    assert migrate(tree, database).totals.rejected == 1
    assert domain_rows(database) == rows
    write(tree, "patterns/a.json", pattern())
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.unchanged) == (0, 1)
    assert domain_rows(database) == rows


def test_a_mended_file_is_migrated(tree: Path, database: Path) -> None:
    file = write(tree, "patterns/a.json", pattern(ring_count=0))
    assert migrate(tree, database).exit_code == 1
    write(tree, "patterns/a.json", pattern(ring_count=2))
    touch(file)
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.migrated) == (0, 1)
    assert query(database, "SELECT count(*) FROM migration_rejects") == [(0,)]
