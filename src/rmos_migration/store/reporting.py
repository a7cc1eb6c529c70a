"""Old names, until the API and the pages use the new ones."""

from .model import CONFLICTS, SUPERSEDED
from .model import ID_CONFLICT as CONFLICT
from .model import DocumentKey as Place
from .records import FamilyRow, PatternRow, counted_by, families, is_geometry_broken, pattern, patterns
from .rejects import RejectedEntry as Known
from .rejects import file_body as body
from .rejects import rejected_by as known
from .runs import (
    EXAMPLES,
    is_reason,
)
from .runs import (
    DiagnosticCount as Noticed,
)
from .runs import (
    before as run_before,
)
from .runs import (
    count as run_count,
)
from .runs import (
    diagnostic_counts as noticed,
)
from .runs import (
    find as find_run,
)
from .runs import (
    has_later as has_later_run,
)
from .runs import (
    places_not_loaded as places_kept_out,
)
from .runs import (
    reasons as kept_out,
)

__all__ = [
    "CONFLICT",
    "CONFLICTS",
    "EXAMPLES",
    "SUPERSEDED",
    "FamilyRow",
    "Known",
    "Noticed",
    "PatternRow",
    "Place",
    "body",
    "counted_by",
    "families",
    "find_run",
    "has_later_run",
    "is_geometry_broken",
    "is_reason",
    "kept_out",
    "known",
    "noticed",
    "pattern",
    "patterns",
    "places_kept_out",
    "run_before",
    "run_count",
]
