"""The export queue: files waiting to be fetched, without an id; type says what was exported."""

from ..entities import JOBLOG
from .form import Form, key

NAME = "export queue"

FORMS = (Form(NAME, JOBLOG, (key("queued_at"), key("type", "job_type"), key("status"))),)
"""``queued_at`` is the start time, ``ready`` a pending job (docs/domain.md, Times, Words)."""
