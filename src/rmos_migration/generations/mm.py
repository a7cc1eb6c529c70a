"""MM, the mixed materials: families of several materials, and jobs in the promotion lanes.

A family's materials are its strips; its type and thickness are what all of them share. A job names its
pattern by preset_id.
"""

from typing import Any

from ..entities import JOBLOG, STRIP_FAMILY
from ..rosette import unwrapped
from .normalized import Fallback, Fallbacks
from .presets import has_lane_notes, preset
from .source_format import Document, SourceFormat, key, objects

NAME = "MM"


def _family(document: Document) -> Fallbacks:
    materials = unwrapped(document["materials"])
    fallbacks = {"strips": Fallback(document["materials"], "materials")}
    kinds = _stated(materials, "type")
    if len(kinds) == 1 and all(material.get("type") is not None for material in materials):
        fallbacks["material_type"] = Fallback(kinds[0], "materials")
    elif len(kinds) > 1:
        fallbacks["material_type"] = Fallback("mixed", "materials")
    thicknesses = _stated(materials, "thickness_mm")
    if thicknesses:
        is_shared = len(thicknesses) == 1 and all(one.get("thickness_mm") is not None for one in materials)
        fallbacks["thickness_mm"] = Fallback(thicknesses[0] if is_shared else None, "materials")
    return fallbacks


def _stated(materials: list[dict[str, Any]], key: str) -> list[Any]:
    """Return the different values that materials state under a key."""
    different: list[Any] = []
    for material in materials:
        value = material.get(key)
        if value is not None and value not in different:
            different.append(value)
    return different


def _job(document: Document) -> Fallbacks:
    return preset(document)


_LANE_NOTES = key("metadata", holds=has_lane_notes, label="metadata with cam_profile_summary or subjobs")
_MARKS = frozenset(("preset_id", "lane", "promotion_lane", "risk_grade", "doc_grade", "gantry_grade"))

FORMATS = (
    SourceFormat(
        NAME,
        STRIP_FAMILY,
        (key("materials", holds=objects, label="materials"), key("id", "family_id", "name")),
        fallbacks=_family,
        marks=frozenset(("sequence", "default_width_mm", "lane")),
        claims=frozenset(("default_width_mm",)),
    ),
    SourceFormat(NAME, JOBLOG, (_LANE_NOTES, key("job_type")), fallbacks=_job, marks=_MARKS),
    SourceFormat(
        NAME,
        JOBLOG,
        (key("preset_id", "risk_grade", "lane", "promotion_lane"), key("job_type")),
        fallbacks=_job,
        marks=_MARKS,
        faint=frozenset(("lane",)),
    ),
)
