"""What a view reads from, and how it says that there is no such thing."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from ..store.database import SqliteDatabase
from ..store.lock import is_locked
from .redaction import Redactor


class NotFound(Exception):  # noqa: N818 - an answer, not a failure
    """There is nothing of the name that was asked for."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class ViewContext:
    """A database as of one moment: ``connection`` is in a transaction, which ends with the view."""

    connection: Connection
    database: SqliteDatabase
    redactor: Redactor

    @cached_property
    def locked(self) -> bool | None:
        """Whether a run is going on; None where that cannot be told."""
        return is_locked(self.database.path)
