"""The saw lab: runs with meta, G-code and stats; telemetry of single cuts; runs written flat, with op_type.

Feeds are in inches a minute (``*_ipm``) beside millimetres, and are kept as written. ``{"runs": {...}}``
files hold many runs.
"""

from typing import Any

from ..entities import JOBLOG
from .normalized import Fallback, Fallbacks
from .source_format import Document, SourceFormat, a_text, key

NAME = "saw lab"

_ID = key("run_id", "job_id", "id")
_CUT = frozenset(("gcode", "stats", "machine_profile", "blade_id"))


def _has_op_type(meta: Any) -> bool:
    return isinstance(meta, dict) and a_text(meta.get("op_type"))


def _run(document: Document) -> Fallbacks:
    return {"job_type": Fallback(document["meta"]["op_type"], "meta", before=("cut_type",))}


def _flat_run(document: Document) -> Fallbacks:
    return {"job_type": Fallback(document["op_type"], "op_type", before=("cut_type",))}


FORMATS = (
    SourceFormat(
        NAME,
        JOBLOG,
        (key("meta", holds=_has_op_type, label="meta with op_type"), key(*_ID.keys, "gcode", "stats")),
        fallbacks=_run,
        marks=_CUT,
    ),
    SourceFormat(
        NAME,
        JOBLOG,
        (key("cut_type", holds=a_text, label="cut_type"), key("machine_id")),
        marks=_CUT.union(("machine_id", "operator")),
        claims=frozenset(("cut_type",)),
    ),
    SourceFormat(
        NAME,
        JOBLOG,
        (key("op_type", holds=a_text, label="op_type"), _ID),
        fallbacks=_flat_run,
        marks=_CUT.union(("planned_feed_ipm", "planned_rpm", "safe_z")),
    ),
)
