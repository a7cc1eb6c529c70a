"""Where each ring of a rosette lies, as far as its geometry says; and what it leaves open, in words."""

from collections.abc import Mapping, Sequence
from enum import Enum
from itertools import pairwise
from typing import Any, NamedTuple

from .rings import Ring, number, read_rings, rings_of

BANDS = 200
"""Rings that are drawn of one pattern; how many more there are is said."""

SMALLEST_MM, LARGEST_MM = 0.01, 100_000
"""A radius or width beyond these is no rosette's, and would make a picture of nothing."""


class Band(NamedTuple):
    """One ring in its place, lengths in mm.

    ``radius_mm`` is that of its centre line. ``width_mm`` is None where it was not recorded; ``tiles`` is how many go
    around, None where that is not known; ``colours`` follow one another from tile to tile, empty where none is known.
    """

    number: int
    radius_mm: float
    width_mm: float | None
    tiles: int | None
    colours: tuple[str, ...]

    @property
    def edge_mm(self) -> float:
        """Its outer radius."""
        return self.radius_mm + (self.width_mm or 0) / 2


class Plan(NamedTuple):
    """A rosette as it is drawn, lengths in mm.

    ``outer_mm`` and ``inner_mm`` are the radii that the geometry states for the whole; ``remarks`` say what could not be
    read or was taken to mean something.
    """

    bands: tuple[Band, ...]
    outer_mm: float | None
    inner_mm: float | None
    remarks: tuple[str, ...]

    @property
    def radius_mm(self) -> float | None:
        """The radius of everything that is drawn; None where there is nothing to draw."""
        edges = [band.edge_mm for band in self.bands]
        return max([*edges, *(one for one in (self.outer_mm, self.inner_mm) if one)], default=None)


class _Radius(Enum):
    """What a generation means by the radius of a ring: how much of its width lies beyond it, as a part."""

    CENTRE_LINE = 0.5
    OUTER_EDGE = 0.0
    INNER_EDGE = 1.0


def plan(
    geometry: Mapping[str, Any],
    stock: Mapping[str, tuple[str, ...]] | None = None,
    colours: tuple[str, ...] = (),
) -> Plan:
    """Place the rings of a geometry of any generation.

    Args:
        geometry: as the database holds it.
        stock: the colours of strip families by id, for rings that name the family they are cut from.
        colours: those of the pattern's own strip family, for rings that say nothing themselves.
    """
    remarks: list[str] = []
    rings = _usable(read_rings(geometry), remarks)
    if len(rings) > BANDS:
        remarks.append(f"{BANDS} of {len(rings):,} rings are drawn")
        rings = rings[:BANDS]
    meaning = _meaning(rings, remarks)
    bands = tuple(_band(ring, meaning, stock or {}, colours, remarks) for ring in rings)
    outer, inner = _stated(geometry, "outer"), _stated(geometry, "inner")
    if not bands:
        remarks.append(_why_empty(geometry))
    thin = sum(band.width_mm is None for band in bands)
    if thin:
        remarks.append(f"the width of {_counted(thin, 'ring')} was not recorded: shown as a thin line")
    return Plan(bands, outer, inner, tuple(remarks))


def _usable(rings: Sequence[Ring], remarks: list[str]) -> list[Ring]:
    """The rings that say where they lie."""
    found = []
    for ring in rings:
        if ring.radius_mm is None:
            remarks.append(f"ring {ring.number} does not say its radius")
        elif not SMALLEST_MM <= ring.radius_mm <= LARGEST_MM:
            remarks.append(f"ring {ring.number}: a radius of {ring.radius_mm:g} mm cannot be drawn")
        elif ring.width_mm is not None and not SMALLEST_MM <= ring.width_mm <= LARGEST_MM:
            remarks.append(f"ring {ring.number}: a width of {ring.width_mm:g} mm cannot be drawn")
            found.append(ring._replace(width_mm=None))
        else:
            found.append(ring)
    if len(remarks) > _REMARKS:
        remarks[_REMARKS:] = [f"and so for {_counted(len(remarks) - _REMARKS, 'more ring')}"]
    return found


_REMARKS = 5


def _meaning(rings: Sequence[Ring], remarks: list[str]) -> _Radius:
    """What radius means in this geometry: the centre line, unless rings would overlap so and otherwise would not."""
    fitting = [meaning for meaning in _Radius if not _collide(rings, meaning)]
    meaning = fitting[0] if fitting else _Radius.CENTRE_LINE
    if meaning is not _Radius.CENTRE_LINE:
        edge = "outer" if meaning is _Radius.OUTER_EDGE else "inner"
        remarks.append(f"the radius is taken for the {edge} edge of each ring: else the rings would overlap")
    elif not fitting:
        remarks.append("rings overlap")
    return meaning


def _collide(rings: Sequence[Ring], meaning: _Radius) -> bool:
    spans = sorted(
        (ring.radius_mm - ring.width_mm * (1 - meaning.value), ring.radius_mm + ring.width_mm * meaning.value)
        for ring in rings
        if ring.radius_mm is not None and ring.width_mm is not None
    )
    return any(inner_end > outer_start + 1e-6 for (_, inner_end), (outer_start, _) in pairwise(spans))


def _band(
    ring: Ring,
    meaning: _Radius,
    stock: Mapping[str, tuple[str, ...]],
    colours: tuple[str, ...],
    remarks: list[str],
) -> Band:
    width = ring.width_mm
    radius = (ring.radius_mm or 0) + (width or 0) * (meaning.value - 0.5)
    if width is not None and width / 2 > radius:
        remarks.append(f"ring {ring.number} is wider than its radius allows: shown as a thin line")
        width = None
    known = ring.colours or stock.get(ring.family or "", ()) or colours
    return Band(ring.number, radius, width, _tiles(ring, remarks), known)


def _tiles(ring: Ring, remarks: list[str]) -> int | None:
    tiles = ring.tiles
    if tiles is None:
        return None
    if not 1 <= tiles <= LARGEST_MM:
        remarks.append(f"ring {ring.number}: {tiles:g} tiles cannot be drawn")
        return None
    return round(tiles)


def _stated(geometry: Mapping[str, Any], edge: str) -> float | None:
    """The radius that a geometry states for the whole rosette."""
    radius, diameter = number(geometry.get(f"{edge}_radius_mm")), number(geometry.get(f"{edge}_diameter_mm"))
    if radius is None and diameter is not None:
        radius = diameter / 2
    return radius if radius is not None and SMALLEST_MM <= radius <= LARGEST_MM else None


def _why_empty(geometry: Mapping[str, Any]) -> str:
    rings = rings_of(geometry)
    if rings:
        return "no ring says where it lies"
    counted = number(geometry.get("rings")) or number(geometry.get("ring_count"))
    if rings is None and counted is not None:
        return f"{_counted(round(counted), 'ring')} counted, but not described"
    if "rows" in geometry and "columns" in geometry:
        return "a matrix of rows and columns, without rings"
    return "the geometry lists no rings"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
