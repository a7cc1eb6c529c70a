"""The export queue: files waiting to be fetched, without an id; type says what was exported."""

from ..entities import JOBLOG
from .source_format import SourceFormat, key

NAME = "export queue"

FORMATS = (SourceFormat(NAME, JOBLOG, (key("queued_at"), key("type", "job_type"), key("status"))),)
"""``queued_at`` is the start time, ``ready`` a pending job (docs/domain.md, Times, Words)."""
