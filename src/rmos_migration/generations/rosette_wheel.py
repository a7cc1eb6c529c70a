"""The rosette wheel: tiles put into the segments of five rings, some of which are switched off.

``grid`` holds a tile for "ring,segment". The program saves a design as a ``.rsd`` file, which is JSON.
ring_count is the number of rings that are switched on.
"""

from ..entities import PATTERN
from .normalized import Fallback, Fallbacks
from .rings import own_geometry
from .source_format import Document, SourceFormat, a_list, key

NAME = "rosette wheel"


def _pattern(document: Document) -> Fallbacks:
    fallbacks = own_geometry(document, "ring_active", "num_segs", "sym_mode", "grid")
    if document.get("design_name") is not None:
        fallbacks["name"] = Fallback(document["design_name"], "design_name")
    return fallbacks


FORMATS = (
    SourceFormat(
        NAME,
        PATTERN,
        (
            key("ring_active", holds=a_list, label="ring_active"),
            key("grid", holds=lambda value: isinstance(value, dict), label="grid"),
            key("num_segs"),
            key("design_name", "name"),
        ),
        fallbacks=_pattern,
        marks=frozenset(("grid", "num_segs", "sym_mode", "show_tabs", "show_annotations")),
    ),
)
