"""The migration as a whole: its status, its history, what is not loaded."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from sqlalchemy import Connection
from starlette.responses import Response

from ...store import history
from ...store.kept_out import KeptOutPlace
from ...store.lock import is_locked
from .. import facts, models
from ..cursors import LONGEST, from_cursor
from ..rejects import one_reject, page_of_rejects
from ..requests import Parameters
from ..state import is_trusted, json_answer, json_bytes, state_of
from .parameters import PREFIX, Cursor, Number, Part

router = APIRouter(prefix=PREFIX, tags=["migration"], dependencies=[Parameters])


@router.get("/status", responses={200: {"model": models.StatusAnswer}})
async def status(request: Request) -> Response:
    """Is my data in, when, what is wrong."""
    desk, trusted = state_of(request), is_trusted(request)
    audited = await desk.quick_checkup.result()

    def make(connection: Connection) -> bytes:
        locked = is_locked(desk.serving.database.path)
        return json_bytes(facts.status(connection, desk.serving, audited, locked=locked, trusted=trusted))

    return json_answer(await desk.answers.to(("status", trusted, audited.started_at), make, is_of_files=True))


@router.get("/history", responses={200: {"model": models.HistoryAnswer}})
async def history_by_date(request: Request, limit: Number = 50) -> Response:
    """Runs by the date on which they began, the latest first; ``limit`` is how many dates."""
    desk = state_of(request)

    def make(connection: Connection) -> bytes:
        days, total = history.days(connection, limit, locked=is_locked(desk.serving.database.path))
        return json_bytes(
            models.HistoryAnswer(history=[facts.day(one) for one in days], total_migration_dates=total)
        )

    return json_answer(await desk.answers.to(("history", limit), make, request))


@router.get("/rejects", responses={200: {"model": models.RejectsAnswer}})
async def rejects(
    request: Request,
    limit: Number = 50,
    cursor: Cursor = None,
    outcome: Literal["rejected", "conflict"] | None = None,
    code: Part = None,
    path: Part = None,
) -> Response:
    """What is not loaded as of now, rejected or in conflict; ``path`` is a part of the file's path."""
    desk = state_of(request)
    after = from_cursor(cursor, int, str, str)
    place = None if after is None else KeptOutPlace(*after)

    def make(connection: Connection) -> bytes:
        page = page_of_rejects(connection, after=place, limit=limit, outcome=outcome, code=code, path=path)
        return json_bytes(page)

    key = ("rejects", place, limit, outcome, code, path)
    return json_answer(await desk.answers.to(key, make, request, is_of_files=True))


@router.get("/rejects/{key}", responses={200: {"model": models.RejectAnswer}})
async def reject(request: Request, key: Annotated[str, Path(max_length=LONGEST)]) -> Response:
    """One document that is not loaded; with the token, the lines around the fault."""
    desk, trusted = state_of(request), is_trusted(request)
    place = from_cursor(key, int, str, str, name="key")
    make = partial(one_reject, place=KeptOutPlace(*(place or ())), with_lines=trusted)
    return json_answer(json_bytes(models.RejectAnswer(reject=await desk.answers.ask(make, request))))
