"""Every key has its column; what no column carries verbatim stays in extra (docs/domain.md, Never lose)."""

from typing import Any

import pytest

from rmos_migration.entities import BY_NAME
from rmos_migration.generations import recognise

NATIVE_KEYS = {
    "strip_families": {
        "width_mm": "strip_width_mm",
        "thickness_mm": "strip_thickness_mm",
        "strips_json": "strips",
    },
    "patterns": {"geometry_json": "geometry"},
    "joblogs": {"parameters_json": "parameters", "results_json": "results"},
}

SYNONYMS = [
    ("strip_families", "width_mm", key, 3) for key in ("width_mm", "default_width_mm", "width_ui")
] + [
    ("strip_families", "thickness_mm", "thickness_mm", 0.5),
    ("strip_families", "material_type", "material_family", "shell"),
    ("patterns", "name", "pattern_name", "Rope"),
    ("patterns", "geometry_json", "geometry_json", {"rings": []}),
    ("joblogs", "job_type", "type", "batch"),
    ("joblogs", "job_type", "event_type", "batch"),
    ("joblogs", "job_type", "cut_type", "contour"),
    *(("joblogs", "parameters_json", key, {"a": 1})
      for key in ("parameters_json", "op_data", "batch_op", "plan_request", "job_params", "meta")),
    *(("joblogs", "duration_seconds", key, 12.5)
      for key in ("duration_s", "runtime_sec", "actual_time_s", "cut_time_s", "cycle_time_s")),
    *(("joblogs", "results_json", key, {"waste_percentage": 3}) for key in ("results_json", "stats")),
    *(("joblogs", "start_time", key, "2025-01-15T10:30:00") for key in ("started_at", "queued_at")),
    *(("joblogs", "end_time", key, "2025-01-15T10:30:00") for key in ("completed_at", "ended_at")),
    *((folder, "metadata_json", "metadata_json", {"supplier": "x"})
      for folder in ("strip_families", "patterns", "joblogs")),
    *((folder, "created_at", key, "2025-01-15T10:30:00.000000Z")
      for folder in ("strip_families", "patterns", "joblogs")
      for key in ("created_at_utc", "ts", "timestamp")),
]  # fmt: skip


def native_key(folder: str, column: str) -> str:
    return NATIVE_KEYS[folder].get(column, column.removesuffix("_json"))


@pytest.mark.parametrize(("folder", "column", "key", "value"), SYNONYMS)
def test_value_under_another_key_fills_the_column_and_stays_under_its_key(
    folder: str, column: str, key: str, value: Any, outcome_of: Any, native: Any
) -> None:
    document = native(folder, {key: value})
    document.pop(native_key(folder, column), None)
    outcome = outcome_of(folder, document)
    assert outcome.row[column] == value
    assert outcome.extra == {key: value}
    assert column in outcome.derived
    assert [found for found in outcome.found if found[1] != "not-recorded"] == []


@pytest.mark.parametrize(("folder", "column", "key", "value"), SYNONYMS)
def test_null_under_the_native_key_lets_the_other_key_speak(
    folder: str, column: str, key: str, value: Any, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of(folder, native(folder, {key: value, native_key(folder, column): None}))
    assert outcome.row[column] == value
    assert outcome.extra == {key: value, native_key(folder, column): None}
    assert column in outcome.derived


@pytest.mark.parametrize(("folder", "column", "key", "value"), SYNONYMS)
def test_native_key_goes_before_the_others(
    folder: str, column: str, key: str, value: Any, outcome_of: Any, native: Any
) -> None:
    first = native_key(folder, column)
    mine = native(folder).get(first, value)
    outcome = outcome_of(folder, native(folder, {first: mine, key: value}))
    assert outcome.row[column] == mine
    assert outcome.extra == {key: value}
    assert column not in outcome.derived


@pytest.mark.parametrize("folder", ["strip_families", "patterns", "joblogs"])
@pytest.mark.parametrize(
    "key", ["lane", "extra", "extra_json", "derived", "", "a/b~c", "\N{SNOWMAN}", "__class__", "a\0b"]
)
@pytest.mark.parametrize("value", [None, 0, False, "", [], {}, {"a": [1, {"b": None}]}, 1.5, "text"])
def test_unknown_key_is_kept_in_extra_name_and_value(
    folder: str, key: str, value: Any, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of(folder, native(folder, {key: value}))
    assert outcome.extra == {key: value}
    assert outcome.found == []


@pytest.mark.parametrize("folder", ["strip_families", "patterns", "joblogs"])
def test_document_that_columns_carry_verbatim_leaves_no_extra(
    folder: str, outcome_of: Any, native: Any
) -> None:
    assert outcome_of(folder, native(folder)).row["extra_json"] is None


def test_absent_keys_leave_nothing_and_nulls_stay(outcome_of: Any, native: Any) -> None:
    nulls = dict.fromkeys(["strip_family_id", "metadata", "created_at", "updated_at", "notes"])
    outcome = outcome_of("patterns", native("patterns", nulls))
    assert outcome.extra == nulls
    assert outcome.found == []
    assert [outcome.row[column] for column in ("strip_family_id", "metadata_json", "created_at")] == [
        None
    ] * 3


def test_keys_named_extra_and_metadata_are_ordinary_keys(outcome_of: Any, native: Any) -> None:
    changes = {"extra": {"id": "x"}, "metadata": {"extra": {"a": 1}, "metadata": 2}}
    outcome = outcome_of("patterns", native("patterns", changes))
    assert outcome.row["metadata_json"] == changes["metadata"]
    assert outcome.extra == {"extra": {"id": "x"}}
    assert outcome.row["id"] == native("patterns")["id"]


@pytest.mark.parametrize(("folder", "key"), [
    ("patterns", "metadata"), ("strip_families", "metadata"), ("joblogs", "metadata"), ("joblogs", "results")
])  # fmt: skip
@pytest.mark.parametrize("value", ["text", '{"a": 1}', "", 3, 0, True, False, [], [{}]])
def test_optional_object_of_the_wrong_type_costs_only_its_column(
    folder: str, key: str, value: Any, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of(folder, native(folder, {key: value}))
    assert outcome.row[f"{key}_json"] is None
    assert outcome.extra == {key: value}
    assert outcome.warnings == [("field-unusable", f"/{key}")]


def test_empty_objects_and_lists_are_values(outcome_of: Any, native: Any) -> None:
    job = outcome_of(
        "joblogs", native("joblogs", {"parameters": {}, "results": {}, "metadata": {}}), "j.json"
    )
    assert [job.row[f"{key}_json"] for key in ("parameters", "results", "metadata")] == [{}, {}, {}]
    assert job.extra == {}
    family = outcome_of("strip_families", native("strip_families", {"strips": []}))
    assert (family.row["strips_json"], family.extra) == ([], {})


def test_geometry_is_stored_as_written(outcome_of: Any, native: Any) -> None:
    geometry = {
        "rings": [{"radius": 1e2, "ring_id": None, "x": [1, 1.0, -0.0, 1e-7]}],
        "unit": "mm",
        "0": {"": ""},
    }
    outcome = outcome_of("patterns", native("patterns", {"geometry": geometry}))
    assert outcome.row["geometry_json"] == geometry
    assert list(outcome.row["geometry_json"]["rings"][0]) == ["radius", "ring_id", "x"]


def test_optional_faults_are_all_reported(outcome_of: Any, native: Any) -> None:
    changes = {"duration_s": -1, "results": [], "strip_family_id": {}, "created_at": "soon", "status": 3}
    outcome = outcome_of("joblogs", native("joblogs", changes))
    assert sorted(outcome.warnings) == [
        ("field-unusable", "/created_at"),
        ("field-unusable", "/duration_s"),
        ("field-unusable", "/results"),
        ("field-unusable", "/strip_family_id"),
        ("status-unknown", "/status"),
    ]
    assert outcome.extra == changes
    assert outcome.derived == set()


def test_source_document_is_not_changed_by_reading_it(native: Any) -> None:
    document = native("joblogs", {"status": "OK", "lane": "safe", "metadata_json": '{"a": 1}'})
    before = dict(document)
    recognise(BY_NAME["joblogs"], document).normalise(document, "file")
    assert document == before
