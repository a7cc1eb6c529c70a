"""Numbers in quotes and PowerShell's lists in rings and strips: kept as they stand, and told of (issue:
advice that helps)."""

from typing import Any

import pytest

from rmos_migration.entities import BY_NAME
from rmos_migration.generations import recognise
from rmos_migration.migrate.prepare import prepare_document
from rmos_migration.rosette import Slip, lay_out, slips_in
from rmos_migration.sources.document import Document
from rmos_migration.sources.read import Reading
from samples import BANDS


def pattern(geometry: Any, native: Any) -> dict[str, Any]:
    document: dict[str, Any] = native("patterns", {"geometry": geometry})
    return document


@pytest.mark.parametrize(
    ("geometry", "pointer"),
    [
        ({"rings": [{"radius_mm": "34"}]}, "/rings/0/radius_mm"),
        ({"rings": [{"radius_mm": 30}, {"radius_mm": 34, "width_mm": "2,5"}]}, "/rings/1/width_mm"),
        ({"rings": [{"radius": " 34.5 mm"}]}, "/rings/0/radius"),
        ({"rings": [{"segments": "24"}]}, "/rings/0/segments"),
        ({"rings": [{"radius_mm": 3, "twist_angle_deg": "-1.5e1"}]}, "/rings/0/twist_angle_deg"),
        ({"ring_bands": [{"radius_mm": ".5"}]}, "/ring_bands/0/radius_mm"),
        ({"ring_params": [{"width_mm": "4"}]}, "/ring_params/0/width_mm"),
        ({"outer_diameter_mm": "104", "ring_params": []}, "/outer_diameter_mm"),
        ({"rings": [{"column": {"strips": [{"width_mm": "1"}]}}]}, "/rings/0/column/strips/0/width_mm"),
        ({"rings": {"value": [{"radius_mm": "3"}], "Count": 1}}, "/rings/value/0/radius_mm"),
    ],
)
def test_measure_in_quotes_is_told_of_and_kept(
    geometry: Any, pointer: str, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of("patterns", pattern(geometry, native))
    assert ("number-in-quotes", f"/geometry{pointer}") in outcome.warnings
    assert outcome.row["geometry_json"] == geometry


@pytest.mark.parametrize(
    "ring",
    [
        {"radius_mm": 34, "ring_id": "1", "id": "7", "color": "0", "name": "12", "strip_family_id": "5"},
        {"radius_mm": 34, "pattern_type": "rope", "note": "34 mm", "width_mm": None},
        {"radius_mm": 34, "width_mm": "wide", "segments": ""},
    ],
)
def test_text_that_is_no_measure_or_no_number_is_no_slip(ring: Any, outcome_of: Any, native: Any) -> None:
    assert outcome_of("patterns", pattern({"rings": [ring]}, native)).warnings == []


def test_strips_are_looked_at_too(outcome_of: Any, native: Any) -> None:
    strips = [{"length_mm": 300}, {"length_mm": "320", "width_mm": "2"}]
    outcome = outcome_of("strip_families", native("strip_families", {"strips": strips}))
    assert outcome.warnings == [("number-in-quotes", "/strips/1/length_mm")]
    assert "1 more" in outcome.messages[0]
    assert outcome.row["strips_json"] == strips


def test_materials_of_a_mixed_family_are_looked_at_under_their_own_key(outcome_of: Any) -> None:
    family = {"id": "m", "materials": [{"type": "wood", "thickness_mm": "0.8"}]}
    assert ("number-in-quotes", "/materials/0/thickness_mm") in outcome_of("strip_families", family).warnings


def test_own_geometric_keys_and_text_have_their_place(outcome_of: Any, native: Any) -> None:
    bands = [{**BANDS[0], "width_mm": "3"}]
    phase_1 = outcome_of("patterns", {"id": "p", "name": "n", "ring_bands": bands})
    assert ("number-in-quotes", "/ring_bands/0/width_mm") in phase_1.warnings
    text = native("patterns", {"geometry_json": '{"rings": [{"radius_mm": "3"}]}'}, without=["geometry"])
    assert outcome_of("patterns", text).warnings == [("number-in-quotes", "/geometry_json")]
    session = {"session_id": "s", "design": {"ring_params": [{"width_mm": "3"}]}}
    assert ("number-in-quotes", "/design/ring_params/0/width_mm") in outcome_of("patterns", session).warnings


POWERSHELL = {"value": [{"radius_mm": 34}], "Count": 1}


@pytest.mark.parametrize(
    ("geometry", "pointer"),
    [
        ({"rings": POWERSHELL}, "/rings"),
        ({"ring_bands": {"value": [], "Count": 0}}, "/ring_bands"),
        ({"rings": [POWERSHELL]}, "/rings/0"),
        ({"rings": [{"radius_mm": 3, "column": {"strips": POWERSHELL}}]}, "/rings/0/column/strips"),
        ({"rings": [{"radius_mm": 3, "points": POWERSHELL}]}, "/rings/0/points"),
        (POWERSHELL, ""),
    ],
)
def test_list_that_powershell_made_an_object_of_is_told_of_by_name(
    geometry: Any, pointer: str, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of("patterns", pattern(geometry, native))
    assert outcome.warnings == [("powershell-list", f"/geometry{pointer}")]
    assert "PowerShell" in outcome.messages[0]
    assert outcome.row["geometry_json"] == geometry


def test_strips_that_powershell_made_an_object_of_keep_the_family_out_and_say_why(
    outcome_of: Any, native: Any
) -> None:
    strips = {"value": [{"length_mm": 300}], "Count": 1}
    outcome = outcome_of("strip_families", native("strip_families", {"strips": strips}))
    assert outcome.errors == [("field-invalid", "/strips")]
    assert outcome.warnings == []
    inside = outcome_of("strip_families", native("strip_families", {"strips": [{"parts": strips}]}))
    assert (inside.errors, inside.warnings) == ([], [("powershell-list", "/strips/0/parts")])


def test_bands_that_powershell_made_an_object_of_are_a_pattern(outcome_of: Any) -> None:
    bands = {"value": BANDS, "Count": 2}
    outcome = outcome_of("patterns", {"id": "p", "name": "n", "ring_bands": bands})
    assert outcome.row["geometry_json"] == {"ring_bands": bands}
    assert outcome.warnings == [("powershell-list", "/ring_bands")]


@pytest.mark.parametrize(
    "value", [{"value": 3, "Count": 1}, {"value": []}, {"value": [], "Count": 0, "more": 1}]
)
def test_object_with_some_of_these_keys_is_an_object(value: Any) -> None:
    assert slips_in({"rings": [{"radius_mm": 3, "held": value}]}) == []


@pytest.mark.parametrize(
    "held", [None, 3, "text", [], {}, [3, None, [1]], {"rings": [3, None]}, {"rings": "3"}]
)
def test_value_of_any_kind_is_looked_at(held: Any) -> None:
    assert slips_in(held) == []


def test_kinds_are_the_codes_of_diagnostics() -> None:
    assert {slip.value for slip in Slip} == {"number-in-quotes", "powershell-list"}


@pytest.mark.parametrize(
    ("geometry", "edges"),
    [
        ([{"inner_diameter_mm": 80, "outer_diameter_mm": 86}], [(40, 43)]),
        ([{"inner_diameter_mm": 80, "outer_diameter_mm": 86},
          {"inner_diameter_mm": 86, "outer_diameter_mm": 92.5}],
         [(40, 43), (43, 46.25)]),
        ([{"inner_diameter_mm": "80", "outer_diameter_mm": 86}], []),
    ],
)  # fmt: skip
def test_rings_from_one_diameter_to_another_lie_there(
    geometry: Any, edges: list[tuple[float, float]]
) -> None:
    bands = lay_out({"rings": geometry, "soundhole_diameter_mm": 78}).bands
    found = [(band.radius_mm - (band.width_mm or 0) / 2, band.edge_mm) for band in bands]
    assert found == edges


@pytest.mark.parametrize(
    ("geometry", "remark"),
    [
        ({"ring_active": [True, False, True], "num_segs": 12, "grid": {}}, "a wheel with 2 rings in use"),
        ({"generator_key": "basic_rings@1", "params": {"rings": 2}}, "what a generator is to draw"),
        ({"rings": POWERSHELL}, "the geometry lists no rings"),
    ],
)
def test_geometry_without_measures_says_why_it_is_not_drawn(geometry: Any, remark: str) -> None:
    placed = lay_out(geometry)
    assert placed.bands == ()
    assert any(said.startswith(remark) for said in placed.remarks)


# PowerShell's lists where a list is needed


def outcome_and_hints(folder: str, document: dict[str, Any]) -> tuple[Any, list[tuple[str, str, str]]]:
    form = recognise(BY_NAME[folder], document)
    prepared = prepare_document(
        BY_NAME[folder], Reading(f"{folder}/a.json", b"", "0"), Document("", document, form)
    )
    found = [(one.code, one.location.pointer, one.hint) for one in prepared.diagnostics]
    return prepared, [one for one in found if one[0] not in ("not-recorded", "time-without-zone")]


@pytest.mark.parametrize("held", [[{"length_mm": 300}], [], [{"length_mm": 300, "parts": [1]}]])
def test_strips_that_powershell_made_an_object_of_get_one_hint_and_it_helps(held: Any, native: Any) -> None:
    family = native("strip_families", {"strips": {"value": held, "Count": len(held)}})
    prepared, ((code, pointer, hint),) = outcome_and_hints("strip_families", family)
    assert (prepared.row, code, pointer) == (None, "field-invalid", "/strips")
    assert "PowerShell" in hint
    assert "under value" in hint
    assert outcome_and_hints("strip_families", {**family, "strips": held})[1] == []


def test_slips_inside_powershells_strips_are_still_told_of(native: Any) -> None:
    strips = {"value": [{"length_mm": "300"}], "Count": 1}
    _, found = outcome_and_hints("strip_families", native("strip_families", {"strips": strips}))
    assert [(code, pointer) for code, pointer, _ in found] == [
        ("field-invalid", "/strips"),
        ("number-in-quotes", "/strips/value/0/length_mm"),
    ]


@pytest.mark.parametrize(
    ("folder", "document", "place"),
    [
        ("patterns", {"id": "a", "name": "n",
                      "rings": {"value": [{"inner_diameter_mm": 80, "outer_diameter_mm": 86}], "Count": 1}},
         "/rings"),
        ("patterns", {"id": "a", "name": "n",
                      "ring_bands": {"value": [{"strip_family_id": "bw"}], "Count": 1}},
         "/ring_bands"),
        ("patterns", {"id": "a", "name": "n", "ring_bands": {"value": BANDS, "Count": 2}}, "/ring_bands"),
        ("patterns", {"id": "a", "pattern_name": "n", "outer_radius_mm": 9,
                      "rings": {"value": [{"radius_mm": 3}], "Count": 1}}, "/rings"),
        ("patterns", {"id": "a", "session_id": "s", "design": {"ring_params": {"value": [], "Count": 0}}},
         "/design/ring_params"),
        ("strip_families", {"id": "a", "name": "n", "materials": {"value": [{"type": "wood"}], "Count": 1}},
         "/materials"),
    ],
)  # fmt: skip
def test_list_of_an_older_program_that_powershell_made_an_object_of_is_told_of_once(
    folder: str, document: dict[str, Any], place: str
) -> None:
    prepared, found = outcome_and_hints(folder, document)
    assert prepared.row is not None
    (told,) = (one for one in found if "PowerShell" in one[2])
    assert told[1] == place
    assert found == [told]


def test_materials_that_powershell_made_an_object_of_still_say_what_they_are() -> None:
    materials = {
        "value": [{"type": "wood", "thickness_mm": 0.8}, {"type": "wood", "thickness_mm": 0.8}],
        "Count": 2,
    }
    prepared, _ = outcome_and_hints("strip_families", {"id": "a", "name": "n", "materials": materials})
    row = dict(zip(BY_NAME["strip_families"].columns, prepared.row, strict=True))
    assert (row["material_type"], row["thickness_mm"], row["strips_json"]) == ("wood", 0.8, "[]")
