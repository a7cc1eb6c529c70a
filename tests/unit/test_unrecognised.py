"""Documents that no generation wrote are rejected for what they are (docs/domain.md, Not a record)."""

import json
from typing import Any

import pytest

from rmos_migration.entities import BY_NAME
from rmos_migration.migrate.prepare import prepare, prepare_document
from rmos_migration.sources.document import Document
from rmos_migration.sources.read import Reading

FOLDERS = ["strip_families", "patterns", "joblogs"]


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("other", FOLDERS)
def test_document_of_another_folder_is_refused_naming_the_right_one(
    folder: str, other: str, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of(folder, native(other))
    assert outcome.errors == ([] if folder == other else [("wrong-folder", "")])


@pytest.mark.parametrize(
    ("folder", "right"), [("joblogs", "patterns"), ("patterns", "strip_families"), ("patterns", "joblogs")]
)
def test_message_of_a_wrong_folder_names_the_right_one(
    folder: str, right: str, outcome_of: Any, native: Any
) -> None:
    (message,) = outcome_of(folder, native(right)).messages
    assert right in message


def test_message_of_a_partial_record_names_what_it_has_not(outcome_of: Any, native: Any) -> None:
    (message,) = outcome_of("patterns", native("patterns", without=["name", "geometry"])).messages
    assert "name" in message
    assert "geometry" in message
    assert "ring_count" not in message


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(
    "document",
    [
        {"feeds": {"rpm": 3000}, "material": "ebony"},
        {"created_at": "2025-01-15", "metadata": {}},
        {"success": True, "count": 3},
        {"": 1},
    ],
)
def test_document_without_a_key_of_its_kind_is_not_a_record(
    folder: str, document: dict[str, Any], outcome_of: Any
) -> None:
    assert outcome_of(folder, document).found == [("error", "not-a-record", "")]


@pytest.mark.parametrize(
    ("folder", "document"),
    [
        ("joblogs", {"status": "completed", "end_time": "2025-01-15T10:30:00", "results": {}}),
        ("patterns", {"id": "p", "name": "Rope"}),
        ("patterns", {"name": "Rope", "ring_count": 3}),
        ("strip_families", {"id": "f", "material_type": "wood"}),
        ("joblogs", {"id": 7}),
        ("joblogs", {"type": "job:created", "data": {"a": 1}, "parameters": {}}),
    ],
)
def test_document_with_some_keys_of_its_kind_is_a_partial_record(
    folder: str, document: dict[str, Any], outcome_of: Any
) -> None:
    assert outcome_of(folder, document).found == [("error", "partial-record", "")]


@pytest.mark.parametrize("text", ["3", '"text"', "null", "true", "[1]", '["a", "b"]'])
def test_value_that_is_no_object_is_not_a_record(text: str, outcome_of: Any) -> None:
    assert outcome_of("patterns", text).errors == [("not-a-record", "")]


@pytest.mark.parametrize("text", ["{}", "[]", " [ ]\n"])
def test_empty_object_or_list_holds_no_document(text: str, outcomes_of: Any) -> None:
    assert [outcome for outcome in outcomes_of("patterns", text) if outcome.errors or outcome.row] == []


@pytest.mark.parametrize("raw", [b"", b"{", b'{"a": NaN}', b"\xff{}", b'{"a": 1, "a": 2}'])
def test_file_that_cannot_be_decoded_counts_as_one_document(raw: bytes, outcomes_of: Any) -> None:
    (outcome,) = outcomes_of("patterns", raw)
    assert outcome.row is None
    assert len(outcome.errors) == 1


def test_faults_of_one_file_are_all_reported(outcome_of: Any) -> None:
    outcome = outcome_of("patterns", '{"name": NaN, "geometry": {"a": 1e999}}')
    assert outcome.errors == [("json-not-a-number", "/name"), ("json-number-range", "/geometry/a")]


def test_fallback_encoding_reaches_the_decoder(outcome_of: Any, native: Any) -> None:
    raw = '{"name": "Küche", "ring_count": 1, "geometry": {"a": 1}}'.encode("cp1252")
    assert outcome_of("patterns", raw).errors == [("encoding-unknown", "")]
    assert outcome_of("patterns", raw, encoding="cp1252").row["name"] == "Küche"


RUN_ENTRY = {
    "run_id": "r",
    "created_at_utc": "2026-01-02T03:04:05Z",
    "event_type": "approval",
    "status": "OK",
}


@pytest.mark.parametrize(
    ("folder", "document", "said"),
    [
        ("joblogs", {"advisory_id": "a", "kind": "note", "engine_id": None}, "advice on a run"),
        ("joblogs", {"run_id": "r", "partition": "2026-01-02", "status": "OK"}, "an index of runs"),
        ("joblogs", {"artifact_id": "a", "kind": "saw_batch_plan", "payload": {}},
         "an artifact of another kind"),
        ("joblogs", {"artifact_id": "a", "kind": "saw_batch_execution_complete", "created_utc": "x"},
         "another kind"),
        ("patterns", {"pattern": {"ring_bands": []}, "guitars": 2, "scrap_factor": 0.12},
         "a rosette project"),
        ("patterns", {"name": "n", "pattern_type": "simple_ring", "segments": 64, "inner_radius": 40,
                      "outer_radius": 45},
         "a preset of a job"),
        ("joblogs", {"name": "n", "segments": 64, "inner_radius": 40, "outer_radius": 45},
         "a preset of a job"),
        ("patterns", {"name": "m", "rows": [{"black": 5}], "column_sequence": [1, 2], "strip_width_mm": 1},
         "a matrix"),
        ("patterns", {"rows": 4, "columns": 7, "materials": ["black"]}, "a matrix without its totals"),
        ("joblogs", {"added_paths": 3, "removed_paths": 1, "job_id": "j"}, "compared runs"),
        ("patterns", {"id": "p", "lane": "rosette", "name": "Safe", "params": {"feed_xy": 800}},
         "feeds and speeds"),
        ("joblogs", {"machine_id": "m", "samples": [1]}, "telemetry"),
    ],
)  # fmt: skip
def test_message_names_what_a_document_is_that_is_no_record(
    folder: str, document: dict[str, Any], said: str, outcome_of: Any
) -> None:
    outcome = outcome_of(folder, document)
    assert outcome.errors == [("not-a-record", "")]
    assert said in outcome.messages[0]


def test_pattern_of_the_library_is_no_preset_and_a_job_log_no_telemetry(outcome_of: Any) -> None:
    library = {"generator_key": "basic_rings@1", "params": {}}
    log = {"kind": "pipeline_job_log", "metrics": {"cut_time_s": 3}}
    for folder, document in (("patterns", library), ("joblogs", log), ("joblogs", library)):
        (message,) = outcome_of(folder, document).messages
        assert "feeds" not in message
        assert "telemetry" not in message


@pytest.mark.parametrize(
    ("name", "said"),
    [("_index.json", "an index"), ("2026/_INDEX.json", "an index"), ("_advisory_lookup.json", "advice"),
     ("2026-01-02/run_1_advisory_2.json", "advice")],
)  # fmt: skip
@pytest.mark.parametrize("content", [{"r": RUN_ENTRY, "s": RUN_ENTRY}, RUN_ENTRY, [RUN_ENTRY], "{"])
def test_file_that_runs_kept_beside_them_is_named_for_what_it_is(
    name: str, said: str, content: Any, outcomes_of: Any
) -> None:
    (outcome,) = outcomes_of("joblogs", content, name)
    assert outcome.errors == [("not-a-record", "")]
    assert said in outcome.messages[0]


@pytest.mark.parametrize("name", ["index.json", "my_index.json", "advisory.json", "_indexed.json"])
def test_file_with_another_name_is_read(name: str, outcome_of: Any) -> None:
    assert outcome_of("joblogs", RUN_ENTRY, name).errors == []


def test_index_of_patterns_is_read(outcome_of: Any, native: Any) -> None:
    assert outcome_of("patterns", native("patterns"), "_index.json").errors == []


@pytest.mark.parametrize(
    ("folder", "document", "keys"),
    [
        ("patterns", {"Id": "p", "Name": "n", "RingCount": 2, "Geometry": {"a": 1}},
         "id, name, ring_count, geometry"),
        ("patterns", {"id": "p", "name": "n", "ringCount": 2, "geometry": {"a": 1}}, "ring_count"),
        ("joblogs", {"Job-Type": "slice", "PARAMETERS": {}}, "job_type, parameters"),
        ("joblogs", {"job type": "slice", "parameters": {}}, "job_type"),
        ("strip_families", {"name": "n", "stripWidthMm": 2, "stripThicknessMm": 1, "materialType": "wood",
                            "strips": []},
         "strip_width_mm, strip_thickness_mm, material_type"),
    ],
)  # fmt: skip
def test_keys_in_the_manner_of_another_language_are_named_with_what_to_write(
    folder: str, document: dict[str, Any], keys: str
) -> None:
    prepared = prepare_document(BY_NAME[folder], Reading("x", b"", "0"), Document("", document, None))
    (told,) = prepared.diagnostics
    assert told.code in ("not-a-record", "partial-record")
    assert told.hint == f"write the keys as {keys}"


@pytest.mark.parametrize(
    ("folder", "document", "hint"),
    [
        ("patterns", {"Id": "p", "name": "n", "RingCount": 1, "Ring_Count": 2, "geometry": {"a": 1}},
         'write the keys as id, ring_count; "RingCount" and "Ring_Count" both mean ring_count:'
         ' keep the one that is right'),
        ("joblogs", {"jobType": "slice", "job-type": "batch", "parameters": {}},
         'write the keys as job_type; "jobType" and "job-type" both mean job_type:'
         ' keep the one that is right'),
        ("joblogs", {"jobType": "slice", "job-type": "slice", "JOB TYPE": "slice", "parameters": {}},
         'write the keys as job_type; "jobType", "job-type" and "JOB TYPE" all mean job_type:'
         ' keep the one that is right'),
        ("strip_families",
         {"name": "n", "stripWidthMm": 2, "StripWidthMM": 2, "stripThicknessMm": 1, "StripThicknessMm": 1,
          "material_type": "wood", "strips": []},
         'write the keys as strip_width_mm, strip_thickness_mm;'
         ' "stripWidthMm" and "StripWidthMM" both mean strip_width_mm,'
         ' "stripThicknessMm" and "StripThicknessMm" both mean strip_thickness_mm:'
         ' keep the one that is right'),
    ],
)  # fmt: skip
def test_two_keys_of_one_meaning_are_never_told_to_become_the_same(
    folder: str, document: dict[str, Any], hint: str
) -> None:
    prepared = prepare_document(BY_NAME[folder], Reading("x", b"", "0"), Document("", document, None))
    (told,) = prepared.diagnostics
    assert told.hint == hint


def test_document_in_quotes_is_told_to_come_out_of_them(outcome_of: Any) -> None:
    outcome = outcome_of("patterns", json.dumps(json.dumps({"id": "p", "name": "n"})))
    assert outcome.errors == [("not-a-record", "")]
    raw = json.dumps(json.dumps({"id": "p", "name": "n"})).encode()
    (prepared,) = prepare(BY_NAME["patterns"], Reading("patterns/a.json", raw, "0"))
    assert "inside quotes" in prepared.diagnostics[0].hint
