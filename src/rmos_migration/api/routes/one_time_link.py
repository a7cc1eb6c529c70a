"""The other end of the one-time link: its key for a token of the page's own."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from ..problems import Problem
from ..requests import Parameters, json_body
from ..security import ENTER
from ..state import json_answer, json_bytes, state_of

router = APIRouter(include_in_schema=False, dependencies=[Parameters])


@router.post(ENTER)
async def enter(request: Request) -> Response:
    """Exchange the key for a token; a second time, or too late, it is good for nothing."""
    order = await json_body(request)
    key = order.get("key") if isinstance(order, dict) else None
    if not isinstance(key, str) or list(order) != ["key"]:
        raise Problem("invalid", "the body must be the key of a link", 'send {"key": "…"}')
    token = state_of(request).settings.entrance.enter(key)
    if token is None:
        hint = "start rmos serve again for a new one, or type the token when you are asked"
        raise Problem("link-used", "the link was used before, or is older than ten minutes", hint)
    return json_answer(json_bytes({"success": True, "token": token}))
