"""The pages of records: looking through them, and one of them. Made from the list of entities, like the API's routes."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, NamedTuple

import orjson
from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from ..api.addresses import meant, record_address, slug_of
from ..api.cursors import as_cursor, from_cursor, one_page
from ..api.problems import Problem
from ..api.record_query import RecordQuery, looking_of, wanted_of
from ..api.requests import Parameters
from ..api.routes.parameters import ById, Id
from ..api.state import state_of
from ..diagnostics import shown
from ..editing.record import as_fields
from ..entities import ENTITIES, JOBLOG, PATTERN, STRIP_FAMILY, Entity, FieldKind
from ..presentation import rosettes
from ..presentation.environment import drawn
from ..presentation.model import Rosette
from ..presentation.rosettes import Stock, as_drawn, stock
from ..store import browsing, edits, history
from ..store.reporting import PatternRow
from .labels import text_of
from .rendering import address, as_page, render, shared

SHOWN = 60
"""Records of a page."""

_USERS = 20
_LONGEST_JSON = 20_000
"""Characters of a field's JSON that are shown; the API has all of it."""

_EDGES = [60.0, 300.0, 900.0, 3600.0]
_SPANS = [
    "under 1 minute",
    "1 to 5 minutes",
    "5 to 15 minutes",
    "15 to 60 minutes",
    "1 hour and more",
    "not recorded",
]
"""How long jobs take: seconds between which they are counted together, and what that is called."""

_CHOSEN = {FieldKind.STATUS, FieldKind.JOB_TYPE, FieldKind.PATTERN_TYPE, FieldKind.COUNT}
"""Fields with few values, of which one is chosen."""

_LARGE = 380
"""Pixels across a rosette on its own page."""


class Filter(NamedTuple):
    """A field by which records are looked for: what is asked of it, and what can be chosen, where it has few values."""

    name: str
    value: str
    choices: list[tuple[str, int]]


class Part(NamedTuple):
    """A field of a record as its page shows it: text, JSON, or a link."""

    name: str
    text: str
    is_json: bool = False
    link: str = ""
    is_time: bool = False


def router() -> APIRouter:
    """The routes of every entity's pages."""
    made = APIRouter(include_in_schema=False, dependencies=[Parameters])
    for entity in ENTITIES:
        _add(made, entity)
    return made


def _add(made: APIRouter, entity: Entity) -> None:
    async def page(request: Request, looking: Any) -> Response:
        return await _list_page(request, entity, looking)

    page.__annotations__["looking"] = Annotated[looking_of(entity, text_only=True), Query()]

    async def one(request: Request, record_id: Id, by_id: ById = None) -> Response:
        return await _record_page(request, entity, meant(record_id, by_id))

    made.add_api_route(f"/{slug_of(entity)}", page, methods=["GET"])
    made.add_api_route(f"/{slug_of(entity)}/{{record_id:path}}", one, methods=["GET"])


async def _list_page(request: Request, entity: Entity, looking: RecordQuery) -> Response:
    desk, known = state_of(request), shared(request)
    after = from_cursor(looking.cursor, str, str | None)
    wanted = wanted_of(entity, looking)
    choices = await desk.answers.to(("choices", entity.name), partial(_choices, entity), request)
    colours = await _stock(request) if entity is PATTERN else {}
    newest = entity is JOBLOG or looking.sort == "newest"

    def make(connection: Connection) -> bytes:
        found = browsing.page(
            connection,
            entity,
            wanted,
            after=None if after is None else tuple(after),
            limit=SHOWN + 1,
            newest=newest,
        )
        listed, last = one_page([as_fields(entity, row) for row in found.rows], SHOWN)
        more = as_cursor([last["id"], last["created_at"]] if last else None)
        path = f"/{slug_of(entity)}"
        values: dict[str, Any] = {
            "entity": entity,
            "columns": _columns(entity),
            "links": _links(entity),
            "records": listed,
            "total": found.total,
            "filters": [
                Filter(rule.name, str(wanted.get(rule.name, "")), choices.get(rule.name, []))
                for rule in entity.looked_for_by
            ],
            "is_filtered": bool(wanted),
            "next_page": more
            and address(path, **wanted, sort=looking.sort if looking.sort != "id" else None, cursor=more),
        }
        if entity is PATTERN:
            shown_rosettes = [_drawn(one, colours) for one in listed]
            scale = rosettes.scale(shown_rosettes)
            picture = drawn(lambda one: rosettes.picture(one, scale))
            values |= {"rosettes": shown_rosettes, "scale": scale, "picture": picture}
        if entity is JOBLOG:
            counts = browsing.counted_between(connection, entity, "duration_seconds", _EDGES, wanted)
            values["durations"] = list(zip(_SPANS, counts, strict=True))
        return render("records.html", path, **known, **values)

    key = ("records page", known["root"], entity.name, tuple(wanted.items()), looking.cursor, newest)
    return as_page(await desk.answers.to(key, make, request))


def _drawn(fields: Mapping[str, Any], colours: Stock) -> Rosette:
    row = PatternRow(*(fields[name] for name in PatternRow._fields))
    if not isinstance(row.geometry, dict):
        row = row._replace(geometry={})
    return as_drawn(row, colours)


def _columns(entity: Entity) -> list[str]:
    """The fields that a list shows beside the name: words and numbers."""
    numbers = [rule.name for rule in entity.fields if rule.found.kind is FieldKind.NUMBER]
    words = [rule.name for rule in entity.looked_for_by if rule.name != "name"]
    return [*words, *numbers]


def _links(entity: Entity) -> dict[str, str]:
    """The entities that fields refer to, by field."""
    return {rule.name: rule.reference or "" for rule in entity.references}


def _choices(entity: Entity, connection: Connection) -> dict[str, list[tuple[str, int]]]:
    """The values of the fields that have few, each with how many records have it, by field."""
    few = [
        rule for rule in entity.looked_for_by if rule.found.kind in _CHOSEN or rule.name == "material_type"
    ]
    return {
        rule.name: [
            (str(value), number)
            for value, number in browsing.values(connection, entity, rule.column)[0]
            if value is not None
        ]
        for rule in few
    }


async def _stock(request: Request) -> Stock:
    """The colours of the strip families, which are read once while the data are the same."""
    colours: Stock = await state_of(request).answers.to(("stock",), stock, request)
    return colours


async def _record_page(request: Request, entity: Entity, record_id: str) -> Response:
    desk, known = state_of(request), shared(request)
    colours = await _stock(request) if entity in (PATTERN, STRIP_FAMILY) else {}

    def make(connection: Connection) -> bytes:
        row = browsing.one(connection, entity, record_id)
        if row is None:
            raise Problem("not-found", f"there is no {entity.singular.replace('_', ' ')} {shown(record_id)}")
        fields = as_fields(entity, row)
        users, total = edits.users_of(connection, entity, record_id, _USERS)
        values: dict[str, Any] = {
            "entity": entity,
            "fields": fields,
            "parts_of_record": [
                _part(entity, name, value)
                for name, value in fields.items()
                if value is not None or not _is_json(entity, name)
            ],
            "one_of": {other.name: other.singular.replace("_", " ") for other in ENTITIES},
            "places": history.places_of(connection, entity, record_id, _USERS),
            "users": users,
            "users_total": total,
            "used_by": _used_by(entity, record_id),
            "rosette": None,
        }
        if entity is PATTERN:
            rosette = _drawn(fields, colours)
            picture = drawn(lambda one: rosettes.picture(one, None, _LARGE))
            values |= {"rosette": rosette, "picture": picture}
        if entity is STRIP_FAMILY:
            values["colours"] = colours.get(record_id, ())
        return render("record.html", f"/{slug_of(entity)}", **known, **values)

    key = ("record page", known["root"], entity.name, record_id)
    return as_page(await desk.answers.to(key, make, request))


def _part(entity: Entity, name: str, value: Any) -> Part:
    rule = next((one for one in entity.fields if one.name == name), None)
    if isinstance(value, (dict, list)):
        text = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
        rest = len(text) - _LONGEST_JSON
        if rest > 0:
            text = f"{text[:_LONGEST_JSON]}… ({rest:,} more characters; the API has them)"
        return Part(name, text, is_json=True)
    if value is None:
        return Part(name, "")
    link = record_address(rule.reference, value) if rule is not None and rule.reference else ""
    is_time = rule is not None and rule.found.kind in (FieldKind.INSTANT, FieldKind.CLOCK)
    return Part(name, text_of(name, value), link=link, is_time=is_time)


def _is_json(entity: Entity, name: str) -> bool:
    rules = {rule.name: rule for rule in entity.fields}
    return name not in rules or rules[name].found.kind is FieldKind.JSON


def _used_by(entity: Entity, record_id: str) -> list[tuple[str, str]]:
    """Where the records are listed that refer to this one: what they are, and the address."""
    return [
        (other.name, address(f"/{slug_of(other)}", **{rule.name: record_id}))
        for other in ENTITIES
        for rule in other.references
        if rule.reference == entity.name
    ]
