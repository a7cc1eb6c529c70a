"""What a report says of the database as it is now: its size and schema, the workshop's records, the rosettes."""

from collections import Counter

from sqlalchemy import Connection

from ..presentation.rosettes import as_drawn, stock
from ..store import records, runs, schema
from ..store.port import DatabasePort
from .model import Database, Gallery, Workshop

DRAWN = 240
"""Patterns that are drawn in a report; how many more there are is said."""


def database_facts(connection: Connection, database: DatabasePort) -> Database:
    """Return size, schema and counts of the database."""
    version, applied_at, _ = schema.steps(connection)[-1]
    return Database(
        size_bytes=database.size_bytes(),
        schema_version=version,
        schema_applied_at=applied_at,
        records=records.entity_counts(connection),
        runs=runs.count(connection),
        pending_references=records.pending_count(connection),
    )


def workshop(connection: Connection) -> Workshop:
    """Return what the records look like, counted by value."""
    materials: Counter[str] = Counter()
    for material, number in records.counted_by(connection, "strip_families", "material_type"):
        materials[str(material or "").strip().lower()] += number
    rings = records.counted_by(connection, "patterns", "ring_count")
    return Workshop(
        materials=dict(materials.most_common()),
        ring_counts={"" if count is None else str(count): number for count, number in rings},
        job_statuses=dict(records.counted_by(connection, "joblogs", "status")),
    )


def gallery(connection: Connection) -> Gallery:
    """The first patterns of the database, by name, as they are drawn."""
    colours = stock(connection)
    drawn = [as_drawn(row, colours) for row in records.patterns(connection, DRAWN)]
    return Gallery(total=records.entity_counts(connection)["patterns"], rosettes=drawn)
