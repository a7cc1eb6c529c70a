"""Runs with steps: the G-code of a run at the saw and its statistics, without a word on the kind of operation."""

from ..entities import JOBLOG
from .draft import Offer, Offers
from .form import Document, Form, key

NAME = "run with steps"

_FIXED_WORD = Offer(
    "saw_run", note=("job-type-derived", "a run that does not name its operation is a saw_run")
)


def _job(document: Document) -> Offers:
    return {"job_type": _FIXED_WORD}


FORMS = (
    Form(
        NAME,
        JOBLOG,
        (key("gcode"), key("stats"), key("run_id")),
        offers=_job,
        marks=frozenset(("stats", "steps", "status")),
    ),
)
