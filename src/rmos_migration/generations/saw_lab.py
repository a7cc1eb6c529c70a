"""The saw lab: runs with meta, G-code and stats; telemetry of single cuts; runs written flat, with op_type.

Feeds are in inches a minute (``*_ipm``) beside millimetres, and are kept as written. ``{"runs": {...}}`` files hold
many runs.
"""

from typing import Any

from ..entities import JOBLOG
from .draft import Offer, Offers
from .form import Document, Form, key
from .native import NATIVE_PARAMETERS

NAME = "saw lab"

_ID = key("run_id", "job_id", "id")


def _has_op_type(meta: Any) -> bool:
    return isinstance(meta, dict) and meta.get("op_type") is not None


def _run(document: Document) -> Offers:
    offers = {"job_type": Offer(document["meta"]["op_type"], "meta")}
    stats = document.get("stats")
    if isinstance(stats, dict) and stats.get("duration_s") is not None:
        offers["duration_seconds"] = Offer(stats["duration_s"], "stats")
    return offers


def _flat_run(document: Document) -> Offers:
    return {"job_type": Offer(document["op_type"], "op_type")}


FORMS = (
    Form(NAME, JOBLOG, (key("meta", holds=_has_op_type, said="meta with op_type"), _ID), offers=_run),
    Form(NAME, JOBLOG, (key("cut_type"), _ID, key("machine_id"))),
    Form(NAME, JOBLOG, (key("op_type"), _ID), unless=NATIVE_PARAMETERS, offers=_flat_run),
)
