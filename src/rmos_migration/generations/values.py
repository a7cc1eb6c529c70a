"""Values as documents write them, translated to what a column holds (docs/domain.md, Fields, Words).

A translation takes the source's value, its key, and the list of notes to add to. A value that is stored
verbatim comes back as the very same object; the caller keeps everything else in ``extra``.
"""

from collections.abc import Callable
from typing import Any, get_args

from ..diagnostics import shown
from ..entities import FieldKind
from ..entities.base import EXACT_INTEGERS
from ..entities.joblog import Status
from ..sources.decode import decode_text
from .notes import Notes, UnusableError
from .times import clock, instant

Translation = Callable[[Any, str, Notes], Any]

STATUSES = frozenset(get_args(Status))

_STATUS_SYNONYMS = {
    "success": "completed",
    "ok": "completed",
    "partial": "completed",
    "aborted": "cancelled",
    "queued": "pending",
    "created": "pending",
    "ready": "pending",
    "processing": "running",
    "active": "running",
    "error": "failed",
    "blocked": "failed",
    "scrap": "failed",
}

JOB_TYPES = frozenset(
    [
        "slice",
        "batch",
        "contour",
        "assembly",
        "custom",
        "saw_slice",
        "saw_slice_batch",
        "slice_batch",
        "rosette_plan",
        "rosette_slice_batch",
        "rosette_pattern_generation",
        "rosette_preview",
        "rosette_cnc_export",
        "rosette_segmentation",
        "rosette_validation",
        "rosette_cnc_simulation",
        "rosette_cam",
        "rmos_rosette_saw_batch",
        "pipeline_run",
        "preset_promote_manual",
        "preset_promote_winner",
        "preset_rollback",
        "saw_queue_job",
    ]
)
"""The job types RMOS programs wrote (docs/domain.md, Words). Another word is kept, with a warning."""


def identifier(value: Any, key: str, notes: Notes) -> Any:
    """Translate an id or reference: an integer becomes its decimal digits (info)."""
    if type(value) is int:
        notes.append(("id-from-integer", f"{key} is the number {value}; its digits are used", key))
        return str(value)
    return value


def count(value: Any, key: str, notes: Notes) -> Any:
    """Translate a count: 3.0 is 3."""
    if type(value) is float and value.is_integer() and abs(value) <= EXACT_INTEGERS:
        return int(value)
    return value


def json_value(value: Any, key: str, notes: Notes) -> Any:
    """Translate an object or list; under ``*_json``, or as rosette_geometry, it may be JSON text.

    Raises:
        UnusableError: if the text is not JSON.
    """
    if type(value) is not str or not (key.endswith("_json") or key == "rosette_geometry"):
        return value
    decoded, errors = decode_text(value)
    if errors:
        raise UnusableError(f"{key} holds text that is not JSON: {errors[0].message}")
    return decoded


def status(value: Any, key: str, notes: Notes) -> str:
    """Translate a status word of any generation, in any case; others become ``unknown`` (warning)."""
    if type(value) is str:
        if value in STATUSES:
            return value
        word = value.strip().lower()
        if word == "partial":
            notes.append(("status-partial", f"{key} partial is stored as completed", key))
        if known := word if word in STATUSES else _STATUS_SYNONYMS.get(word):
            return known
    notes.append(("status-unknown", f"{key} {shown(value)} is not a known status", key))
    return "unknown"


_OWN_WORDS = frozenset(("event_type", "kind"))
"""Keys under which programs wrote words of their own, for which there is no list."""


def job_type(value: Any, key: str, notes: Notes) -> Any:
    """Return a job type as written, with a note on an unknown word (docs/domain.md, Words)."""
    if type(value) is str and value not in JOB_TYPES and value.strip() and key not in _OWN_WORDS:
        notes.append(("job-type-unknown", f"{key} {shown(value)} is not a job type of any RMOS program", key))
    return value


def pattern_type(value: Any, key: str, notes: Notes) -> str:
    """Translate a pattern type, as written; what is not text, or blank, becomes ``generic`` (warning)."""
    if type(value) is str and value.strip() and "\0" not in value:
        return value
    notes.append(("field-unusable", f"{key} {shown(value)} is not usable text; generic is stored", key))
    return "generic"


TRANSLATIONS: dict[FieldKind, Translation | None] = {
    FieldKind.IDENTIFIER: identifier,
    FieldKind.TEXT: None,
    FieldKind.NUMBER: None,
    FieldKind.COUNT: count,
    FieldKind.JSON: json_value,
    FieldKind.INSTANT: instant,
    FieldKind.CLOCK: clock,
    FieldKind.STATUS: status,
    FieldKind.JOB_TYPE: job_type,
    FieldKind.PATTERN_TYPE: pattern_type,
}
