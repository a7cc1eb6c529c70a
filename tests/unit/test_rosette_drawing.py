"""The drawing of a rosette: SVG that is to scale and holds nothing but what this package puts there."""

import re
from math import pi
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_migration.rosette import draw, lay_out

SVG = "{http://www.w3.org/2000/svg}"
GEOMETRY = {"rings": [{"radius_mm": 40, "width_mm": 4, "segments": 60, "color_hint": "#123456"}]}


def circles(svg: str) -> list[dict[str, str]]:
    return [dict(circle.attrib) for circle in ElementTree.fromstring(svg).iter(f"{SVG}circle")]


def test_the_picture_is_as_large_as_the_rosette() -> None:
    root = ElementTree.fromstring(draw(lay_out(GEOMETRY), "A title"))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert (root.attrib["width"], root.attrib["height"]) == (f"{width:g}mm", f"{height:g}mm")
    assert width == pytest.approx(2 * 42 * (1 + 2 / 60))


def test_on_a_page_it_has_the_pages_scale() -> None:
    root = ElementTree.fromstring(draw(lay_out(GEOMETRY), "", pixels_per_mm=2))
    assert float(root.attrib["width"]) == pytest.approx(float(root.attrib["viewBox"].split()[2]) * 2)


def test_a_ring_is_a_circle_as_wide_as_the_ring_with_a_dash_for_each_joint() -> None:
    found = circles(draw(lay_out(GEOMETRY), ""))
    (ring,) = [one for one in found if one.get("stroke") == "#123456"]
    assert (ring["r"], ring["stroke-width"]) == ("40", "4")
    (joints,) = [one for one in found if "stroke-dasharray" in one]
    assert (joints["r"], joints["stroke-width"]) == ("40", "4")
    dash, gap = map(float, joints["stroke-dasharray"].split())
    assert (dash + gap) * 60 == pytest.approx(2 * pi * 40, abs=0.001)
    assert dash < 0.2


def test_colours_follow_one_another_from_tile_to_tile() -> None:
    ring = {"radius_mm": 40, "width_mm": 4, "segments": 9}
    found = circles(draw(lay_out({"rings": [ring]}, {}, ("#a", "#b", "#c")), ""))
    tile = 2 * pi * 40 / 9
    dashes = {one["stroke"]: one for one in found if one.get("stroke") in ("#a", "#b", "#c")}
    assert "stroke-dasharray" not in dashes["#a"]
    for position, colour in enumerate(("#b", "#c"), 1):
        lengths = [float(length) for length in dashes[colour]["stroke-dasharray"].split()]
        assert lengths == pytest.approx([tile, 2 * tile], abs=0.001)
        assert float(dashes[colour]["stroke-dashoffset"]) == pytest.approx(-tile * position, abs=0.001)


def test_strips_of_a_column_are_rings_in_the_ring_neighbours_of_one_colour_one() -> None:
    column = {"strips": [{"color": colour} for colour in ("#aaa", "#bbb", "#bbb", "#aaa")]}
    found = circles(draw(lay_out({"rings": [{"radius_mm": 40, "width_mm": 4, "column": column}]}), ""))
    lines = [
        (one["stroke"], one["r"], one["stroke-width"])
        for one in found
        if one.get("stroke") in ("#aaa", "#bbb")
    ]
    assert lines == [("#aaa", "38.5", "1"), ("#bbb", "40", "2"), ("#aaa", "41.5", "1")]


def test_a_ring_without_width_is_a_thin_line() -> None:
    found = circles(draw(lay_out({"rings": [{"radius": 50}]}), ""))
    (line,) = [one for one in found if one["r"] == "50"]
    assert float(line["stroke-width"]) < 1


def test_there_is_no_picture_of_nothing() -> None:
    assert draw(lay_out({}), "") == ""


def test_the_scale_bar_is_ten_millimetres() -> None:
    svg = draw(lay_out(GEOMETRY), "", scale_bar=True)
    (path,) = ElementTree.fromstring(svg).iter(f"{SVG}path")
    assert re.fullmatch(r"M-[\d.]+ [\d.]+h10", path.attrib["d"])


@pytest.mark.parametrize("radius", [1, 3, 40, 500])
def test_the_scale_bar_and_its_words_lie_in_the_picture(radius: float) -> None:
    root = ElementTree.fromstring(draw(lay_out({"rings": [{"radius_mm": radius}]}), "", scale_bar=True))
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    (path,), (text,) = root.iter(f"{SVG}path"), root.iter(f"{SVG}text")
    at, below = map(float, path.attrib["d"].removeprefix("M").removesuffix("h10").split())
    letters = len(str(text.text)) * float(text.attrib["font-size"]) * 0.62
    assert left <= at
    assert float(text.attrib["x"]) + letters <= left + width
    assert below <= top + height


def test_characters_that_no_xml_may_hold_are_replaced() -> None:
    root = ElementTree.fromstring(draw(lay_out(GEOMETRY), "a\x00b\x1bc\ufffed"))
    assert root.findtext(f"{SVG}title") == "a\ufffdb\ufffdc\ufffdd"


def test_the_sound_hole_has_its_middle() -> None:
    svg = draw(lay_out({**GEOMETRY, "soundhole_radius_mm": 30}), "")
    assert [one["r"] for one in circles(svg) if "fill" in one and "stroke" not in one][1:] == ["30"]
    assert len(list(ElementTree.fromstring(svg).iter(f"{SVG}path"))) == 1


def test_a_title_from_a_file_is_text() -> None:
    svg = draw(lay_out(GEOMETRY), '<script>alert(1)</script>"&')
    root = ElementTree.fromstring(svg)
    assert root.findtext(f"{SVG}title") == '<script>alert(1)</script>"&'
    assert [element.tag for element in root.iter() if "script" in element.tag] == []


def test_tiles_that_could_not_be_told_apart_are_not_drawn() -> None:
    crowded = {"rings": [{"radius_mm": 10, "width_mm": 2, "segments": 90_000}]}
    assert "stroke-dasharray" not in draw(lay_out(crowded), "")
    assert lay_out(crowded).remarks == ("ring 1 has 90000 tiles, which cannot be drawn",)


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
    placed = lay_out(geometry)
    svg = draw(placed, "x")
    if not svg:
        assert placed.remarks
        return
    ElementTree.fromstring(svg)
    assert not re.search(r'"(-?[\d.]+e|nan|inf)', svg)
