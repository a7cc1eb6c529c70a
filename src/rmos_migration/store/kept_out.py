"""Old names, until the API and the pages use the new ones."""

from .ledger import IS_FOR_ITS_ID
from .ledger import IS_NOT_LOADED as IS_KEPT_OUT
from .model import DocumentPlace as KeptOutPlace
from .rejects import (
    EVERY,
    at,
    page,
    reasons_of,
)
from .rejects import (
    NotLoaded as KeptOutFound,
)
from .rejects import (
    NotLoadedOutcome as KeptOutKind,
)
from .rejects import (
    body_at as bytes_of,
)
from .rejects import (
    outcomes as kinds,
)

__all__ = [
    "EVERY",
    "IS_FOR_ITS_ID",
    "IS_KEPT_OUT",
    "KeptOutFound",
    "KeptOutKind",
    "KeptOutPlace",
    "at",
    "bytes_of",
    "kinds",
    "page",
    "reasons_of",
]
