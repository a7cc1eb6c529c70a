"""How a document's row may differ from what the document says: references that lead nowhere, a created_at that stays."""

from collections.abc import Collection, Iterable, Mapping

import orjson
from sqlalchemy import Connection

from ..entities import Entity, FieldRule
from ..generations import export
from ..store.records import Row, existing_ids
from .prepare import Candidate


def detached(entity: Entity, prepared: Candidate, missing: Iterable[tuple[FieldRule, str]]) -> Row:
    """Empty references without a parent, keeping their values in ``extra`` (docs/domain.md, References)."""
    values = dict(zip(entity.columns, prepared.row or (), strict=True))
    extra = orjson.loads(values["extra_json"] or "{}")
    derived = prepared.derived or ""
    for rule, target in missing:
        values[rule.column] = None
        if f'"{rule.column}"' not in derived:  # found under its native key, so extra does not have it yet
            extra.setdefault(rule.native_key, target)
    values["extra_json"] = orjson.dumps(extra).decode() if extra else None
    return tuple(values.values())


def softly_linked(entity: Entity, prepared: Candidate, there: Mapping[str, Collection[str]]) -> Candidate:
    """Fill in the soft references whose id is ``there``, by field (docs/domain.md, References)."""
    found = [(name, target) for name, target in prepared.soft if target in there.get(name, ())]
    if not found or prepared.row is None:
        return prepared
    values = dict(zip(entity.columns, prepared.row, strict=True))
    values.update(found)
    derived = [*orjson.loads(prepared.derived or "[]"), *(name for name, _ in found)]
    return prepared._replace(row=tuple(values.values()), derived=orjson.dumps(derived).decode())


def softly_linked_batch(connection: Connection, entity: Entity, batch: list[Candidate]) -> list[Candidate]:
    """The documents of a batch with those of their soft references whose parent has a row."""
    if not entity.softly_found:
        return batch
    there: dict[str, set[str]] = {}
    for rule in entity.softly_found:
        wanted = {target for prepared in batch for name, target in prepared.soft if name == rule.name}
        there[rule.name] = existing_ids(connection, rule.reference or "", wanted) if wanted else set()
    return [softly_linked(entity, prepared, there) if prepared.soft else prepared for prepared in batch]


def keeping_created_at(entity: Entity, prepared: Candidate, current: Row) -> Candidate:
    """The document with the old created_at of the row it replaces; its own stays readable from extra and derived.

    A canonical document says of every column what it shall be, and is taken at its word.
    """
    at = entity.columns.index("created_at")
    row = prepared.row or ()
    if current[at] is None or current[at] == row[at] or prepared.generation == export.NAME:
        return prepared
    values = dict(zip(entity.columns, row, strict=True))
    names = orjson.loads(prepared.derived or "[]")
    if "created_at" not in names:
        if values["created_at"] is not None:
            extra = orjson.loads(values["extra_json"] or "{}")
            extra.setdefault("created_at", values["created_at"])
            values["extra_json"] = orjson.dumps(extra).decode()
        names.append("created_at")
    values["created_at"] = current[at]
    derived = orjson.dumps(names).decode()
    return prepared._replace(row=tuple(values.values()), derived=derived)
