"""A row has one origin: whatever is replaced, deleted or brought back, the ledger says one thing of its
content."""

from pathlib import Path

import pytest

from builders import entries, execute, pattern, write
from rmos_migration import audit, migrate, verify
from rmos_migration.verify.model import DocumentState


def check(tree: Path, database: Path) -> None:
    """The ledger says one thing of each row, and a run that reads everything again finds nothing to do."""
    contents: dict[str, set[str]] = {}
    for entry in entries(database):
        if entry["content_sha256"] is not None and entry["code"] != "record-replaced":
            contents.setdefault(entry["record_id"], set()).add(entry["content_sha256"])
    assert {record: len(found) for record, found in contents.items() if len(found) > 1} == {}
    before = verify(tree, database).differing
    again = migrate(tree, database, rehash=True)
    assert again.totals.migrated == 0
    assert [(one.place, one.state) for one in verify(tree, database).differing] == [
        (one.place, one.state) for one in before
    ]
    assert audit(database).passed


def test_replacing_in_a_large_file_forgets_the_place_that_is_read_in_a_later_batch(
    tree: Path, database: Path
) -> None:
    write(tree, "patterns/c.json", pattern("X", created_at="2024-01-01T00:00:00Z"))
    migrate(tree, database)
    write(tree, "patterns/b.json", [pattern("X", name="v2"), *(pattern(f"p{n}") for n in range(1500))])
    write(tree, "patterns/c.json", [])
    migrate(tree, database, on_conflict="replace")
    assert verify(tree, database).differing == []
    check(tree, database)


@pytest.mark.parametrize(("old", "new"), [("b", "a"), ("a", "b")])
def test_id_of_a_deleted_row_that_other_content_took_belongs_to_that(
    old: str, new: str, tree: Path, database: Path
) -> None:
    write(tree, f"patterns/{old}.json", pattern("X", name="v1"))
    migrate(tree, database)
    execute(database, "DELETE FROM patterns")
    (tree / f"patterns/{old}.json").unlink()
    write(tree, f"patterns/{new}.json", pattern("X", name="v2"))
    migrate(tree, database)
    assert verify(tree, database).differing == []
    check(tree, database)
    write(tree, "patterns/z.json", pattern("X", name="v1"))
    migrate(tree, database)
    assert [one.state for one in verify(tree, database).differing] == [DocumentState.CONFLICT]
    check(tree, database)


def test_row_that_was_deleted_and_made_again_keeps_its_origin(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("X"))
    migrate(tree, database)
    execute(database, "DELETE FROM patterns")
    (tree / "patterns/a.json").rename(tree / "patterns/moved.json")
    migrate(tree, database)
    assert verify(tree, database).differing == []
    check(tree, database)
