"""The parts of a report on the database as it is now: size and schema, records, rosettes."""

from collections import Counter
from typing import Any

from ..presentation.rosettes import as_drawn, stock
from ..store import records, runs, schema
from ..store.port import DatabasePort
from ..store.snapshot import Snapshot
from .model import Database, Gallery, Workshop

DRAWN = 240
"""Patterns that are drawn in a report; it says how many more there are."""


def database_now(snapshot: Snapshot, database: DatabasePort) -> dict[str, Any]:
    """Return the fields of a report that say what the database holds now."""
    return {
        "database": _database(snapshot, database),
        "workshop": _workshop(snapshot),
        "gallery": _gallery(snapshot),
    }


def _database(snapshot: Snapshot, database: DatabasePort) -> Database:
    version, applied_at, _ = schema.steps(snapshot)[-1]
    return Database(
        size_bytes=database.size_bytes(),
        schema_version=version,
        schema_applied_at=applied_at,
        records=records.entity_counts(snapshot),
        runs=runs.count(snapshot),
        pending_references=records.pending_count(snapshot),
    )


def _workshop(snapshot: Snapshot) -> Workshop:
    materials: Counter[str] = Counter()
    for material, number in records.counted_by(snapshot, "strip_families", "material_type"):
        materials[str(material or "").strip().lower()] += number
    rings = records.counted_by(snapshot, "patterns", "ring_count")
    return Workshop(
        materials=dict(materials.most_common()),
        ring_counts={"" if count is None else str(count): number for count, number in rings},
        job_statuses=dict(records.counted_by(snapshot, "joblogs", "status")),
    )


def _gallery(snapshot: Snapshot) -> Gallery:
    colours = stock(snapshot)
    drawn = [as_drawn(row, colours) for row in records.patterns(snapshot, DRAWN)]
    return Gallery(total=records.entity_counts(snapshot)["patterns"], rosettes=drawn)
