"""The catalogue of inlay mosaics: rows and columns of strip colours with their totals, no rings.

The whole catalogue is one file, ``{"categories": {"torres": [...]}}``; a category is often a maker.
"""

from ..entities import PATTERN
from .normalized import Fallback, Fallbacks
from .rings import own_geometry
from .source_format import Document, SourceFormat, key

NAME = "catalogue"


_MARKS = frozenset(("columns", "materials", "totals", "dimensions"))


def _pattern(document: Document) -> Fallbacks:
    geometry = own_geometry(document, "rows", "columns", "materials", "totals", "dimensions")
    return geometry | {"pattern_type": Fallback("matrix")}


FORMATS = (
    SourceFormat(
        NAME,
        PATTERN,
        (key("rows"), key("columns"), key("materials"), key("totals")),
        fallbacks=_pattern,
        marks=_MARKS,
    ),
)
