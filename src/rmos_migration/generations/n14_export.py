"""N14: the history of CNC exports, one ring each, with the decision of the safety check.

All are rosette_cnc_export."""

from ..entities import JOBLOG
from .normalized import Fallback, Fallbacks
from .source_format import Document, SourceFormat, key, key_like

NAME = "N14 CNC export"

_FIXED_WORD = Fallback(
    "rosette_cnc_export", note=("job-type-derived", "every N14 export is a rosette_cnc_export")
)


def _job(document: Document) -> Fallbacks:
    return {"job_type": _FIXED_WORD}


FORMATS = (
    SourceFormat(
        NAME,
        JOBLOG,
        (key("ring_id"), key("material"), key_like(r"safety_\w+", "safety_*"), key("job_id", "id", "run_id")),
        fallbacks=_job,
        marks=frozenset(("material",)),
    ),
)
