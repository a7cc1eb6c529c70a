"""preset_id names a pattern if there is one; only MM and n8-n10 jobs wait (docs/domain.md, References)."""

import json
from pathlib import Path
from typing import Any

import pytest

from builders import entries, joblog, noticed, pattern, query, records, rmos, write
from rmos_migration import migrate
from rmos_migration.audit.auditor import audit_database
from rmos_migration.store.database import database_at

JOBS: dict[str, dict[str, Any]] = {
    "native": joblog("j1", preset_id="p1"),
    "cam": {"job_id": "j1", "machine_id": "mill", "post_id": "grbl", "preset_id": "p1", "sim_time_s": 3},
    "typed cam": {"job_id": "j1", "job_type": "x", "machine_id": "m", "post_id": "g", "preset_id": "p1"},
    "saw": {"run_id": "j1", "meta": {"op_type": "slice"}, "stats": {}, "preset_id": "p1"},
    "export": {
        "job_id": "j1",
        "ring_id": 1,
        "material": "oak",
        "safety_decision": "allow",
        "preset_id": "p1",
    },
    "telemetry": {"job_id": "j1", "machine_id": "m", "cut_type": "rip", "preset_id": "p1"},
    "shop": {"artifact_id": "j1", "kind": "saw_batch_job_log", "payload": {}, "preset_id": "p1"},
}
WAITING = {
    "mm": {"id": "j1", "job_type": "batch", "risk_grade": "GREEN", "preset_id": "p1"},
    "n8": {"job_id": "j1", "job_type": "batch", "parameters": {}, "preset_id": "p1"},
    "lanes": joblog("j1", preset_id="p1", metadata={"subjobs": []}),
}
PENDING = "SELECT record_id, field, target_id FROM migration_pending_references"


def is_sound(tree: Path, database: Path) -> bool:
    """Whether verify and audit have nothing to say."""
    done = rmos("verify", tree, "--database", database)
    audited = audit_database(database_at(database)).findings
    return done.returncode == 0 and not any(one.severity == "error" for one in audited)


@pytest.mark.parametrize("name", JOBS)
def test_pattern_that_is_there_is_the_jobs(name: str, tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("p1"))
    write(tree, "joblogs/a.json", JOBS[name])
    migrate(tree, database)
    (row,) = records(database, "joblogs").values()
    assert row["pattern_id"] == "p1"
    assert json.loads(row["extra_json"])["preset_id"] == "p1"
    (entry,) = [one for one in entries(database) if one["entity"] == "joblogs"]
    assert json.loads(entry["derived"]).count("pattern_id") == 1
    assert is_sound(tree, database)


@pytest.mark.parametrize("name", JOBS)
@pytest.mark.parametrize("missing", ["detach", "reject"])
def test_preset_that_is_no_pattern_is_no_reference_and_no_news(
    name: str, missing: str, tree: Path, database: Path
) -> None:
    write(tree, "joblogs/a.json", JOBS[name])
    summary = migrate(tree, database, missing_references=missing)
    (row,) = records(database, "joblogs").values()
    assert (summary.totals.migrated, row["pattern_id"]) == (1, None)
    assert json.loads(row["extra_json"])["preset_id"] == "p1"
    assert "reference-missing" not in {code for _, code, _ in noticed(database, summary.run_id)}
    assert query(database, PENDING) == []
    assert is_sound(tree, database)


@pytest.mark.parametrize("name", WAITING)
def test_job_of_the_promotion_lanes_waits_for_its_pattern(name: str, tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", WAITING[name])
    summary = migrate(tree, database)
    assert "reference-missing" in {code for _, code, _ in noticed(database, summary.run_id)}
    assert query(database, PENDING) == [("j1", "pattern_id", "p1")]
    write(tree, "patterns/a.json", pattern("p1"))
    migrate(tree, database)
    assert records(database, "joblogs")["j1"]["pattern_id"] == "p1"
    assert is_sound(tree, database)


@pytest.mark.parametrize("key", ["pattern_id", "plan_pattern_id"])
def test_own_pattern_goes_before_the_preset_even_where_only_that_is_there(
    key: str, tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", pattern("p1"))
    write(tree, "joblogs/a.json", joblog("j1", preset_id="p1", **{key: "lost"}))
    migrate(tree, database)
    assert records(database, "joblogs")["j1"]["pattern_id"] is None
    assert query(database, PENDING) == [("j1", "pattern_id", "lost")]


@pytest.mark.parametrize("preset", [None, "", "  ", 7.5, {"a": 1}, ["p1"], "x" * 201, "a\u0007b", True])
def test_preset_that_can_be_no_id_is_passed_over(preset: Any, tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", joblog("j1", preset_id=preset))
    summary = migrate(tree, database)
    assert (summary.totals.migrated, noticed(database, summary.run_id)) == (1, [])


def test_pattern_that_comes_later_changes_nothing_and_all_is_equal(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", JOBS["native"])
    migrate(tree, database)
    write(tree, "patterns/a.json", pattern("p1"))
    migrate(tree, database)
    assert records(database, "joblogs")["j1"]["pattern_id"] is None
    assert is_sound(tree, database)


@pytest.mark.parametrize("shape", ["source", "canonical"])
@pytest.mark.parametrize("is_there", [True, False])
def test_job_with_a_preset_comes_back(
    shape: str, is_there: bool, tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, "joblogs/a.json", JOBS["cam"])
    if is_there:
        write(tree, "patterns/a.json", pattern("p1"))
    migrate(tree, database)
    assert rmos("export", tmp_path / "out", "--database", database, "--format", shape).returncode == 0
    again = tmp_path / "again.db"
    migrate(tmp_path / "out", again)
    assert records(again, "joblogs") == records(database, "joblogs")


def test_row_is_replaced_with_its_preset(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("p1"))
    write(tree, "joblogs/a.json", joblog("j1"))
    migrate(tree, database)
    write(tree, "joblogs/a.json", joblog("j1", preset_id="p1"))
    migrate(tree, database, on_conflict="replace")
    assert records(database, "joblogs")["j1"]["pattern_id"] == "p1"
    assert is_sound(tree, database)
