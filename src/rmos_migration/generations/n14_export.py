"""N14: the history of CNC exports, one ring each, with what the safety check decided. All are rosette_cnc_export."""

from ..entities import JOBLOG
from .draft import Offer, Offers
from .form import Document, Form, key, key_like

NAME = "N14 CNC export"

_FIXED_WORD = Offer(
    "rosette_cnc_export", note=("job-type-derived", "every N14 export is a rosette_cnc_export")
)


def _job(document: Document) -> Offers:
    return {"job_type": _FIXED_WORD}


FORMS = (
    Form(
        NAME,
        JOBLOG,
        (key("ring_id"), key("material"), key_like(r"safety_\w+", "safety_*"), key("job_id", "id", "run_id")),
        offers=_job,
        marks=frozenset(("material",)),
    ),
)
