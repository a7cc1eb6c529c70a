"""Words and numbers as documents write them, and what a column holds (docs/domain.md, Fields, Words)."""

from typing import Any

import pytest

STATUSES = {
    "planned": "planned",
    "pending": "pending",
    "running": "running",
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "unknown": "unknown",
    "success": "completed",
    "aborted": "cancelled",
    "queued": "pending",
    "created": "pending",
    "ready": "pending",
    "processing": "running",
    "ACTIVE": "running",
    "OK": "completed",
    "COMPLETED": "completed",
    "ERROR": "failed",
    "FAILED": "failed",
    "BLOCKED": "failed",
}

JOB_TYPES = [
    "slice",
    "batch",
    "contour",
    "assembly",
    "custom",
    "saw_slice",
    "saw_slice_batch",
    "slice_batch",
    "rosette_plan",
    "rosette_slice_batch",
    "rosette_pattern_generation",
    "rosette_preview",
    "rosette_cnc_export",
    "rosette_segmentation",
    "rosette_validation",
    "rosette_cnc_simulation",
    "rosette_cam",
    "rmos_rosette_saw_batch",
    "pipeline_run",
    "preset_promote_manual",
    "preset_promote_winner",
    "preset_rollback",
    "saw_queue_job",
]


@pytest.mark.parametrize("change_case", [str, str.lower, str.upper, str.title])
@pytest.mark.parametrize("word", STATUSES)
def test_status_word_is_translated_in_any_case(
    word: str, change_case: Any, outcome_of: Any, native: Any
) -> None:
    written = change_case(word)
    outcome = outcome_of("joblogs", native("joblogs", {"status": written}))
    assert outcome.row["status"] == STATUSES[word]
    assert outcome.extra == ({} if written == STATUSES[word] else {"status": written})
    assert outcome.found == []


def test_partial_job_is_completed_with_a_warning(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"status": "partial"}))
    assert outcome.row["status"] == "completed"
    assert outcome.extra == {"status": "partial"}
    assert outcome.warnings == [("status-partial", "/status")]


@pytest.mark.parametrize(
    "written", ["waiting_for_glue", "", "done", 1, 0, False, True, 2.5, [], {}, ["completed"]]
)
def test_status_that_is_no_known_word_is_unknown(written: Any, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"status": written}))
    assert outcome.row["status"] == "unknown"
    assert outcome.extra == {"status": written}
    assert outcome.warnings == [("status-unknown", "/status")]


@pytest.mark.parametrize("changes", [{}, {"status": None}])
def test_native_job_without_status_is_pending(changes: dict[str, Any], outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", changes))
    assert outcome.row["status"] == "pending"
    assert "status" in outcome.derived
    assert outcome.extra == changes
    assert outcome.found == []


@pytest.mark.parametrize("word", JOB_TYPES)
def test_job_type_that_rmos_wrote_is_kept_as_it_is(word: str, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"job_type": word}))
    assert (outcome.row["job_type"], outcome.found, outcome.extra) == (word, [], {})


@pytest.mark.parametrize("word", ["polish", "Slice", " slice", "saw-slice"])
def test_unknown_job_type_is_kept_with_a_warning(word: str, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"job_type": word}))
    assert (outcome.row["job_type"], outcome.extra) == (word, {})
    assert outcome.warnings == [("job-type-unknown", "/job_type")]


@pytest.mark.parametrize("word", ["rosette", "matrix", "generic", "my own"])
def test_pattern_type_is_kept_as_it_is(word: str, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("patterns", native("patterns", {"pattern_type": word}))
    assert (outcome.row["pattern_type"], outcome.found, outcome.extra) == (word, [], {})


@pytest.mark.parametrize("changes", [{}, {"pattern_type": None}])
def test_pattern_without_type_is_generic(changes: dict[str, Any], outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("patterns", native("patterns", changes))
    assert outcome.row["pattern_type"] == "generic"
    assert "pattern_type" in outcome.derived
    assert outcome.extra == changes


@pytest.mark.parametrize("written", [3, 0, False, [], {"a": 1}])
def test_pattern_type_that_is_no_text_is_generic_with_a_warning(
    written: Any, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of("patterns", native("patterns", {"pattern_type": written}))
    assert outcome.row["pattern_type"] == "generic"
    assert outcome.extra == {"pattern_type": written}
    assert [code for code, _ in outcome.warnings] == ["field-unusable"]


@pytest.mark.parametrize("written", [3, 3.0, 1, 2**53 - 1])
def test_whole_number_is_a_count(written: float, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("patterns", native("patterns", {"ring_count": written}))
    assert outcome.row["ring_count"] == written
    assert type(outcome.row["ring_count"]) is int
    assert outcome.found == []


@pytest.mark.parametrize("written", ["3", True, False, 2.5, 0, -1, 0.0, [], [1], {}])
def test_what_is_no_count_is_not_made_one(written: Any, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("patterns", native("patterns", {"ring_count": written}))
    assert outcome.errors == [("field-invalid", "/ring_count")]


@pytest.mark.parametrize("key", ["strip_width_mm", "strip_thickness_mm"])
@pytest.mark.parametrize("written", [2, 2.5, 0.001, 1e6, 5e-324])
def test_positive_number_is_a_length(key: str, written: float, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("strip_families", native("strip_families", {key: written}))
    assert outcome.row[key.removeprefix("strip_")] == written
    assert outcome.extra == {}


@pytest.mark.parametrize("key", ["strip_width_mm", "strip_thickness_mm"])
@pytest.mark.parametrize("written", ["2.5", "2.5 mm", True, False, 0, 0.0, -1, -2.5, [], [2.5], {}])
def test_what_is_no_length_is_not_made_one(key: str, written: Any, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("strip_families", native("strip_families", {key: written}))
    assert outcome.errors == [("field-invalid", f"/{key}")]


@pytest.mark.parametrize("written", [0, 0.0, 1, 1.5, 2700])
def test_duration_of_zero_or_more_is_kept(written: float, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"duration_seconds": written}))
    assert outcome.row["duration_seconds"] == written
    assert outcome.extra == {}


@pytest.mark.parametrize("written", [-1, -0.5, "5", True, False, [], {}])
def test_duration_that_cannot_be_used_costs_only_its_column(
    written: Any, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"duration_seconds": written}))
    assert outcome.row["duration_seconds"] is None
    assert outcome.extra == {"duration_seconds": written}
    assert outcome.warnings == [("field-unusable", "/duration_seconds")]


@pytest.mark.parametrize("written", [2**53 + 1, 2**63 - 1])
def test_whole_number_that_a_double_would_change_is_never_stored_changed(
    written: int, outcome_of: Any, native: Any
) -> None:
    job = outcome_of("joblogs", native("joblogs", {"duration_seconds": written}), "job.json")
    assert job.row["duration_seconds"] in (None, written)
    assert job.extra == ({"duration_seconds": written} if job.row["duration_seconds"] is None else {})
    family = outcome_of("strip_families", native("strip_families", {"strip_width_mm": written}))
    assert family.row is None or family.row["width_mm"] == written


@pytest.mark.parametrize(
    "key", ["estimated_duration_seconds", "predicted_time_s", "sim_time_s", "estimated_s"]
)
def test_estimate_is_no_duration(key: str, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {key: 12}))
    assert outcome.row["duration_seconds"] is None
    assert outcome.extra == {key: 12}
