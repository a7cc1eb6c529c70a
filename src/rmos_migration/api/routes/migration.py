"""The migration as a whole: its status, its history, what is not loaded."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from ...store.model import LedgerPlace
from ...views import audit, models, not_loaded, overview
from ...views.not_loaded import RejectFilter
from ..parameters import LONGEST_CURSOR, MIGRATION, Cursor, Number, Part, place_from, values_from
from ..requests import Parameters
from ..state import cached_json, is_trusted, json_answer, json_bytes, question, state_of, written

router = APIRouter(prefix=MIGRATION, tags=["migration"], dependencies=[Parameters])


@router.get("/status", responses={200: {"model": models.StatusAnswer}})
async def status(request: Request) -> Response:
    """Is my data in, when, what is wrong."""
    validation = audit.validation(await state_of(request).quick_audit.result())
    asked = question(overview.status, validation, trusted=is_trusted(request))
    return await cached_json(request, asked, is_costly=False, is_of_files=True)


@router.get("/history", responses={200: {"model": models.HistoryAnswer}})
async def history_by_date(request: Request, limit: Number = 50) -> Response:
    """Runs by the date on which they began, the latest first; ``limit`` is how many dates."""
    return await cached_json(request, question(overview.days, limit=limit))


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
    wanted = RejectFilter(outcome, code, path)
    asked = question(not_loaded.page, wanted, after=place_from(cursor), limit=limit)
    return await cached_json(request, asked, is_of_files=True)


@router.get("/rejects/{key}", responses={200: {"model": models.RejectAnswer}})
async def reject(request: Request, key: Annotated[str, Path(max_length=LONGEST_CURSOR)]) -> Response:
    """One document that is not loaded; with the token, the lines around the fault."""
    place = LedgerPlace(*values_from(key, int, str, str, name="key"))
    asked = question(not_loaded.one, place, trusted=is_trusted(request))
    return json_answer(await state_of(request).fresh(written(asked, json_bytes), request))
