"""References are found in the run or the database, else detached or rejected (docs/domain.md, References)."""

import json
from pathlib import Path

import pytest

from builders import family, fates, joblog, noticed, pattern, query, records, write
from rmos_migration import migrate
from rmos_migration.migrate import pipeline

PENDING = "SELECT entity, record_id, field, target_id FROM migration_pending_references ORDER BY 1, 2, 3"


@pytest.mark.parametrize("size", [1, 1000])
def test_a_parent_of_the_same_run_is_found(
    size: int, tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", size)
    for number in range(3):
        write(tree, f"strip_families/{number}.json", family(f"f{number}"))
        write(tree, f"patterns/{number}.json", pattern(f"p{number}", strip_family_id=f"f{2 - number}"))
        references = {"pattern_id": f"p{2 - number}", "strip_family_id": f"f{number}"}
        write(tree, f"joblogs/{number}.json", joblog(f"j{number}", **references))
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.migrated) == (0, 9)
    assert query(database, "SELECT strip_family_id FROM patterns ORDER BY id") == [("f2",), ("f1",), ("f0",)]
    assert query(database, "SELECT pattern_id, strip_family_id FROM joblogs ORDER BY id") == [
        ("p2", "f0"),
        ("p1", "f1"),
        ("p0", "f2"),
    ]
    assert query(database, PENDING) == []


def test_a_parent_from_an_earlier_run_is_found(tree: Path, database: Path) -> None:
    file = write(tree, "strip_families/a.json", family())
    migrate(tree, database)
    file.unlink()
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    assert migrate(tree, database).counts.codes == {}
    assert records(database, "patterns")["p1"]["strip_family_id"] == "f1"


def test_a_reference_that_leads_nowhere_is_detached(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", joblog(pattern_id="lost", strip_family_id="gone", operator="Ana"))
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.migrated) == (0, 1)
    row = records(database, "joblogs")["j1"]
    assert (row["pattern_id"], row["strip_family_id"]) == (None, None)
    extra = json.loads(row["extra_json"])
    assert extra == {"operator": "Ana", "pattern_id": "lost", "strip_family_id": "gone"}
    assert noticed(database, summary.run_id) == [("joblogs/a.json", "reference-missing", "warning")] * 2
    assert query(database, PENDING) == [
        ("joblogs", "j1", "pattern_id", "lost"),
        ("joblogs", "j1", "strip_family_id", "gone"),
    ]


def test_one_reference_may_lead_nowhere_while_the_other_stands(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family())
    write(tree, "joblogs/a.json", joblog(pattern_id="lost", strip_family_id="f1"))
    migrate(tree, database)
    row = records(database, "joblogs")["j1"]
    assert (row["pattern_id"], row["strip_family_id"]) == (None, "f1")


def test_a_child_of_a_rejected_parent_is_detached(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family(strip_width_mm=-1))
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    summary = migrate(tree, database)
    assert (summary.totals.rejected, summary.totals.migrated) == (1, 1)
    assert records(database, "patterns")["p1"]["strip_family_id"] is None
    assert query(database, PENDING) == [("patterns", "p1", "strip_family_id", "f1")]


def test_a_reference_that_leads_nowhere_is_rejected_where_asked(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("p1", strip_family_id="lost"))
    write(tree, "patterns/b.json", pattern("p2"))
    summary = migrate(tree, database, missing_references="reject")
    assert (summary.exit_code, summary.totals.rejected, summary.totals.migrated) == (1, 1, 1)
    assert fates(database)["patterns/a.json"] == ("rejected", "reference-missing")
    assert noticed(database, summary.run_id) == [("patterns/a.json", "reference-missing", "error")]
    assert query(database, PENDING) == []


def test_a_rejected_parent_takes_its_children_along_where_asked(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family(strips="none"))
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    write(tree, "joblogs/a.json", joblog(pattern_id="p1"))
    summary = migrate(tree, database, missing_references="reject")
    assert summary.totals.rejected == 3
    assert {code for _, code in fates(database).values()} == {"field-invalid", "reference-missing"}


def test_what_was_rejected_for_its_parent_arrives_with_it(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    migrate(tree, database, missing_references="reject")
    write(tree, "strip_families/a.json", family())
    summary = migrate(tree, database, missing_references="reject")
    assert (summary.exit_code, summary.totals.migrated) == (0, 2)
    assert query(database, "SELECT count(*) FROM migration_rejects") == [(0,)]


def test_a_pattern_may_be_named_by_a_plan(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    write(tree, "joblogs/a.json", joblog(plan_pattern_id="p1"))
    migrate(tree, database)
    row = records(database, "joblogs")["j1"]
    assert row["pattern_id"] == "p1"
    assert json.loads(row["extra_json"]) == {"plan_pattern_id": "p1"}


def test_an_integer_reference_leads_to_its_digits(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern() | {"id": 7})
    write(tree, "joblogs/a.json", joblog(pattern_id=7))
    summary = migrate(tree, database)
    row = records(database, "joblogs")["j1"]
    assert row["pattern_id"] == "7"
    assert json.loads(row["extra_json"]) == {"pattern_id": 7}
    assert summary.counts.codes == {"id-from-integer": 2}


@pytest.mark.parametrize("value", [["p1"], {"id": "p1"}, 1.5, True, "", "x" * 201, "p\n1"])
def test_a_reference_that_is_no_id_costs_only_itself(value: object, tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    write(tree, "joblogs/a.json", joblog(pattern_id=value))
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.migrated) == (0, 2)
    row = records(database, "joblogs")["j1"]
    assert row["pattern_id"] is None
    assert json.loads(row["extra_json"]) == {"pattern_id": value}
    assert ("joblogs/a.json", "field-unusable", "warning") in noticed(database, summary.run_id)
    assert query(database, PENDING) == []


def test_a_null_reference_waits_for_nothing(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", joblog(pattern_id=None))
    assert migrate(tree, database).counts.codes == {}
    assert query(database, PENDING) == []
    assert json.loads(records(database, "joblogs")["j1"]["extra_json"]) == {"pattern_id": None}


def test_a_family_is_no_parent_for_a_pattern_reference(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family("x"))
    write(tree, "joblogs/a.json", joblog(pattern_id="x"))
    migrate(tree, database)
    assert query(database, PENDING) == [("joblogs", "j1", "pattern_id", "x")]


def test_the_database_itself_enforces_references(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family())
    write(tree, "patterns/a.json", pattern(strip_family_id="f1"))
    write(tree, "joblogs/a.json", joblog(pattern_id="p1", strip_family_id="gone"))
    migrate(tree, database)
    assert query(database, "PRAGMA foreign_key_check") == []
    parents = {
        table: {row[2] for row in query(database, f"PRAGMA foreign_key_list({table})")}
        for table in ("patterns", "joblogs")
    }
    assert parents == {"patterns": {"strip_families"}, "joblogs": {"patterns", "strip_families"}}
