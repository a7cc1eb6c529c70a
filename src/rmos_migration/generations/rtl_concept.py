"""The RTL concept: ring bands without a radius, and saw operations with op_data, risks and yields.

Band 0 is the innermost, and scrap_factor is a multiplier: both are the other way round in phase 1.
"""

from typing import Any

from ..entities import JOBLOG, PATTERN
from ..rosette import unwrapped
from .normalized import Fallback, Fallbacks
from .rings import own_geometry
from .source_format import Document, SourceFormat, a_text, key, objects

NAME = "RTL concept"

_ID = key("job_id", "id", "run_id")


def _has_no_radius(bands: Any) -> bool:
    return objects(bands) and all("radius_mm" not in band for band in unwrapped(bands))


def _pattern(document: Document) -> Fallbacks:
    return own_geometry(document, "ring_bands")


def _operation(document: Document) -> Fallbacks:
    return {"job_type": Fallback(document["op_type"], "op_type", before=("cut_type",))}


FORMATS = (
    SourceFormat(
        NAME,
        PATTERN,
        (
            key("ring_bands", holds=_has_no_radius, label="ring_bands without radius_mm"),
            key("name", "pattern_name"),
        ),
        fallbacks=_pattern,
        marks=frozenset(("id",)),
    ),
    SourceFormat(
        NAME,
        JOBLOG,
        (key("risk_summary", "yield_predicted", "yield_actual", "strip_plans"), key("job_type")),
        marks=frozenset(("op_data", "best_slice_index", "operator_notes", "tool_id", "num_slices")),
    ),
    SourceFormat(
        NAME,
        JOBLOG,
        (key("op_type", holds=a_text, label="op_type"), _ID, key("geometry_source", "tool_id")),
        fallbacks=_operation,
        marks=frozenset(("geometry_source", "tool_id")),
    ),
)
