"""What the documents of N8 to N10 describe: as native, with the id under another name, lanes and risk grades.

A job may name its pattern by preset_id.
"""

from ..entities import JOBLOG, PATTERN, STRIP_FAMILY
from .native import newest, pending
from .normalized import Fallbacks
from .presets import GRADED, preset
from .source_format import Document, SourceFormat, key

NAME = "n8-n10 docs"


def _job(document: Document) -> Fallbacks:
    return pending(document) | preset(document)


FORMATS = (
    SourceFormat(NAME, PATTERN, (key("pattern_id", *GRADED), *newest(PATTERN)), strict=True),
    SourceFormat(NAME, STRIP_FAMILY, (key("family_id", *GRADED), *newest(STRIP_FAMILY)), strict=True),
    SourceFormat(NAME, JOBLOG, (key("job_id", *GRADED), *newest(JOBLOG)), fallbacks=_job, strict=True),
)
