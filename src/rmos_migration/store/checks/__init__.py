"""What does not fit together in a database; nothing here changes it."""

from .breaches import Breach, breaches_of_books, broken_links_of_books, has_breach
from .doubts import SEE, doubts
from .ledger import (
    bytes_without_reject,
    counts_of_runs,
    derived_lists,
    entries_of_no_entity,
    entries_with_derived,
    entries_without_row,
    not_loaded,
    records_without_row,
    rejects_without_bytes,
    rows_without_entry,
    several_origins,
    times_of_runs,
    unknown_rows,
)
from .references import BrokenReference, broken_reference_count, broken_references, stream_rows
from .values import incomplete, look_alikes
