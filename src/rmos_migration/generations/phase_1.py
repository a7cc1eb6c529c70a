"""Phase 1: patterns of ring bands, job logs of the rosette planner, the first registry of strip families.

Every ring band names its own strip family; band 0 is the outermost. A planner's job has ``plan_*`` keys or
keeps its content in a key named extra; a handed-over job has a batch_op. Registered families have a colour
and a tile length, but no strips.
"""

from typing import Any

from ..entities import JOBLOG, PATTERN, STRIP_FAMILY
from ..rosette import unwrapped
from .normalized import Fallbacks
from .rings import own_geometry
from .source_format import Document, SourceFormat, an_object, key, objects

NAME = "phase-1"


def _is_band_list(value: Any) -> bool:
    """Tell whether a value is a list of rings, one of them with its radius, or an empty list."""
    value = unwrapped(value)
    return (
        isinstance(value, list)
        and all(isinstance(band, dict) for band in value)
        and (not value or any("radius_mm" in band for band in value))
    )


def _pattern(document: Document) -> Fallbacks:
    return own_geometry(document, "ring_bands", "center_x_mm", "center_y_mm")


FORMATS = (
    SourceFormat(
        NAME,
        PATTERN,
        (key("ring_bands", holds=_is_band_list, label="ring_bands"), key("name", "pattern_name")),
        fallbacks=_pattern,
        marks=frozenset(("id", "center_x_mm", "center_y_mm", "default_passes")),
    ),
    SourceFormat(
        NAME,
        STRIP_FAMILY,
        (
            key(
                "color_hex",
                "default_tile_length_mm",
                "default_slice_angle_deg",
                "default_width_mm",
                "sequence",
            ),
            key("name"),
        ),
        claims=frozenset(("default_width_mm",)),
        unless=(key("materials", holds=objects, label="materials that are objects"),),
    ),
    SourceFormat(
        NAME,
        JOBLOG,
        (
            key("plan_pattern_id", "plan_guitars", "plan_total_tiles", "plan_request", "slice_risks"),
            key("job_type"),
        ),
    ),
    SourceFormat(
        NAME,
        JOBLOG,
        (key("batch_op", holds=an_object, label="batch_op"), key("job_type")),
        marks=frozenset(("manufacturing_plan", "machine_profile", "priority")),
    ),
    SourceFormat(
        NAME,
        JOBLOG,
        (key("extra", holds=an_object, label="extra"), key("job_type"), key("id", "job_id", "created_at")),
        faint=frozenset(("extra",)),
    ),
)
