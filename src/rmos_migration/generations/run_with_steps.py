"""Runs with steps: the G-code of a run at the saw and its statistics, without the kind of operation."""

from ..entities import JOBLOG
from .normalized import Fallback, Fallbacks
from .source_format import Document, SourceFormat, key

NAME = "run with steps"

_FIXED_WORD = Fallback(
    "saw_run", note=("job-type-derived", "a run that does not name its operation is a saw_run")
)


def _job(document: Document) -> Fallbacks:
    return {"job_type": _FIXED_WORD}


FORMATS = (
    SourceFormat(
        NAME,
        JOBLOG,
        (key("gcode"), key("stats"), key("run_id")),
        fallbacks=_job,
        marks=frozenset(("stats", "steps", "status")),
    ),
)
