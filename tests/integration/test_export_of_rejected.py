"""Documents that were rejected because of their id are named, not put back where they would win."""

from pathlib import Path
from typing import Any

import pytest

from builders import digests, family, joblog, pattern, records, write
from returning import assert_equal_rows, migrated_again
from rmos_migration import export, migrate

OLDER, NEWER = pattern(name="older"), pattern(name="newer")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def put_back(tree: Path, database: Path, out: Path) -> list[tuple[str, str, str]]:
    """Export, and insist that the export gives the same rows; gives what was not put back."""
    result = export(database, out, format="source")
    for on_conflict in ("keep", "reject"):
        again = database.with_name(f"again-{on_conflict}.db")
        migrate(out, again, on_conflict=on_conflict)
        assert_equal_rows(database, again)
    return [(one.path, one.pointer, one.reason) for one in result.missing]


@pytest.mark.parametrize(("first", "second"), [("a", "b"), ("b", "a")])
@pytest.mark.parametrize(("on_conflict", "reason"), [("reject", "id-taken"), ("keep", "id-conflict")])
def test_newer_file_of_the_same_id_is_named(
    first: str, second: str, on_conflict: str, reason: str, tree: Path, database: Path, out: Path
) -> None:
    write(tree, f"patterns/{first}.json", OLDER)
    migrate(tree, database)
    write(tree, f"patterns/{second}.json", NEWER)
    migrate(tree, database, on_conflict=on_conflict)
    assert put_back(tree, database, out) == [(f"patterns/{second}.json", "", reason)]
    assert set(digests(out)) == {f"patterns/{first}.json"}


@pytest.mark.parametrize("on_conflict", ["keep", "reject", "replace"])
def test_edited_file_gives_the_row_that_is_there(
    on_conflict: str, tree: Path, database: Path, out: Path
) -> None:
    write(tree, "patterns/a.json", OLDER)
    migrate(tree, database)
    write(tree, "patterns/a.json", NEWER)
    migrate(tree, database, on_conflict=on_conflict)
    named = put_back(tree, database, out)
    assert len(named) == (on_conflict != "replace")


@pytest.mark.parametrize("on_conflict", ["reject", "keep", "replace"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_elements_of_a_list_keep_their_places(
    on_conflict: str, place: int, tree: Path, database: Path, out: Path
) -> None:
    nameless = {key: value for key, value in pattern(name="nameless").items() if key != "id"}
    write(tree, "patterns/z.json", OLDER)
    migrate(tree, database)
    elements: list[Any] = [pattern("x"), nameless]
    elements.insert(place, NEWER)
    write(tree, "patterns/all.json", elements)
    migrate(tree, database, on_conflict=on_conflict)
    assert len(put_back(tree, database, out)) == 1
    assert {"x", f"all-{1 if place == 2 else 2}"} <= set(records(database, "patterns"))


def test_document_that_was_rejected_for_a_reference_does_not_take_the_id(
    tree: Path, database: Path, out: Path
) -> None:
    write(tree, "joblogs/b.json", joblog())
    migrate(tree, database)
    write(tree, "joblogs/a.json", joblog(job_type="batch", pattern_id="lost"))
    migrate(tree, database, missing_references="reject")
    assert put_back(tree, database, out) == [("joblogs/a.json", "", "id-taken")]


def test_documents_that_cannot_be_used_are_put_back_as_before(tree: Path, database: Path, out: Path) -> None:
    write(tree, "patterns/a.json", "{broken")
    write(tree, "patterns/b.json", OLDER | {"ring_count": 0})
    write(tree, "patterns/c.json", OLDER)
    write(tree, "strip_families/f.json", family(strip_width_mm=-1))
    migrate(tree, database, on_conflict="reject")
    assert put_back(tree, database, out) == []
    assert (out / "patterns/a.json").read_bytes() == b"{broken"
    assert len(digests(out)) == 4
    assert migrated_again(out, database).exists()
