"""N11: the geometry is under rosette_geometry, as an object or as JSON text; every pattern is a rosette.

If there is a usable geometry as well, that one counts.
"""

from ..entities import PATTERN
from .normalized import Fallback, Fallbacks
from .source_format import Document, SourceFormat, key

NAME = "N11 rosette"


def _pattern(document: Document) -> Fallbacks:
    return {"pattern_type": Fallback("rosette")}


FORMATS = (
    SourceFormat(
        NAME,
        PATTERN,
        (
            key("rosette_geometry", holds=lambda value: isinstance(value, dict | str)),
            key("name", "pattern_name"),
        ),
        fallbacks=_pattern,
        claims=frozenset(("geometry_json",)),
    ),
)
