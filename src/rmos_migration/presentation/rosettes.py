"""The patterns in the database as drawings, on a page all to one scale but for those far too large for it."""

from collections.abc import Iterable, Mapping

from .. import rosette
from ..diagnostics import printable
from ..store import records
from ..store.records import PatternRow
from ..store.snapshot import Snapshot
from .model import Rosette, RosetteRing
from .text import amount, millimetres, name_of

Stock = Mapping[str, tuple[str, ...]]
"""The colours of strip families, by id."""

_PICTURE = 150
"""Pixels across the largest rosette."""

_SMALL_MM, _LARGE_MM = 20, 250
"""Diameters between which rosettes set the scale; larger ones are drawn smaller than they are."""


def stock(snapshot: Snapshot) -> Stock:
    """Return the colours of every strip family that names any."""
    found = {
        row.id: rosette.colours_of_family(row.strips, row.extra, row.material_type)
        for row in records.families(snapshot)
    }
    return {family: colours for family, colours in found.items() if colours}


def as_drawn(row: PatternRow, colours: Stock) -> Rosette:
    """Return a pattern as far as it can be drawn, with remarks on what it leaves open."""
    plan = rosette.lay_out(row.geometry, colours, colours.get(row.strip_family_id or "", ()))
    remarks = list(plan.remarks)
    described = len(rosette.rings_of(row.geometry) or ())
    if described and row.ring_count is not None and described != row.ring_count:
        remarks.append(f"it says {amount(row.ring_count, 'ring')} and describes {described:,}")
    return Rosette(
        id=row.id,
        name=row.name,
        ring_count=row.ring_count,
        diameter_mm=None if plan.radius_mm is None else plan.radius_mm * 2,
        outer_radius_mm=plan.outer_mm,
        inner_radius_mm=plan.inner_mm,
        hole_radius_mm=plan.hole_mm,
        rings=[
            RosetteRing(
                number=band.number,
                radius_mm=band.radius_mm,
                width_mm=band.width_mm,
                tiles=band.tiles,
                colours=list(band.colours),
                lines=list(band.lines),
            )
            for band in plan.bands
        ],
        remarks=remarks,
    )


def drawing(one: Rosette, *, pixels_per_mm: float | None = None, scale_bar: bool = False) -> str:
    """Return the SVG of a pattern, empty if there is nothing to draw; see ``rosette.draw``."""
    bands = tuple(
        rosette.Band(
            ring.number, ring.radius_mm, ring.width_mm, ring.tiles, tuple(ring.colours), tuple(ring.lines)
        )
        for ring in one.rings
    )
    plan = rosette.RosetteLayout(bands, one.outer_radius_mm, one.inner_radius_mm, (), one.hole_radius_mm)
    return rosette.draw(plan, title_of(one), pixels_per_mm=pixels_per_mm, scale_bar=scale_bar)


def title_of(one: Rosette) -> str:
    """Return the title of a drawing."""
    size = "" if one.diameter_mm is None else f", {millimetres(one.diameter_mm)}"
    return printable(f"{name_of(one)}: {amount(len(one.rings), 'ring')}{size}")


def scale(rosettes: Iterable[Rosette]) -> float | None:
    """Return the pixels per millimetre for all rosettes; a few that are far too large do not count."""
    sizes = [one.diameter_mm for one in rosettes if one.diameter_mm]
    if not sizes:
        return None
    usual = [size for size in sizes if size <= _LARGE_MM]
    return _PICTURE / max(max(usual, default=_LARGE_MM), _SMALL_MM)


def picture(one: Rosette, scale: float | None, across: float = _PICTURE) -> str:
    """Return a rosette as SVG, to scale, or ``across`` pixels wide without a scale or if too large for it."""
    size = one.diameter_mm or 1
    return drawing(one, pixels_per_mm=across / size if scale is None or is_shrunk(one) else scale)


def is_shrunk(one: Rosette) -> bool:
    """Tell whether a rosette is drawn smaller than the scale says."""
    return (one.diameter_mm or 0) > _LARGE_MM
