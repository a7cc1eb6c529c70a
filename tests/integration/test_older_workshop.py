"""The workshop of many generations arrives as examples/README.md promises, and nothing of it is lost."""

import json
from collections import Counter
from pathlib import Path

import pytest

from builders import EXAMPLES, domain_rows, entries, noticed, query, records
from rebuilding import is_equal_json, rebuilt, source_document
from rmos_migration import RunSummary, migrate
from rmos_migration.entities import BY_NAME
from rmos_migration.generations import GENERATIONS, export

OLDER = EXAMPLES / "older_workshop"

MIGRATED = {
    "native": (6, 5, 10),
    "n8-n10 docs": (2, 4, 3),
    "N11 rosette": (0, 4, 0),
    "wave-20": (0, 3, 0),
    "phase-1": (7, 8, 8),
    "RTL concept": (0, 2, 2),
    "catalogue": (0, 7, 0),
    "RMOS 2.0 / Art Studio": (0, 6, 0),
    "MM": (5, 0, 5),
    "saw lab": (0, 0, 10),
    "CAM job intelligence": (0, 0, 5),
    "N14 CNC export": (0, 0, 4),
    "Art Studio jobs": (0, 0, 4),
    "RMOS runs v1": (0, 0, 4),
    "export queue": (0, 0, 3),
    "live events": (0, 0, 2),
}
"""By generation: strip families, patterns, joblogs."""

ELSEWHERE = {
    "Art Studio pattern library", "design snapshot", "design with diameters", "rosette wheel",
    "run with steps", "shop artifacts",
}  # fmt: skip
"""Writers that became known after the example was made; ``test_further_writers.py`` has a folder of
theirs."""

KEPT_OUT = {
    ("strip_families/cam-profile-shell.json", ""): "not-a-record",
    ("patterns/studio/request-without-a-name.json", ""): "not-a-record",
    ("joblogs/lane-compare-log.json", "/entries/0"): "not-a-record",
    ("joblogs/lane-compare-log.json", "/entries/1"): "not-a-record",
    ("joblogs/2024/spring-tide-finished.json", ""): "partial-record",
}

ACROSS = [
    ("patterns", "PAT-2402", "strip_family_id", "mm-reed"),
    ("patterns", "rp_saltmarsh", "strip_family_id", "mm-tideline"),
    ("patterns", "rp_curlew", "strip_family_id", None),
    ("patterns", "rp_orchard", "strip_family_id", None),
    ("joblogs", "J-2401", "pattern_id", "rp_curlew"),
    ("joblogs", "J-2401", "strip_family_id", "mm-tideline"),
    ("joblogs", "J-2501", "pattern_id", "concept-a"),
    ("joblogs", "J-2502", "pattern_id", "ws-5d1f2a90"),
    ("joblogs", "LJ-0902", "pattern_id", "AS-heron-plain"),
    ("joblogs", "mmj-0141", "pattern_id", "RB-0101"),
    ("joblogs", "plan_20_01", "pattern_id", "rp_saltmarsh"),
    ("joblogs", "plan_20_02", "pattern_id", "107"),
    ("joblogs", "cnc-0203", "pattern_id", "rp_saltmarsh"),
    ("joblogs", "J-2404", "pattern_id", None),
]


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunSummary, Path]:
    database = tmp_path_factory.mktemp("older") / "rmos.db"
    return migrate(OLDER, database), database


def counts(summary: RunSummary) -> dict[str, tuple[int, ...]]:
    return {
        name: (tally.found, tally.migrated, tally.unchanged, tally.conflicts, tally.rejected)
        for name, tally in summary.entities.items()
    }


def test_the_older_workshop_is_counted_as_its_readme_says(older: tuple[RunSummary, Path]) -> None:
    summary, database = older
    assert summary.exit_code == 1
    assert counts(summary) == {
        "strip_families": (21, 20, 0, 0, 1),
        "patterns": (40, 39, 0, 0, 1),
        "joblogs": (63, 60, 0, 0, 3),
    }
    assert [len(records(database, name)) for name in counts(summary)] == [20, 39, 60]


def test_only_what_is_no_record_is_kept_out(older: tuple[RunSummary, Path]) -> None:
    _, database = older
    fates = {(entry["path"], entry["pointer"]): entry for entry in entries(database)}
    assert {place: e["code"] for place, e in fates.items() if e["outcome"] != "migrated"} == KEPT_OUT


def test_every_generation_has_left_something_in_the_older_workshop(older: tuple[RunSummary, Path]) -> None:
    _, database = older
    found = Counter((e["generation"], e["entity"]) for e in entries(database) if e["outcome"] == "migrated")
    older_programs = {module.NAME for module in GENERATIONS} - {export.NAME} - ELSEWHERE
    assert {name for name, _ in found} == older_programs == set(MIGRATED)
    assert {
        name: tuple(found[name, entity] for entity in ("strip_families", "patterns", "joblogs"))
        for name in MIGRATED
    } == MIGRATED


@pytest.mark.parametrize(("entity", "record", "column", "parent"), ACROSS)
def test_references_lead_from_one_generation_to_another(
    older: tuple[RunSummary, Path], entity: str, record: str, column: str, parent: str | None
) -> None:
    _, database = older
    assert records(database, entity)[record][column] == parent


def test_only_the_pattern_that_is_lost_is_still_waited_for(older: tuple[RunSummary, Path]) -> None:
    _, database = older
    pending = query(database, "SELECT entity, record_id, field, target_id FROM migration_pending_references")
    assert pending == [("joblogs", "J-2404", "pattern_id", "PAT-1999")]


def test_the_older_workshop_gives_the_warnings_its_readme_names(older: tuple[RunSummary, Path]) -> None:
    summary, database = older
    warnings = [(p, code) for p, code, severity in noticed(database, summary.run_id) if severity == "warning"]
    assert Counter(warnings) == {
        ("joblogs/2024/repair-of-1999.json", "reference-missing"): 1,
        ("joblogs/lanes/skerry-trials.json", "status-partial"): 1,
        ("joblogs/saw/telemetry-plum.json", "job-type-unknown"): 1,
        ("joblogs/studio/report-queue.json", "job-type-unknown"): 3,
        ("patterns/planner/library-2020.json", "rings-empty"): 1,
        ("patterns/planner/orchard.json", "ring-family-missing"): 1,
    }


def test_every_migrated_document_can_be_rebuilt_from_its_row_and_ledger_entry(
    older: tuple[RunSummary, Path],
) -> None:
    _, database = older
    tables = {name: records(database, name) for name in BY_NAME}
    migrated = [entry for entry in entries(database) if entry["outcome"] == "migrated"]
    for entry in migrated:
        row = tables[entry["entity"]][entry["record_id"]]
        document = rebuilt(BY_NAME[entry["entity"]], row, json.loads(entry["derived"] or "[]"))
        place = entry["path"], entry["pointer"]
        assert is_equal_json(document, source_document(OLDER, *place)), place
    assert len(migrated) == 119


def test_files_of_windows_programs_arrive_with_their_letters(older: tuple[RunSummary, Path]) -> None:
    _, database = older
    families = records(database, "strip_families")
    assert (OLDER / "strip_families/blackwood-1-2mm.json").read_bytes().startswith(b"\xff\xfe")
    assert json.loads(families["SF-2310"]["metadata_json"])["note"] == "à utiliser avant l'été"
    assert families["SF-2310"]["created_at"] == "2023-10-03T15:22:08.441709Z"
    assert (OLDER / "strip_families/black-fibre-line.json").read_bytes().startswith(b"\xef\xbb\xbf")
    assert families["SF-2311"]["width_mm"] == 0.5


def test_a_catalogue_says_whose_patterns_they_are(older: tuple[RunSummary, Path]) -> None:
    _, database = older
    patterns = records(database, "patterns")
    found = {
        record: json.loads(patterns[record]["extra_json"])["category"]
        for record in ("torres-wheat", "107", "own-hourglass", "own-otter-track")
    }
    assert found == {
        "torres-wheat": "torres",
        "107": "hauser",
        "own-hourglass": "own",
        "own-otter-track": "sketches",
    }


def test_a_cam_program_that_ran_twice_is_two_jobs(older: tuple[RunSummary, Path]) -> None:
    _, database = older
    twice = [record for record in records(database, "joblogs") if record.startswith("cam-channel-heron")]
    assert twice == [
        "cam-channel-heron@2022-07-01T10:00:00.000000Z",
        "cam-channel-heron@2022-07-01T11:25:00.000000Z",
    ]


def test_times_in_epoch_seconds_are_stored_as_utc(older: tuple[RunSummary, Path]) -> None:
    _, database = older
    jobs = records(database, "joblogs")
    assert jobs["art-9001"]["created_at"] == "2022-06-01T10:00:00.250000Z"
    assert jobs["art-9002"]["created_at"] == "2022-06-02T10:00:00.000000Z"


@pytest.mark.parametrize("rehash", [False, True])
def test_a_second_run_over_the_older_workshop_changes_nothing(tmp_path: Path, rehash: bool) -> None:
    database = tmp_path / "rmos.db"
    migrate(OLDER, database)
    before = domain_rows(database)
    summary = migrate(OLDER, database, rehash=rehash)
    assert counts(summary) == {
        "strip_families": (21, 0, 20, 0, 1),
        "patterns": (40, 0, 39, 0, 1),
        "joblogs": (63, 0, 60, 0, 3),
    }
    assert domain_rows(database) == before
    assert {(e["path"], e["pointer"]) for e in entries(database) if e["outcome"] == "rejected"} == set(
        KEPT_OUT
    )
