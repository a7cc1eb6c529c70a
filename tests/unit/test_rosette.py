"""The rings of geometries as the generations wrote them, and which of them overlap."""

from math import pi
from typing import Any

import pytest

from rmos_migration.rosette import Ring, overlaps, read_rings


def ring(radius: float | None, width: float | None, number: int = 1) -> Ring:
    return Ring(number, radius, width, None, None)


@pytest.mark.parametrize(
    ("geometry", "radii", "widths"),
    [
        ({"rings": [{"radius_mm": 40, "segments": 60}]}, [40], [None]),
        ({"rings": [{"radius": 50, "angle": 3}]}, [50], [None]),
        ({"rings": [{"radius_mm": None, "radius": 50}]}, [50], [None]),
        ({"rings": [{"ring_id": 1, "radius_mm": 42.5, "width_mm": 3.0}]}, [42.5], [3.0]),
        ({"center_x_mm": 0, "ring_bands": [{"index": 0, "radius_mm": 45, "width_mm": 2}]}, [45], [2]),
        ({"ring_bands": [{"index": 0, "width_mm": 2.0}]}, [None], [2.0]),
        ({"rings": []}, [], []),
        ({"rings": 3}, [], []),
        ({"rows": 5, "columns": 7}, [], []),
        ({}, [], []),
        ({"rings": [None, 7, {"radius_mm": "wide", "width_mm": True}]}, [None] * 3, [None] * 3),
    ],
)
def test_rings_are_read_under_the_keys_of_their_generation(
    geometry: dict[str, Any], radii: list[float | None], widths: list[float | None]
) -> None:
    rings = read_rings(geometry)
    assert [one.radius_mm for one in rings] == radii
    assert [one.width_mm for one in rings] == widths
    assert [one.number for one in rings] == list(range(1, len(rings) + 1))


def test_rings_with_widths_only_lie_one_on_another_from_the_inner_diameter() -> None:
    design = {
        "inner_diameter_mm": 88,
        "outer_diameter_mm": 112,
        "ring_params": [{"width_mm": w} for w in (2, 6, 2)],
    }
    rings = read_rings(design)
    assert [one.radius_mm for one in rings] == [45, 49, 53]
    assert overlaps(rings) == []


def test_tiles_are_as_stated_or_as_many_as_fit() -> None:
    (stated,) = read_rings({"rings": [{"radius_mm": 40, "segments": 60, "tile_length_mm": 1}]})
    (counted,) = read_rings({"rings": [{"radius_mm": 40, "tile_length_mm": 4}]})
    (silent,) = read_rings({"rings": [{"radius_mm": 40, "tile_length_mm": 0}]})
    assert stated.tiles == 60
    assert counted.tiles == pytest.approx(20 * pi)
    assert silent.tiles is None


def test_rings_that_touch_do_not_overlap_whatever_radius_means() -> None:
    centres = [ring(45, 3, 1), ring(48.25, 3.5, 2)]
    outer_edges = [ring(88, 4, 1), ring(91, 3, 2)]
    inner_edges = [ring(40, 3, 1), ring(43, 2, 2)]
    decimals = [ring(0.1 + 0.2, 0.1, 1), ring(0.4, 0.1, 2)]
    for rings in (centres, outer_edges, inner_edges, decimals):
        assert overlaps(rings) == []


@pytest.mark.parametrize("second", [45, 46.9, 43.2])
def test_rings_that_lie_on_one_another_overlap_in_any_order(second: float) -> None:
    one, other = ring(45, 3, 1), ring(second, 2, 2)
    assert {frozenset(pair) for pair in overlaps([one, other])} == {frozenset((one, other))}
    assert {frozenset(pair) for pair in overlaps([other, one])} == {frozenset((one, other))}


def test_thin_ring_between_two_that_overlap_does_not_hide_them() -> None:
    one, thin, other = ring(40, 5, 1), ring(42, 0.1, 2), ring(44, 5, 3)
    assert overlaps([one, thin, other]) == [(one, other)]


def test_rings_without_measures_are_not_compared() -> None:
    assert overlaps([ring(45, None, 1), ring(45, 3, 2), ring(None, 3, 3)]) == []
