"""A rosette as SVG, seen from above, to scale.

The picture is made of circles: a ring is one whose stroke is as wide as the ring, its tiles are dashes. It
holds nothing but numbers and colours of this package, and the title, which is escaped. There is no style in
it, so that a page may forbid styles from data.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from math import pi

from .colours import UNKNOWN
from .layout import Band, RosetteLayout

SOUNDBOARD = "#f3e7cd"
HOLE = "#4a3a2c"

LINE = "#5b4a3a"

_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML may hold."""

_PIXELS = 0.6
"""The minimal width of a line on a page."""

_USUAL_MM = 60
"""The radius for which lines are as thick as said here; they grow with the rosette."""


def draw(
    plan: RosetteLayout, title: str, *, pixels_per_mm: float | None = None, scale_bar: bool = False
) -> str:
    """Return the SVG of a rosette, empty if there is nothing to draw (``plan.remarks`` say why).

    Args:
        plan: where the rings lie.
        title: what it shows, for those who cannot see it.
        pixels_per_mm: its size on a page; without it the picture is as large as the rosette, in mm.
        scale_bar: draw a line of 10 mm below, with its length.
    """
    radius = plan.radius_mm
    if radius is None:
        return ""
    unit = radius / _USUAL_MM
    line = max(unit * 0.12, _PIXELS / pixels_per_mm if pixels_per_mm else 0)
    board = radius + 2 * unit
    scale = max(unit, 0.3)
    left = max(board, 5 + 18 * scale) if scale_bar else board
    height = 2 * board + (8 * scale if scale_bar else 0)
    box = " ".join(map(_number, (-left, -board, 2 * left, height)))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {_sizes(2 * left, height, pixels_per_mm)} '
        f'viewBox="{box}" role="img" fill="none">',
        f"<title>{escape(_ILLEGAL.sub(chr(0xFFFD), title))}</title>",
        f'<circle r="{_number(board)}" fill="{SOUNDBOARD}"/>',
        *_hole(plan, unit),
        '<g transform="rotate(-90)">',
        *(_circle(edge, LINE, line * 2, (unit, unit)) for edge in _outline(plan)),
    ]
    for band in sorted(plan.bands, key=lambda one: one.radius_mm, reverse=True):
        parts += _ring(band, line) if band.width_mm is not None else _thin_ring(band, unit)
    parts.append("</g>")
    if scale_bar:
        parts += _bar(board, scale)
    return "".join([*parts, "</svg>"])


def _hole(plan: RosetteLayout, unit: float) -> Iterator[str]:
    """Draw the sound hole with its middle, if the geometry says how large it is."""
    if plan.hole_mm is not None:
        yield f'<circle r="{_number(plan.hole_mm)}" fill="{HOLE}"/>'
        arm = _number(2 * unit)
        cross = f"M-{arm} 0H{arm}M0 -{arm}V{arm}"
        yield f'<path d="{cross}" stroke="{SOUNDBOARD}" stroke-width="{_number(unit * 0.2)}"/>'


def _outline(plan: RosetteLayout) -> Iterator[float]:
    """Yield the radii of the edges that the geometry states for the whole rosette."""
    return (edge for edge in (plan.outer_mm, plan.inner_mm) if edge is not None)


def _ring(band: Band, line: float) -> Iterator[str]:
    radius, width = band.radius_mm, band.width_mm or 0
    if band.lines:
        yield from _lines(band.lines, radius, width)
    else:
        yield from _around(band.colours or (UNKNOWN,), radius, width, band.tiles)
    for edge in (radius - width / 2, radius + width / 2):
        if edge > 0:
            yield _circle(edge, LINE, line)
    yield from _joints(radius, width, band.tiles, line)


def _lines(colours: Sequence[str], radius: float, width: float) -> Iterator[str]:
    """Draw strips side by side across the ring, the first inside; neighbours of one colour as one."""
    part, at = width / len(colours), radius - width / 2
    for colour, together in groupby(colours):
        wide = part * len(list(together))
        yield _circle(at + wide / 2, colour, wide)
        at += wide


def _around(colours: Sequence[str], radius: float, width: float, tiles: int | None) -> Iterator[str]:
    """Colours that follow one another from tile to tile."""
    yield _circle(radius, colours[0], width)
    tile = 2 * pi * radius / (tiles or 1)
    for position, colour in enumerate(colours[1:tiles], 1):
        yield _circle(
            radius, colour, width, (tile, tile * (min(len(colours), tiles or 1) - 1)), -tile * position
        )


def _thin_ring(band: Band, unit: float) -> Iterator[str]:
    """Draw a ring of unrecorded width: its line, and ticks where its tiles meet."""
    colours = band.colours or band.lines
    yield _circle(band.radius_mm, colours[0] if colours else LINE, unit * 0.5)
    yield from _joints(band.radius_mm, unit * 2.5, band.tiles, unit * 0.3)


def _joints(radius: float, width: float, tiles: int | None, thickness: float) -> Iterator[str]:
    """Lines between tiles, where they are far enough apart to be seen."""
    tile = 2 * pi * radius / (tiles or 1)
    if tiles is not None and tiles > 1 and thickness < tile * 0.3:
        yield _circle(radius, LINE, width, (thickness, tile - thickness), thickness / 2)


def _bar(board: float, scale: float) -> Iterator[str]:
    y = board + 5 * scale
    left = -(5 + 17 * scale)
    bar = f"M{_number(left)} {_number(y)}h10"
    yield f'<path d="{bar}" stroke="{LINE}" stroke-width="{_number(scale * 0.6)}"/>'
    place = f'x="{_number(left + 10 + scale)}" y="{_number(y + scale)}" font-size="{_number(scale * 3)}"'
    yield f'<text {place} font-family="sans-serif" fill="{LINE}">must measure 10 mm</text>'


def _sizes(width: float, height: float, pixels_per_mm: float | None) -> str:
    factor, unit = (1.0, "mm") if pixels_per_mm is None else (pixels_per_mm, "")
    return f'width="{_number(width * factor)}{unit}" height="{_number(height * factor)}{unit}"'


def _circle(
    radius: float, colour: str, width: float, dashes: tuple[float, float] | None = None, offset: float = 0
) -> str:
    """Draw a circle. Dashes are in mm: browsers measure the length of a circle worse than its parts."""
    more = ""
    if dashes is not None:
        more = f' stroke-dasharray="{_number(dashes[0])} {_number(dashes[1])}"'
        more += f' stroke-dashoffset="{_number(offset)}"' if offset else ""
    return f'<circle r="{_number(radius)}" stroke="{colour}" stroke-width="{_number(width)}"{more}/>'


def _number(value: float) -> str:
    """Return a number as SVG takes it: five decimals at most, no exponent."""
    return f"{value:.5f}".rstrip("0").rstrip(".") or "0"
