"""The only reader of geometry: nothing else looks inside a pattern's rings (docs/domain.md, Geometry).

``rings`` reads them, ``lay_out`` says where each lies, ``colours`` which colours are known, ``drawing`` makes
the picture, ``slips`` what looks like a slip.
"""

from .colours import colours_of_family
from .drawing import draw
from .layout import Band, RosetteLayout, lay_out
from .rings import Ring, count_rings, families_of, overlaps, read_rings, rings_of
from .slips import Slip, is_powershell_list, slips_in, unwrapped

__all__ = [
    "Band",
    "Ring",
    "RosetteLayout",
    "Slip",
    "colours_of_family",
    "count_rings",
    "draw",
    "families_of",
    "is_powershell_list",
    "lay_out",
    "overlaps",
    "read_rings",
    "rings_of",
    "slips_in",
    "unwrapped",
]
