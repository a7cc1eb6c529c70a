"""Repairs that cannot lose anything: missing indexes, the file's mark, references that wait for nothing, books of what is gone, statistics."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from ..entities import ENTITIES
from ..sources.presence import is_gone
from ..store import runs, schema, soundness, structure, waiting
from ..store.database import Database


@dataclass(frozen=True)
class Repair:
    """What was mended, in words, and the copy that was made before."""

    done: tuple[str, ...]
    backup: Path


def repair(database: Database) -> Repair:
    """Mend what can be mended without touching a row; everything or nothing, after a backup.

    Raises:
        LockedError: if another process writes.
        DatabaseUnusable: if the database is absent, of another schema, damaged, or another program's.
        EnvironmentFailure: if there is no room for the backup, or the disk fails; nothing is changed then.
    """
    with database.mender("rmos audit --repair") as (connection, backup):
        made = structure.make_missing_indexes(connection)
        done = [
            f"the index {name} could not be made: {why}" if why else f"made the index {name}"
            for name, why in made.items()
        ]
        if structure.application_id(connection) != schema.APPLICATION_ID:
            structure.restore_application_id(connection)
            done.append("marked the file as this program's")
        if forgotten := waiting.forget_vain(connection):
            done.append(
                f"forgot {forgotten:,} waiting reference{'s' * (forgotten != 1)} of records that are gone"
            )
        if forgotten := _forget_gone(connection):
            done.append(
                f"forgot {forgotten:,} document{'s' * (forgotten != 1)} of which neither the file nor the record is there"
            )
        structure.refresh_statistics(connection)
        done.append("refreshed the statistics that queries are planned by")
    return Repair(tuple(done), backup)


def _forget_gone(connection: Connection) -> int:
    """Forget what the ledger says of documents whose file and row are both gone; only a backup could bring them back."""
    lost = [
        place
        for entity in ENTITIES
        for place in soundness.entries_without_row(connection, entity)
        if place.pointer.startswith(runs.GONE) or is_gone(place.location, place.path)
    ]
    soundness.forget_places(connection, lost)
    return len(lost)
