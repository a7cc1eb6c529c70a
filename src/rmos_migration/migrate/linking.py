"""Where a row differs from its document: references that lead nowhere, a created_at that stays."""

from collections.abc import Collection, Iterable, Mapping

import orjson
from sqlalchemy import Connection

from ..entities import Entity, FieldRule
from ..generations import export
from ..store.records import Row, existing_ids
from .prepare import Candidate


def detached(entity: Entity, candidate: Candidate, missing: Iterable[tuple[FieldRule, str]]) -> Row:
    """Empty references without a parent, keeping their values in ``extra`` (docs/domain.md, References)."""
    values = dict(zip(entity.columns, candidate.row or (), strict=True))
    extra = orjson.loads(values["extra_json"] or "{}")
    derived = candidate.derived or ""
    for rule, target in missing:
        values[rule.column] = None
        if f'"{rule.column}"' not in derived:  # found under its native key, so extra does not have it yet
            extra.setdefault(rule.native_key, target)
    values["extra_json"] = orjson.dumps(extra).decode() if extra else None
    return tuple(values.values())


def softly_linked(entity: Entity, candidate: Candidate, there: Mapping[str, Collection[str]]) -> Candidate:
    """Fill in the soft references whose id is ``there``, by field (docs/domain.md, References)."""
    found = [(name, target) for name, target in candidate.soft if target in there.get(name, ())]
    if not found or candidate.row is None:
        return candidate
    values = dict(zip(entity.columns, candidate.row, strict=True))
    values.update(found)
    derived = [*orjson.loads(candidate.derived or "[]"), *(name for name, _ in found)]
    return candidate._replace(row=tuple(values.values()), derived=orjson.dumps(derived).decode())


def softly_linked_batch(connection: Connection, entity: Entity, batch: list[Candidate]) -> list[Candidate]:
    """Fill in the soft references of a batch's documents whose parent has a row."""
    if not entity.soft_references:
        return batch
    there: dict[str, set[str]] = {}
    for rule in entity.soft_references:
        wanted = {target for candidate in batch for name, target in candidate.soft if name == rule.name}
        there[rule.name] = existing_ids(connection, rule.reference or "", wanted) if wanted else set()
    return [softly_linked(entity, candidate, there) if candidate.soft else candidate for candidate in batch]


def keeping_created_at(entity: Entity, candidate: Candidate, current: Row) -> Candidate:
    """Give a document the created_at of the row it replaces; its own stays readable from extra and derived.

    A canonical document says of every column what it shall be, and is taken at its word.
    """
    at = entity.columns.index("created_at")
    row = candidate.row or ()
    if current[at] is None or current[at] == row[at] or candidate.generation == export.NAME:
        return candidate
    values = dict(zip(entity.columns, row, strict=True))
    names = orjson.loads(candidate.derived or "[]")
    if "created_at" not in names:
        if values["created_at"] is not None:
            extra = orjson.loads(values["extra_json"] or "{}")
            extra.setdefault("created_at", values["created_at"])
            values["extra_json"] = orjson.dumps(extra).decode()
        names.append("created_at")
    values["created_at"] = current[at]
    derived = orjson.dumps(names).decode()
    return candidate._replace(row=tuple(values.values()), derived=derived)
