"""What runs did: their rows, and what they noticed."""

from ..model import now  # until the API and the pages import it from there
from .diagnostics import (
    EXAMPLES,
    DiagnosticCount,
    NumberedDiagnostic,
    Stray,
    as_diagnostic,
    diagnostic_counts,
    diagnostics_page,
    has_replaced,
    is_reason,
    not_looked_at,
    not_looked_at_now,
    places_not_loaded,
    reasons,
    retract,
    write_diagnostics,
)
from .rows import (
    Day,
    RunRow,
    as_run,
    before,
    begin_run,
    count,
    days,
    find,
    finish_run,
    has_later,
    newest,
    next_id,
    page,
    write_progress,
)
