"""The user's choices for documents that do not fit what the database holds."""

from enum import StrEnum
from typing import NamedTuple


class OnConflict(StrEnum):
    """What to do with a document whose id is taken by other content."""

    KEEP = "keep"
    REPLACE = "replace"
    REJECT = "reject"


class MissingReferences(StrEnum):
    """What to do with a document that refers to a record that is not there."""

    DETACH = "detach"
    REJECT = "reject"


class Policy(NamedTuple):
    """The user's choices for conflicts and missing references."""

    on_conflict: OnConflict = OnConflict.KEEP
    missing_references: MissingReferences = MissingReferences.DETACH
