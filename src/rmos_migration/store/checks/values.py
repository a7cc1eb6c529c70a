"""Values that look alike, and rows without what their documents must fill."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import (
    and_,
    func,
    or_,
    select,
)

from ...entities import Entity
from ..dialect import DIALECT
from ..ledger.conditions import SPEAKS_OF_ROW
from ..snapshot import Snapshot
from ..tables import ENTITY_TABLES, ledger


def look_alikes(
    snapshot: Snapshot, entity: Entity, column: str, *, trimmed: bool = False
) -> Iterator[list[str]]:
    """Yield groups of values that differ only in case or Unicode normal form, each value once.

    With ``trimmed``, blanks around a value make no difference either.
    """
    values = ENTITY_TABLES[entity.name].c[column]
    query = (
        select(DIALECT.text_list(values.distinct()))
        .where(values.is_not(None))
        .group_by(DIALECT.folded(func.trim(values) if trimmed else values))
        .having(func.count(values.distinct()) > 1)
    )
    for group in snapshot.connection.scalars(query):
        yield sorted(json.loads(group), key=str)


def incomplete(snapshot: Snapshot, entity: Entity, generations: Iterable[str]) -> Iterator[list[Any]]:
    """Yield ids of rows of these generations with the required columns that are NULL."""
    table = ENTITY_TABLES[entity.name]
    columns = [table.c[rule.column] for rule in entity.required]
    query = (
        select(table.c.id, *columns)
        .distinct()
        .join(ledger, and_(ledger.c.entity == entity.name, ledger.c.record_id == table.c.id))
        .where(
            or_(*(column.is_(None) for column in columns)),
            SPEAKS_OF_ROW,
            ledger.c.generation.in_(list(generations)),
        )
    )
    for record_id, *values in snapshot.connection.execute(query):
        yield [
            record_id,
            *(c.name for c, value in zip(columns, values, strict=True) if value is None),
        ]
