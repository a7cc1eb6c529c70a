"""What a report says of the database as it is now: its size and schema, the workshop's records, the rosettes."""

from collections import Counter

from sqlalchemy import Connection

from ..presentation.rosettes import as_drawn, stock
from ..store import queries, reporting
from ..store.database import SqliteDatabase
from ..store.files import size_of
from .model import Database, Gallery, Workshop

DRAWN = 240
"""Patterns that are drawn in a report; how many more there are is said."""


def database_facts(connection: Connection, database: SqliteDatabase) -> Database:
    """Return size, schema and counts of the database."""
    version, applied_at, _ = queries.schema_steps(connection)[-1]
    return Database(
        size_bytes=size_of(database.path),
        schema_version=version,
        schema_applied_at=applied_at,
        records=queries.entity_counts(connection),
        runs=reporting.run_count(connection),
        pending_references=queries.pending_count(connection),
    )


def workshop(connection: Connection) -> Workshop:
    """Return what the records look like, counted by value."""
    materials: Counter[str] = Counter()
    for material, number in reporting.counted_by(connection, "strip_families", "material_type"):
        materials[str(material or "").strip().lower()] += number
    rings = reporting.counted_by(connection, "patterns", "ring_count")
    return Workshop(
        materials=dict(materials.most_common()),
        ring_counts={"" if count is None else str(count): number for count, number in rings},
        job_statuses=dict(reporting.counted_by(connection, "joblogs", "status")),
    )


def gallery(connection: Connection) -> Gallery:
    """The first patterns of the database, by name, as they are drawn."""
    colours = stock(connection)
    drawn = [as_drawn(row, colours) for row in reporting.patterns(connection, DRAWN)]
    return Gallery(total=queries.entity_counts(connection)["patterns"], rosettes=drawn)
