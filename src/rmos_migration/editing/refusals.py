"""Why a record is not written: nothing of this is a failure, and nothing was changed."""

from collections.abc import Sequence

from ..diagnostics import Diagnostic
from ..store.records import ReferringRecord


class EditRefused(Exception):  # noqa: N818 - an answer, not a failure
    """A change that is not made, and why."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidRecord(EditRefused):
    """The record breaks ``total`` rules; ``diagnostics`` say of the first which, and where in the request."""

    def __init__(self, diagnostics: Sequence[Diagnostic], total: int = 0) -> None:
        super().__init__("the record cannot be used", "correct what is named, and send it again")
        self.diagnostics = diagnostics
        self.total = max(total, len(diagnostics))


class NoSuchRecord(EditRefused):
    """There is no record of this id."""


class IdTaken(EditRefused):
    """There is a record of this id already."""


class ChangedMeanwhile(EditRefused):
    """The record is no longer the one that the request is about."""


class InUse(EditRefused):
    """Other records refer to it; ``users`` are the first of them, ``total`` all."""

    def __init__(self, message: str, users: Sequence[ReferringRecord], total: int) -> None:
        super().__init__(message, "change or delete those first")
        self.users = users
        self.total = total
