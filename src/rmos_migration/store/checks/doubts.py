"""What speaks against the numbers of a database, found in a moment: for those who read it without an audit.

A count may come from an index whose table is gone, a row that arrived may have been deleted outside rmos, a
trigger may delete others. None of that shows in a number, and the pages of the file are not read through for
it.
"""

from collections.abc import Iterator

from sqlalchemy import (
    func,
    select,
)

from ...entities import ENTITIES, Entity
from ...errors import DatabaseUnusable
from .. import structure
from ..checks.ledger import records_without_row, unknown_rows
from ..checks.references import broken_reference_count
from ..dialect import DIALECT
from ..failures import driver_errors_as_ours
from ..snapshot import Snapshot
from ..tables import ENTITY_TABLES, metadata

SEE = "see: rmos audit"
"""What to do about a doubt."""


def doubts(snapshot: Snapshot) -> list[str]:
    """Return what speaks against a database's numbers, as sentences without full stops."""
    found: list[str] = []
    try:
        with driver_errors_as_ours():
            found.extend(_found(snapshot))
    except DatabaseUnusable as damage:
        return found or [damage.message]
    return found


def _found(snapshot: Snapshot) -> Iterator[str]:
    there = structure.found(snapshot.connection)
    yield from structure.foreign(there)
    missing = [table.name for table in metadata.sorted_tables if table.name not in there.tables]
    yield from (f"the table {name} is missing" for name in missing)
    if not missing:
        for entity in ENTITIES:
            yield from _rows(snapshot, entity)
        yield from _references(snapshot)


def _rows(snapshot: Snapshot, entity: Entity) -> Iterator[str]:
    words = entity.name.replace("_", " ")
    try:
        with driver_errors_as_ours():
            yield from _uncounted(snapshot, entity, words)
            gone = records_without_row(snapshot, entity)
            unknown = unknown_rows(snapshot, entity)
    except DatabaseUnusable as damage:
        yield f"the {words} cannot be counted: {damage.message}"
        return
    if gone:
        yield f"{gone:,} of the {words} that arrived {'is' if gone == 1 else 'are'} gone"
    if unknown:
        yield f"{unknown:,} of the {words} {'is' if unknown == 1 else 'are'} of no document that is on record"


def _uncounted(snapshot: Snapshot, entity: Entity, words: str) -> Iterator[str]:
    """Tell of a table with more or fewer rows than its index, by which rows are usually counted."""
    table = ENTITY_TABLES[entity.name]
    counted = select(func.count()).select_from(table)
    held = snapshot.connection.scalar(DIALECT.without_indexes(counted))
    listed = snapshot.connection.scalar(counted)
    if held != listed:
        yield f"the table of the {words} holds {held:,} rows, its index {listed:,}"


def _references(snapshot: Snapshot) -> Iterator[str]:
    number = broken_reference_count(snapshot)
    if number:
        yield f"{number:,} {'reference leads' if number == 1 else 'references lead'} nowhere"
