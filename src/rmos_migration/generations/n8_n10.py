"""What the documents of N8 to N10 describe: as native, with the id under another name, lanes and risk grades.

A job may name its pattern by preset_id.
"""

from ..entities import JOBLOG, PATTERN, STRIP_FAMILY
from .draft import Offer, Offers
from .form import Document, Form, key
from .native import newest, pending

NAME = "n8-n10 docs"

_GRADED = ("lane", "risk_grade", "doc_grade", "gantry_grade", "promotion_lane")


def _job(document: Document) -> Offers:
    offers = pending(document)
    if document.get("preset_id") is not None:
        offers = {**offers, "pattern_id": Offer(document["preset_id"], "preset_id")}
    return offers


FORMS = (
    Form(NAME, PATTERN, (key("pattern_id", *_GRADED), *newest(PATTERN)), strict=True),
    Form(NAME, STRIP_FAMILY, (key("family_id", *_GRADED), *newest(STRIP_FAMILY)), strict=True),
    Form(NAME, JOBLOG, (key("job_id", *_GRADED), *newest(JOBLOG)), offers=_job, strict=True),
)
