"""A rosette as SVG, seen from above, to scale.

The picture is made of circles: a ring is one whose stroke is as wide as the ring, its tiles are dashes. It holds nothing
but numbers and colours of this package, and the title, which is escaped. There is no style in it, so that a page may
forbid styles from data.
"""

from collections.abc import Iterator
from html import escape
from math import pi

from .plan import Band, Plan

SOUNDBOARD = "#f3e7cd"
UNKNOWN = "#d3bd97"
"""A ring whose colours are not known."""

LINE = "#5b4a3a"

_TILES_DRAWN = 2000
"""More tiles than this around a ring could not be told apart, and would be slow to draw."""

_USUAL_MM = 60
"""The radius for which lines are as thick as said here; they grow with the rosette."""


def draw(plan: Plan, title: str, *, pixels_per_mm: float | None = None, scale_bar: bool = False) -> str:
    """The SVG of a rosette, empty where there is nothing to draw (``plan.remarks`` say why).

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
    half = radius + 2 * unit
    height = 2 * half + (8 * unit if scale_bar else 0)
    size = _sizes(2 * half, height, pixels_per_mm)
    box = " ".join(map(_number, (-half, -half, 2 * half, height)))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="{box}" role="img" fill="none">',
        f"<title>{escape(title)}</title>",
        f'<circle r="{_number(half)}" fill="{SOUNDBOARD}"/>',
        '<g transform="rotate(-90)">',
        *(
            _circle(one, LINE, unit * 0.25, f'stroke-dasharray="{_number(unit)} {_number(unit)}"')
            for one in _outline(plan)
        ),
    ]
    for band in sorted(plan.bands, key=lambda one: one.radius_mm, reverse=True):
        parts += _ring(band, unit) if band.width_mm is not None else _thin_ring(band, unit)
    parts.append("</g>")
    if scale_bar:
        parts += _bar(half, unit)
    return "".join([*parts, "</svg>"])


def _outline(plan: Plan) -> Iterator[float]:
    """The edges that the geometry states for the whole rosette."""
    return (edge for edge in (plan.outer_mm, plan.inner_mm) if edge is not None)


def _ring(band: Band, unit: float) -> Iterator[str]:
    radius, width, tiles = band.radius_mm, band.width_mm or 0, _drawn(band)
    colours = band.colours[: tiles or 1] or (UNKNOWN,)
    yield _circle(radius, colours[0], width)
    for position, colour in enumerate(colours[1:], 1):
        dashes = (
            f'pathLength="{tiles}" stroke-dasharray="1 {len(colours) - 1}" stroke-dashoffset="-{position}"'
        )
        yield _circle(radius, colour, width, dashes)
    for edge in (radius - width / 2, radius + width / 2):
        if edge > 0:
            yield _circle(edge, LINE, unit * 0.12)
    yield from _joints(radius, width, tiles, unit * 0.15)


def _thin_ring(band: Band, unit: float) -> Iterator[str]:
    """A ring whose width nobody wrote down: its line, and ticks where its tiles meet."""
    yield _circle(band.radius_mm, band.colours[0] if band.colours else LINE, unit * 0.5)
    yield from _joints(band.radius_mm, unit * 2.5, _drawn(band), unit * 0.3)


def _drawn(band: Band) -> int | None:
    return band.tiles if band.tiles is not None and 2 <= band.tiles <= _TILES_DRAWN else None


def _joints(radius: float, width: float, tiles: int | None, thickness: float) -> Iterator[str]:
    """Lines between tiles, where they are far enough apart to be seen."""
    if tiles is None:
        return
    part = thickness / (2 * pi * radius / tiles)
    if part < 0.3:
        dashes = f'pathLength="{tiles}" stroke-dasharray="{_number(part)} {_number(1 - part)}"'
        yield _circle(radius, LINE, width, f'{dashes} stroke-dashoffset="{_number(part / 2)}"')


def _bar(half: float, unit: float) -> Iterator[str]:
    y = half + 5 * unit
    yield f'<path d="M-5 {_number(y)}H5" stroke="{LINE}" stroke-width="{_number(unit * 0.6)}"/>'
    place = f'x="{_number(5 + unit)}" y="{_number(y + unit)}" font-size="{_number(unit * 3.5)}"'
    yield f'<text {place} font-family="sans-serif" fill="{LINE}">10 mm</text>'


def _sizes(width: float, height: float, pixels_per_mm: float | None) -> str:
    factor, unit = (1.0, "mm") if pixels_per_mm is None else (pixels_per_mm, "")
    return f'width="{_number(width * factor)}{unit}" height="{_number(height * factor)}{unit}"'


def _circle(radius: float, colour: str, width: float, more: str = "") -> str:
    space = " " if more else ""
    return f'<circle r="{_number(radius)}" stroke="{colour}" stroke-width="{_number(width)}"{space}{more}/>'


def _number(value: float) -> str:
    """A number as SVG takes it: four decimals at most, no exponent."""
    return f"{value:.4f}".rstrip("0").rstrip(".") or "0"
