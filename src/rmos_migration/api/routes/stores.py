"""The records: looking through them, one of them, what their values are; making, changing and deleting one.

The routes are made from the list of entities.
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, create_model
from starlette.responses import Response

from ...diagnostics import shown
from ...editing import edit
from ...editing.record import as_fields
from ...entities import ENTITIES, PATTERN, Entity
from ...entities.schema import schema_of
from ...store.records import Row
from ...views import models, records
from ...views.context import ViewContext
from ...views.records import RecordPage
from .. import etags
from ..addresses import PlainWord, meant, record_address, slug_of
from ..parameters import STORES, ById, ByIdToo, Id, IfMatch, IfNoneMatch, RecordQuery, record_query
from ..problems import Problem
from ..requests import Parameters, json_body
from ..state import cached_json, json_answer, json_bytes, question, root_of, state_of, written


class _EntityAnswer(models.Answer):
    """The base of answers that are made from an entity: there are no docstrings to look for, and Pydantic looks for long."""

    model_config = ConfigDict(use_attribute_docstrings=False)


class _EntityRoutes(NamedTuple):
    """What the routes of an entity need to know: how it is called, and what its answers look like."""

    entity: Entity
    slug: str
    singular: str
    one: type[BaseModel]
    many: type[BaseModel]
    query: type[RecordQuery]


def routers() -> list[APIRouter]:
    """The routes of every entity."""
    return [_router(entity) for entity in ENTITIES]


def _kind(entity: Entity) -> _EntityRoutes:
    title = entity.record.__name__
    one: dict[str, Any] = {entity.singular: (entity.record, ...)}
    many: dict[str, Any] = {
        entity.name: (list[entity.record], ...),  # type: ignore[name-defined]
        "total": (int, ...),
        "next": (str | None, ...),
    }
    return _EntityRoutes(
        entity,
        slug_of(entity),
        entity.singular,
        create_model(f"{title}Answer", __base__=_EntityAnswer, **one),
        create_model(f"{title}Page", __base__=_EntityAnswer, **many),
        record_query(entity),
    )


@cache
def _router(entity: Entity) -> APIRouter:
    kind = _kind(entity)
    router = APIRouter(
        prefix=f"{STORES}/{kind.slug}", tags=[kind.slug], dependencies=[Parameters], route_class=PlainWord
    )
    words = kind.slug.replace("-", " ")
    body = {
        "requestBody": {"required": True, "content": {"application/json": {"schema": _body_schema(entity)}}}
    }

    async def page(request: Request, query: Annotated[Any, Query()]) -> Response:
        asked = question(
            records.page,
            entity,
            query.filters(entity),
            after=query.after(),
            limit=query.limit,
            newest=query.sort == "newest",
        )
        return await cached_json(request, written(asked, RecordPage.as_json))

    page.__annotations__["query"] = Annotated[kind.query, Query()]

    async def statistics(request: Request) -> Response:
        return await cached_json(request, question(records.statistics, entity))

    async def create(request: Request) -> Response:
        fields, raw = await _fields(request)
        state = state_of(request)
        row = await state.edited(lambda: edit.create(state.settings.database, entity, fields, raw))
        location = f"{root_of(request)}{STORES}{record_address(entity, row[0])}"
        return _one(kind, row, 201, Location=location)

    async def one(
        request: Request,
        record_id: Id,
        by_id: ById = None,
        if_match: IfMatch = None,  # noqa: ARG001 - all of its lines count
        if_none_match: IfNoneMatch = None,  # noqa: ARG001
    ) -> Response:
        known, wanted = request.headers.getlist("if-none-match"), etags.named(_lines_of_match(request))

        def answer(context: ViewContext) -> Response:
            row = records.row(context, entity, meant(record_id, by_id))
            edit.refuse_unless_tagged(entity, row, wanted)
            if etags.is_known(row, known):
                return Response(status_code=304, headers={"ETag": etags.etag(row)})
            return _one(kind, row)

        return await state_of(request).fresh(question(answer))

    async def change(
        request: Request, record_id: Id, by_id: ByIdToo = None, if_match: IfMatch = None
    ) -> Response:
        if if_match is None:
            raise Problem(
                "tag-needed",
                "it could undo what somebody else has changed meanwhile",
                "read the record, and send its ETag as If-Match; * changes whatever is there",
            )
        fields, raw = await _fields(request)
        state, wanted = state_of(request), etags.named(_lines_of_match(request))

        def work() -> Row:
            record = meant(record_id, by_id)
            return edit.change(state.settings.database, entity, record, fields, raw, tag=wanted)

        return _one(kind, await state.edited(work))

    async def delete(
        request: Request,
        record_id: Id,
        by_id: ByIdToo = None,
        if_match: IfMatch = None,  # noqa: ARG001
    ) -> Response:
        state, record = state_of(request), meant(record_id, by_id)
        wanted = etags.named(_lines_of_match(request))
        await state.edited(lambda: edit.delete(state.settings.database, entity, record, tag=wanted))
        return json_answer(json_bytes(models.Deleted(deleted=record)))

    add = router.add_api_route
    add("", page, methods=["GET"], responses={200: {"model": kind.many}}, name=f"list_{entity.name}",
        summary=f"Look through the {words}")  # fmt: skip
    add("", create, methods=["POST"], status_code=201, responses={201: {"model": kind.one}}, openapi_extra=body,
        name=f"create_{kind.singular}", summary=f"Make a {_words(kind)}")  # fmt: skip
    add("/statistics", statistics, methods=["GET"], responses={200: {"model": models.StatisticsAnswer}},
        name=f"{kind.singular}_statistics", summary=f"What the {words} look like")  # fmt: skip
    if entity is PATTERN:
        add("/{record_id:path}/drawing.svg", pattern_drawing, methods=["GET"], response_class=Response,
            responses={200: {"description": "The rosette", "content": {"image/svg+xml": {"schema": {}}}}},
            name="pattern_drawing", summary="The rosette, drawn in its real size")  # fmt: skip
    at = "/{record_id:path}"
    add(at, one, methods=["GET"], name=f"get_{kind.singular}", summary=f"One {_words(kind)}",
        responses={200: {"model": kind.one}, 304: {"description": "It is what the caller has"}})  # fmt: skip
    add(at, change, methods=["PUT"], responses={200: {"model": kind.one}}, openapi_extra=body,
        name=f"change_{kind.singular}", summary=f"Give a {_words(kind)} other values")  # fmt: skip
    add(at, delete, methods=["DELETE"], responses={200: {"model": models.Deleted}},
        name=f"delete_{kind.singular}", summary=f"Delete a {_words(kind)}")  # fmt: skip
    return router


async def pattern_drawing(request: Request, record_id: Id, by_id: ById = None) -> Response:
    """The drawing of a pattern, as large as the rosette itself."""
    pattern_id = meant(record_id, by_id)
    picture = await state_of(request).cached(question(records.pattern_drawing, pattern_id), request)
    if not picture:
        raise Problem("not-found", f"the pattern {shown(pattern_id)} describes no ring that could be drawn")
    return Response(picture, media_type="image/svg+xml")


def _one(kind: _EntityRoutes, row: Row, status: int = 200, **headers: str) -> Response:
    answer = {"success": True, kind.singular: as_fields(kind.entity, row)}
    return json_answer(json_bytes(answer), status, ETag=etags.etag(row), **headers)


def _lines_of_match(request: Request) -> list[str]:
    return request.headers.getlist("if-match")


async def _fields(request: Request) -> tuple[Mapping[str, Any], bytes]:
    fields = await json_body(request)
    if not isinstance(fields, dict):
        raise Problem("invalid", f"one object is expected, {shown(fields)} is there")
    return fields, await request.body()


def _words(kind: _EntityRoutes) -> str:
    return kind.singular.replace("_", " ")


def _body_schema(entity: Entity) -> dict[str, Any]:
    schema = schema_of(entity)
    properties = {
        name: {key: value for key, value in about.items() if not key.startswith("x-")}
        for name, about in schema["properties"].items()
    }
    return {
        "title": f"{entity.record.__name__}Fields",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
