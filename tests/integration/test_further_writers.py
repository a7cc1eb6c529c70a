"""Writers that became known late: from folder to database, and back (docs/domain.md, Generations)."""

import json
from pathlib import Path
from typing import Any

import pytest

from builders import entries, records, rmos, write
from rebuilding import is_equal_json, rebuilt, source_document
from rmos_migration import migrate
from rmos_migration.audit.auditor import audit_database
from rmos_migration.entities import BY_NAME
from rmos_migration.store.database import database_at
from samples import DESIGN, SAMPLES

WRITERS = (
    "Art Studio pattern library",
    "design with diameters",
    "design snapshot",
    "rosette wheel",
    "shop artifacts",
    "run with steps",
)
DOCUMENTS = [(name, folder, document) for name in WRITERS for folder, document in SAMPLES[name]]
WHEEL = SAMPLES["rosette wheel"][0][1]


@pytest.fixture
def shop(tree: Path, database: Path) -> Path:
    """A folder with a file of each, migrated."""
    for number, (name, folder, document) in enumerate(DOCUMENTS):
        ending = "rsd" if name == "rosette wheel" else "json"
        write(tree, f"{folder}/{number}.{ending}", document)
    assert migrate(tree, database).totals.migrated == len(DOCUMENTS)
    return tree


def test_every_document_is_its_writers_and_comes_back_from_its_row(shop: Path, database: Path) -> None:
    found = entries(database)
    assert sorted(one["generation"] for one in found) == sorted(name for name, _, _ in DOCUMENTS)
    for one in found:
        row = records(database, one["entity"])[one["record_id"]]
        again = rebuilt(BY_NAME[one["entity"]], row, json.loads(one["derived"] or "[]"), one["generation"])
        assert is_equal_json(again, source_document(shop, one["path"], one["pointer"]))


def test_verify_audit_and_drawing_have_no_trouble_with_them(
    shop: Path, database: Path, tmp_path: Path
) -> None:
    assert rmos("verify", shop, "--database", database).returncode == 0
    assert [one for one in audit_database(database_at(database)).findings if one.severity == "error"] == []
    for record_id in records(database, "patterns"):
        drawn = rmos("draw", record_id, "--database", database, "--output", tmp_path / "drawn.svg")
        assert "Traceback" not in drawn.stderr
    page = rmos("report", "--database", database, "--format", "html", "--output", tmp_path / "report.html")
    assert page.returncode == 0, page.stderr


@pytest.mark.parametrize("shape", ["source", "canonical"])
def test_exported_they_make_the_same_rows(shape: str, shop: Path, database: Path, tmp_path: Path) -> None:
    assert rmos("export", tmp_path / "out", "--database", database, "--format", shape).returncode == 0
    if shape == "source":
        for path in sorted(shop.rglob("*.*")):
            exported = tmp_path / "out" / path.relative_to(shop)
            assert is_equal_json(json.loads(exported.read_bytes()), json.loads(path.read_bytes()))
    again = tmp_path / "again.db"
    migrate(tmp_path / "out", again)
    for table in BY_NAME:
        there, here = records(again, table), records(database, table)
        assert there.keys() == here.keys()
        for record_id, row in here.items():
            for column, value in row.items():
                read = json.loads if column.endswith("_json") and value is not None else lambda text: text
                assert is_equal_json(read(there[record_id][column]), read(value)), (record_id, column)


def test_columns_of_patterns(shop: Path, database: Path) -> None:
    rows = records(database, "patterns")
    said = {
        record_id: (
            row["name"],
            row["ring_count"],
            row["pattern_type"],
            json.loads(row["geometry_json"]).keys(),
        )
        for record_id, row in rows.items()
    }
    assert said == {
        "lib-1": ("Basic rings", None, "generic", {"generator_key", "params"}),
        "1": ("Three in a row", 2, "generic", {"rings", "soundhole_diameter_mm"}),
        "snap-1": ("Before the trial", 1, "generic", DESIGN.keys()),
        "snap-2": ("Other", 2, "rope", {"ring_count", "pattern_type"}),
        "4": ("Wheel of pearl", 3, "generic", {"ring_active", "num_segs", "sym_mode", "grid"}),
        "5": ("All off", None, "generic", {"ring_active", "num_segs", "sym_mode", "grid"}),
    }


def test_columns_of_jobs(shop: Path, database: Path) -> None:
    rows = records(database, "joblogs")
    columns = ("job_type", "status", "duration_seconds", "created_at")
    assert {record_id: tuple(row[column] for column in columns) for record_id, row in rows.items()} == {
        "sa-1": ("saw_batch_job_log", "completed", 41.5, "2026-01-19T10:00:00.000000Z"),
        "sa-2": ("saw_batch_execution", "completed", 5, "2026-01-19T09:00:00.000000Z"),
        "rs-1": ("saw_run", "completed", 12.5, "2025-12-03T08:00:00.000000Z"),
    }


@pytest.mark.parametrize(
    ("word", "status", "warned"),
    [("OK", "completed", False), ("PARTIAL", "completed", True), ("SCRAP", "failed", False),
     ("ABORTED", "cancelled", False), ("ERROR", "failed", False), (None, "unknown", False),
     ("REWORK", "unknown", True)],
)  # fmt: skip
def test_words_of_the_shop_floor(
    word: str | None, status: str, warned: bool, tree: Path, database: Path
) -> None:
    write(tree, "joblogs/a.json", {"artifact_id": "a", "kind": "x_job_log", "status": word, "payload": {}})
    summary = migrate(tree, database)
    assert records(database, "joblogs")["a"]["status"] == status
    assert any(code.startswith("status-") for code in summary.counts.codes) is warned


@pytest.mark.parametrize(
    "document",
    [
        {"snapshot_id": "s", "name": "n"},
        {"generator_key": "basic_rings@1", "name": "n"},
        {"name": "n", "num_segs": 12, "sym_mode": "none", "ring_active": [True]},
        {"num_segs": 12, "sym_mode": "none", "ring_active": [True], "grid": {}},
        {"rings": [{"inner_diameter_mm": 1, "outer_diameter_mm": 2}]},
        {"name": "n", "rings": [{"inner_diameter_mm": 1}], "soundhole_diameter_mm": 100},
    ],
)
def test_part_of_such_a_pattern_is_kept_out(document: dict[str, Any], tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", document)
    assert migrate(tree, database).totals.rejected == 1


@pytest.mark.parametrize("name", ["wheel.rsd", "WHEEL.RSD"])
def test_wheel_is_read_under_its_own_ending(name: str, tree: Path, database: Path) -> None:
    write(tree, f"patterns/{name}", WHEEL)
    migrate(tree, database)
    (row,) = records(database, "patterns").values()
    assert (row["id"], row["name"]) == (name.partition(".")[0], "Wheel of pearl")
