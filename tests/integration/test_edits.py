"""Records that are made, changed and deleted one by one: held to the rules, and no damage in the eyes of the
audit."""

from pathlib import Path
from typing import Any

import pytest

from builders import entries, execute, family, joblog, pattern, query, records, write
from rmos_migration import audit, export, migrate, verify
from rmos_migration.diagnostics import Severity
from rmos_migration.editing.edit import ANY, change, create, delete, tag_of
from rmos_migration.editing.record import as_fields
from rmos_migration.editing.refusals import ChangedMeanwhile, IdTaken, InUse, InvalidRecord, NoSuchRecord
from rmos_migration.entities import BY_NAME, JOBLOG, PATTERN, STRIP_FAMILY
from rmos_migration.errors import DatabaseUnusable, LockedError
from rmos_migration.store.database import database_at
from rmos_migration.store.port import DatabasePort
from rmos_migration.store.sqlite.lock import write_lock
from rmos_migration.verify.model import DocumentState

NEW = {"name": "New", "ring_count": 1, "geometry": {"rings": [{"radius_mm": 40, "segments": 12}]}}


@pytest.fixture
def filled(tree: Path, database: Path) -> DatabasePort:
    """A database with a family, a pattern of it, and two jobs."""
    write(tree, "strip_families/f.json", family())
    write(tree, "patterns/p.json", pattern(strip_family_id="f1"))
    write(tree, "joblogs/j.json", joblog(pattern_id="p1"))
    write(tree, "joblogs/free.json", joblog("j2"))
    assert migrate(tree, database).totals.migrated == 4
    return database_at(database)


def fields_of(place: DatabasePort, entity: str, record_id: str) -> dict[str, Any]:
    row = tuple(records(place.path, entity)[record_id].values())
    return as_fields(BY_NAME[entity], row)


def tag(place: DatabasePort, entity: str, record_id: str) -> str:
    return tag_of(tuple(records(place.path, entity)[record_id].values()))


def is_sound(place: DatabasePort, tree: Path) -> bool:
    errors = [one for one in audit(place.path).findings if one.severity is Severity.ERROR]
    return errors == [] and verify(tree, place.path).holds


def test_a_new_record_is_there_and_accounted_for(filled: DatabasePort, tree: Path) -> None:
    row = create(filled, PATTERN, NEW | {"id": "new", "strip_family_id": "f1"}, b"{}")
    there = records(filled.path, "patterns")["new"]
    assert tuple(there.values()) == row
    assert (there["pattern_type"], there["geometry_json"]) == (
        "generic",
        '{"rings":[{"radius_mm":40,"segments":12}]}',
    )
    assert there["created_at"].endswith("Z")
    assert is_sound(filled, tree)


def test_a_copy_of_the_file_has_the_record_though_a_server_reads(
    filled: DatabasePort, tmp_path: Path
) -> None:
    with filled.connect_pooled():
        create(filled, PATTERN, NEW | {"id": "new"}, b"{}")
        copy = tmp_path / "copy.db"
        copy.write_bytes(filled.path.read_bytes())
    assert "new" in records(copy, "patterns")


def test_an_id_is_made_where_none_is_given(filled: DatabasePort) -> None:
    one, other = create(filled, PATTERN, NEW, b""), create(filled, PATTERN, NEW, b"")
    assert one[0] != other[0]
    assert set(records(filled.path, "patterns")) == {"p1", one[0], other[0]}


def test_a_job_without_status_is_pending_as_in_a_native_document(filled: DatabasePort) -> None:
    create(filled, JOBLOG, {"id": "new", "job_type": "slice", "parameters": {}}, b"")
    assert records(filled.path, "joblogs")["new"]["status"] == "pending"


REFUSED = {
    "nothing": ({}, {("field-missing", f"/{name}") for name in ("name", "ring_count", "geometry")}),
    "wrong types": (
        {"name": 3, "ring_count": "2", "geometry": []},
        {("field-invalid", f"/{name}") for name in ("name", "ring_count", "geometry")},
    ),
    "out of range": (NEW | {"ring_count": 0}, {("field-invalid", "/ring_count")}),
    "not a field": (NEW | {"rings": 3}, {("field-invalid", "/rings")}),
    "no such family": (NEW | {"strip_family_id": "f9"}, {("reference-missing", "/strip_family_id")}),
    "no time": (NEW | {"created_at": "yesterday"}, {("field-invalid", "/created_at")}),
    "blank": (NEW | {"name": "  "}, {("field-missing", "/name")}),
    "control character": (NEW | {"id": "a\0b"}, {("id-invalid", "/id")}),
    "cut off by PowerShell": (NEW | {"geometry": {"a": "@{b=1}"}}, {("powershell-truncated", "/geometry/a")}),
    "part of an export": (NEW | {"derived": []}, {("field-invalid", "/derived")}),
}


@pytest.mark.parametrize(("fields", "expected"), REFUSED.values(), ids=REFUSED)
def test_a_record_is_held_to_the_rules_of_documents(
    filled: DatabasePort, fields: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    with pytest.raises(InvalidRecord) as refused:
        create(filled, PATTERN, fields, b"")
    assert {(one.code, one.location.pointer) for one in refused.value.diagnostics} == expected
    assert set(records(filled.path, "patterns")) == {"p1"}


def test_an_id_is_given_once(filled: DatabasePort) -> None:
    with pytest.raises(IdTaken):
        create(filled, PATTERN, NEW | {"id": "p1"}, b"")


def test_a_record_is_changed_and_no_run_changes_it_back(filled: DatabasePort, tree: Path) -> None:
    fields = fields_of(filled, "patterns", "p1") | {"name": "Changed"}
    change(filled, PATTERN, "p1", fields, b"{}", tag=tag(filled, "patterns", "p1"))
    assert is_sound(filled, tree)
    for rehash in (False, True):
        assert migrate(tree, filled.path, rehash=rehash).totals.unchanged == 4
        there = records(filled.path, "patterns")["p1"]
        assert (there["name"], there["ring_count"], there["strip_family_id"]) == ("Changed", 1, "f1")
        assert there["updated_at"] is not None
        assert is_sound(filled, tree)
    (told,) = [one for one in verify(tree, filled.path).differing if one.record_id == "p1"]
    assert told.state is DocumentState.CONFLICT
    assert "written through the API" in told.details[0]


def test_a_changed_record_is_replaced_only_when_its_edited_document_shall(
    filled: DatabasePort, tree: Path
) -> None:
    change(filled, PATTERN, "p1", NEW, b"", tag=ANY)
    write(tree, "patterns/p.json", pattern(name="Edited"))
    assert migrate(tree, filled.path).totals.conflicts == 1
    assert records(filled.path, "patterns")["p1"]["name"] == "New"
    assert migrate(tree, filled.path, on_conflict="replace").totals.migrated == 1
    assert records(filled.path, "patterns")["p1"]["name"] == "Edited"
    assert is_sound(filled, tree)


def test_damage_to_a_record_that_was_written_here_is_still_found(filled: DatabasePort, tree: Path) -> None:
    create(filled, PATTERN, NEW | {"id": "new"}, b"")
    execute(filled.path, "DELETE FROM patterns WHERE id = 'new'")
    assert {one.code for one in audit(filled.path).findings} >= {"ledger-without-row"}
    execute(filled.path, "INSERT INTO strip_families (id, strips_json) VALUES ('smuggled', '[]')")
    assert {one.code for one in audit(filled.path).findings} >= {"row-without-ledger"}


def test_a_change_to_what_is_no_longer_there_is_not_made(filled: DatabasePort) -> None:
    seen = tag(filled, "patterns", "p1")
    change(filled, PATTERN, "p1", NEW, b"", tag=seen)
    for act in (
        lambda: change(filled, PATTERN, "p1", NEW | {"name": "Other"}, b"", tag=seen),
        lambda: delete(filled, PATTERN, "p1", tag=seen),
    ):
        with pytest.raises(ChangedMeanwhile):
            act()
    assert records(filled.path, "patterns")["p1"]["name"] == "New"
    for act in (
        lambda: change(filled, PATTERN, "p9", NEW, b"", tag=ANY),
        lambda: delete(filled, PATTERN, "p9"),
    ):
        with pytest.raises(NoSuchRecord):
            act()


def test_the_id_of_a_record_does_not_change(filled: DatabasePort) -> None:
    with pytest.raises(InvalidRecord):
        change(filled, PATTERN, "p1", NEW | {"id": "p2"}, b"", tag=ANY)


def test_a_record_that_others_refer_to_is_not_deleted(filled: DatabasePort) -> None:
    with pytest.raises(InUse) as refused:
        delete(filled, PATTERN, "p1")
    assert ([tuple(one) for one in refused.value.users], refused.value.total) == ([("joblogs", "j1")], 1)
    assert set(records(filled.path, "patterns")) == {"p1"}


def test_a_deleted_record_stays_away_until_its_document_changes(filled: DatabasePort, tree: Path) -> None:
    delete(filled, JOBLOG, "j1")
    assert is_sound(filled, tree)
    for rehash in (False, True):
        migrate(tree, filled.path, rehash=rehash)
        assert set(records(filled.path, "joblogs")) == {"j2"}
        assert is_sound(filled, tree)
    write(tree, "joblogs/j.json", joblog(status="failed"))
    assert migrate(tree, filled.path).totals.migrated == 1
    assert records(filled.path, "joblogs")["j1"]["status"] == "failed"
    assert is_sound(filled, tree)
    assert [one for one in entries(filled.path) if one["code"] == "record-deleted"] == []


def test_a_deleted_record_can_be_made_again(filled: DatabasePort, tree: Path) -> None:
    delete(filled, JOBLOG, "j2")
    create(filled, JOBLOG, {"id": "j2", "job_type": "slice", "parameters": {}}, b"")
    assert is_sound(filled, tree)
    migrate(tree, filled.path, rehash=True)
    assert records(filled.path, "joblogs")["j2"]["status"] == "pending"
    assert is_sound(filled, tree)


def test_a_new_record_gets_the_references_that_waited_for_it(tree: Path, database: Path) -> None:
    write(tree, "joblogs/j.json", joblog(pattern_id="late"))
    migrate(tree, database)
    create(database_at(database), PATTERN, NEW | {"id": "late"}, b"")
    assert records(database, "joblogs")["j1"]["pattern_id"] == "late"
    assert query(database, "SELECT * FROM migration_pending_references") == []
    assert is_sound(database_at(database), tree)


def test_what_extra_holds_already_may_stay_as_it_is(tree: Path, database: Path) -> None:
    write(tree, "patterns/p.json", pattern())
    migrate(tree, database)
    stump = '{"note":"@{b=1}"}'
    execute(database, f"UPDATE patterns SET extra_json = '{stump}'")
    place = database_at(database)
    change(place, PATTERN, "p1", fields_of(place, "patterns", "p1") | {"name": "Other"}, b"", tag=ANY)
    assert records(database, "patterns")["p1"]["extra_json"] == stump


def test_records_written_here_are_exported_and_come_back(filled: DatabasePort, tmp_path: Path) -> None:
    create(filled, STRIP_FAMILY, NEW_FAMILY, b"")
    change(filled, PATTERN, "p1", NEW, b"", tag=ANY)
    for form in ("canonical", "source"):
        export(filled.path, tmp_path / form, format=form)
    again = tmp_path / "again.db"
    migrate(tmp_path / "canonical", again)
    for table in ("strip_families", "patterns", "joblogs"):
        assert records(again, table) == records(filled.path, table)
    assert (tmp_path / "source/strip_families/rmos-export").is_dir()
    assert not list(tmp_path.glob("source/source-*"))


NEW_FAMILY = {
    "id": "f2",
    "name": "Second",
    "width_mm": 2,
    "thickness_mm": 0.5,
    "material_type": "shell",
    "strips": [],
}


def test_nothing_is_written_while_a_run_goes_on(filled: DatabasePort) -> None:
    with write_lock(filled.path, "a test"), pytest.raises(LockedError):
        delete(filled, JOBLOG, "j2")


def test_nothing_is_made_where_there_is_no_database(database: Path) -> None:
    with pytest.raises(DatabaseUnusable):
        create(database_at(database), PATTERN, NEW, b"")
    assert list(database.parent.iterdir()) == []


def test_a_file_that_is_only_moved_does_not_bring_a_deleted_record_back(
    filled: DatabasePort, tree: Path
) -> None:
    delete(filled, JOBLOG, "j1")
    (tree / "joblogs/old").mkdir()
    (tree / "joblogs/j.json").rename(tree / "joblogs/old/j.json")
    for rehash in (False, True):
        migrate(tree, filled.path, rehash=rehash)
        assert set(records(filled.path, "joblogs")) == {"j2"}
        assert is_sound(filled, tree)


def test_a_file_that_is_only_moved_is_in_no_conflict_with_what_was_changed(
    filled: DatabasePort, tree: Path
) -> None:
    change(filled, PATTERN, "p1", NEW, b"", tag=ANY)
    (tree / "patterns/p.json").rename(tree / "patterns/moved.json")
    for on_conflict in ("keep", "replace", "reject"):
        totals = migrate(tree, filled.path, on_conflict=on_conflict, rehash=True).totals
        assert (totals.unchanged, totals.conflicts, totals.rejected) == (4, 0, 0)
        assert records(filled.path, "patterns")["p1"]["name"] == "New"
        assert is_sound(filled, tree)


def test_a_folder_that_was_moved_brings_no_edit_to_nothing(filled: DatabasePort, tree: Path) -> None:
    change(filled, PATTERN, "p1", NEW, b"", tag=ANY)
    delete(filled, JOBLOG, "j2")
    moved = tree.rename(tree.with_name("renamed"))
    assert migrate(moved, filled.path, on_conflict="replace").totals.migrated == 0
    assert records(filled.path, "patterns")["p1"]["name"] == "New"
    assert set(records(filled.path, "joblogs")) == {"j1"}
    assert is_sound(filled, moved)
