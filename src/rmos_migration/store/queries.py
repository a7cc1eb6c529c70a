"""Old names, until the API and the pages use the new ones."""

from .records import entity_counts, pending_count
from .runs import RunRow, as_diagnostic, as_run
from .runs import newest as runs_newest_first
from .schema import steps as schema_steps

__all__ = [
    "RunRow",
    "as_diagnostic",
    "as_run",
    "entity_counts",
    "pending_count",
    "runs_newest_first",
    "schema_steps",
]
