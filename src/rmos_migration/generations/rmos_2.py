"""RMOS 2.0 and the Art Studio: designs by diameters and ring parameters, and workflow sessions around them.

The whole design is the geometry, its ring_params run from the inside out. A design without session_id, id,
pattern_id and name is a request to make something, not a record. A session has no name.
"""

from ..entities import PATTERN
from .normalized import Fallback, Fallbacks
from .rings import is_number, own_geometry
from .source_format import Document, SourceFormat, an_object, key

NAME = "RMOS 2.0 / Art Studio"

_IDENTITY = key("id", "pattern_id", "name", "pattern_name")


def _around_design(document: Document) -> Fallbacks:
    design = document["design"]
    fallbacks = {"geometry": Fallback(design, "design")}
    if design.get("pattern_type") is not None:
        fallbacks["pattern_type"] = Fallback(design["pattern_type"], "design")
    if document.get("session_id") is not None:
        fallbacks["id"] = Fallback(document["session_id"], "session_id")
    return fallbacks


def _bare_design(document: Document) -> Fallbacks:
    keys = ("outer_diameter_mm", "inner_diameter_mm", "ring_params")
    is_counted = "ring_params" not in document and is_number(document.get("rings"))
    return own_geometry(document, *keys, *(("rings",) if is_counted else ()))


def _counted_design(document: Document) -> Fallbacks:
    return own_geometry(document, "rings")


FORMATS = (
    SourceFormat(
        NAME,
        PATTERN,
        (key("session_id"), key("design", holds=an_object, label="design")),
        fallbacks=_around_design,
        marks=frozenset(("design", "mode", "state", "history")),
    ),
    SourceFormat(
        NAME,
        PATTERN,
        (key("design", holds=an_object, label="design"), _IDENTITY),
        fallbacks=_around_design,
    ),
    SourceFormat(
        NAME,
        PATTERN,
        (key("outer_diameter_mm", "inner_diameter_mm", "ring_params"), _IDENTITY),
        fallbacks=_bare_design,
    ),
    SourceFormat(
        NAME,
        PATTERN,
        (key("rings", holds=is_number, label="rings as a number"), key("name")),
        fallbacks=_counted_design,
        marks=frozenset(("description",)),
    ),
)
