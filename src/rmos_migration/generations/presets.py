"""A job's preset_id, which is a pattern for some programs, and a preset of feeds and speeds for others."""

from typing import Any

from .normalized import Fallback, Fallbacks
from .source_format import Document

GRADED = ("lane", "risk_grade", "doc_grade", "gantry_grade", "promotion_lane")
"""Keys that a job in the promotion lanes may have."""


def preset(document: Document, *, soft: bool = False) -> Fallbacks:
    """Return the fallback for a job's pattern; ``soft`` if it is one only if a pattern has that id."""
    named = document.get("preset_id")
    return {} if named is None else {"pattern_id": Fallback(named, "preset_id", soft=soft)}


def has_lane_notes(metadata: Any) -> bool:
    """Tell whether metadata is what the promotion lanes note of a job."""
    return isinstance(metadata, dict) and ("cam_profile_summary" in metadata or "subjobs" in metadata)
