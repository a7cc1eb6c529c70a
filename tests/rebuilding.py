"""The source document from a row and its ledger entry, and nothing else (docs/domain.md, Never lose)."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rmos_migration.entities import Entity, FieldKind


def rebuilt(
    entity: Entity,
    row: Mapping[str, Any],
    derived: Iterable[str],
    generation: str | None = None,
    wishes: Mapping[str, str] = {},
) -> dict[str, Any]:
    """The source document, from a row's columns as the database holds them and what the ledger says of it.

    ``wishes`` are what detached references wait for, by field; they make a difference to canonical documents
    only.
    """
    if generation == "rmos export":
        return spelled_out(entity, row, list(derived), wishes)
    derived = set(derived)
    document = {}
    for rule in entity.fields:
        value = row[rule.column]
        if value is not None and rule.column not in derived:
            document[rule.native_key] = json.loads(value) if rule.source.kind is FieldKind.JSON else value
    extra = json.loads(row["extra_json"] or "{}")
    if "category" in derived:  # it stood around the document, not in it
        del extra["category"]
    return document | extra


def spelled_out(
    entity: Entity, row: Mapping[str, Any], derived: list[str], wishes: Mapping[str, str] = {}
) -> dict[str, Any]:
    """The canonical document of a row whose JSON does not nest too deep to stand as it is."""
    values = {
        column.removesuffix("_json"): json.loads(value) if column.endswith("_json") and value else value
        for column, value in row.items()
    }
    for field, wanted in wishes.items():
        values[field] = wanted
        if field not in derived and (values["extra"] or {}).get(field) == wanted:
            del values["extra"][field]
    return {f"rmos_{entity.singular}": 1, "derived": derived, **values, "extra": values["extra"] or None}


def is_equal_json(one: Any, other: Any) -> bool:
    """Equal as JSON values: 2 and 2.0 count as equal, 1 and true do not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_equal_json(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_equal_json, one, other))
    return bool(one == other)


def _of_line(line: str) -> Any:
    """The value of a line, None where it is broken."""
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return None


def source_document(root: Path, path: str, pointer: str) -> Any:
    """What stands at a pointer in a file below ``root``, read with nothing but Python's own JSON."""
    raw = (root / path).read_bytes()
    try:
        value = json.loads(raw)
    except json.JSONDecodeError:
        text = raw.decode(json.detect_encoding(raw))
        value = [_of_line(line) for line in text.split("\n") if line.strip()]
    if path.endswith(".jsonl") and isinstance(value, dict):  # a single line
        value = [value]
    for step in pointer.split("/")[1:]:
        value = value[int(step) if isinstance(value, list) else step.replace("~1", "/").replace("~0", "~")]
    return value
