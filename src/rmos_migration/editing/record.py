"""Turn a request's fields into a row the way the migration does: through a canonical document.

So a record that comes through the API is held to the rules of a document, and can be exported and rebuilt
like one.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import uuid4

import orjson

from ..diagnostics import Diagnostic, Location, diagnose, shown
from ..entities import Entity, FieldKind, FieldRule
from ..entities.stored import stored_value
from ..errors import CorruptRow
from ..generations import export, newest, recognise
from ..generations.notes import UnusableError
from ..generations.values import TRANSLATIONS
from ..migrate.prepare import Candidate, prepare_document
from ..sources.content import canonical
from ..sources.document import Document
from ..sources.pointers import pointer_step
from ..sources.read import Reading
from ..store.model import now
from ..store.records import Row
from .refusals import InvalidRecord

Fields = Mapping[str, Any]
"""A record's values by field name, as a request gives them; fields that are not there take their default."""

_UNKNOWN_NAMED = 100
"""Fields that are unknown and named; a request may have as many as fit into it."""

_TIMES = (FieldKind.INSTANT, FieldKind.CLOCK)


def as_fields(entity: Entity, row: Row) -> dict[str, Any]:
    """Return a row as its record's fields, with JSON columns parsed.

    Raises:
        CorruptRow: if something else was written there outside this program.
    """
    names = zip(entity.record.model_fields, entity.columns, row, strict=True)
    return {
        name: stored_value(f"{entity.name}.{column}", value)
        if value is not None and column.endswith("_json")
        else value
        for name, column, value in names
    }


def new_record(entity: Entity, fields: Fields, raw: bytes) -> Candidate:
    """Prepare a new record, held to what native documents must have; make an id where none is given.

    Raises:
        InvalidRecord: if it breaks a rule.
    """
    fallbacks = newest(entity).fallbacks
    offered = {name: one.value for name, one in (fallbacks(fields) if fallbacks else {}).items()}
    usual = _usual(entity) | offered | {"id": str(uuid4()), "created_at": now()}
    return _prepared(entity, usual, fields, raw, required=entity.required)


def changed_record(entity: Entity, current: Row, fields: Fields, raw: bytes) -> Candidate:
    """Prepare the record that replaces a row; it may not lose what native documents must have.

    Its creation time stays where the request has none; the time of the change is now.

    Raises:
        InvalidRecord: if it breaks a rule.
    """
    there = dict(zip(entity.record.model_fields, current, strict=True))
    usual = _usual(entity) | {"id": there["id"], "created_at": there["created_at"]}
    if fields.get("id", there["id"]) != there["id"]:
        message = f"id is {shown(fields['id'])}, but the record is {shown(there['id'])}; ids do not change"
        raise InvalidRecord([diagnose("field-invalid", message, Location(entity.name, "/id"))])
    required = tuple(rule for rule in entity.required if there[rule.name] is not None)
    return _prepared(entity, usual, {**fields, "updated_at": now()}, raw, required=required, current=current)


def _usual(entity: Entity) -> dict[str, Any]:
    """Return the values of fields that a request leaves out."""
    return entity.blank | {rule.name: default for rule, default in entity.defaults}


def _prepared(
    entity: Entity,
    usual: Fields,
    fields: Fields,
    raw: bytes,
    *,
    required: tuple[FieldRule, ...],
    current: Row | None = None,
) -> Candidate:
    said = {name: value for name, value in fields.items() if value is not None}
    unknown = [name for name in fields if name not in entity.record.model_fields]
    missing = _missing(entity, required, said)
    if unknown or missing:
        faults = [*missing, *_unknown(entity, unknown[:_UNKNOWN_NAMED])]
        raise InvalidRecord(faults, total=len(missing) + len(unknown))
    document = {
        export.marker(entity): export.FORMAT,
        "derived": [],
        **_in_stored_form(entity, {**usual, **said}),
    }
    _spell_out(entity, document, current)
    reading = Reading(entity.name, raw, sha256(raw).hexdigest(), len(raw))
    prepared = prepare_document(entity, reading, Document("", document, recognise(entity, document)))
    if prepared.row is None:
        raise InvalidRecord(prepared.diagnostics)
    return prepared._replace(pointer=pointer_step(str(prepared.record_id)))


def _unknown(entity: Entity, names: Sequence[str]) -> list[Diagnostic]:
    return [
        diagnose(
            "field-invalid",
            f"{shown(name)} is not a field of a {entity.label}; put it into extra",
            Location(entity.name, pointer_step(name)),
            hint=f"the fields are {', '.join(entity.record.model_fields)}",
        )
        for name in names
    ]


def _missing(entity: Entity, required: tuple[FieldRule, ...], said: Fields) -> list[Diagnostic]:
    return [
        diagnose(
            "field-missing",
            f"there is no {rule.name}, but a record needs it",
            Location(entity.name, pointer_step(rule.name)),
            hint=f"add {rule.name}",
        )
        for rule in required
        if rule.name not in said
    ]


def _in_stored_form(entity: Entity, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with times in stored form; an unreadable time stays, to be refused later."""
    for rule in entity.fields:
        translation = TRANSLATIONS[rule.source.kind] if rule.source.kind in _TIMES else None
        if translation is not None and values[rule.name] is not None:
            try:
                values[rule.name] = translation(values[rule.name], rule.name, [])
            except UnusableError:
                continue
    return values


def _spell_out(entity: Entity, document: dict[str, Any], current: Row | None) -> None:
    """Write what the row holds already as text, where it could not be read again as part of a document.

    The migration keeps values in ``extra`` that it would not take from a document: a request that leaves them
    as they are is not refused for them.
    """
    if current is None:
        return
    for name, column, held in zip(entity.record.model_fields, entity.columns, current, strict=True):
        if column.endswith("_json") and held is not None and document[name] is not None:
            text = orjson.dumps(document[name]).decode()
            if _is_the_same(
                document[name], f"{entity.name}.{column}", held
            ) and not export.is_read_as_it_stands(text, document[name]):
                del document[name]
                document[column] = text


def _is_the_same(value: Any, column: str, held: str) -> bool:
    try:
        there = stored_value(column, held)
    except CorruptRow:  # other hands have written it; what is sent now mends it
        return False
    return canonical(value) == canonical(there)
