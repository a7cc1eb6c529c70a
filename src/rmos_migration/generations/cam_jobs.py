"""CAM job intelligence: simulated runs of CAM programs, mostly in JSON Lines.

run_id names the program, not the run: the same one comes again with other content, so a job's id is
``run_id@created_at``. Simulated and predicted times are not durations. No job says what it is; all are
``cam_job``.
"""

from contextlib import suppress

from ..entities import JOBLOG
from .field_plan import is_absent, keys_in, plan_of
from .normalized import Fallback, Fallbacks
from .notes import UnusableError
from .presets import preset
from .source_format import Document, SourceFormat, key
from .times import instant

NAME = "CAM job intelligence"

_FIXED_WORD = Fallback("cam_job", note=("job-type-derived", "every job of the CAM programs is a cam_job"))


def _job(document: Document) -> Fallbacks:
    fallbacks = {"job_type": _FIXED_WORD} | preset(
        document, soft=True
    )  # most often a preset of feeds and speeds
    run_id = document.get("run_id")
    if run_id is None:
        return fallbacks
    at = _created_at(document)
    name = f"{run_id}@{at}" if at and type(run_id) in (str, int) and run_id != "" else run_id
    return fallbacks | {"id": Fallback(name, "run_id")}


def _created_at(document: Document) -> str:
    """Return the time that tells runs of one program apart, in UTC; empty if none can be read."""
    rule = plan_of(JOBLOG).rules["created_at"]
    for name in keys_in(document, rule):
        if not is_absent(rule, document[name]):
            with suppress(UnusableError):
                return instant(document[name], name, [])
    return ""


FORMATS = (
    SourceFormat(
        NAME,
        JOBLOG,
        (
            key("post_id", "sim_time_s", "sim_stats", "sim_issues", "sim_move_count", "sim_energy_j"),
            key("run_id", "job_id"),
            key("machine_id"),
        ),
        fallbacks=_job,
        ignored=frozenset({"run_id"}),
        marks=frozenset(("machine_id", "job_name", "gcode_key", "use_helical", "predicted_time_s")),
    ),
)
