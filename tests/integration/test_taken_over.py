"""Keep the right one and delete the other: the document that stays takes over the row of the one that is
gone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders import (
    domain_rows,
    entries,
    execute,
    fates,
    joblog,
    kept,
    noticed,
    pattern,
    query,
    records,
    rmos,
    without_root_powers,
    write,
)
from rmos_migration import audit, export, migrate, verify
from rmos_migration.editing.edit import ANY, change, delete
from rmos_migration.entities import PATTERN
from rmos_migration.migrate import pipeline
from rmos_migration.store.database import database_at
from rmos_migration.verify.model import DocumentState

FIRST = pattern(name="first", created_at="2024-01-01T00:00:00Z")
OTHER = pattern(name="other", created_at="2025-01-01T00:00:00Z")


@pytest.fixture(params=[1, 1000], autouse=True, ids=["a batch each", "one batch"])
def batches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", request.param)


@pytest.fixture
def waiting(tree: Path, database: Path) -> Path:
    """A pattern, and another of the same id in conflict with it."""
    write(tree, "patterns/a.json", FIRST)
    write(tree, "patterns/b.json", OTHER)
    assert migrate(tree, database).totals.conflicts == 1
    return tree


def is_sound(tree: Path, database: Path) -> bool:
    result = verify(tree, database)
    return result.differing == [] and audit(database).passed


def name_of(database: Path, record_id: str = "p1") -> str:
    return str(records(database, "patterns")[record_id]["name"])


def codes_of(database: Path, run_id: int | None) -> set[tuple[str, str]]:
    return {(path, code) for path, code, _ in noticed(database, run_id)}


@pytest.mark.parametrize("on_conflict", ["keep", "reject", "replace"])
def test_the_document_that_stays_has_the_row_when_the_other_is_deleted(
    on_conflict: str, waiting: Path, database: Path
) -> None:
    (waiting / "patterns/a.json").unlink()
    foretold = migrate(waiting, database, on_conflict=on_conflict, dry_run=True)
    assert name_of(database) == "first"
    summary = migrate(waiting, database, on_conflict=on_conflict)
    assert foretold.counts == summary.counts
    assert (summary.exit_code, summary.totals.migrated, summary.totals.found) == (0, 1, 1)
    row = records(database, "patterns")["p1"]
    assert (row["name"], row["created_at"]) == ("other", "2024-01-01T00:00:00.000000Z")
    assert codes_of(database, summary.run_id) == {("patterns/b.json", "record-taken-over")}
    assert fates(database) == {"patterns/b.json": ("migrated", None)}
    assert is_sound(waiting, database)
    before = kept(database)
    for rehash in (False, True):
        assert migrate(waiting, database, on_conflict=on_conflict, rehash=rehash).totals.unchanged == 1
    assert domain_rows(database) == {table: before[table] for table in domain_rows(database)}
    assert verify(waiting, database).differing == []


def test_a_conflict_names_both_places_and_the_way_out(waiting: Path, database: Path) -> None:
    (said,) = query(
        database, "SELECT message, hint FROM migration_diagnostics WHERE code = 'id-conflict' LIMIT 1"
    )
    assert "patterns/a.json" in said[0]
    assert "patterns/b.json" in said[0]
    assert "delete" in said[1]
    done = rmos("rejects", "--database", database)
    assert "patterns/a.json" in done.stdout


def test_a_conflict_inside_one_file_names_both_pointers(tree: Path, database: Path) -> None:
    write(tree, "patterns/all.json", [FIRST, pattern("p2"), OTHER])
    migrate(tree, database)
    (said,) = query(database, "SELECT message FROM migration_diagnostics WHERE code = 'id-conflict'")[0]
    assert "patterns/all.json /0" in said
    assert "patterns/all.json /2" in said


def test_an_edited_document_is_told_of_as_edited(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", FIRST)
    migrate(tree, database)
    write(tree, "patterns/a.json", OTHER)
    migrate(tree, database)
    said, hint = query(
        database, "SELECT message, hint FROM migration_diagnostics WHERE code = 'id-conflict'"
    )[0]
    assert "was edited" in said
    assert "--on-conflict replace" in hint


def test_document_that_was_deleted_long_before_is_gone_too(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", FIRST)
    write(tree, "patterns/stays.json", pattern("p2"))
    migrate(tree, database)
    (tree / "patterns/a.json").unlink()
    for _ in range(2):
        migrate(tree, database)
    write(tree, "patterns/b.json", OTHER)
    assert migrate(tree, database).totals.migrated == 1
    assert name_of(database) == "other"
    assert is_sound(tree, database)


def test_renamed_and_edited_in_one_go_is_the_same_record(tree: Path, database: Path) -> None:
    write(tree, "patterns/z.json", FIRST)
    migrate(tree, database)
    (tree / "patterns/z.json").unlink()
    write(tree, "patterns/a.json", OTHER)
    assert migrate(tree, database).totals.migrated == 1
    assert name_of(database) == "other"
    assert is_sound(tree, database)


@pytest.mark.parametrize("holder", ["a", "z"])
@pytest.mark.parametrize("rehash", [False, True])
def test_document_that_has_another_id_now_leaves_its_row_to_the_other(
    holder: str, rehash: bool, tree: Path, database: Path
) -> None:
    write(tree, f"patterns/{holder}.json", FIRST)
    migrate(tree, database)
    write(tree, "patterns/m.json", OTHER)
    assert migrate(tree, database).totals.conflicts == 1
    write(tree, f"patterns/{holder}.json", FIRST | {"id": "p9"})
    summary = migrate(tree, database, rehash=rehash)
    assert (summary.exit_code, summary.totals.migrated) == (0, 2)
    assert (name_of(database), name_of(database, "p9")) == ("other", "first")
    assert is_sound(tree, database)


CONTAINERS: dict[str, Callable[[list[Any]], Any]] = {
    "list": lambda documents: documents,
    "keyed": lambda documents: {f"k{d['name']}": d for d in documents},
    "wrapper": lambda documents: {"patterns": documents},
    "lines": lambda documents: "\n".join(map(json.dumps, documents)),
}


@pytest.mark.parametrize("made", CONTAINERS.values(), ids=CONTAINERS)
@pytest.mark.parametrize("where", ["same", "before", "behind"])
def test_element_that_was_taken_out_leaves_its_row_to_the_other(
    made: Callable[[list[Any]], Any], where: str, tree: Path, database: Path
) -> None:
    others = [pattern("x", name="x"), pattern("y", name="y")]
    other = {"before": "patterns/a.json", "behind": "patterns/z.json"}.get(where)
    write(tree, "patterns/m.json", made([FIRST, *others, *([] if other else [OTHER])]))
    migrate(tree, database)
    if other:
        write(tree, other, OTHER)
        migrate(tree, database)
    assert name_of(database) == "first"
    write(tree, "patterns/m.json", made([*others, *([] if other else [OTHER])]))
    foretold = migrate(tree, database, dry_run=True)
    summary = migrate(tree, database)
    assert foretold.counts == summary.counts
    assert (summary.exit_code, name_of(database)) == (0, "other")
    assert is_sound(tree, database)
    assert migrate(tree, database, rehash=True).totals.unchanged == 3


def test_of_several_that_wait_the_first_in_path_order_has_the_row(waiting: Path, database: Path) -> None:
    write(waiting, "patterns/c.json", pattern(name="third"))
    write(waiting, "patterns/B.json", pattern(name="capital"))
    migrate(waiting, database)
    (waiting / "patterns/a.json").unlink()
    summary = migrate(waiting, database)
    assert (summary.totals.migrated, summary.totals.conflicts) == (1, 2)
    assert name_of(database) == "capital"
    again = migrate(waiting, database)
    assert (again.totals.unchanged, again.totals.conflicts) == (1, 2)
    assert name_of(database) == "capital"


def test_a_copy_of_the_first_holds_the_row(waiting: Path, database: Path) -> None:
    write(waiting, "patterns/copy.json", FIRST)
    migrate(waiting, database)
    (waiting / "patterns/a.json").unlink()
    assert migrate(waiting, database).totals.conflicts == 1
    assert name_of(database) == "first"
    (waiting / "patterns/copy.json").unlink()
    assert migrate(waiting, database).totals.migrated == 1
    assert name_of(database) == "other"


def _broken(tree: Path) -> None:
    write(tree, "patterns/a.json", "{broken")


def _unusable(tree: Path) -> None:
    write(tree, "patterns/a.json", FIRST | {"ring_count": 0})


def _edited(tree: Path) -> None:
    write(tree, "patterns/a.json", FIRST | {"name": "edited"})


@pytest.mark.parametrize("done", [_broken, _unusable, _edited])
def test_document_that_is_broken_or_edited_is_not_gone(
    done: Callable[[Path], None], waiting: Path, database: Path
) -> None:
    done(waiting)
    for _ in range(2):
        summary = migrate(waiting, database)
        assert summary.totals.conflicts + summary.totals.rejected == 2
        assert name_of(database) == "first"


def test_list_that_is_broken_keeps_the_rows_of_its_documents(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", [pattern("x"), FIRST])
    write(tree, "patterns/b.json", OTHER)
    migrate(tree, database)
    write(tree, "patterns/a.json", "[{broken")
    for _ in range(2):
        migrate(tree, database)
        assert name_of(database) == "first"
    write(tree, "patterns/a.json", [pattern("x")])
    migrate(tree, database)
    assert name_of(database) == "other"
    assert is_sound(tree, database)


@pytest.mark.parametrize("barred", ["patterns/old/a.json", "patterns/old"])
def test_what_cannot_be_read_is_not_gone(barred: str, tree: Path, database: Path) -> None:
    write(tree, "patterns/old/a.json", FIRST)
    migrate(tree, database)
    write(tree, "patterns/z.json", OTHER)
    (tree / barred).chmod(0)
    try:
        for _ in range(2):
            rmos("migrate", tree, "--database", database, before=without_root_powers)
            assert name_of(database) == "first"
    finally:
        (tree / barred).chmod(0o755)
    assert migrate(tree, database).totals.conflicts == 1
    assert name_of(database) == "first"


def test_record_that_was_changed_through_the_api_stays(waiting: Path, database: Path) -> None:
    fields = {"name": "by hand", "ring_count": 1, "geometry": {}}
    change(database_at(database), PATTERN, "p1", fields | {"geometry": {"rings": []}}, b"", tag=ANY)
    (waiting / "patterns/a.json").unlink()
    summary = migrate(waiting, database)
    assert (summary.totals.conflicts, name_of(database)) == (1, "by hand")


def test_record_that_was_deleted_through_the_api_goes_to_the_one_that_waits(
    waiting: Path, database: Path
) -> None:
    delete(database_at(database), PATTERN, "p1")
    (waiting / "patterns/a.json").unlink()
    assert migrate(waiting, database).totals.migrated == 1
    assert name_of(database) == "other"
    assert is_sound(waiting, database)


def test_references_of_the_one_that_takes_over_are_its_own(tree: Path, database: Path) -> None:
    write(tree, "patterns/p.json", pattern())
    write(tree, "joblogs/a.json", joblog(pattern_id="p1"))
    write(tree, "joblogs/b.json", joblog(pattern_id="late", job_type="batch"))
    migrate(tree, database)
    (tree / "joblogs/a.json").unlink()
    migrate(tree, database)
    assert records(database, "joblogs")["j1"]["pattern_id"] is None
    assert kept(database)["pending"] == [("joblogs", "j1", "pattern_id", "late")]
    assert is_sound(tree, database)
    write(tree, "patterns/late.json", pattern("late"))
    migrate(tree, database)
    assert records(database, "joblogs")["j1"]["pattern_id"] == "late"
    assert is_sound(tree, database)


def test_children_of_the_row_stay_with_it(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", FIRST)
    write(tree, "patterns/b.json", OTHER)
    write(tree, "joblogs/j.json", joblog(pattern_id="p1"))
    migrate(tree, database)
    (tree / "patterns/a.json").unlink()
    migrate(tree, database)
    assert records(database, "joblogs")["j1"]["pattern_id"] == "p1"
    assert is_sound(tree, database)


def test_nothing_is_taken_over_where_nothing_is_kept(waiting: Path, database: Path) -> None:
    write(waiting, "patterns/broken.json", "{")
    (waiting / "patterns/a.json").unlink()
    before = kept(database)
    migrate(waiting, database, all_or_nothing=True)
    assert kept(database) == before


def test_document_that_was_replaced_has_its_row_back_when_the_other_is_deleted(
    tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", FIRST)
    write(tree, "patterns/b.json", OTHER)
    migrate(tree, database, on_conflict="replace")
    assert name_of(database) == "other"
    (tree / "patterns/b.json").unlink()
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.migrated, name_of(database)) == (0, 1, "first")
    assert is_sound(tree, database)


def test_files_of_a_folder_that_is_out_of_reach_are_not_gone(
    tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, "patterns/a.json", FIRST)
    migrate(tree, database)
    other = tmp_path / "other"
    write(other, "patterns/b.json", OTHER)
    tree.rename(tmp_path / "elsewhere")
    tree.mkdir()
    migrate(other, database)
    assert name_of(database) == "first"
    (tmp_path / "elsewhere").rename(tmp_path / "again")
    tree.rmdir()
    migrate(other, database)
    assert name_of(database) == "first"


def test_what_was_taken_over_is_exported_and_comes_back(
    waiting: Path, database: Path, tmp_path: Path
) -> None:
    (waiting / "patterns/a.json").unlink()
    migrate(waiting, database)
    assert export(database, tmp_path / "canonical").missing == ()
    again = tmp_path / "again.db"
    migrate(tmp_path / "canonical", again)
    assert domain_rows(again) == domain_rows(database)
    assert [entry["path"] for entry in entries(database)] == ["patterns/b.json"]


def test_document_that_takes_over_a_row_of_its_own_file_is_not_told_that_its_file_has_none(
    tree: Path, database: Path
) -> None:
    write(tree, "patterns/l.json", [FIRST, OTHER])
    migrate(tree, database)
    write(tree, "patterns/l.json", [OTHER])
    summary = migrate(tree, database)
    assert summary.totals.migrated == 1
    script = "SELECT message FROM migration_diagnostics WHERE code = 'record-taken-over'"
    ((said,),) = query(database, script)
    assert said.startswith(
        'the document that the row of "p1" was made from is no longer in patterns/l.json;'
        " this one takes the row over: "
    )


def of_another_folder(tmp_path: Path, name: str) -> tuple[Path, bytes]:
    """A legacy folder, and a document of it in the encoding cp1252."""
    return tmp_path / "older", json.dumps(pattern("größe", name=name), ensure_ascii=False).encode("cp1252")


@pytest.mark.parametrize("encoding", [None, "cp437", "cp1252", "cp1251"])
def test_another_legacy_folder_is_read_in_the_encoding_it_was_migrated_with(
    encoding: str | None, tree: Path, tmp_path: Path, database: Path
) -> None:
    older, document = of_another_folder(tmp_path, "Größe")
    write(older, "patterns/a.json", document)
    migrate(older, database, encoding="cp1252")
    write(older, "patterns/a.json", document)  # another time, so that it is read
    write(tree, "patterns/b.json", pattern("größe", name="other"))
    summary = migrate(tree, database, encoding=encoding)
    assert (summary.totals.migrated, summary.totals.conflicts) == (0, 1)
    assert name_of(database, "größe") == "Größe"


@pytest.mark.parametrize("encoding", [None, "cp437"])
def test_document_that_has_another_id_in_another_legacy_folder_leaves_its_row(
    encoding: str | None, tree: Path, tmp_path: Path, database: Path
) -> None:
    older, document = of_another_folder(tmp_path, "Größe")
    write(older, "patterns/a.json", document)
    migrate(older, database, encoding="cp1252")
    write(older, "patterns/a.json", document.replace(b'"id": "g', b'"id": "G'))
    write(tree, "patterns/b.json", pattern("größe", name="other"))
    assert migrate(tree, database, encoding=encoding).totals.migrated == 1
    assert name_of(database, "größe") == "other"


@pytest.mark.parametrize("other_source", [False, True])
def test_what_lies_behind_a_link_that_leads_nowhere_is_not_gone(
    other_source: bool, tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, ".disk/2019/a.json", FIRST)
    (tree / "patterns").mkdir(exist_ok=True)
    (tree / "patterns/disk").symlink_to("../.disk")
    migrate(tree, database)
    assert name_of(database) == "first"
    (tree / ".disk").rename(tree / ".unplugged")
    taker = tmp_path / "other" if other_source else tree
    write(taker, "patterns/b.json", OTHER)
    for _ in range(2):
        summary = migrate(taker, database)
        assert (summary.counts.folders_not_looked_at, name_of(database)) == (int(not other_source), "first")
    (tree / ".unplugged").rename(tree / ".disk")
    assert migrate(tree, database).totals.unchanged == 1


def test_what_stood_in_a_folder_that_was_deleted_is_gone(tree: Path, database: Path, tmp_path: Path) -> None:
    write(tree, "patterns/old/2019/a.json", FIRST)
    migrate(tree, database)
    write(tree, "patterns/b.json", OTHER)
    assert migrate(tree, database).totals.conflicts == 1
    (tree / "patterns/old").rename(tmp_path / "away")
    assert (migrate(tree, database).totals.migrated, name_of(database)) == (1, "other")
    assert is_sound(tree, database)


def test_created_at_that_stayed_is_known_though_the_document_moves_in_its_file(
    tree: Path, database: Path
) -> None:
    documents = [
        pattern(name="first", created_at="2025-01-01"),
        pattern("p2"),
        pattern(name="other", created_at="2024-01-01T00:00:00Z"),
    ]
    write(tree, "patterns/all.json", documents)
    migrate(tree, database)
    migrate(tree, database, on_conflict="replace")
    write(tree, "patterns/all.json", documents[1:])
    migrate(tree, database)
    row = records(database, "patterns")["p1"]
    assert (row["name"], row["created_at"]) == ("other", "2025-01-01T00:00:00.000000Z")
    assert "created_at" in entries(database)[1]["derived"]
    assert is_sound(tree, database)


@pytest.mark.parametrize("place", ["zz.json", "0.json", "old/a.json", "list.json", "lines.jsonl"])
@pytest.mark.parametrize("on_conflict", ["keep", "reject"])
def test_document_that_was_only_moved_keeps_its_row(
    place: str, on_conflict: str, waiting: Path, database: Path
) -> None:
    (waiting / "patterns/a.json").unlink()
    many = place == "list.json"
    write(waiting, f"patterns/{place}", [pattern("p0"), FIRST] if many else FIRST)
    summary = migrate(waiting, database, on_conflict=on_conflict)
    kept_out = summary.totals.conflicts, summary.totals.rejected
    assert kept_out == ((1, 0) if on_conflict == "keep" else (0, 1))
    assert summary.totals.unchanged == 1
    assert name_of(database) == "first"
    ((conflict,),) = query(
        database,
        "SELECT message FROM migration_diagnostics WHERE code = 'id-conflict' AND run_id = ?",
        summary.run_id,
    )
    assert f"patterns/{place}" in conflict
    assert "patterns/a.json" not in conflict
    assert verify(waiting, database).tallies.totals["missing"] == 0
    (waiting / f"patterns/{place}").unlink()
    assert migrate(waiting, database).exit_code == 0
    assert name_of(database) == "other"


def test_document_named_by_its_file_keeps_its_row_when_another_gets_its_old_name(
    tree: Path, database: Path
) -> None:
    first, other = ({**pattern(name=name)} for name in ("first", "other"))
    del first["id"], other["id"]
    write(tree, "patterns/alpha.json", first)
    migrate(tree, database)
    (tree / "patterns/alpha.json").rename(tree / "patterns/gamma.json")
    migrate(tree, database)
    (tree / "patterns/gamma.json").rename(tree / "patterns/zeta.json")
    write(tree, "patterns/alpha.json", other)
    summary = migrate(tree, database)
    assert (summary.totals.conflicts, summary.totals.unchanged) == (1, 1)
    assert name_of(database, "alpha") == "first"


STAYS = 'created_at stays "2024-01-01T00:00:00.000000Z"'


@pytest.mark.parametrize(
    ("own", "told"),
    [
        (None, f"{STAYS}, because there is none here"),
        (
            "2025-05-05T05:05:05Z",
            f'{STAYS}, and the one here, "2025-05-05T05:05:05.000000Z", is kept in extra',
        ),
        ("2024-01-01T00:00:00Z", None),
    ],
)
@pytest.mark.parametrize("way", ["taken over", "replaced"])
def test_created_at_that_stays_is_told_of_as_staying(
    way: str, own: str | None, told: str | None, tree: Path, database: Path
) -> None:
    more = {} if own is None else {"created_at": own}
    write(tree, "patterns/a.json", pattern("p", name="first", created_at="2024-01-01T00:00:00Z"))
    migrate(tree, database)
    (tree / "patterns/a.json").unlink()
    write(tree, f"patterns/{'b' if way == 'taken over' else 'a'}.json", pattern("p", name="other", **more))
    summary = migrate(tree, database, on_conflict="keep" if way == "taken over" else "replace")
    ((message,),) = query(
        database,
        f"SELECT message FROM migration_diagnostics WHERE run_id = {summary.run_id} AND code LIKE 'record-%'",
    )
    assert message.endswith(
        'name is "first" in the database, "other" here' + ("" if told is None else f"; {told}")
    )
    assert records(database, "patterns")["p"]["created_at"] == "2024-01-01T00:00:00.000000Z"
    assert is_sound(tree, database)


def test_created_at_alone_is_no_other_spelling(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("p", created_at="2024-01-01T00:00:00Z"))
    migrate(tree, database)
    write(tree, "patterns/a.json", pattern("p"))
    migrate(tree, database, on_conflict="replace")
    ((message,),) = query(
        database, "SELECT message FROM migration_diagnostics WHERE code = 'record-replaced'"
    )
    assert message == f'id "p" was replaced: {STAYS}, because there is none here'


def test_document_whose_content_comes_back_in_one_run_has_the_row_again(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern(name="first", created_at="2025-01-01"))
    write(tree, "patterns/b.json", pattern(name="two", created_at=None))
    migrate(tree, database, on_conflict="replace")
    write(tree, "patterns/c.json", pattern(name="three"))
    write(tree, "patterns/d.json", pattern(name="two", created_at=None))
    migrate(tree, database, on_conflict="replace", rehash=True)
    assert {path: fate for path, (fate, _) in fates(database).items()} == {
        "patterns/a.json": "conflict",
        "patterns/b.json": "unchanged",
        "patterns/c.json": "conflict",
        "patterns/d.json": "migrated",
    }
    assert {entry["derived"] for entry in entries(database) if entry["outcome"] != "conflict"} == {
        '["pattern_type","created_at"]'
    }
    assert {one.state for one in verify(tree, database).differing} == {DocumentState.CONFLICT}
    assert audit(database).passed


def test_document_that_was_broken_in_its_list_keeps_its_row_from_another_of_its_id(
    tree: Path, database: Path
) -> None:
    write(tree, "joblogs/all.json", [joblog("a", status="completed")])
    migrate(tree, database)
    broken = joblog("a", status="completed") | {"job_type": None}
    write(tree, "joblogs/all.json", [broken, joblog("a", status="failed")])
    for _ in range(3):
        totals = migrate(tree, database).totals
        assert (totals.migrated, totals.conflicts, totals.rejected) == (0, 1, 1)
    assert records(database, "joblogs")["a"]["status"] == "completed"


@pytest.mark.parametrize("others", [[], [pattern("y")]], ids=["alone", "beside another"])
def test_nothing_is_kept_of_a_rejected_edit_whose_file_was_renamed(
    others: list[dict[str, Any]], tree: Path, database: Path
) -> None:
    write(tree, "patterns/b.json", [pattern("x", name="two"), *others])
    migrate(tree, database)
    write(tree, "patterns/b.json", [pattern("x", name="one"), *others])
    assert migrate(tree, database, on_conflict="reject").totals.rejected == 1
    (tree / "patterns/b.json").rename(tree / "patterns/d.json")
    migrate(tree, database, on_conflict="replace")
    assert kept(database)["rejects"] == []
    assert audit(database).passed
    assert verify(tree, database).holds


def test_rejected_edit_of_a_document_without_id_stays_on_record_when_its_file_is_renamed(
    tree: Path, database: Path
) -> None:
    write(tree, "patterns/b.json", {key: value for key, value in FIRST.items() if key != "id"})
    migrate(tree, database)
    write(tree, "patterns/b.json", {key: value for key, value in OTHER.items() if key != "id"})
    migrate(tree, database, on_conflict="reject")
    (tree / "patterns/b.json").rename(tree / "patterns/d.json")
    migrate(tree, database, on_conflict="replace")
    assert records(database, "patterns").keys() == {"b", "d"}
    assert audit(database).passed


@pytest.mark.parametrize("is_gone", [True, False], ids=["its file is gone", "its file is there"])
def test_rejected_edit_stays_rejected_when_its_lost_row_is_made_from_another_file(
    is_gone: bool, tree: Path, database: Path
) -> None:
    write(tree, "patterns/b.json", pattern("x", name="two"))
    migrate(tree, database)
    write(tree, "patterns/b.json", pattern("x", name="one"))
    migrate(tree, database, on_conflict="reject")
    execute(database, "DELETE FROM patterns")
    if is_gone:
        (tree / "patterns/b.json").unlink()
    write(tree, "patterns/a.json", pattern("x", name="three"))
    assert migrate(tree, database, on_conflict="reject").totals.migrated == 1
    assert fates(database)["patterns/b.json"] == ("rejected", "id-conflict")
    assert audit(database).passed
