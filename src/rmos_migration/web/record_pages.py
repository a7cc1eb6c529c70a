"""The pages of records: a list, and one record. Made from the list of entities, like the API's routes."""

from typing import Annotated, Any, NamedTuple

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ..api.addresses import meant, record_address, slug_of
from ..api.parameters import ById, Id, RecordQuery, record_query
from ..api.requests import Parameters
from ..api.state import Given, question, state_of
from ..entities import ENTITIES, JOBLOG, PATTERN, STRIP_FAMILY, Entity, FieldKind
from ..presentation import rosettes
from ..presentation.environment import drawn
from ..presentation.rosettes import Stock
from ..views import records
from ..views.context import ViewContext
from ..views.records import Choices, Filters
from .labels import text_of
from .rendering import Shell, address, as_page, shell_of

SHOWN = 60
"""Records of a page."""

_LONGEST_JSON = 20_000
"""Characters of a field's JSON that are shown; the API has all of it."""

_LARGE = 380
"""Pixels across a rosette on its own page."""

_NO_STOCK: Stock = {}


class Filter(NamedTuple):
    """A field to filter records by: the value that is wanted, and the choices if the field has few values."""

    name: str
    value: str
    choices: list[tuple[str, int]]


class FieldText(NamedTuple):
    """A field of a record as its page shows it: text, JSON, or a link."""

    name: str
    text: str
    is_json: bool = False
    link: str = ""
    is_time: bool = False


def router() -> APIRouter:
    """Return the routes of every entity's pages."""
    made = APIRouter(include_in_schema=False, dependencies=[Parameters])
    for entity in ENTITIES:
        _add(made, entity)
    return made


def _add(made: APIRouter, entity: Entity) -> None:
    async def page(request: Request, query: Any) -> Response:
        return await _list_page(request, entity, query)

    page.__annotations__["query"] = Annotated[record_query(entity, of_form=True), Query()]

    async def one(request: Request, record_id: Id, by_id: ById = None) -> Response:
        return await _record_page(request, entity, meant(record_id, by_id))

    made.add_api_route(f"/{slug_of(entity)}", page, methods=["GET"])
    made.add_api_route(f"/{slug_of(entity)}/{{record_id:path}}", one, methods=["GET"])


async def _list_page(request: Request, entity: Entity, query: RecordQuery) -> Response:
    state, after = state_of(request), query.after()
    choices = await state.cached(question(records.choices, entity), request)
    colours = await _stock(request) if entity is PATTERN else _NO_STOCK
    asked = question(
        _records,
        shell_of(request),
        entity,
        query.filters(entity),
        after,
        query.sort,
        Given(choices),
        Given(colours),
    )
    return as_page(await state.cached(asked, request))


async def _record_page(request: Request, entity: Entity, record_id: str) -> Response:
    colours = await _stock(request) if entity in (PATTERN, STRIP_FAMILY) else _NO_STOCK
    asked = question(_record, shell_of(request), entity, record_id, Given(colours))
    return as_page(await state_of(request).cached(asked, request))


async def _stock(request: Request) -> Stock:
    """Return the colours of the strip families, which are read once while the data are the same."""
    return await state_of(request).cached(question(records.stock), request)


def _records(
    context: ViewContext,
    shell: Shell,
    entity: Entity,
    filters: Filters,
    after: tuple[str, str | None] | None,
    sort: str,
    choices: Given[Choices],
    colours: Given[Stock],
) -> bytes:
    newest = entity is JOBLOG or sort == "newest"
    found = records.page(context, entity, filters, after=after, limit=SHOWN, newest=newest)
    wanted, path = dict(filters), f"/{slug_of(entity)}"
    values: dict[str, Any] = {
        "entity": entity,
        "columns": _columns(entity),
        "links": {rule.name: rule.reference or "" for rule in entity.references},
        "records": found.records,
        "total": found.total,
        "filters": [
            Filter(rule.name, str(wanted.get(rule.name, "")), choices.value.get(rule.name, []))
            for rule in entity.filterable
        ],
        "is_filtered": bool(wanted),
        "next_page": found.next
        and address(path, **wanted, sort=sort if sort != "id" else None, cursor=found.next),
    }
    if entity is PATTERN:
        drawn_rosettes = [records.rosette(one, colours.value) for one in found.records]
        scale = rosettes.scale(drawn_rosettes)
        picture = drawn(lambda one: rosettes.picture(one, scale))
        values |= {"rosettes": drawn_rosettes, "scale": scale, "picture": picture}
    if entity is JOBLOG:
        values["durations"] = records.durations(context, filters)
    return shell.page("records.html", path, **values)


def _columns(entity: Entity) -> list[str]:
    """Return the fields that a list shows beside the name: words and numbers."""
    numbers = [rule.name for rule in entity.fields if rule.source.kind is FieldKind.NUMBER]
    words = [rule.name for rule in entity.filterable if rule.name != "name"]
    return [*words, *numbers]


def _record(
    context: ViewContext, shell: Shell, entity: Entity, record_id: str, colours: Given[Stock]
) -> bytes:
    found = records.screen(context, entity, record_id)
    values: dict[str, Any] = {
        "entity": entity,
        **found._asdict(),
        "parts_of_record": [
            _field_text(entity, name, value)
            for name, value in found.fields.items()
            if value is not None or not _is_json(entity, name)
        ],
        "one_of": {other.name: other.label for other in ENTITIES},
        "used_by": _used_by(entity, record_id),
        "rosette": None,
    }
    if entity is PATTERN:
        picture = drawn(lambda one: rosettes.picture(one, None, _LARGE))
        values |= {"rosette": records.rosette(found.fields, colours.value), "picture": picture}
    if entity is STRIP_FAMILY:
        values["colours"] = colours.value.get(record_id, ())
    return shell.page("record.html", f"/{slug_of(entity)}", **values)


def _field_text(entity: Entity, name: str, value: Any) -> FieldText:
    rule = next((one for one in entity.fields if one.name == name), None)
    if isinstance(value, (dict, list)):
        text = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
        rest = len(text) - _LONGEST_JSON
        if rest > 0:
            text = f"{text[:_LONGEST_JSON]}… ({rest:,} more characters in the API)"
        return FieldText(name, text, is_json=True)
    if value is None:
        return FieldText(name, "")
    link = record_address(rule.reference, value) if rule is not None and rule.reference else ""
    is_time = rule is not None and rule.source.kind in (FieldKind.INSTANT, FieldKind.CLOCK)
    return FieldText(name, text_of(name, value), link=link, is_time=is_time)


def _is_json(entity: Entity, name: str) -> bool:
    rules = {rule.name: rule for rule in entity.fields}
    return name not in rules or rules[name].source.kind is FieldKind.JSON


def _used_by(entity: Entity, record_id: str) -> list[tuple[str, str]]:
    """Return where the records are listed that refer to this one: what they are, and the address."""
    return [
        (other.name, address(f"/{slug_of(other)}", **{rule.name: record_id}))
        for other in ENTITIES
        for rule in other.references
        if rule.reference == entity.name
    ]
