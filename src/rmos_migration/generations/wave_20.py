"""Wave 20: pattern_name beside the outer and inner radius and a list of rings."""

from ..entities import PATTERN
from .normalized import Fallbacks
from .rings import own_geometry
from .source_format import Document, SourceFormat, key

NAME = "wave-20"


def _pattern(document: Document) -> Fallbacks:
    return own_geometry(document, "rings", "outer_radius_mm", "inner_radius_mm")


FORMATS = (
    SourceFormat(
        NAME,
        PATTERN,
        (key("outer_radius_mm", "inner_radius_mm", "rings"), key("pattern_name")),
        fallbacks=_pattern,
        claims=frozenset(("pattern_name",)),
    ),
    SourceFormat(
        NAME,
        PATTERN,
        (key("outer_radius_mm"), key("inner_radius_mm", "rings"), key("name")),
        fallbacks=_pattern,
    ),
)
