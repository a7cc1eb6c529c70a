"""Errors as problems (RFC 9457): one shape for all of them.

{"type": "urn:rmos-migration:problem:in-use", "title": "…", "status": 409, "detail": "…", "hint": "…", …}
"""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from ..diagnostics import Diagnostic, printable
from ..editing.refusals import ChangedMeanwhile, EditRefused, IdTaken, InUse, InvalidRecord, NoSuchRecord
from ..errors import DatabaseUnusable, LockedError, ProgramFault, RmosError, TookTooLong, UsageError
from ..store.port import FileCondition
from ..store.records import ReferringRecord
from ..views.context import NotFound
from .server_settings import ServerSettings

MOST_FAULTS = 100
"""Faults that an answer lists; it also says how many there are in all."""

RETRY_SECONDS = "2"
"""After which a caller who was refused a place is to ask again."""

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:rmos-migration:problem:"

TITLES = {
    "bad-request": (400, "The request cannot be understood"),
    "token-needed": (401, "This needs the token"),
    "origin-refused": (403, "The request comes from another site"),
    "changes-off": (403, "This server changes nothing"),
    "link-used": (403, "The link is no longer valid"),
    "not-found": (404, "Not found"),
    "method-not-allowed": (405, "This cannot be done here"),
    "in-use": (409, "The record is in use"),
    "id-taken": (409, "The id is already in use"),
    "locked": (409, "The database is in use"),
    "not-running": (409, "The run cannot be stopped from here"),
    "changed-meanwhile": (412, "The record has been changed in the meantime"),
    "too-large": (413, "The request is too large"),
    "address-too-long": (414, "The address is too long"),
    "not-json": (415, "The request must be JSON"),
    "host-refused": (421, "The server does not have this name"),
    "invalid": (422, "The request breaks a rule"),
    "tag-needed": (428, "The request must say which version it changes"),
    "headers-too-large": (431, "There are too many headers"),
    "failed": (500, "The server failed"),
    "database-missing": (503, "There is no database yet"),
    "database-older": (503, "The database must be upgraded"),
    "database-newer": (503, "The database is newer than this program"),
    "database-unusable": (503, "The database cannot be used"),
    "busy": (503, "The server is busy"),
    "took-too-long": (503, "The answer took too long"),
    "environment": (503, "The machine failed"),
}
"""Status and title by the last step of the type."""


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    code: str
    message: str
    pointer: str = Field(
        description="RFC 6901, into the request's body; the parameter's name where it has none"
    )
    hint: str


class UserBody(BaseModel):
    """A record that refers to the one in question."""

    entity: str
    id: str


class ProblemBody(BaseModel):
    """What went wrong (RFC 9457): which kind of problem, what exactly, and what to do."""

    model_config = ConfigDict(title="Problem")

    type: str
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    hint: str = ""
    errors: list[Fault] = Field(default=[], description="what is wrong with the request, the first 100 of it")
    errors_total: int = Field(default=0, description="how much is wrong with it, as far as it was read")
    used_by: list[UserBody] = Field(default=[], description="the first records that refer to this one")
    used_by_total: int = 0


class Problem(Exception):  # noqa: N818 - an answer
    """A problem that the caller gets instead of an answer."""

    def __init__(
        self,
        kind: str,
        detail: str,
        hint: str = "",
        *,
        errors: list[Fault] | None = None,
        errors_total: int = 0,
        used_by: list[ReferringRecord] | None = None,
        used_by_total: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status, title = TITLES[kind]
        self.headers = {"Retry-After": RETRY_SECONDS} if kind in _PASSING else {}
        self.headers |= headers or {}
        self.body = ProblemBody(
            type=TYPE + kind,
            title=title,
            status=self.status,
            detail=printable(detail),
            hint=printable(hint),
            errors=(errors or [])[:MOST_FAULTS],
            errors_total=max(errors_total, len(errors or [])),
            used_by=[UserBody(**one._asdict()) for one in used_by or []],
            used_by_total=used_by_total,
        )

    def response(self) -> Response:
        """Return the problem as an answer."""
        content = orjson.dumps(self.body.model_dump(exclude_defaults=True))
        return Response(content, self.status, self.headers, MEDIA_TYPE)


_PASSING = frozenset({"busy", "took-too-long"})

_IN_SENTENCE = 5
"""Faults whose messages are part of the sentence that says what is wrong."""

_BY_STATUS = {status: kind for kind, (status, _) in reversed(TITLES.items())}


def of_status(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Problem:
    """Return the problem for an HTTP status that a library raised."""
    kind = _BY_STATUS.get(status, "failed" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "bad-request")
    return Problem(kind, detail, headers=headers)


def of_not_found(error: NotFound) -> Problem:
    """Return the problem for what is not there."""
    return Problem("not-found", error.message, error.hint)


def of_refusal(refusal: EditRefused) -> Problem:
    """Return the problem for a change that was refused."""
    if isinstance(refusal, InvalidRecord):
        faults = [fault(one) for one in refusal.diagnostics[:MOST_FAULTS]]
        messages = [one.message for one in faults[:_IN_SENTENCE]]
        messages += [f"and {refusal.total - _IN_SENTENCE:,} more"] if refusal.total > _IN_SENTENCE else []
        return Problem(
            "invalid", "; ".join(messages), refusal.hint, errors=faults, errors_total=refusal.total
        )
    if isinstance(refusal, InUse):
        return Problem(
            "in-use",
            refusal.message,
            refusal.hint,
            used_by=list(refusal.users),
            used_by_total=refusal.total,
        )
    kinds = {NoSuchRecord: "not-found", IdTaken: "id-taken", ChangedMeanwhile: "changed-meanwhile"}
    return Problem(kinds[type(refusal)], refusal.message, refusal.hint)


def fault(diagnostic: Diagnostic) -> Fault:
    """Return a diagnostic of a request's body as a fault."""
    return Fault(
        code=diagnostic.code,
        message=printable(diagnostic.message),
        pointer=diagnostic.location.pointer,
        hint=diagnostic.hint,
    )


def invalid_field(message: str, pointer: str, hint: str = "") -> Fault:
    """Return what is wrong with a field of a request's body, or with a parameter."""
    return Fault(code="field-invalid", message=message, pointer=pointer, hint=hint)


def of_error(error: RmosError, settings: ServerSettings, *, trusted: bool) -> Problem:
    """Return the problem for a failure.

    A caller without the token sees no path of this machine and no other process.
    """
    if isinstance(error, LockedError):
        detail = error.message if trusted else "another program is writing into the database"
        return Problem("locked", detail, "wait until it has finished, then try again")
    kind = "environment"
    if isinstance(error, ProgramFault):
        return Problem("failed", "the server's log says why", "please report it")
    if isinstance(error, TookTooLong):
        kind = "took-too-long"
    elif isinstance(error, DatabaseUnusable):
        kind = _CONDITIONS.get(settings.database.inspect().condition, "database-unusable")
    elif isinstance(error, UsageError):
        kind = "invalid"
    if trusted:
        return Problem(kind, error.message, error.hint)
    redactor = settings.redactor
    return Problem(kind, redactor.text(error.message), redactor.text(error.hint))


_CONDITIONS = {
    FileCondition.ABSENT: "database-missing",
    FileCondition.EMPTY: "database-missing",
    FileCondition.OLDER: "database-older",
    FileCondition.NEWER: "database-newer",
}
