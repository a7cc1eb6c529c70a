"""A native document is held to its required fields (docs/domain.md, Fields)."""

from typing import Any

import pytest

REQUIRED = [
    ("strip_families", "name"),
    ("strip_families", "strip_width_mm"),
    ("strip_families", "strip_thickness_mm"),
    ("strip_families", "material_type"),
    ("strip_families", "strips"),
    ("patterns", "name"),
    ("patterns", "ring_count"),
    ("patterns", "geometry"),
    ("joblogs", "job_type"),
    ("joblogs", "parameters"),
]
REQUIRED_TEXT = [
    ("strip_families", "name"),
    ("strip_families", "material_type"),
    ("patterns", "name"),
    ("joblogs", "job_type"),
]
REQUIRED_JSON = [("strip_families", "strips"), ("patterns", "geometry"), ("joblogs", "parameters")]


@pytest.mark.parametrize("folder", ["strip_families", "patterns", "joblogs"])
def test_complete_document_is_migrated_without_a_word(folder: str, outcomes_of: Any, native: Any) -> None:
    (outcome,) = outcomes_of(folder, native(folder))
    assert outcome.row is not None
    assert outcome.found == []


@pytest.mark.parametrize(("folder", "key"), REQUIRED)
def test_required_key_that_is_null_is_missing(folder: str, key: str, outcome_of: Any, native: Any) -> None:
    outcome = outcome_of(folder, native(folder, {key: None}))
    assert outcome.row is None
    assert outcome.found == [("error", "field-missing", f"/{key}")]


@pytest.mark.parametrize(("folder", "key"), REQUIRED)
def test_document_without_a_required_key_is_a_partial_record(
    folder: str, key: str, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of(folder, native(folder, without=[key]))
    assert outcome.row is None
    assert outcome.found == [("error", "partial-record", "")]


@pytest.mark.parametrize(("folder", "key"), REQUIRED_TEXT + REQUIRED_JSON)
@pytest.mark.parametrize("blank", ["", " ", "\t\r\n", "\N{NO-BREAK SPACE}"])
def test_blank_text_under_a_required_key_is_missing(
    folder: str, key: str, blank: str, outcome_of: Any, native: Any
) -> None:
    assert outcome_of(folder, native(folder, {key: blank})).errors == [("field-missing", f"/{key}")]


@pytest.mark.parametrize(("folder", "key"), REQUIRED_TEXT)
@pytest.mark.parametrize("value", [5, 0, 1.5, True, False, [], ["a"], {}])
def test_required_text_of_the_wrong_type_is_invalid(
    folder: str, key: str, value: Any, outcome_of: Any, native: Any
) -> None:
    assert outcome_of(folder, native(folder, {key: value})).errors == [("field-invalid", f"/{key}")]


@pytest.mark.parametrize(("folder", "key"), REQUIRED_JSON)
@pytest.mark.parametrize("value", ["text", 5, 0, True, False])
def test_required_object_or_list_of_the_wrong_type_is_invalid(
    folder: str, key: str, value: Any, outcome_of: Any, native: Any
) -> None:
    assert outcome_of(folder, native(folder, {key: value})).errors == [("field-invalid", f"/{key}")]


@pytest.mark.parametrize(("folder", "key", "value"), [
    ("strip_families", "strips", {}), ("strip_families", "strips", {"a": 1}), ("patterns", "geometry", [1]),
    ("joblogs", "parameters", []), ("joblogs", "parameters", [{}]),
])  # fmt: skip
def test_object_and_list_do_not_stand_for_each_other(
    folder: str, key: str, value: Any, outcome_of: Any, native: Any
) -> None:
    assert outcome_of(folder, native(folder, {key: value})).errors == [("field-invalid", f"/{key}")]


def test_empty_geometry_is_missing(outcome_of: Any, native: Any) -> None:
    assert outcome_of("patterns", native("patterns", {"geometry": {}})).errors == [
        ("field-missing", "/geometry")
    ]


def test_empty_geometry_lets_the_other_key_speak(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("patterns", native("patterns", {"geometry": {}, "geometry_json": {"rings": []}}))
    assert outcome.row["geometry_json"] == {"rings": []}
    assert outcome.extra == {"geometry": {}, "geometry_json": {"rings": []}}


def test_stated_ring_count_stays_when_the_list_is_shorter(outcome_of: Any, native: Any) -> None:
    assert outcome_of("patterns", native("patterns", {"ring_count": 5})).row["ring_count"] == 5


def test_all_faults_of_a_document_are_reported(outcome_of: Any, native: Any) -> None:
    changes = {
        "id": "",
        "name": None,
        "strip_width_mm": "2",
        "strip_thickness_mm": 0,
        "material_type": 3,
        "strips": {},
    }
    outcome = outcome_of("strip_families", native("strip_families", changes))
    assert sorted(outcome.errors) == [
        ("field-invalid", "/material_type"),
        ("field-invalid", "/strip_thickness_mm"),
        ("field-invalid", "/strip_width_mm"),
        ("field-invalid", "/strips"),
        ("field-missing", "/name"),
        ("id-invalid", "/id"),
    ]


def test_fault_points_at_the_key_that_was_used(outcome_of: Any, native: Any) -> None:
    document = native("strip_families", {"width_ui": -1, "a/b": 1}, without=["strip_width_mm"])
    assert outcome_of("strip_families", document).errors == [("field-invalid", "/width_ui")]


@pytest.mark.parametrize("name", ["a\0b", "\0"])
def test_name_with_a_null_character_is_invalid(name: str, outcome_of: Any, native: Any) -> None:
    assert outcome_of("patterns", native("patterns", {"name": name})).errors == [("field-invalid", "/name")]


def test_long_names_and_odd_characters_are_kept(outcome_of: Any, native: Any) -> None:
    name = "Knüpf\N{GRINNING FACE}\u202e \r\n" * 500 + "x"
    assert outcome_of("patterns", native("patterns", {"name": name})).row["name"] == name
