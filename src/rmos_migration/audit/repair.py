"""Repairs that cannot lose a record or its document.

Missing indexes, the file's mark, references that wait in vain, ledger entries that have neither row nor file,
SQLite's statistics.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from ..diagnostics import printable
from ..entities import ENTITIES
from ..sources.source_files import Presence
from ..store import checks, ledger, records, schema, structure
from ..store.dialect import DIALECT
from ..store.model import API, GONE, LocatedEntry
from ..store.port import DatabasePort
from ..store.snapshot import Snapshot

_NAMED = 20
"""Forgotten documents that are named one by one; the backup has the others."""


@dataclass(frozen=True)
class Repair:
    """What was repaired, in words, and the backup that was made before."""

    done: tuple[str, ...]
    backup: Path


def repair(database: DatabasePort) -> Repair:
    """Repair what can be repaired without touching a row; all or nothing, after a backup.

    Raises:
        LockedError: if another process writes.
        DatabaseUnusable: if the database is missing, of another schema, damaged, or another program's.
        EnvironmentFailure: if there is no room for the backup, or the disk fails; then nothing is changed.
    """
    with database.repair("rmos audit --repair") as (connection, backup):
        made = structure.make_missing_indexes(connection)
        done = [
            f"the index {name} could not be made: {why}" if why else f"made the index {name}"
            for name, why in made.items()
        ]
        if structure.application_id(connection) != schema.APPLICATION_ID:
            structure.restore_application_id(connection)
            done.append("marked the file as this program's")
        if vain := records.forget_vain(connection):
            done.append(f"forgot {vain:,} waiting reference{'s' * (vain != 1)} of records that are gone")
        if forgotten := _forget_gone(connection):
            number = len(forgotten)
            done.append(
                f"forgot {number:,} document{'s' * (number != 1)} whose file and record are both gone:"
                f" {_named(forgotten)}"
            )
        DIALECT.refresh_statistics(connection)
        done.append("refreshed the statistics that the query planner uses")
    return Repair(tuple(done), backup)


def _forget_gone(connection: Connection) -> list[LocatedEntry]:
    """Delete the ledger entries of documents whose file and row are both gone; only a backup has them."""
    presence, snapshot = Presence(), Snapshot(connection)
    places = [place for entity in ENTITIES for place in checks.entries_without_row(snapshot, entity)]
    places += checks.entries_of_no_entity(snapshot)
    return [
        place
        for place in places
        if _is_lost(place, presence)
        and ledger.forget_places(connection, place.source_id, [(place.path, place.pointer)])
    ]


def _is_lost(place: LocatedEntry, presence: Presence) -> bool:
    """Tell whether nothing in any folder could restore a document's record."""
    if place.pointer.startswith(GONE) or place.location == API:
        return True
    return presence.is_gone(place.location, place.path)


def _named(places: list[LocatedEntry]) -> str:
    """Return in words where documents were."""
    named = [
        f"{place.entity} {place.record_id} of the dashboard or the API"
        if place.location == API
        else " ".join(part for part in (place.path, place.pointer) if part)
        for place in places[:_NAMED]
    ]
    more = f" and {len(places) - _NAMED:,} more" if len(places) > _NAMED else ""
    return printable(", ".join(named)) + more
