"""Rosettes on a page: all of them to one scale, but for those that are far too large for it."""

from collections.abc import Iterable

from .report import Rosette
from .rosettes import drawing

_PICTURE = 150
"""Pixels across the largest rosette."""

_SMALL_MM, _LARGE_MM = 20, 250
"""Diameters between which rosettes set the scale; a larger one is drawn smaller than it says."""


def scale(rosettes: Iterable[Rosette]) -> float | None:
    """Pixels for a millimetre, the same for all rosettes; a few that are far too large do not set it."""
    sizes = [one.diameter_mm for one in rosettes if one.diameter_mm]
    if not sizes:
        return None
    usual = [size for size in sizes if size <= _LARGE_MM]
    return _PICTURE / max(max(usual, default=_LARGE_MM), _SMALL_MM)


def picture(one: Rosette, scale: float | None, across: float = _PICTURE) -> str:
    """A rosette as SVG, to the scale, or so many pixels ``across`` where there is none or it is too large for it."""
    size = one.diameter_mm or 1
    return drawing(one, pixels_per_mm=across / size if scale is None or is_shrunk(one) else scale)


def is_shrunk(one: Rosette) -> bool:
    """Whether a rosette is drawn smaller than the scale says."""
    return (one.diameter_mm or 0) > _LARGE_MM
