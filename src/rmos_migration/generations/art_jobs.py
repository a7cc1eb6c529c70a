"""The Art Studio's jobs: CAM jobs with a post_preset, and stored jobs whose payload nests up to three times.

created_at is in epoch seconds, once written as text. Where no job_type is given, a job beside a post_preset
is a ``rosette_cam``, one with a payload an ``art_job``.
"""

from ..entities import JOBLOG
from .normalized import Fallback, Fallbacks
from .source_format import Document, SourceFormat, an_object, key

NAME = "Art Studio jobs"

_CAM = Fallback(
    "rosette_cam", note=("job-type-derived", "an Art Studio job with a post_preset is a rosette_cam")
)
_STORED = Fallback("art_job", note=("job-type-derived", "a stored Art Studio job is an art_job"))


def _job(document: Document) -> Fallbacks:
    return {"job_type": _CAM if "post_preset" in document else _STORED}


FORMATS = (
    SourceFormat(
        NAME,
        JOBLOG,
        (
            key("post_preset"),
            key("id", "job_id"),
            key("job_type", "rings", "z_passes", "length_mm", "gcode_lines"),
        ),
        fallbacks=_job,
        marks=frozenset(("z_passes", "gcode_lines")),
    ),
    SourceFormat(
        NAME,
        JOBLOG,
        (key("payload", holds=an_object, label="payload"), key("id", "job_id"), key("lane")),
        fallbacks=_job,
    ),
)
