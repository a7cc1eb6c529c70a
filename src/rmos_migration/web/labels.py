"""The labels of fields on the pages, and how their values are written."""

from ..presentation.text import seconds

_NAMES = {
    "id": "id",
    "job_type": "job type",
    "pattern_type": "type",
    "material_type": "material",
    "ring_count": "rings",
    "pattern_id": "pattern",
    "strip_family_id": "strip family",
    "created_at": "created",
    "updated_at": "updated",
    "start_time": "started",
    "end_time": "ended",
    "extra": "other fields",
}
_UNITS = {"_mm": " (mm)", "_seconds": ""}


def label(name: str) -> str:
    """Return a field's name in words, with its unit."""
    if name in _NAMES:
        return _NAMES[name]
    for end, unit in _UNITS.items():
        if name.endswith(end):
            return name.removesuffix(end).replace("_", " ") + unit
    return name.replace("_", " ")


def text_of(name: str, value: str | float) -> str:
    """Return a value for people: numbers without a needless fraction, durations in words."""
    if isinstance(value, str):
        return value
    return seconds(value) if name.endswith("_seconds") else f"{value:,.10g}"
