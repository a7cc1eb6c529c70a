"""RMOS runs, version 1: what one program run was given and made, by hashes; the file is keyed by run_id.

Every record has the same forty keys, most of them null. status is OK, BLOCKED or ERROR.
"""

import re

from ..entities import JOBLOG
from .source_format import Marker, SourceFormat, key

NAME = "RMOS runs v1"

FORMATS = (
    SourceFormat(
        NAME,
        JOBLOG,
        (
            key("event_type"),
            Marker(("created_at_utc",), pattern=re.compile(r"\w+_hash"), label="created_at_utc or a *_hash"),
        ),
        marks=frozenset(
            ("created_at_utc", "workflow_session_id", "workflow_mode", "toolchain_id", "feasibility")
        ),
        claims=frozenset(("event_type",)),
    ),
)
