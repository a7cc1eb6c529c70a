"""The records: list and count them, read, create, change and delete one.

The routes are made from the list of entities.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict, create_model
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
    """The base of answers that are made from an entity.

    They have no docstrings, and Pydantic's search for them is slow.
    """

    model_config = ConfigDict(use_attribute_docstrings=False)


class _EntityRoutes:
    """The routes of an entity's records.

    The methods have no docstrings: FastAPI would make descriptions of them, and the summaries say enough.
    """

    def __init__(self, entity: Entity) -> None:
        title = entity.record.__name__
        one: dict[str, Any] = {entity.singular: (entity.record, ...)}
        many: dict[str, Any] = {
            entity.name: (list[entity.record], ...),  # type: ignore[name-defined]
            "total": (int, ...),
            "next": (str | None, ...),
        }
        self.entity = entity
        self.answer = create_model(f"{title}Answer", __base__=_EntityAnswer, **one)
        self.page_answer = create_model(f"{title}Page", __base__=_EntityAnswer, **many)

    def router(self) -> APIRouter:
        """Return the router of these routes."""
        slug, singular = slug_of(self.entity), self.entity.singular
        words, word = slug.replace("-", " "), singular.replace("_", " ")
        found: dict[int | str, dict[str, Any]] = {200: {"model": self.answer}}
        body = {"requestBody": {"required": True, "content": _json(_body_schema(self.entity))}}
        router = APIRouter(
            prefix=f"{STORES}/{slug}", tags=[slug], dependencies=[Parameters], route_class=PlainWord
        )
        add, at = router.add_api_route, "/{record_id:path}"
        add("", self._list_route(), methods=["GET"], responses={200: {"model": self.page_answer}},
            name=f"list_{self.entity.name}", summary=f"Look through the {words}")  # fmt: skip
        add("", self._create, methods=["POST"], status_code=201, responses={201: {"model": self.answer}},
            openapi_extra=body, name=f"create_{singular}", summary=f"Make a {word}")  # fmt: skip
        add("/statistics", self._statistics, methods=["GET"], summary=f"What the {words} look like",
            name=f"{singular}_statistics", responses={200: {"model": models.StatisticsAnswer}})  # fmt: skip
        if self.entity is PATTERN:
            add(f"{at}/drawing.svg", pattern_drawing, methods=["GET"], response_class=Response,
                responses={200: {"description": "The rosette", "content": {"image/svg+xml": {"schema": {}}}}},
                name="pattern_drawing", summary="The rosette, drawn in its real size")  # fmt: skip
        add(at, self._one, methods=["GET"], name=f"get_{singular}", summary=f"One {word}",
            responses={**found, 304: {"description": "It is what the caller has"}})  # fmt: skip
        add(at, self._change, methods=["PUT"], responses=found, openapi_extra=body,
            name=f"change_{singular}", summary=f"Give a {word} other values")  # fmt: skip
        add(at, self._delete, methods=["DELETE"], responses={200: {"model": models.Deleted}},
            name=f"delete_{singular}", summary=f"Delete a {word}")  # fmt: skip
        return router

    def _list_route(self) -> Callable[..., Awaitable[Response]]:
        async def page(request: Request, query: Any) -> Response:
            return await self._list(request, query)

        page.__annotations__["query"] = Annotated[record_query(self.entity), Query()]
        return page

    async def _list(self, request: Request, query: RecordQuery) -> Response:
        asked = question(
            records.page,
            self.entity,
            query.filters(self.entity),
            after=query.after(),
            limit=query.limit,
            newest=query.sort == "newest",
        )
        return await cached_json(request, written(asked, RecordPage.as_json))

    async def _statistics(self, request: Request) -> Response:
        return await cached_json(request, question(records.statistics, self.entity))

    async def _create(self, request: Request) -> Response:
        fields, raw = await _fields(request)
        state = state_of(request)
        row = await state.edited(lambda: edit.create(state.settings.database, self.entity, fields, raw))
        location = f"{root_of(request)}{STORES}{record_address(self.entity, row[0])}"
        return self._answer(row, 201, Location=location)

    async def _one(
        self,
        request: Request,
        record_id: Id,
        by_id: ById = None,
        if_match: IfMatch = None,  # noqa: ARG002 - all of its lines count
        if_none_match: IfNoneMatch = None,  # noqa: ARG002
    ) -> Response:
        known, wanted = request.headers.getlist("if-none-match"), _tags_wanted(request)

        def answer(context: ViewContext) -> Response:
            row = records.row(context, self.entity, meant(record_id, by_id))
            edit.refuse_unless_tagged(self.entity, row, wanted)
            if etags.is_known(row, known):
                return Response(status_code=304, headers={"ETag": etags.etag(row)})
            return self._answer(row)

        return await state_of(request).fresh(question(answer))

    async def _change(
        self, request: Request, record_id: Id, by_id: ByIdToo = None, if_match: IfMatch = None
    ) -> Response:
        if if_match is None:
            raise Problem(
                "tag-needed",
                "it could undo what somebody else has changed in the meantime",
                "read the record, and send its ETag as If-Match; * changes whatever is there",
            )
        fields, raw = await _fields(request)
        state, wanted = state_of(request), _tags_wanted(request)

        def work() -> Row:
            record = meant(record_id, by_id)
            return edit.change(state.settings.database, self.entity, record, fields, raw, tag=wanted)

        return self._answer(await state.edited(work))

    async def _delete(
        self,
        request: Request,
        record_id: Id,
        by_id: ByIdToo = None,
        if_match: IfMatch = None,  # noqa: ARG002
    ) -> Response:
        state, record, wanted = state_of(request), meant(record_id, by_id), _tags_wanted(request)
        await state.edited(lambda: edit.delete(state.settings.database, self.entity, record, tag=wanted))
        return json_answer(json_bytes(models.Deleted(deleted=record)))

    def _answer(self, row: Row, status: int = 200, **headers: str) -> Response:
        answer = {"success": True, self.entity.singular: as_fields(self.entity, row)}
        return json_answer(json_bytes(answer), status, ETag=etags.etag(row), **headers)


@cache
def routers() -> tuple[APIRouter, ...]:
    """Return the routes of every entity."""
    return tuple(_EntityRoutes(entity).router() for entity in ENTITIES)


async def pattern_drawing(request: Request, record_id: Id, by_id: ById = None) -> Response:
    """The drawing of a pattern, as large as the rosette itself."""
    pattern_id = meant(record_id, by_id)
    picture = await state_of(request).cached(question(records.pattern_drawing, pattern_id), request)
    if not picture:
        raise Problem("not-found", f"the pattern {shown(pattern_id)} describes no ring that could be drawn")
    return Response(picture, media_type="image/svg+xml")


def _tags_wanted(request: Request) -> frozenset[str]:
    return etags.named(request.headers.getlist("if-match"))


async def _fields(request: Request) -> tuple[Mapping[str, Any], bytes]:
    fields = await json_body(request)
    if not isinstance(fields, dict):
        raise Problem("invalid", f"expected an object, found {shown(fields)}")
    return fields, await request.body()


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


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
