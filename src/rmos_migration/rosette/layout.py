"""Where each ring of a rosette lies, as far as its geometry says; and what it leaves open, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from math import pi
from typing import Any, NamedTuple

from .rings import Ring, number, read_rings, rings_of

BANDS = 200
"""Rings that are drawn of one pattern; how many more there are is said."""

SMALLEST_MM, LARGEST_MM, THINNEST_MM = 1, 100_000, 0.01
"""A radius or width beyond these is no rosette's, and would make a picture of nothing."""

TILES = 2000
"""More tiles than this around a ring could not be told apart, and would be slow to draw."""

LINES = 50
"""Strips that are drawn side by side in one ring."""


class Band(NamedTuple):
    """One ring in its place, lengths in mm.

    ``radius_mm`` is that of its centre line. ``width_mm`` is None where it was not recorded; ``tiles`` is how
    many go around, None where that is not known. ``lines`` are the colours of the strips that lie side by
    side across its width, from the inside; or else ``colours`` follow one another from tile to tile. Both are
    empty where none is known.
    """

    number: int
    radius_mm: float
    width_mm: float | None
    tiles: int | None
    colours: tuple[str, ...]
    lines: tuple[str, ...] = ()

    @property
    def edge_mm(self) -> float:
        """Its outer radius."""
        return self.radius_mm + (self.width_mm or 0) / 2


class RosetteLayout(NamedTuple):
    """A rosette as it is drawn, lengths in mm.

    ``outer_mm`` and ``inner_mm`` are the radii that the geometry states for the whole, ``hole_mm`` is that of
    the sound hole; ``remarks`` say what could not be read or was taken to mean something.
    """

    bands: tuple[Band, ...]
    outer_mm: float | None
    inner_mm: float | None
    remarks: tuple[str, ...]
    hole_mm: float | None = None

    @property
    def radius_mm(self) -> float | None:
        """The radius of everything that is drawn; None where there is nothing to draw."""
        edges = [band.edge_mm for band in self.bands]
        return max(
            [*edges, *(one for one in (self.outer_mm, self.inner_mm, self.hole_mm) if one)], default=None
        )


class _Radius(Enum):
    """What a generation means by the radius of a ring: how much of its width lies beyond it, as a part."""

    CENTRE_LINE = 0.5
    OUTER_EDGE = 0.0
    INNER_EDGE = 1.0


def lay_out(
    geometry: Mapping[str, Any],
    stock: Mapping[str, tuple[str, ...]] | None = None,
    colours: tuple[str, ...] = (),
) -> RosetteLayout:
    """Place the rings of a geometry of any generation.

    Args:
        geometry: as the database holds it.
        stock: the colours of strip families by id, for rings that name the family they are cut from.
        colours: those of the pattern's own strip family, for rings that say nothing themselves.
    """
    remarks = _Remarks()
    described = read_rings(geometry)
    rings = _usable(described, remarks)
    if len(rings) > BANDS:
        remarks.of_all.append(f"{BANDS} of {len(rings):,} rings are drawn")
        rings = rings[:BANDS]
    meaning = _meaning(rings, remarks)
    bands = tuple(_band(ring, meaning, stock or {}, colours, remarks) for ring in rings)
    outer, inner, hole = (_stated(geometry, edge) for edge in ("outer", "inner", "soundhole"))
    if not bands:
        remarks.of_all.append(_why_empty(geometry))
    elif outer is not None and max(band.edge_mm for band in bands) > outer + 0.01:
        remarks.of_all.append(f"rings reach beyond the outer edge that is stated, {outer * 2:g} mm across")
    thin = sum(ring.width_mm is None for ring in described if ring.radius_mm is not None)
    if thin and bands:
        remarks.of_all.append(f"the width of {_counted(thin, 'ring')} was not recorded: shown as a thin line")
    if any(len(band.colours) > 1 for band in bands):
        remarks.of_all.append("the order of its strips is not recorded: shown one after another")
    return RosetteLayout(bands, outer, inner, remarks.summed_up(), hole)


@dataclass
class _Remarks:
    """What is to be said of single rings, and of the whole."""

    of_rings: list[str] = field(default_factory=list)
    of_all: list[str] = field(default_factory=list)

    def on(self, ring: Ring, said: str) -> None:
        self.of_rings.append(f"ring {ring.number} {said}")

    def summed_up(self) -> tuple[str, ...]:
        """All of them; those on single rings summed up where there are many."""
        rest = len(self.of_rings) - _REMARKS
        more = [f"and {_counted(rest, 'more remark')} on single rings"] if rest > 0 else []
        return (*self.of_rings[:_REMARKS], *more, *self.of_all)


_REMARKS = 5


def _usable(rings: Sequence[Ring], remarks: _Remarks) -> list[Ring]:
    """Return the rings that say where they lie."""
    found = []
    for ring in rings:
        radius, width = ring.radius_mm, ring.width_mm
        if radius is None:
            remarks.on(ring, "does not say where it lies")
        elif not SMALLEST_MM <= radius <= LARGEST_MM:
            remarks.on(ring, f"has a radius of {radius:g} mm, which cannot be drawn")
        elif width is not None and not THINNEST_MM <= width <= LARGEST_MM:
            remarks.on(ring, f"has a width of {width:g} mm: shown as a thin line")
            found.append(ring._replace(width_mm=None))
        else:
            found.append(ring)
    return found


def _meaning(rings: Sequence[Ring], remarks: _Remarks) -> _Radius:
    """Return what radius means here: the centre line, unless only another meaning avoids overlaps."""
    fitting = [meaning for meaning in _Radius if not _collide(rings, meaning)]
    meaning = fitting[0] if fitting else _Radius.CENTRE_LINE
    if meaning is not _Radius.CENTRE_LINE:
        edge = "outer" if meaning is _Radius.OUTER_EDGE else "inner"
        remarks.of_all.append(
            f"the radius is taken for the {edge} edge of each ring: else they would not fit"
        )
    elif not fitting:
        remarks.of_all.append("rings overlap")
    return meaning


def _collide(rings: Sequence[Ring], meaning: _Radius) -> bool:
    """Whether rings overlap, or reach over the middle, if radius means that."""
    spans = sorted(
        (ring.radius_mm - ring.width_mm * (1 - meaning.value), ring.radius_mm + ring.width_mm * meaning.value)
        for ring in rings
        if ring.radius_mm is not None and ring.width_mm is not None
    )
    if spans and spans[0][0] < 0:
        return True
    return any(inner_end > outer_start + 1e-6 for (_, inner_end), (outer_start, _) in pairwise(spans))


def _band(
    ring: Ring,
    meaning: _Radius,
    stock: Mapping[str, tuple[str, ...]],
    colours: tuple[str, ...],
    remarks: _Remarks,
) -> Band:
    width = ring.width_mm
    radius = (ring.radius_mm or 0) + (width or 0) * (meaning.value - 0.5)
    if width is not None and width / 2 > radius:
        remarks.on(ring, "is wider than its radius allows: shown as a thin line")
        width = None
    tiles = _tiles(ring, radius, remarks)
    own = (ring.colour,) if ring.colour is not None else ()
    around = own or stock.get(ring.family or "", ()) or colours
    if len(around) > 1 and tiles is None and not ring.column:
        remarks.on(ring, "does not say how many tiles it has: shown in one of its colours")
        around = around[:1]
    if len(ring.column) > LINES:
        remarks.on(ring, f"has {len(ring.column):,} strips side by side: {LINES} are drawn")
    return Band(ring.number, radius, width, tiles, () if ring.column else around, ring.column[:LINES])


def _tiles(ring: Ring, radius: float, remarks: _Remarks) -> int | None:
    """How many tiles go around: as stated, else as many as fit its centre line."""
    tiles, length = ring.segments, ring.tile_length_mm
    if tiles is None and length:
        if length < THINNEST_MM:
            remarks.on(ring, f"has tiles {length:g} mm long, which cannot be drawn")
            return None
        tiles = max(round(2 * pi * radius / length), 1)
    if tiles is None:
        return None
    if not 1 <= tiles <= TILES:
        remarks.on(ring, f"has {tiles:g} tiles, which cannot be drawn")
        return None
    return round(tiles)


def _stated(geometry: Mapping[str, Any], edge: str) -> float | None:
    """Return the radius that a geometry states for the whole rosette."""
    radius, diameter = number(geometry.get(f"{edge}_radius_mm")), number(geometry.get(f"{edge}_diameter_mm"))
    if radius is None and diameter is not None:
        radius = diameter / 2
    return radius if radius is not None and SMALLEST_MM <= radius <= LARGEST_MM else None


def _why_empty(geometry: Mapping[str, Any]) -> str:
    rings = rings_of(geometry)
    if rings:
        return "no ring can be drawn"
    counted = number(geometry.get("rings")) or number(geometry.get("ring_count"))
    if rings is None and counted is not None and 1 <= counted <= LARGEST_MM:
        return f"{_counted(round(counted), 'ring')} counted, but not described"
    active = geometry.get("ring_active")
    if isinstance(active, list):
        return (
            f"a wheel with {_counted(sum(map(bool, active)), 'ring')} in use, whose measures are not recorded"
        )
    if "generator_key" in geometry:
        return "what a generator is to draw, without its rings"
    if "rows" in geometry and "columns" in geometry:
        return "a matrix of rows and columns, without rings"
    return "the geometry lists no rings"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
