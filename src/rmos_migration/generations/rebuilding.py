"""The way back from a row and its ledger entry to the source document (docs/domain.md, Never lose)."""

from collections.abc import Collection, Mapping
from typing import Any

from ..entities import Entity
from ..entities.stored import stored_object, stored_value
from . import export
from .normalized import CATEGORY


def rebuild(
    entity: Entity,
    row: Mapping[str, Any],
    derived: Collection[str],
    generation: str | None,
    wishes: Mapping[str, str],
) -> dict[str, Any]:
    """Return the document that a row was made from, with equal values; the order of keys may differ.

    Every column that is not NULL gives its native key unless ``derived`` names it; then comes what ``extra``
    holds, which wins. A catalogue's category was around the document and is left out. 2 and 2.0 count as
    equal.

    Args:
        entity: whose row it is.
        row: the values by column, JSON as text, as the database holds them.
        derived: of the ledger entry that made the row.
        generation: of the same entry; a canonical document is given back as one.
        wishes: the ids that detached references wait for, by field; only a canonical document needs them.

    Raises:
        CorruptRow: if another program wrote something into the row that is not JSON, or not an object.
    """
    if generation == export.NAME:
        return export.canonical_document(entity, row, derived, wishes)
    document: dict[str, Any] = {}
    for rule in entity.fields:
        value = row[rule.column]
        if value is not None and rule.column not in derived:
            is_json = rule.column.endswith("_json")
            document[rule.native_key] = (
                stored_value(f"{entity.name}.{rule.column}", value) if is_json else value
            )
    extra = stored_object(f"{entity.name}.extra_json", row["extra_json"])
    if CATEGORY in derived:
        extra.pop(CATEGORY, None)
    return document | extra
