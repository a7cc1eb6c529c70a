"""The parts of a report on the database as it is now: size and schema, records, rosettes."""

from collections import Counter
from typing import Any

from sqlalchemy import Connection

from ..presentation.rosettes import as_drawn, stock
from ..store import records, runs, schema
from ..store.port import DatabasePort
from .model import Database, Gallery, Workshop

DRAWN = 240
"""Patterns that are drawn in a report; it says how many more there are."""


def database_now(connection: Connection, database: DatabasePort) -> dict[str, Any]:
    """Return the fields of a report that say what the database holds now."""
    return {
        "database": _database(connection, database),
        "workshop": _workshop(connection),
        "gallery": _gallery(connection),
    }


def _database(connection: Connection, database: DatabasePort) -> Database:
    version, applied_at, _ = schema.steps(connection)[-1]
    return Database(
        size_bytes=database.size_bytes(),
        schema_version=version,
        schema_applied_at=applied_at,
        records=records.entity_counts(connection),
        runs=runs.count(connection),
        pending_references=records.pending_count(connection),
    )


def _workshop(connection: Connection) -> Workshop:
    materials: Counter[str] = Counter()
    for material, number in records.counted_by(connection, "strip_families", "material_type"):
        materials[str(material or "").strip().lower()] += number
    rings = records.counted_by(connection, "patterns", "ring_count")
    return Workshop(
        materials=dict(materials.most_common()),
        ring_counts={"" if count is None else str(count): number for count, number in rings},
        job_statuses=dict(records.counted_by(connection, "joblogs", "status")),
    )


def _gallery(connection: Connection) -> Gallery:
    colours = stock(connection)
    drawn = [as_drawn(row, colours) for row in records.patterns(connection, DRAWN)]
    return Gallery(total=records.entity_counts(connection)["patterns"], rosettes=drawn)
