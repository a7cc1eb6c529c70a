"""The records themselves, in the entities' tables."""

from .browsing import (
    MOST_VALUES,
    NumberSummary,
    Page,
    Recent,
    Wanted,
    counted_between,
    counted_by,
    numbers,
    page,
    recent,
    span,
    values,
)
from .lookalikes import Looks, looks
from .patterns import FamilyRow, PatternRow, families, is_geometry_broken, pattern, patterns
from .pending import (
    PendingReference,
    attach,
    attach_come,
    attach_pending,
    forget_pending,
    forget_vain,
    pending_count,
    pending_in_vain,
    pending_of,
    remember_pending,
)
from .rows import (
    ReferringRecord,
    Row,
    content_of,
    delete_row,
    entity_counts,
    existing_ids,
    find,
    fingerprint,
    has_row,
    insert_all,
    insert_bisecting,
    replace_row,
    rows_of,
    users_of,
)
from .stored import RowOrigin, Stored, rows_by_id, rows_in_order, rows_without_place
