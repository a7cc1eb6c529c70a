"""Shop artifacts: what the shop floor recorded of one job, among many artifacts that are not jobs.

``kind`` says what was done: a job log of any program, or the execution of a batch at the saw.
"""

import re
from typing import Any

from ..entities import JOBLOG
from .normalized import Fallback, Fallbacks
from .source_format import Document, SourceFormat, a_value, key

NAME = "shop artifacts"

_KIND_OF_JOB = re.compile(r".*(?:_job_log|saw_batch_execution)", re.DOTALL)
_OTHER_IDS = ("job_id", "run_id", "log_id")
_OTHER_TYPES = ("type", "event_type", "cut_type")


def is_kind_of_job(value: Any) -> bool:
    """Tell whether an artifact of this kind is the record of a job."""
    return isinstance(value, str) and _KIND_OF_JOB.fullmatch(value) is not None


def _job(document: Document) -> Fallbacks:
    fallbacks = {
        "id": Fallback(document["artifact_id"], "artifact_id", before=_OTHER_IDS),
        "job_type": Fallback(document["kind"], "kind", before=_OTHER_TYPES),
    }
    if document.get("created_utc") is not None:
        fallbacks["created_at"] = Fallback(document["created_utc"], "created_utc")
    payload = document.get("payload")
    held = payload if isinstance(payload, dict) else {}
    if document.get("status") is None and held.get("status") is not None:
        fallbacks["status"] = Fallback(held["status"], "payload")
    times = [
        (holder, metrics["cut_time_s"])
        for holder, metrics in (("metrics", document.get("metrics")), ("payload", held.get("metrics")))
        if isinstance(metrics, dict) and metrics.get("cut_time_s") is not None
    ]
    if times:
        holder, time = next((one for one in times if type(one[1]) in (int, float)), times[0])
        fallbacks["duration_seconds"] = Fallback(time, holder)
    return fallbacks


FORMATS = (
    SourceFormat(
        NAME,
        JOBLOG,
        (
            key("artifact_id", holds=a_value, label="artifact_id"),
            key("kind", holds=is_kind_of_job, label="kind of a job log or saw_batch_execution"),
            key("created_utc", "created_at_utc", "payload", "metrics"),
        ),
        fallbacks=_job,
        marks=frozenset(("kind", "index_meta", "created_utc", "payload", "metrics")),
    ),
)
