"""The records: looking through them, one of them, what their values are, and the rosette of a pattern."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..diagnostics import shown
from ..editing.record import as_fields
from ..entities import JOBLOG, PATTERN, Entity, FieldKind
from ..presentation.model import Rosette
from ..presentation.rosettes import Stock, as_drawn, drawing
from ..presentation.rosettes import stock as read_stock
from ..store import ledger, records
from ..store.model import LedgerEntry
from ..store.records import PatternRow, ReferringRecord, Row
from . import models
from .context import NotFound, ViewContext
from .paging import as_cursor, one_page

_REFERRING = 20
"""Records that refer to one, and places that it came from, which its page names."""

_FEW_VALUES = {FieldKind.STATUS, FieldKind.JOB_TYPE, FieldKind.PATTERN_TYPE, FieldKind.COUNT}

_EDGES = {
    60.0: "under 1 minute",
    300.0: "1 to 5 minutes",
    900.0: "5 to 15 minutes",
    3600.0: "15 to 60 minutes",
}
"""How long jobs take: upper bounds in seconds, and the names of the spans below them."""

_BEYOND = ["1 hour and more", "not recorded"]

Filters = tuple[tuple[str, Any], ...]
"""What records must have, by field; a name must contain what is wanted, anything else must be it."""

Choices = Mapping[str, list[tuple[str, int]]]
"""The values that a field may be looked for by, each with how many records have it."""


class RecordPage(NamedTuple):
    """A page of an entity's records."""

    entity: Entity
    records: list[dict[str, Any]]
    total: int
    next: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the API's answer."""
        return {"success": True, self.entity.name: self.records, "total": self.total, "next": self.next}


class RecordScreen(NamedTuple):
    """The page of a record: its fields, the first records that refer to it, and where it came from."""

    fields: dict[str, Any]
    users: list[ReferringRecord]
    users_total: int
    places: list[LedgerEntry]


def page(
    context: ViewContext,
    entity: Entity,
    filters: Filters,
    *,
    after: tuple[str, str | None] | None,
    limit: int,
    newest: bool,
) -> RecordPage:
    """Return a page of records, by id or the latest first, after the record ``after`` (id, created_at)."""
    found = records.page(context.snapshot, entity, dict(filters), after=after, limit=limit + 1, newest=newest)
    shown, last = one_page([as_fields(entity, row) for row in found.rows], limit)
    more = as_cursor([last["id"], last["created_at"]] if last else None)
    return RecordPage(entity, shown, found.total, more)


def row(context: ViewContext, entity: Entity, record_id: str) -> Row:
    """Return a record's row.

    Raises:
        NotFound: if there is none of this id.
    """
    found = records.find(context.snapshot, entity, record_id)
    if found is None:
        raise _not_found(entity, record_id)
    return found


def screen(context: ViewContext, entity: Entity, record_id: str) -> RecordScreen:
    """Return the page of a record.

    Raises:
        NotFound: if there is none of this id.
    """
    fields = as_fields(entity, row(context, entity, record_id))
    users, total = records.users_of(context.snapshot.connection, entity, record_id, _REFERRING)
    places = ledger.places_of(context.snapshot, entity, record_id, _REFERRING)
    return RecordScreen(fields, users, total, places)


def choices(context: ViewContext, entity: Entity) -> Choices:
    """Return the values of the fields that have few."""
    few = [
        rule for rule in entity.filterable if rule.source.kind in _FEW_VALUES or rule.name == "material_type"
    ]
    return {
        rule.name: [
            (str(value), number)
            for value, number in records.values(context.snapshot, entity, rule.column)[0]
            if value is not None
        ]
        for rule in few
    }


def durations(context: ViewContext, filters: Filters) -> list[tuple[str, int]]:
    """Return how many jobs took how long, by the name of the span."""
    counts = records.counted_between(
        context.snapshot, JOBLOG, "duration_seconds", list(_EDGES), dict(filters)
    )
    return list(zip([*_EDGES.values(), *_BEYOND], counts, strict=True))


def stock(context: ViewContext) -> Stock:
    """Return the colours of the strip families."""
    return read_stock(context.snapshot)


def rosette(fields: Mapping[str, Any], colours: Stock) -> Rosette:
    """Return the rosette of a pattern."""
    found = PatternRow(*(fields[name] for name in PatternRow._fields))
    if not isinstance(found.geometry, dict):
        found = found._replace(geometry={})
    return as_drawn(found, colours)


def pattern_drawing(context: ViewContext, pattern_id: str) -> str | None:
    """Return the drawing (SVG) of a pattern in full size; None if it describes no ring that can be drawn.

    Raises:
        NotFound: if there is no such pattern.
    """
    found = records.pattern(context.snapshot, pattern_id)
    if found is None:
        raise _not_found(PATTERN, pattern_id)
    return drawing(as_drawn(found, read_stock(context.snapshot)), scale_bar=True)


def statistics(context: ViewContext, entity: Entity) -> models.StatisticsAnswer:
    """Return what the records of one kind look like."""
    snapshot = context.snapshot
    first, last = records.span(snapshot, entity)
    values = {}
    for rule in entity.filterable:
        if rule.name != "name":
            counted, different = records.values(snapshot, entity, rule.column)
            listed = [models.ValueCount(value=value, count=count) for value, count in counted]
            values[rule.name] = models.Values(first=listed, different=different)
    numbers = {
        rule.name: models.Numbers(**records.numbers(snapshot, entity, rule.column)._asdict())
        for rule in entity.fields
        if rule.source.kind in (FieldKind.NUMBER, FieldKind.COUNT)
    }
    return models.StatisticsAnswer(
        total=records.entity_counts(snapshot)[entity.name],
        created_first=first,
        created_last=last,
        values=values,
        numbers=numbers,
    )


def _not_found(entity: Entity, record_id: str) -> NotFound:
    return NotFound(f"there is no {entity.label} {shown(record_id)}")
