"""What fields are called on the pages, and how their values are written."""

from ..presentation.text import seconds

_NAMES = {
    "id": "id",
    "job_type": "type of job",
    "pattern_type": "type",
    "material_type": "material",
    "ring_count": "rings",
    "pattern_id": "pattern",
    "strip_family_id": "strip family",
    "created_at": "made",
    "updated_at": "changed",
    "start_time": "started",
    "end_time": "ended",
    "extra": "everything else that the document said",
    "metadata": "noted beside it",
}
_UNITS = {"_mm": " (mm)", "_seconds": ""}


def label(name: str) -> str:
    """A field's name in words, with its unit."""
    if name in _NAMES:
        return _NAMES[name]
    for end, unit in _UNITS.items():
        if name.endswith(end):
            return name.removesuffix(end).replace("_", " ") + unit
    return name.replace("_", " ")


def text_of(name: str, value: str | float) -> str:
    """A value as people read it: numbers without a needless fraction, durations in words."""
    if isinstance(value, str):
        return value
    return seconds(value) if name.endswith("_seconds") else f"{value:,.10g}"
