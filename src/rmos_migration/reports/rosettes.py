"""The patterns in the database as drawings."""

from collections.abc import Mapping

from sqlalchemy import Connection

from .. import rosette
from ..diagnostics import printable
from ..store import queries, reporting
from ..store.reporting import PatternRow
from .report import Gallery, Rosette, RosetteRing
from .text import amount, millimetres, name_of

DRAWN = 240
"""Patterns that are drawn in a report; how many more there are is said."""

Stock = Mapping[str, tuple[str, ...]]
"""The colours of strip families, by id."""


def gallery(connection: Connection) -> Gallery:
    """The first patterns of the database, by name, as they are drawn."""
    colours = stock(connection)
    drawn = [as_drawn(row, colours) for row in reporting.patterns(connection, DRAWN)]
    return Gallery(total=queries.entity_counts(connection)["patterns"], rosettes=drawn)


def stock(connection: Connection) -> Stock:
    """The colours of every strip family that says any."""
    found = {
        row.id: rosette.colours_of_family(row.strips, row.extra, row.material_type)
        for row in reporting.families(connection)
    }
    return {family: colours for family, colours in found.items() if colours}


def as_drawn(row: PatternRow, colours: Stock) -> Rosette:
    """A pattern as far as it can be drawn, with remarks on what it leaves open."""
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
    """The SVG of a pattern, empty where there is nothing to draw; see ``rosette.draw``."""
    bands = tuple(
        rosette.Band(
            ring.number, ring.radius_mm, ring.width_mm, ring.tiles, tuple(ring.colours), tuple(ring.lines)
        )
        for ring in one.rings
    )
    plan = rosette.RosetteLayout(bands, one.outer_radius_mm, one.inner_radius_mm, (), one.hole_radius_mm)
    return rosette.draw(plan, title_of(one), pixels_per_mm=pixels_per_mm, scale_bar=scale_bar)


def title_of(one: Rosette) -> str:
    """What a drawing shows, in words."""
    size = "" if one.diameter_mm is None else f", {millimetres(one.diameter_mm)}"
    return printable(f"{name_of(one)}: {amount(len(one.rings), 'ring')}{size}")
