"""How strip families of older generations become records (docs/domain.md, Fields, Generations)."""

from typing import Any

import pytest

from samples import SAMPLES


def family(*materials: Any, **more: Any) -> dict[str, Any]:
    return {"id": "mixed", "materials": list(materials), **more}


def test_materials_are_the_strips_and_differ_in_type_and_thickness(outcome_of: Any) -> None:
    _, document = SAMPLES["MM"][0]
    outcome = outcome_of("strip_families", document)
    assert outcome.row["strips_json"] == document["materials"]
    assert (outcome.row["material_type"], outcome.row["thickness_mm"]) == ("mixed", None)
    assert outcome.row["width_mm"] == 3.5
    assert outcome.extra["sequence"] == 0
    assert outcome.warnings == []


def test_what_all_materials_share_is_the_familys(outcome_of: Any) -> None:
    _, document = SAMPLES["MM"][1]
    outcome = outcome_of("strip_families", document)
    assert (outcome.row["material_type"], outcome.row["thickness_mm"]) == ("wood", 0.8)
    assert outcome.row["name"] is None


@pytest.mark.parametrize(
    ("materials", "material_type", "thickness"),
    [
        ([{"type": "wood"}, {"type": "shell"}], "mixed", None),
        ([{"type": "wood"}, {}], None, None),
        ([{"type": "wood"}, {"type": "shell"}, {}], "mixed", None),
        ([{"key": "a"}], None, None),
        ([{"thickness_mm": 1}, {"thickness_mm": 1.0}], None, 1),
        ([{"thickness_mm": 1}, {"thickness_mm": None}], None, None),
    ],
)
def test_nothing_is_said_of_materials_that_do_not_say_it_themselves(
    materials: list[Any], material_type: str | None, thickness: float | None, outcome_of: Any
) -> None:
    row = outcome_of("strip_families", family(*materials)).row
    assert (row["material_type"], row["thickness_mm"]) == (material_type, thickness)


@pytest.mark.parametrize("thickness", [-1, 0, "thin"])
def test_thickness_that_cannot_be_used_leaves_the_column_empty(thickness: Any, outcome_of: Any) -> None:
    outcome = outcome_of("strip_families", family({"type": "wood", "thickness_mm": thickness}))
    assert outcome.row["thickness_mm"] is None
    assert outcome.warnings == [("field-unusable", "/materials")]
    assert outcome.extra["materials"] == [{"type": "wood", "thickness_mm": thickness}]


def test_own_strips_and_material_go_before_the_materials(outcome_of: Any) -> None:
    document = family({"type": "wood"}, strips=[{"length_mm": 300}], material_type="ebony", strip_width_mm=2)
    row = outcome_of("strip_families", document).row
    assert (row["strips_json"], row["material_type"], row["width_mm"]) == ([{"length_mm": 300}], "ebony", 2)


def test_registered_family_has_no_measures_and_no_strips(outcome_of: Any) -> None:
    _, document = SAMPLES["phase-1"][1]
    outcome = outcome_of("strip_families", document)
    assert [outcome.row[column] for column in ("width_mm", "thickness_mm", "material_type")] == [None] * 3
    assert outcome.row["strips_json"] == []
    assert outcome.infos == [("not-recorded", "")]
    assert {"strips_json"} <= outcome.derived


def test_materials_alone_are_part_of_a_family(outcome_of: Any) -> None:
    assert outcome_of("strip_families", {"materials": [{"type": "wood"}]}).errors == [("partial-record", "")]
