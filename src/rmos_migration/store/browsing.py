"""Old names, until the API and the pages use the new ones."""

from .records import (
    MOST_VALUES,
    NumberSummary,
    Page,
    Recent,
    Wanted,
    counted_between,
    numbers,
    page,
    recent,
    span,
    values,
)
from .records import (
    find as one,
)

__all__ = [
    "MOST_VALUES",
    "NumberSummary",
    "Page",
    "Recent",
    "Wanted",
    "counted_between",
    "numbers",
    "one",
    "page",
    "recent",
    "span",
    "values",
]
