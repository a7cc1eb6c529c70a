"""Where rings lie and what colours they have, as every generation says it; what it leaves open is said."""

from typing import Any

import pytest

from rmos_migration.rosette import RosetteLayout, colours_of_family, lay_out
from rmos_migration.rosette.colours import UNKNOWN


def edges(placed: RosetteLayout) -> list[tuple[float, float]]:
    """Inner and outer radius of each ring that has a width."""
    return [
        (band.radius_mm - band.width_mm / 2, band.radius_mm + band.width_mm / 2)
        for band in placed.bands
        if band.width_mm is not None
    ]


def rings(*pairs: tuple[Any, Any], key: str = "rings") -> dict[str, Any]:
    return {key: [{"radius_mm": radius, "width_mm": width} for radius, width in pairs]}


@pytest.mark.parametrize(
    ("geometry", "placed", "radius"),
    [
        (rings((40, 3), (43, 2)), [(38.5, 41.5), (42, 44)], 44),  # N11, wave-20: the centre line
        (rings((45, 2), (48, 2), key="ring_bands"), [(44, 46), (47, 49)], 49),  # phase-1
        (rings((91, 18), (95, 4), key="ring_bands"), [(73, 91), (91, 95)], 95),  # old presets: the outer edge
        (rings((40, 3), (43, 1)), [(38.5, 41.5), (42.5, 43.5)], 43.5),
        (rings((40, 3), (43, 6)), [(40, 43), (43, 49)], 49),  # the inner edge
        (
            {"inner_diameter_mm": 88, "outer_diameter_mm": 112,
             "ring_params": [{"width_mm": 2}, {"width_mm": 6}]},
            [(44, 46), (46, 52)],
            56,
        ),
        ({"outer_radius_mm": 60, "inner_radius_mm": 50, "rings": []}, [], 60),
        ({"outer_diameter_mm": 100, "ring_count": 3}, [], 50),
        ({"rings": [{"radius": 50, "segments": 8}]}, [], 50),
    ],
)  # fmt: skip
def test_rings_lie_where_their_generation_means(
    geometry: dict[str, Any], placed: list[tuple[float, float]], radius: float
) -> None:
    found = lay_out(geometry)
    assert edges(found) == placed
    assert found.radius_mm == radius


@pytest.mark.parametrize(
    ("geometry", "remark"),
    [
        ({}, "the geometry lists no rings"),
        ({"rings": 3}, "3 rings counted, but not described"),
        ({"ring_count": 1}, "1 ring counted, but not described"),
        ({"rows": 5, "columns": 7, "materials": []}, "a matrix of rows and columns, without rings"),
        ({"ring_bands": [{"width_mm": 2}]}, "no ring can be drawn"),
        (rings((-4, 2)), "ring 1 has a radius of -4 mm, which cannot be drawn"),
        (rings((10**18, 2)), "ring 1 has a radius of 1e+18 mm, which cannot be drawn"),
        (rings((40, -1)), "ring 1 has a width of -1 mm: shown as a thin line"),
        (rings((4, 12)), "the radius is taken for the inner edge of each ring: else they would not fit"),
        (rings((4, 12), (5, 12)), "ring 1 is wider than its radius allows: shown as a thin line"),
        (rings((0.045, 0.002)), "ring 1 has a radius of 0.045 mm, which cannot be drawn"),
        (
            {
                "inner_diameter_mm": 90,
                "ring_params": [{"width_mm": 2}, {"tile_length_mm": 4}, {"width_mm": 2}],
            },
            "ring 3 does not say where it lies",
        ),
        (
            {"inner_diameter_mm": 90, "outer_diameter_mm": 110, "ring_params": [{"width_mm": 20}]},
            "rings reach beyond the outer edge that is stated, 110 mm across",
        ),
        (
            {"rings": [{"radius_mm": 40, "width_mm": 2, "tile_length_mm": -3}]},
            "ring 1 has tiles -3 mm long, which cannot be drawn",
        ),
        ({"rings": 1e300}, "the geometry lists no rings"),
        ({"rings": -3}, "the geometry lists no rings"),
        ({"rings": [{"radius": 50}]}, "the width of 1 ring was not recorded: shown as a thin line"),
        (
            {"rings": [{"radius_mm": 40, "width_mm": 3, "segments": 0}]},
            "ring 1 has 0 tiles, which cannot be drawn",
        ),
        (rings((40, 3), (41, 3), (42, 3)), "rings overlap"),
        (
            rings((91, 18), (95, 4)),
            "the radius is taken for the outer edge of each ring: else they would not fit",
        ),
        (rings(*((n + 1, 0.5) for n in range(300))), "200 of 300 rings are drawn"),
    ],
)
def test_what_cannot_be_read_is_said(geometry: dict[str, Any], remark: str) -> None:
    assert remark in lay_out(geometry).remarks


def test_many_remarks_of_one_kind_are_summed_up() -> None:
    remarks = lay_out({"rings": [{"radius_mm": 0}] * 5000}).remarks
    assert remarks[5:] == ("and 4,995 more remarks on single rings", "no ring can be drawn")


def test_what_was_recorded_but_cannot_be_drawn_is_not_called_unrecorded() -> None:
    assert lay_out(rings((40, 0))).remarks == ("ring 1 has a width of 0 mm: shown as a thin line",)


def test_tiles_go_around_the_centre_line_whatever_the_radius_means() -> None:
    bands = [{"radius_mm": 91, "width_mm": 18, "tile_length_mm": 5}, {"radius_mm": 95, "width_mm": 4}]
    assert lay_out({"ring_bands": bands}).bands[0].tiles == 103


def test_the_sound_hole_is_known_where_it_is_said() -> None:
    assert lay_out({"soundhole_radius_mm": 42.5, "rings": []}).hole_mm == 42.5
    assert lay_out({"soundhole_diameter_mm": 85, "rings": []}).hole_mm == 42.5


@pytest.mark.parametrize("odd", [None, 7, "x", [], {}, True])
def test_odd_values_in_place_of_rings_are_no_rings(odd: Any) -> None:
    assert lay_out({"rings": [odd]}).bands == ()
    assert lay_out({"rings": odd}).bands == ()


def test_a_ring_has_its_own_colour_else_those_of_its_family_else_the_patterns() -> None:
    rings = [
        {"radius_mm": 40, "color_hint": "#F5DEB3", "strip_family_id": "dark"},
        {"radius_mm": 44, "strip_family_id": "dark"},
        {"radius_mm": 46, "strip_family_id": 7},
        {"radius_mm": 48, "color_hint": "bw_outer"},
    ]
    found = lay_out({"rings": rings}, {"dark": ("#111",), "7": ("#777",)}, ("#abc",))
    assert [band.colours for band in found.bands] == [("#f5deb3",), ("#111",), ("#777",), ("#abc",)]


def test_strips_of_a_column_lie_side_by_side_across_the_ring() -> None:
    strips = [{"color": "maple"}, {"material_id": "wood_walnut_001"}, {"color": "chartreuse"}, {}]
    found = lay_out(
        {"rings": [{"radius_mm": 42, "width_mm": 2, "column": {"strips": strips}}]}, {}, ("#abc",)
    )
    assert found.bands[0].lines == ("#ecd9b0", "#6a4a33", UNKNOWN, UNKNOWN)
    assert found.bands[0].colours == ()


def test_the_order_of_a_familys_strips_is_not_known() -> None:
    ring = {"radius_mm": 40, "width_mm": 3, "segments": 24}
    assert lay_out({"rings": [ring]}, {}, ("#111", "#eee")).remarks == (
        "the order of its strips is not recorded: shown one after another",
    )
    found = lay_out({"rings": [{"radius_mm": 40, "width_mm": 3}]}, {}, ("#111", "#eee"))
    assert found.bands[0].colours == ("#111",)
    assert found.remarks == ("ring 1 does not say how many tiles it has: shown in one of its colours",)


@pytest.mark.parametrize(
    ("strips", "extra", "material", "colours"),
    [
        ([{"species": "Indian Rosewood"}, {"color": "white"}], {}, "wood", ("#5a3325", "#f6f2e8")),
        ([{"visual": {"base_color": "#4a2511"}, "species": "Abalone"}], {}, None, ("#4a2511",)),
        ([{"length_mm": 400}], {"color_hex": "#1A1A1A"}, "maple", ("#1a1a1a",)),
        ([], {}, "Ebony", ("#26201c",)),
        ([], {}, "mother_of_pearl", ("#e6e4dc",)),
        ([], {}, "wood", ()),
        ([{"color": "maple"}] * 300 + [{"color": "black walnut"}, {"color": "bog oak"}], {}, None,
         ("#ecd9b0", "#6a4a33", "#2f2822")),
        ("none", {}, None, ()),
        ([{"color": "red;}</style><script>"}, {"color": "url(#x)"}], {"color_hex": "#12345"}, None,
         ("#a5302a", UNKNOWN)),
        ([7, None, {"color": 7}], {"color_hex": None}, None, ()),
    ],
)  # fmt: skip
def test_colours_of_a_family_are_known_or_none(
    strips: Any, extra: dict[str, Any], material: str | None, colours: tuple[str, ...]
) -> None:
    assert colours_of_family(strips, extra, material) == colours
