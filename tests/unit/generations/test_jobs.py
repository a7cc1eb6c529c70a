"""How jobs of older generations become records (docs/domain.md, Fields, Generations)."""

from typing import Any

import pytest

from samples import SAMPLES


def sample(name: str, number: int = 0, **changes: Any) -> dict[str, Any]:
    _, document = SAMPLES[name][number]
    return document | changes


def without(document: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in keys}


@pytest.mark.parametrize("name", [name for name in SAMPLES if SAMPLES[name][-1][0] == "joblogs"])
def test_status_that_was_never_recorded_is_unknown_except_where_it_meant_pending(
    name: str, outcome_of: Any
) -> None:
    document = without(SAMPLES[name][-1][1], "status")
    outcome = outcome_of("joblogs", document)
    if outcome.row is not None:  # the export queue is known by its status, an exported record must say it
        expected = "pending" if name in ("native", "n8-n10 docs") else "unknown"
        assert outcome.row["status"] == expected
        assert "status" in outcome.derived
    else:
        assert name in ("export queue", "rmos export")


@pytest.mark.parametrize(
    ("name", "number", "word"),
    [
        ("CAM job intelligence", 0, "cam_job"),
        ("N14 CNC export", 0, "rosette_cnc_export"),
        ("Art Studio jobs", 0, "art_job"),
        ("Art Studio jobs", 1, "rosette_cam"),
    ],
)
def test_job_type_that_no_document_names_is_the_generations_word(
    name: str, number: int, word: str, outcome_of: Any
) -> None:
    outcome = outcome_of("joblogs", sample(name, number))
    assert outcome.row["job_type"] == word
    assert ("job-type-derived", "") in outcome.infos
    assert "job_type" in outcome.derived
    named = outcome_of("joblogs", sample(name, number, job_type="custom"))
    assert named.row["job_type"] == "custom"
    assert ("job-type-derived", "") not in named.infos


@pytest.mark.parametrize(
    ("name", "number", "word"),
    [("saw lab", 0, "slice"), ("saw lab", 1, "rip"), ("saw lab", 2, "contour"),
     ("RTL concept", 2, "saw_slice_batch"), ("RMOS runs v1", 0, "approval"),
     ("export queue", 0, "rosette_dxf")],
)  # fmt: skip
def test_job_type_is_found_under_the_generations_own_key(
    name: str, number: int, word: str, outcome_of: Any
) -> None:
    outcome = outcome_of("joblogs", sample(name, number))
    assert outcome.row["job_type"] == word
    assert "job_type" in outcome.derived


def test_operation_beside_an_id_is_a_job_also_with_parameters(outcome_of: Any) -> None:
    row = outcome_of(
        "joblogs", {"run_id": "o", "op_type": "slice", "parameters": {"a": 1}, "status": "ok"}
    ).row
    assert (row["job_type"], row["parameters_json"], row["status"]) == ("slice", {"a": 1}, "completed")


@pytest.mark.parametrize(
    "document", [{"run_id": "r", "op_type": None}, {"id": "r", "op_type": None, "tool_id": "t"}]
)
def test_operation_that_is_null_is_part_of_a_job(document: dict[str, Any], outcome_of: Any) -> None:
    (fault,) = outcome_of("joblogs", document).errors
    assert fault[0] in ("partial-record", "not-a-record")


def test_operation_alone_is_a_request(outcome_of: Any) -> None:
    document = without(sample("RTL concept", 2), "id")
    assert outcome_of("joblogs", document).errors == [("not-a-record", "")]


# references


@pytest.mark.parametrize(
    ("name", "number", "pattern"),
    [("MM", 2, "preset_7"), ("n8-n10 docs", 2, "preset_7"), ("phase-1", 2, "p1"), ("phase-1", 3, "p1"),
     ("CAM job intelligence", 1, None), ("phase-1", 4, None)],
)  # fmt: skip
def test_pattern_of_a_job_is_found_under_its_generations_key(
    name: str, number: int, pattern: str | None, outcome_of: Any
) -> None:
    assert outcome_of("joblogs", sample(name, number)).row["pattern_id"] == pattern


def test_own_pattern_goes_before_the_preset(outcome_of: Any) -> None:
    outcome = outcome_of("joblogs", sample("MM", 2, pattern_id="rope"))
    assert outcome.row["pattern_id"] == "rope"
    assert outcome.extra["preset_id"] == "preset_7"


# saw lab


def test_stats_of_a_saw_run_are_its_results_and_hold_its_duration(outcome_of: Any) -> None:
    outcome = outcome_of("joblogs", sample("saw lab"))
    assert outcome.row["duration_seconds"] == 45.2
    assert outcome.row["results_json"] == {"duration_s": 45.2, "total_length_mm": 1200.5}
    assert outcome.row["parameters_json"]["feed_ipm"] == 120
    assert outcome.extra["gcode"] == "G0 X0\nM30"


def test_duration_inside_stats_counts_for_every_generation(outcome_of: Any, native: Any) -> None:
    for document in (
        sample("saw lab", 1, stats={"duration_s": 5}),
        native("joblogs", {"stats": {"duration_s": 5}}),
    ):
        outcome = outcome_of("joblogs", document)
        assert outcome.row["duration_seconds"] == 5
        assert "duration_seconds" in outcome.derived


@pytest.mark.parametrize("duration", [-1, "long", True])
def test_duration_that_cannot_be_used_leaves_the_column_empty(duration: Any, outcome_of: Any) -> None:
    outcome = outcome_of("joblogs", sample("saw lab", stats={"duration_s": duration}))
    assert outcome.row["duration_seconds"] is None
    assert outcome.warnings == [("field-unusable", "/stats")]
    assert outcome.row["results_json"] == {"duration_s": duration}


def test_duration_is_never_computed(outcome_of: Any) -> None:
    document = sample(
        "saw lab", stats={}, started_at="2025-11-27T10:00:00", completed_at="2025-11-27T10:05:00"
    )
    assert outcome_of("joblogs", document).row["duration_seconds"] is None


# CAM


@pytest.mark.parametrize(
    ("created_at", "name"),
    [
        ("2025-11-19T06:00:00.7381472-06:00", "prog-1@2025-11-19T12:00:00.738147Z"),
        ("2025-11-19", "prog-1@2025-11-19T00:00:00.000000Z"),
        (None, "prog-1"),
        ("", "prog-1"),
        ("soon", "prog-1"),
    ],
)
def test_run_of_a_cam_program_is_told_apart_by_its_time(
    created_at: str | None, name: str, outcome_of: Any
) -> None:
    outcome = outcome_of("joblogs", sample("CAM job intelligence", created_at=created_at))
    assert outcome.row["id"] == name
    assert outcome.extra["run_id"] == "prog-1"


def test_job_id_of_a_cam_run_is_used_as_it_is(outcome_of: Any) -> None:
    document = sample("CAM job intelligence", job_id="own-id")
    outcome = outcome_of("joblogs", document)
    assert (outcome.row["id"], outcome.extra["run_id"]) == ("own-id", "prog-1")


@pytest.mark.parametrize("run_id", ["", ["a"], {"a": 1}, "x" * 201, True, 1.5])
def test_run_id_that_is_no_id_keeps_the_run_out(run_id: Any, outcome_of: Any) -> None:
    document = sample("CAM job intelligence", run_id=run_id)
    assert outcome_of("joblogs", document).errors == [("id-invalid", "/run_id")]


def test_simulated_time_is_no_duration(outcome_of: Any) -> None:
    assert outcome_of("joblogs", sample("CAM job intelligence")).row["duration_seconds"] is None
    assert outcome_of("joblogs", sample("CAM job intelligence", 1)).row["duration_seconds"] == 420


# others


def test_null_meta_of_a_run_gives_no_parameters(outcome_of: Any) -> None:
    outcome = outcome_of("joblogs", sample("RMOS runs v1"))
    assert outcome.row["parameters_json"] == {}
    assert outcome.row["status"] == "failed"
    assert outcome.row["created_at"] == "2025-12-15T17:30:00.123456Z"
    assert outcome.warnings == []


@pytest.mark.parametrize("meta", ["text", [], 3])
def test_parameters_that_cannot_be_used_cost_an_older_job_only_themselves(meta: Any, outcome_of: Any) -> None:
    outcome = outcome_of("joblogs", sample("RMOS runs v1", meta=meta))
    assert outcome.row["parameters_json"] == {}
    assert "parameters_json" in outcome.derived
    assert ("field-unusable", "/meta") in outcome.warnings
    assert outcome.extra["meta"] == meta


def test_export_starts_when_it_was_queued(outcome_of: Any) -> None:
    row = outcome_of("joblogs", sample("export queue")).row
    assert (row["status"], row["start_time"]) == ("pending", "2025-11-03T14:32:00Z")
    assert row["created_at"] == "2025-11-03T14:32:00.000000Z"


@pytest.mark.parametrize("number", [0, 1])
def test_seconds_since_1970_become_a_time_also_where_they_are_text(number: int, outcome_of: Any) -> None:
    row = outcome_of("joblogs", sample("Art Studio jobs", number)).row
    assert row["created_at"].startswith("2026-01-05T04:59:21.")


def test_key_named_extra_is_an_ordinary_key(outcome_of: Any) -> None:
    document = sample("phase-1", 2)
    assert outcome_of("joblogs", document).extra["extra"] == document["extra"]


@pytest.mark.parametrize("job_type", [None, "", "  ", 3])
def test_job_type_that_holds_nothing_keeps_any_job_out(job_type: Any, outcome_of: Any) -> None:
    (fault,) = outcome_of("joblogs", sample("MM", 2, job_type=job_type)).errors
    assert fault in [("field-missing", "/job_type"), ("field-invalid", "/job_type")]


@pytest.mark.parametrize("key", ["lane", "preset_id", "extra", "slice_risks", "op_type", "meta", "payload"])
def test_job_with_all_that_native_ones_have_is_not_taken_for_an_older_one(
    key: str, outcome_of: Any, native: Any
) -> None:
    document = native("joblogs", {key: {"op_type": "x"}, "id": "j"})
    assert outcome_of("joblogs", document).row["status"] == "pending"


def test_text_of_null_gives_way_to_the_next_key(outcome_of: Any) -> None:
    row = outcome_of(
        "joblogs", sample("RTL concept", 1, parameters_json="null", results_json=" null", stats={})
    ).row
    assert (row["parameters_json"], row["results_json"]) == ({"num_rings": 5}, {})
