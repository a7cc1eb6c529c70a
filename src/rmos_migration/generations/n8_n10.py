"""What the documents of N8 to N10 describe: as native, with the id under another name, lanes and risk grades.

A job may name its pattern by preset_id.
"""

from ..entities import JOBLOG, PATTERN, STRIP_FAMILY
from .draft import Offers
from .form import Document, Form, key
from .native import newest, pending
from .presets import GRADED, preset

NAME = "n8-n10 docs"


def _job(document: Document) -> Offers:
    return pending(document) | preset(document)


FORMS = (
    Form(NAME, PATTERN, (key("pattern_id", *GRADED), *newest(PATTERN)), strict=True),
    Form(NAME, STRIP_FAMILY, (key("family_id", *GRADED), *newest(STRIP_FAMILY)), strict=True),
    Form(NAME, JOBLOG, (key("job_id", *GRADED), *newest(JOBLOG)), offers=_job, strict=True),
)
