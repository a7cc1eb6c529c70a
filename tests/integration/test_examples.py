"""The example folders arrive as examples/README.md promises."""

import json
from pathlib import Path

import pytest

from builders import EXAMPLES, fates, ledger, noticed, query, records, status_of
from rmos_migration import RunSummary, migrate

TIDY = EXAMPLES / "rmos_legacy"
MESSY = EXAMPLES / "messy_legacy"

KEPT_OUT = {
    "strip_families/cp1252-bytes.json": ("rejected", "encoding-unknown"),
    "strip_families/duplicate-key.json": ("rejected", "json-duplicate-key"),
    "strip_families/text-width.json": ("rejected", "field-invalid"),
    "patterns/blank-name.json": ("rejected", "field-missing"),
    "patterns/empty-file.json": ("rejected", "file-empty"),
    "patterns/geometry-missing.json": ("rejected", "partial-record"),
    "patterns/joblog-in-patterns.json": ("rejected", "wrong-folder"),
    "patterns/lone-surrogate.json": ("rejected", "json-surrogate"),
    "patterns/number-25-decimals.json": ("rejected", "json-number-precision"),
    "patterns/powershell-depth.json": ("rejected", "powershell-truncated"),
    "patterns/ring-count-zero.json": ("rejected", "field-invalid"),
    "patterns/same-id-other-content-2.json": ("conflict", "id-conflict"),
    "patterns/trailing-comma.json": ("rejected", "json-syntax"),
    "joblogs/integer-25-digits.json": ("rejected", "json-number-range"),
    "joblogs/nan-duration.json": ("rejected", "json-not-a-number"),
    "joblogs/update-body.json": ("rejected", "partial-record"),
}


def counts(summary: RunSummary) -> dict[str, tuple[int, ...]]:
    return {
        name: (tally.found, tally.migrated, tally.unchanged, tally.conflicts, tally.rejected)
        for name, tally in summary.entities.items()
    }


@pytest.fixture(scope="module")
def tidy(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunSummary, Path]:
    database = tmp_path_factory.mktemp("tidy") / "rmos.db"
    return migrate(TIDY, database), database


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunSummary, Path]:
    database = tmp_path_factory.mktemp("messy") / "rmos.db"
    return migrate(MESSY, database), database


def test_every_document_of_the_tidy_workshop_arrives(tidy: tuple[RunSummary, Path]) -> None:
    summary, database = tidy
    assert summary.exit_code == 0
    assert counts(summary) == {
        "strip_families": (12, 12, 0, 0, 0),
        "patterns": (25, 25, 0, 0, 0),
        "joblogs": (60, 60, 0, 0, 0),
    }
    assert [len(records(database, name)) for name in counts(summary)] == [12, 25, 60]
    assert status_of(database, summary.run_id) == "completed"
    assert summary.success_rate == 100


def test_the_tidy_workshop_gives_no_error_and_no_warning(tidy: tuple[RunSummary, Path]) -> None:
    summary, database = tidy
    assert {severity for _, _, severity in noticed(database, summary.run_id)} <= {"info"}


def test_the_ledger_has_an_entry_for_every_file(tidy: tuple[RunSummary, Path]) -> None:
    _, database = tidy
    files = {str(file.relative_to(TIDY)) for file in TIDY.rglob("*.json")}
    entries = ledger(database)
    assert set(entries) == files
    assert {entry["outcome"] for entry in entries.values()} == {"migrated"}
    assert all(entry["size_bytes"] == (TIDY / path).stat().st_size for path, entry in entries.items())


def test_every_ledger_entry_of_the_tidy_workshop_leads_to_its_row(tidy: tuple[RunSummary, Path]) -> None:
    _, database = tidy
    for entry in ledger(database).values():
        assert entry["record_id"] in records(database, entry["entity"])


def test_a_strip_family_is_carried_into_its_columns(tidy: tuple[RunSummary, Path]) -> None:
    _, database = tidy
    document = json.loads((TIDY / "strip_families/wood/maple-2.5mm.json").read_bytes())
    row = records(database, "strip_families")[document["id"]]
    assert row["name"] == document["name"]
    assert row["width_mm"] == document["strip_width_mm"]
    assert row["thickness_mm"] == document["strip_thickness_mm"]
    assert row["material_type"] == document["material_type"]
    assert json.loads(row["strips_json"]) == document["strips"]


def test_a_pattern_keeps_its_geometry_as_written(tidy: tuple[RunSummary, Path]) -> None:
    _, database = tidy
    document = json.loads((TIDY / "patterns/classical/torres-mosaic.json").read_bytes())
    row = records(database, "patterns")[document["id"]]
    assert json.loads(row["geometry_json"]) == document["geometry"]
    assert row["ring_count"] == document["ring_count"]
    assert row["strip_family_id"] == document.get("strip_family_id")


def test_the_file_that_powershell_wrote_in_utf_16_arrives(tidy: tuple[RunSummary, Path]) -> None:
    _, database = tidy
    file = "joblogs/2023/2023-09-12-uke-rope.json"
    document = json.loads((TIDY / file).read_bytes().decode("utf-16"))
    row = records(database, "joblogs")[ledger(database)[file]["record_id"]]
    assert row["job_type"] == document["job_type"]
    assert json.loads(row["parameters_json"]) == document["parameters"]


def test_a_document_without_an_id_takes_the_name_of_its_file(tidy: tuple[RunSummary, Path]) -> None:
    _, database = tidy
    nameless = {path: e for path, e in ledger(database).items() if "id" in json.loads(e["derived"] or "[]")}
    assert len(nameless) == 6
    assert all(entry["record_id"] == Path(path).stem for path, entry in nameless.items())


def test_the_messy_workshop_is_counted_as_its_readme_says(messy: tuple[RunSummary, Path]) -> None:
    summary, database = messy
    assert summary.exit_code == 1
    assert counts(summary) == {
        "strip_families": (13, 9, 1, 0, 3),
        "patterns": (21, 11, 0, 1, 9),
        "joblogs": (27, 24, 0, 0, 3),
    }
    assert status_of(database, summary.run_id) == "completed_with_rejects"
    assert summary.counts.files.ignored == {"backup copy": 1, "hidden": 1, "not .json or .jsonl": 1}


def test_each_fault_of_the_messy_workshop_has_its_own_code(messy: tuple[RunSummary, Path]) -> None:
    _, database = messy
    entries = fates(database)
    assert {path: fate for path, fate in entries.items() if fate[0] in ("rejected", "conflict")} == KEPT_OUT
    assert entries["strip_families/same-content-1.json"] == ("migrated", None)
    assert entries["strip_families/same-content-2.json"] == ("unchanged", None)


def test_warnings_do_not_keep_a_document_out(messy: tuple[RunSummary, Path]) -> None:
    summary, database = messy
    warnings = {(p, code) for p, code, severity in noticed(database, summary.run_id) if severity == "warning"}
    assert warnings == {
        ("joblogs/end-before-start.json", "end-before-start"),
        ("joblogs/pattern-unknown.json", "reference-missing"),
        ("joblogs/status-unknown.json", "status-unknown"),
        ("patterns/same-id-other-content-2.json", "id-conflict"),
    }
    entries = fates(database)
    assert entries["joblogs/end-before-start.json"] == ("migrated", None)
    assert entries["joblogs/status-unknown.json"] == ("migrated", None)


def test_every_reject_is_stored_with_its_error_and_its_original_bytes(messy: tuple[RunSummary, Path]) -> None:
    summary, database = messy
    bodies = dict(query(database, "SELECT path, body FROM migration_rejects"))
    rejected = {path for path, (outcome, _) in KEPT_OUT.items() if outcome == "rejected"}
    assert set(bodies) == rejected
    assert all(body == (MESSY / path).read_bytes() for path, body in bodies.items())
    errors = {path: code for path, code, severity in noticed(database, summary.run_id) if severity == "error"}
    assert errors == {path: KEPT_OUT[path][1] for path in rejected}


def test_powershell_dates_are_stored_as_utc(messy: tuple[RunSummary, Path]) -> None:
    _, database = messy
    record_id = ledger(database)["joblogs/powershell-date.json"]["record_id"]
    row = records(database, "joblogs")[record_id]
    assert row["created_at"] == "2024-11-29T16:00:00.000000Z"
    assert "Date(1732896000000)" in row["extra_json"]


def test_an_unknown_status_is_unknown_and_keeps_its_word(messy: tuple[RunSummary, Path]) -> None:
    _, database = messy
    record_id = ledger(database)["joblogs/status-unknown.json"]["record_id"]
    row = records(database, "joblogs")[record_id]
    assert row["status"] == "unknown"
    assert json.loads(row["extra_json"])["status"] == "waiting_for_glue"


def test_the_encoding_option_saves_the_file_from_old_windows(tmp_path: Path) -> None:
    database = tmp_path / "rmos.db"
    summary = migrate(MESSY, database, encoding="cp1252")
    assert summary.entities["strip_families"].rejected == 2
    assert fates(database)["strip_families/cp1252-bytes.json"] == ("migrated", None)


def test_the_books_of_a_run_balance_and_agree_with_the_ledger(messy: tuple[RunSummary, Path]) -> None:
    summary, database = messy
    (stored,) = query(database, "SELECT counts_json FROM migration_runs WHERE id = ?", summary.run_id)[0]
    books = json.loads(stored)
    assert books["balanced"] is True
    for name, tally in summary.entities.items():
        assert tally.found == tally.migrated + tally.unchanged + tally.conflicts + tally.rejected
        by_outcome = dict(
            query(
                database,
                "SELECT outcome, count(*) FROM migration_ledger WHERE entity = ? GROUP BY outcome",
                name,
            )
        )
        assert by_outcome.get("migrated", 0) == tally.migrated == books["entities"][name]["migrated"]
        assert by_outcome.get("rejected", 0) == tally.rejected == books["entities"][name]["rejected"]


@pytest.mark.parametrize("folder", [TIDY, MESSY])
def test_the_source_is_never_changed(folder: Path, tmp_path: Path) -> None:
    before = {file: (file.stat().st_mtime_ns, file.stat().st_size) for file in folder.rglob("*")}
    migrate(folder, tmp_path / "rmos.db", on_conflict="replace")
    assert {file: (file.stat().st_mtime_ns, file.stat().st_size) for file in folder.rglob("*")} == before
