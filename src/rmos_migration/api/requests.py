"""Reading requests as strictly as files: nothing is accepted that reading would change."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel

from ..diagnostics import printable
from ..sources.decode import decode
from .problems import Fault, Problem, invalid_field

LARGEST_BODY = 1024 * 1024
"""Bytes. A larger body is refused while it is received."""

_ANYTHING = object()


async def json_body(request: Request, *, empty: Any = _ANYTHING) -> Any:
    """Return the request's JSON; ``empty`` is returned for an empty body, where one is allowed.

    Raises:
        Problem: if it is not JSON, or JSON that cannot be kept exactly.
    """
    raw = await request.body()
    if not raw and empty is not _ANYTHING:
        return empty
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Problem("not-json", "the body must be JSON", "send it with Content-Type: application/json")
    value, _, errors = decode(raw)
    if errors:
        faults = [
            Fault(
                code=one.code,
                message=f"{one.message} (line {one.location.line}, column {one.location.column})",
                pointer=one.location.pointer,
                hint="",
            )
            for one in errors
        ]
        raise Problem("invalid", faults[0].message, "correct the body", errors=faults)
    return value


async def _refuse_unknown(request: Request) -> None:
    """Refuse parameters that a route does not know or that are given twice: one would be ignored silently.

    It awaits nothing; but if it were no coroutine, FastAPI would call it in a thread on every request.
    """
    route = request.scope.get("route")
    known = set(_parameters_of(route)) if isinstance(route, APIRoute) else set()
    given = Counter(name for name, _ in request.query_params.multi_items())
    messages = {name: f"there is no parameter {name}" for name in given if name not in known}
    messages |= {name: f"{name} is given {n} times" for name, n in given.items() if name in known and n > 1}
    if messages:
        faults = [invalid_field(printable(message), printable(name)) for name, message in messages.items()]
        hint = (
            f"the parameters are {', '.join(sorted(known))}, each once"
            if known
            else "this address has no parameters"
        )
        raise Problem("invalid", faults[0].message, hint, errors=faults)


def _parameters_of(route: APIRoute) -> Iterator[str]:
    for one in route.dependant.query_params:
        model = one.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from model.model_fields
        else:
            yield one.alias


NO_NUL = "^[^\\x00]*$"
"""What a filter must look like: SQLite would read a text up to its first NUL only, and find too much."""

Parameters = Depends(_refuse_unknown)
"""Holds a router's requests to the parameters that its routes declare."""
