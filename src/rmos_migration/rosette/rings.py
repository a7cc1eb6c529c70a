"""The rings of a geometry, as every generation wrote them."""

from collections.abc import Mapping, Sequence
from math import pi
from typing import Any, NamedTuple

from .colours import colour, colours_of_strips

RING_LISTS = ("rings", "ring_bands", "ring_params")
"""The keys under which the generations list their rings."""


def rings_of(geometry: Mapping[str, Any]) -> list[Any] | None:
    """Return the rings that a geometry lists, under whichever key; None if it has no such list."""
    for key in RING_LISTS:
        rings = geometry.get(key)
        if isinstance(rings, list):
            return rings
    return None


def count_rings(geometry: Mapping[str, Any]) -> Any:
    """Count the rings of a geometry: as stated, else as listed, or as switched on; None if it does not say.

    What is stated comes back as it stands, whatever it is. 0 is an empty list.
    """
    stated = geometry.get("ring_count")
    if stated is not None:
        return stated
    rings = rings_of(geometry)
    if rings is not None:
        return len(rings)
    counted, active = geometry.get("rings"), geometry.get("ring_active")
    if type(counted) is int:
        return counted
    return sum(map(bool, active)) if isinstance(active, list) else None


def families_of(geometry: Mapping[str, Any]) -> list[Any]:
    """Return the strip family each ring is cut from (phase 1 and later), None for a ring that names none.

    Empty where no ring says anything.
    """
    rings = rings_of(geometry)
    if not rings:
        return []
    named = [ring.get("strip_family_id") if type(ring) is dict else None for ring in rings]
    return named if named.count(None) < len(named) else []


class Ring(NamedTuple):
    """One ring as its geometry describes it, lengths in mm; None where it does not say.

    ``radius_mm`` is that of the ring's centre line, as the newer programs mean it; older presets give the
    outer edge. ``colour`` is what the ring itself says, ``column`` are the colours of the strips its tiles
    are sliced from, which lie side by side across its width; ``family`` is the strip family it names.
    """

    number: int
    radius_mm: float | None
    width_mm: float | None
    segments: float | None
    tile_length_mm: float | None
    colour: str | None = None
    column: tuple[str, ...] = ()
    family: str | None = None

    @property
    def tiles(self) -> float | None:
        """How many tiles go around: as stated, else as many as fit the circumference."""
        if self.segments is not None or self.radius_mm is None or not self.tile_length_mm:
            return self.segments
        return 2 * pi * self.radius_mm / self.tile_length_mm


def read_rings(geometry: Mapping[str, Any]) -> list[Ring]:
    """Return the rings of a geometry of any generation, in the order of its list, numbered from 1.

    Where the rings have widths only (RMOS 2.0), they lie one on another from the inner diameter outwards.
    """
    found: list[Ring] = []
    inner = number(geometry.get("inner_diameter_mm"))
    edge = None if inner is None else inner / 2
    for index, ring in enumerate(rings_of(geometry) or (), 1):
        if type(ring) is not dict:
            found.append(Ring(index, None, None, None, None))
            continue
        read = ring.get
        radius, width = number(read("radius_mm")), number(read("width_mm"))
        if radius is None:
            radius = number(read("radius"))
        if radius is None and "outer_diameter_mm" in ring:
            radius, width = _between(number(read("inner_diameter_mm")), number(read("outer_diameter_mm")))
        if radius is None and edge is not None:
            if width is not None and width > 0:
                radius, edge = edge + width / 2, edge + width
            else:
                edge = None  # nothing says how far out the next one lies
        length = number(read("tile_length_mm")) or number(read("tile_length_override_mm"))
        family = read("strip_family_id")
        found.append(
            Ring(
                index,
                radius,
                width,
                number(read("segments")),
                length,
                colour(read("color_hint")),
                _column(ring),
                str(family) if type(family) is str or type(family) is int else None,
            )
        )
    return found


def overlaps(rings: Sequence[Ring]) -> list[tuple[Ring, Ring]]:
    """Return rings that overlap, the inner first, whether radius means centre line, inner or outer edge.

    Of each ring, the nearest further in that it overlaps.
    """
    placed = sorted(
        (ring.radius_mm, ring.width_mm, index)
        for index, ring in enumerate(rings)
        if ring.radius_mm is not None and ring.width_mm is not None
    )
    found = []
    for at, (radius, width, outer) in enumerate(placed):
        for inner_radius, inner_width, inner in reversed(placed[:at]):
            gap = radius - inner_radius
            if gap >= width - _TOLERANCE_MM:
                break
            if gap < inner_width - _TOLERANCE_MM:
                found.append((rings[inner], rings[outer]))
                break
    return found


def _between(inner: float | None, outer: float | None) -> tuple[float | None, float | None]:
    """Radius of the centre line and width of a ring from one diameter to another."""
    if inner is None or outer is None:
        return None, None
    return (inner + outer) / 4, (outer - inner) / 2


_TOLERANCE_MM = 1e-6
"""Rings that touch do not overlap, although sums of decimal fractions may say so in the last digit."""


def _column(ring: Mapping[str, Any]) -> tuple[str, ...]:
    column = ring.get("column")
    return colours_of_strips(column.get("strips")) if type(column) is dict else ()


def number(value: Any) -> float | None:
    """Return the value if it is a number."""
    return value if type(value) is float or type(value) is int else None
