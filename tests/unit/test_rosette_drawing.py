"""The drawing of a rosette: SVG that is to scale and holds nothing but what this package puts there."""

import re
from math import pi
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_migration.rosette import draw, plan

SVG = "{http://www.w3.org/2000/svg}"
GEOMETRY = {"rings": [{"radius_mm": 40, "width_mm": 4, "segments": 60, "color_hint": "#123456"}]}


def circles(svg: str) -> list[dict[str, str]]:
    return [dict(circle.attrib) for circle in ElementTree.fromstring(svg).iter(f"{SVG}circle")]


def test_the_picture_is_as_large_as_the_rosette() -> None:
    root = ElementTree.fromstring(draw(plan(GEOMETRY), "A title"))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert (root.attrib["width"], root.attrib["height"]) == (f"{width:g}mm", f"{height:g}mm")
    assert width == pytest.approx(2 * 42 * (1 + 2 / 60))


def test_on_a_page_it_has_the_pages_scale() -> None:
    root = ElementTree.fromstring(draw(plan(GEOMETRY), "", pixels_per_mm=2))
    assert float(root.attrib["width"]) == pytest.approx(float(root.attrib["viewBox"].split()[2]) * 2)


def test_a_ring_is_a_circle_as_wide_as_the_ring_with_a_dash_for_each_joint() -> None:
    found = circles(draw(plan(GEOMETRY), ""))
    (ring,) = [one for one in found if one.get("stroke") == "#123456"]
    assert (ring["r"], ring["stroke-width"]) == ("40", "4")
    (joints,) = [one for one in found if "pathLength" in one]
    assert (joints["r"], joints["stroke-width"], joints["pathLength"]) == ("40", "4", "60")
    dash, gap = map(float, joints["stroke-dasharray"].split())
    assert dash + gap == pytest.approx(1)
    assert dash * 2 * pi * 40 / 60 < 0.2


def test_colours_follow_one_another_from_tile_to_tile() -> None:
    found = circles(
        draw(
            plan(
                GEOMETRY | {"rings": [{"radius_mm": 40, "width_mm": 4, "segments": 9}]},
                {},
                ("#a", "#b", "#c"),
            ),
            "",
        )
    )
    dashes = {
        one["stroke"]: (one.get("stroke-dasharray"), one.get("stroke-dashoffset"))
        for one in found
        if one.get("stroke") in ("#a", "#b", "#c")
    }
    assert dashes == {"#a": (None, None), "#b": ("1 2", "-1"), "#c": ("1 2", "-2")}


def test_a_ring_without_width_is_a_thin_line() -> None:
    found = circles(draw(plan({"rings": [{"radius": 50}]}), ""))
    (line,) = [one for one in found if one["r"] == "50"]
    assert float(line["stroke-width"]) < 1


def test_there_is_no_picture_of_nothing() -> None:
    assert draw(plan({}), "") == ""


def test_the_scale_bar_is_ten_millimetres() -> None:
    svg = draw(plan(GEOMETRY), "", scale_bar=True)
    (path,) = ElementTree.fromstring(svg).iter(f"{SVG}path")
    assert re.fullmatch(r"M-5 [\d.]+H5", path.attrib["d"])


def test_a_title_from_a_file_is_text() -> None:
    svg = draw(plan(GEOMETRY), '<script>alert(1)</script>"&')
    root = ElementTree.fromstring(svg)
    assert root.findtext(f"{SVG}title") == '<script>alert(1)</script>"&'
    assert [element.tag for element in root.iter() if "script" in element.tag] == []


def test_tiles_that_could_not_be_told_apart_are_not_drawn() -> None:
    crowded = {"rings": [{"radius_mm": 10, "width_mm": 2, "segments": 90_000}]}
    assert "pathLength" not in draw(plan(crowded), "")


numbers = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
)
ring = st.dictionaries(
    st.sampled_from(
        ["radius_mm", "radius", "width_mm", "segments", "tile_length_mm", "color_hint", "column"]
    ),
    numbers,
)
geometries = st.dictionaries(
    st.sampled_from(["inner_diameter_mm", "outer_diameter_mm", "outer_radius_mm", "inner_radius_mm"]), numbers
).flatmap(
    lambda base: st.lists(st.one_of(ring, numbers), max_size=5).map(lambda rings: base | {"rings": rings})
)


@given(geometries)
def test_whatever_a_geometry_holds_the_picture_is_sound_or_there_are_words(geometry: dict[str, Any]) -> None:
    placed = plan(geometry)
    svg = draw(placed, "x")
    if not svg:
        assert placed.remarks
        return
    ElementTree.fromstring(svg)
    assert not re.search(r'"(-?[\d.]+e|nan|inf)', svg)
