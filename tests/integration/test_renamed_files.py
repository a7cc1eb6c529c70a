"""A document without an id whose file was renamed is the same record, because its content says so."""

import json
from pathlib import Path
from typing import Any

import pytest

from builders import (
    domain_rows,
    entries,
    family,
    ledger,
    noticed,
    pattern,
    records,
    rmos,
    without_root_powers,
    write,
)
from returning import assert_equal_rows
from rmos_migration import audit, export, migrate, verify
from rmos_migration.editing.edit import ANY, change, delete
from rmos_migration.entities import PATTERN
from rmos_migration.migrate import pipeline
from rmos_migration.store.database import database_at
from rmos_migration.verify.model import DocumentState


@pytest.fixture(params=[1, 1000], autouse=True, ids=["a batch each", "one batch"])
def batches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", request.param)


def nameless(name: str = "rope", **more: Any) -> dict[str, Any]:
    return {key: value for key, value in pattern(name=name, **more).items() if key != "id"}


def is_sound(tree: Path, database: Path) -> bool:
    return verify(tree, database).differing == [] and audit(database).passed


def renamed(tree: Path, database: Path, **options: Any) -> list[str]:
    """Migrate, and insist that nothing new came in; gives the paths of documents that were known again."""
    rows = domain_rows(database)
    foretold = migrate(tree, database, dry_run=True, **options)
    summary = migrate(tree, database, **options)
    assert foretold.counts == summary.counts
    assert (summary.exit_code, summary.totals.migrated) == (0, 0)
    assert domain_rows(database) == rows
    assert is_sound(tree, database)
    return [path for path, code, _ in noticed(database, summary.run_id) if code == "document-renamed"]


@pytest.mark.parametrize("rehash", [False, True])
def test_renamed_file_is_the_same_record(rehash: bool, tree: Path, database: Path) -> None:
    write(tree, "patterns/old.json", nameless())
    write(tree, "patterns/stays.json", nameless("stays"))
    migrate(tree, database)
    (tree / "patterns/old.json").rename(tree / "patterns/new.json")
    assert renamed(tree, database, rehash=rehash) == ["patterns/new.json"]
    assert set(ledger(database)) == {"patterns/new.json", "patterns/stays.json"}
    assert ledger(database)["patterns/new.json"]["record_id"] == "old"
    for again in (False, True):
        assert renamed(tree, database, rehash=again) == []


def test_edit_of_a_renamed_file_stays_the_same_record(tree: Path, database: Path) -> None:
    write(tree, "patterns/old.json", nameless())
    migrate(tree, database)
    (tree / "patterns/old.json").rename(tree / "patterns/new.json")
    migrate(tree, database)
    write(tree, "patterns/new.json", nameless("edited"))
    for _ in range(2):
        assert migrate(tree, database).totals.conflicts == 1
    assert migrate(tree, database, on_conflict="replace").totals.migrated == 1
    assert {key: row["name"] for key, row in records(database, "patterns").items()} == {"old": "edited"}
    assert is_sound(tree, database)
    assert renamed(tree, database, rehash=True) == []


def test_file_that_is_renamed_again_and_back_keeps_its_id(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", nameless())
    migrate(tree, database)
    for old, new in (("a", "b"), ("b", "c"), ("c", "a")):
        (tree / f"patterns/{old}.json").rename(tree / f"patterns/{new}.json")
        assert len(renamed(tree, database)) == (new != "a")
    assert set(records(database, "patterns")) == {"a"}


def test_file_that_was_moved_into_a_folder_is_the_same_record(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", nameless())
    migrate(tree, database)
    (tree / "patterns/2019").mkdir()
    (tree / "patterns/a.json").rename(tree / "patterns/2019/a.json")
    assert renamed(tree, database) == []
    (tree / "patterns/2019").rename(tree / "patterns/archive")
    (tree / "patterns/archive/a.json").rename(tree / "patterns/archive/b.json")
    assert renamed(tree, database) == ["patterns/archive/b.json"]
    assert set(records(database, "patterns")) == {"a"}


def test_several_equal_files_that_were_renamed_at_once_keep_their_records(tree: Path, database: Path) -> None:
    for name in ("a", "b", "c"):
        write(tree, f"patterns/{name}.json", nameless())
    migrate(tree, database)
    for name in ("a", "b"):
        (tree / f"patterns/{name}.json").rename(tree / f"patterns/x{name}.json")
    assert renamed(tree, database) == ["patterns/xa.json", "patterns/xb.json"]
    kept = {path: entry["record_id"] for path, entry in ledger(database).items()}
    assert kept == {"patterns/c.json": "c", "patterns/xa.json": "a", "patterns/xb.json": "b"}


def test_renamed_list_keeps_its_records(tree: Path, database: Path) -> None:
    documents = [nameless("one"), nameless("two"), nameless("two")]
    write(tree, "patterns/old.json", documents)
    migrate(tree, database)
    (tree / "patterns/old.json").rename(tree / "patterns/new.json")
    assert renamed(tree, database) == ["patterns/new.json"] * 3
    write(tree, "patterns/new.json", [*documents, nameless("three")])
    assert migrate(tree, database).totals.migrated == 1
    assert set(records(database, "patterns")) == {"old-0", "old-1", "old-2", "new-3"}
    assert is_sound(tree, database)


def test_copy_is_a_record_of_its_own(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", nameless())
    migrate(tree, database)
    write(tree, "patterns/copy.json", nameless())
    summary = migrate(tree, database)
    assert summary.totals.migrated == 1
    assert set(records(database, "patterns")) == {"a", "copy"}
    (tree / "patterns/a.json").unlink()
    assert migrate(tree, database).totals.migrated == 0
    assert {one.state for one in verify(tree, database).differing} == {DocumentState.ONLY_IN_DATABASE}


@pytest.mark.parametrize("barred", ["patterns/old/a.json", "patterns/old"])
def test_file_that_cannot_be_read_is_not_gone(barred: str, tree: Path, database: Path) -> None:
    write(tree, "patterns/old/a.json", nameless())
    migrate(tree, database)
    write(tree, "patterns/new.json", nameless())
    (tree / barred).chmod(0)
    try:
        rmos("migrate", tree, "--database", database, before=without_root_powers)
    finally:
        (tree / barred).chmod(0o755)
    assert set(records(database, "patterns")) == {"a", "new"}


@pytest.mark.parametrize("new", ["b", "z"])
def test_element_that_moved_into_a_file_of_its_own_is_the_same_record(
    new: str, tree: Path, database: Path
) -> None:
    write(tree, "patterns/m.json", [nameless("one"), nameless("two")])
    migrate(tree, database)
    write(tree, "patterns/m.json", [nameless("one")])
    write(tree, f"patterns/{new}.json", nameless("two"))
    assert renamed(tree, database) == [f"patterns/{new}.json"]
    assert set(records(database, "patterns")) == {"m-0", "m-1"}


def test_other_content_or_an_id_of_its_own_is_another_record(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", nameless("one"))
    write(tree, "patterns/b.json", pattern("own", name="two"))
    migrate(tree, database)
    (tree / "patterns/a.json").unlink()
    (tree / "patterns/b.json").unlink()
    write(tree, "patterns/c.json", nameless("other"))
    write(tree, "patterns/d.json", nameless("two"))
    assert migrate(tree, database).totals.migrated == 2
    assert set(records(database, "patterns")) == {"a", "own", "c", "d"}


def test_key_of_a_keyed_file_is_an_id_and_no_name(tree: Path, database: Path) -> None:
    write(tree, "patterns/all.json", {"rope": nameless("one"), "wave": nameless("two")})
    migrate(tree, database)
    write(tree, "patterns/all.json", {"cord": nameless("one"), "wave": nameless("two")})
    assert migrate(tree, database).totals.migrated == 1
    assert set(records(database, "patterns")) == {"rope", "wave", "cord"}


def test_renamed_file_does_not_undo_what_was_done_through_the_api(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", nameless("one"))
    write(tree, "patterns/b.json", nameless("two"))
    migrate(tree, database)
    change(database_at(database), PATTERN, "a", nameless("by hand"), b"", tag=ANY)
    delete(database_at(database), PATTERN, "b")
    for name in ("a", "b"):
        (tree / f"patterns/{name}.json").rename(tree / f"patterns/new-{name}.json")
    for rehash in (False, True):
        totals = migrate(tree, database, rehash=rehash).totals
        assert (totals.unchanged, totals.migrated) == (2, 0)
    assert {key: row["name"] for key, row in records(database, "patterns").items()} == {"a": "by hand"}


def test_renamed_documents_are_exported_and_give_the_same_rows(
    tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, "patterns/a.json", nameless("one"))
    write(tree, "patterns/list.json", [nameless("two"), nameless("three")])
    migrate(tree, database)
    for old, new in (("a", "new"), ("list", "list2")):
        (tree / f"patterns/{old}.json").rename(tree / f"patterns/{new}.json")
    migrate(tree, database)
    for form in ("source", "canonical"):
        assert export(database, tmp_path / form, format=form).missing == ()
        again = tmp_path / f"{form}.db"
        migrate(tmp_path / form, again)
        assert_equal_rows(database, again)


def test_renamed_jsonl_of_many_lines_is_known_again(tree: Path, database: Path) -> None:
    lines = "\n".join(json.dumps(nameless(f"n{number}")) for number in range(20))
    write(tree, "patterns/old.jsonl", lines)
    migrate(tree, database)
    (tree / "patterns/old.jsonl").rename(tree / "patterns/new.jsonl")
    assert len(renamed(tree, database)) == 20
    assert len(entries(database)) == 20


@pytest.mark.parametrize("keys", [("1", "2", "3"), ("5", "6", "7"), ("10", "2", "007")])
def test_document_under_a_key_of_digits_is_named_by_its_key(
    keys: tuple[str, str, str], tree: Path, database: Path
) -> None:
    first, second, third = keys
    write(tree, "patterns/all.json", {first: nameless("one"), second: nameless("two")})
    migrate(tree, database)
    assert set(records(database, "patterns")) == {first, second}
    write(tree, "patterns/all.json", {second: nameless("two"), third: nameless("one")})
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.unchanged) == (1, 1)
    assert "document-renamed" not in {code for _, code, _ in noticed(database, summary.run_id)}
    assert set(records(database, "patterns")) == {first, second, third}


def test_key_that_begins_like_its_file_is_no_number_of_a_list(tree: Path, database: Path) -> None:
    write(tree, "patterns/all.json", {"allx1": nameless("one"), "all1": nameless("two")})
    migrate(tree, database)
    write(tree, "patterns/all.json", {"all1": nameless("two"), "all2": nameless("one")})
    summary = migrate(tree, database)
    assert summary.totals.migrated == 1
    assert set(records(database, "patterns")) == {"allx1", "all1", "all2"}


def test_document_that_moves_from_a_list_to_a_file_that_comes_later_is_known_again(
    tree: Path, database: Path
) -> None:
    write(tree, "patterns/list.json", [nameless("two"), nameless("one")])
    write(tree, "patterns/m.json", nameless("three"))
    migrate(tree, database)
    write(tree, "patterns/list.json", [nameless("two")])
    write(tree, "patterns/k.json", nameless("new"))
    write(tree, "patterns/z.json", nameless("one"))
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.unchanged) == (1, 3)
    assert {key: row["name"] for key, row in records(database, "patterns").items()} == {
        "list-0": "two",
        "list-1": "one",
        "m": "three",
        "k": "new",
    }


def test_renaming_is_seen_in_every_folder_of_one_run(tree: Path, database: Path) -> None:
    write(tree, "strip_families/f.json", {key: value for key, value in family().items() if key != "id"})
    for name in ("a", "b"):
        write(tree, f"patterns/{name}.json", nameless(name))
    migrate(tree, database)
    for path in ("strip_families/f", "patterns/a", "patterns/b"):
        (tree / f"{path}.json").rename(tree / f"{path}2.json")
        write(tree, f"{path}0.json", (tree / f"{path}2.json").read_text().replace('"name": "', '"name": "x'))
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.unchanged) == (3, 3)


@pytest.mark.parametrize("on_conflict", ["keep", "replace"])
def test_elements_that_moved_in_their_list_are_named_by_their_places(
    on_conflict: str, tree: Path, database: Path
) -> None:
    """Else the next element that comes to the old place would have the same id."""
    nameless = [{key: value for key, value in pattern(name=name).items() if key != "id"} for name in "abc"]
    histories = (
        [pattern("z"), nameless[0]],
        [nameless[1], pattern("z"), nameless[0]],
        [nameless[1], nameless[2], nameless[0]],
    )
    for elements in histories:
        write(tree, "patterns/e.json", elements)
        summary = migrate(tree, database, on_conflict=on_conflict)
        assert verify(tree, database).tallies.totals[DocumentState.MISSING] == 0
        again = migrate(tree, database, on_conflict=on_conflict, rehash=True)
        assert (again.totals.migrated, again.totals.conflicts) == (0, summary.totals.conflicts)
    ids = {entry["pointer"]: entry["record_id"] for entry in entries(database)}
    assert (ids["/0"], ids["/1"], ids["/2"]) == ("e-0", "e-1", "e-2")


def test_file_that_became_a_list_of_its_document_is_named_by_the_place_in_it(
    tree: Path, database: Path
) -> None:
    nameless = {key: value for key, value in pattern().items() if key != "id"}
    write(tree, "patterns/e.json", nameless)
    migrate(tree, database)
    write(tree, "patterns/e.json", [nameless])
    migrate(tree, database)
    assert verify(tree, database).tallies.totals[DocumentState.EQUAL] == 1
    assert migrate(tree, database, rehash=True).totals.unchanged == 1


@pytest.mark.parametrize(("before", "now"), [("rosette-2", "rosette"), ("rosette", "rosette-2")])
def test_file_that_lost_or_got_the_number_of_a_copy_is_the_same_record(
    before: str, now: str, tree: Path, database: Path
) -> None:
    write(tree, f"patterns/{before}.json", {key: value for key, value in pattern().items() if key != "id"})
    migrate(tree, database)
    (tree / f"patterns/{before}.json").rename(tree / f"patterns/{now}.json")
    for rehash in (False, True):
        assert migrate(tree, database, rehash=rehash).totals.unchanged == 1
        assert records(database, "patterns").keys() == {before}
        assert verify(tree, database).tallies.totals == {DocumentState.EQUAL: 1}
