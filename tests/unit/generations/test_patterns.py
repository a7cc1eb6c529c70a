"""How patterns of older generations become records (docs/domain.md, Fields, Generations)."""

from typing import Any

import pytest

from samples import BANDS, DESIGN, RINGS, SAMPLES


def sample(name: str, number: int = 0, **changes: Any) -> dict[str, Any]:
    _, document = SAMPLES[name][number]
    return document | changes


def bands(*families: Any) -> list[dict[str, Any]]:
    return [{"radius_mm": 50 + n, "strip_family_id": family} for n, family in enumerate(families)]


# N11


def test_rosette_geometry_is_the_geometry_and_its_rings_are_counted(outcome_of: Any) -> None:
    outcome = outcome_of("patterns", sample("N11 rosette"))
    assert outcome.row["geometry_json"] == {"rings": RINGS}
    assert (outcome.row["ring_count"], outcome.row["pattern_type"]) == (2, "rosette")
    assert outcome.extra["rosette_geometry"] == {"rings": RINGS}


def test_rosette_geometry_as_text_is_read_and_stays_text_in_extra(outcome_of: Any) -> None:
    document = sample("N11 rosette", 1)
    outcome = outcome_of("patterns", document)
    assert outcome.row["geometry_json"] == {"rings": [{"ring_id": 1, "radius_mm": 40.5}]}
    assert outcome.row["ring_count"] == 1
    assert outcome.extra["rosette_geometry"] == document["rosette_geometry"]
    assert outcome.extra["geometry"] == {}


def test_geometry_beside_rosette_geometry_wins(outcome_of: Any) -> None:
    document = sample("N11 rosette", geometry_json='{"rings": []}', ring_count=5, pattern_type="mosaic")
    outcome = outcome_of("patterns", document)
    assert outcome.row["geometry_json"] == {"rings": []}
    assert (outcome.row["ring_count"], outcome.row["pattern_type"]) == (5, "mosaic")
    assert outcome.extra["rosette_geometry"] == {"rings": RINGS}


@pytest.mark.parametrize("text", ["{}", " { }", "null"])
def test_text_of_no_geometry_gives_way_to_rosette_geometry(text: str, outcome_of: Any) -> None:
    outcome = outcome_of("patterns", sample("N11 rosette", geometry_json=text))
    assert outcome.row["geometry_json"] == {"rings": RINGS}
    assert outcome.extra["geometry_json"] == text


@pytest.mark.parametrize("text", ["{rings: 1}", "[]", "3", "", '{"a": NaN}'])
def test_rosette_geometry_that_is_no_object_keeps_the_pattern_out(text: str, outcome_of: Any) -> None:
    (fault,) = outcome_of("patterns", sample("N11 rosette", rosette_geometry=text)).errors
    assert fault == ("field-invalid", "/rosette_geometry")


def test_rosette_without_rings_has_no_ring_count(outcome_of: Any) -> None:
    outcome = outcome_of("patterns", sample("N11 rosette", rosette_geometry={"segmentation": {"n": 94}}))
    assert outcome.row["ring_count"] is None
    assert ("not-recorded", "") in outcome.infos


# phase 1 and RTL


def test_bands_and_centre_are_the_geometry_and_the_rest_stays_beside(outcome_of: Any) -> None:
    outcome = outcome_of("patterns", sample("phase-1"))
    assert outcome.row["geometry_json"] == {"ring_bands": BANDS, "center_x_mm": 0, "center_y_mm": 0}
    assert outcome.row["ring_count"] == 2
    assert outcome.extra["default_passes"] == 2
    assert outcome.extra["ring_bands"] == BANDS


@pytest.mark.parametrize(
    ("families", "expected"),
    [
        (["ebony", "ebony"], "ebony"),
        (["ebony"], "ebony"),
        (["ebony", "maple"], None),
        (["ebony", None], None),
        ([None, None], None),
        ([7, 7], "7"),
        (["", ""], None),
        ([["ebony"], ["ebony"]], None),
    ],
)
def test_family_of_the_rings_is_the_patterns_where_all_agree(
    families: list[Any], expected: str | None, outcome_of: Any
) -> None:
    outcome = outcome_of("patterns", sample("phase-1", ring_bands=bands(*families)))
    assert outcome.row["strip_family_id"] == expected
    assert ("strip_family_id" in outcome.derived) == (expected is not None)


def test_own_family_goes_before_that_of_the_rings(outcome_of: Any) -> None:
    outcome = outcome_of("patterns", sample("phase-1", strip_family_id="maple"))
    assert outcome.row["strip_family_id"] == "maple"
    assert "strip_family_id" not in outcome.derived


def test_family_null_gives_way_to_that_of_the_rings_and_stays_null_in_extra(outcome_of: Any) -> None:
    outcome = outcome_of("patterns", sample("phase-1", strip_family_id=None))
    assert outcome.row["strip_family_id"] == "walnut-thin"
    assert outcome.extra["strip_family_id"] is None


def test_rings_of_a_native_pattern_agree_on_its_family_too(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("patterns", native("patterns", {"geometry": {"rings": bands("ebony", "ebony")}}))
    assert outcome.row["strip_family_id"] == "ebony"


def test_empty_list_of_bands_says_nothing_of_their_number(outcome_of: Any) -> None:
    outcome = outcome_of("patterns", sample("phase-1", ring_bands=[]))
    assert outcome.row["ring_count"] is None
    assert outcome.warnings == [("rings-empty", "/ring_bands")]
    assert outcome.row["geometry_json"]["ring_bands"] == []


def test_stated_ring_count_stays_though_the_list_is_shorter(outcome_of: Any) -> None:
    assert outcome_of("patterns", sample("phase-1", ring_count=7)).row["ring_count"] == 7


def test_bands_without_radius_are_the_rtl_concepts(outcome_of: Any) -> None:
    outcome = outcome_of("patterns", sample("RTL concept"))
    assert outcome.row["geometry_json"] == {"ring_bands": [{"id": "i", "strip_family_id": "bw"}]}
    assert (outcome.row["ring_count"], outcome.row["strip_family_id"]) == (1, "bw")


# wave 20, catalogue, RMOS 2.0


def test_radii_and_rings_of_wave_20_are_the_geometry(outcome_of: Any) -> None:
    outcome = outcome_of("patterns", sample("wave-20"))
    assert outcome.row["geometry_json"].keys() == {"outer_radius_mm", "inner_radius_mm", "rings"}
    assert (outcome.row["id"], outcome.row["name"], outcome.row["ring_count"]) == ("w-1", "Wave", 1)


def test_catalogue_pattern_is_a_matrix_without_rings(outcome_of: Any) -> None:
    outcome = outcome_of("patterns", sample("catalogue"))
    assert (outcome.row["pattern_type"], outcome.row["ring_count"]) == ("matrix", None)
    assert outcome.row["geometry_json"].keys() == {"rows", "columns", "materials", "totals", "dimensions"}
    assert outcome.row["geometry_json"]["dimensions"] == {"width_mm": 5.6000000000000005}


def test_session_has_its_own_id_no_name_and_the_design_as_geometry(outcome_of: Any) -> None:
    outcome = outcome_of("patterns", sample("RMOS 2.0 / Art Studio"), name="other.json")
    row = outcome.row
    assert (row["id"], row["name"], row["geometry_json"], row["ring_count"]) == ("s-1", None, DESIGN, 1)
    assert row["pattern_type"] == "generic"
    assert row["created_at"] == "2026-01-27T08:33:25.141332Z"


def test_design_says_its_type_and_ring_count_itself(outcome_of: Any) -> None:
    row = outcome_of("patterns", sample("RMOS 2.0 / Art Studio", 1), name="exported.json").row
    assert (row["id"], row["pattern_type"], row["ring_count"]) == ("exported", "herringbone", 3)


def test_rings_as_a_number_are_their_count(outcome_of: Any) -> None:
    outcome = outcome_of("patterns", sample("RMOS 2.0 / Art Studio", 3))
    assert (outcome.row["ring_count"], outcome.row["geometry_json"]) == (3, {"rings": 3})


@pytest.mark.parametrize(
    "document",
    [
        {"design": DESIGN, "context": {"tool_id": "end_mill_6mm"}},
        {"design": DESIGN},
        DESIGN,
    ],
)
def test_design_without_identity_and_name_is_a_request(document: dict[str, Any], outcome_of: Any) -> None:
    assert outcome_of("patterns", document).errors == [("not-a-record", "")]


def test_native_pattern_with_a_design_beside_its_geometry_stays_native(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("patterns", native("patterns", {"design": DESIGN, "ring_count": "six"}))
    assert outcome.errors == [("field-invalid", "/ring_count")]


def test_empty_geometry_beside_a_design_counts_as_none(outcome_of: Any) -> None:
    row = outcome_of("patterns", {"id": "d", "name": "n", "geometry": {}, "design": DESIGN}).row
    assert (row["geometry_json"], row["ring_count"]) == (DESIGN, 1)
