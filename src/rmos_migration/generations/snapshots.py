"""Design snapshots: a design as it was at one moment, with what was thought of its feasibility.

A snapshot's pattern_id names the pattern it was made from, not itself.
"""

from ..entities import PATTERN
from .normalized import Fallback, Fallbacks
from .source_format import Document, SourceFormat, a_value, an_object, key

NAME = "design snapshot"


def _pattern(document: Document) -> Fallbacks:
    key = next(key for key in ("rosette_params", "design") if an_object(document.get(key)))
    design = document[key]
    fallbacks = {"geometry": Fallback(design, key), "id": Fallback(document["snapshot_id"], "snapshot_id")}
    if design.get("pattern_type") is not None:
        fallbacks["pattern_type"] = Fallback(design["pattern_type"], key)
    return fallbacks


FORMATS = (
    SourceFormat(
        NAME,
        PATTERN,
        (
            key("snapshot_id", holds=a_value, label="snapshot_id"),
            key("rosette_params", "design", holds=an_object, label="rosette_params or design"),
            key("name"),
        ),
        fallbacks=_pattern,
        ignored=frozenset(("pattern_id", "preset_id")),
        marks=frozenset(("rosette_params", "design", "feasibility", "context_refs", "baseline")),
    ),
)
