"""What a view reads from, and how it says that there is no such thing."""

from dataclasses import dataclass

from ..store.port import DatabasePort
from ..store.snapshot import Snapshot
from .redaction import Redactor


class NotFound(Exception):  # noqa: N818 - an answer, not a failure
    """There is nothing of the name that was asked for."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class ViewContext:
    """A database as of one moment: ``snapshot`` ends with the view."""

    snapshot: Snapshot
    database: DatabasePort
    redactor: Redactor
