"""The legacy folders from which documents came, and the API, which is booked like one."""

from collections.abc import Collection, Sequence

from sqlalchemy import (
    Connection,
    func,
    insert,
    select,
    update,
)

from ...errors import CorruptRow
from ..columns import run_encoding
from ..dialect import DIALECT
from ..ledger.conditions import FROM_API
from ..model import API
from ..runs.rows import next_id
from ..snapshot import Snapshot
from ..tables import ledger, runs, sources


def source_id(connection: Connection, location: str) -> tuple[int, bool]:
    """Return the number of a source, and whether it is new."""
    known = connection.scalar(select(sources.c.id).where(sources.c.location == location))
    if known is not None:
        return known, False
    made = next_id(connection, sources)
    connection.execute(insert(sources).values(id=made, location=location))
    return made, True


def only_source(connection: Connection) -> tuple[int, str] | None:
    """Return number and location of the database's one legacy folder; None where there are several."""
    found = connection.execute(
        select(sources.c.id, sources.c.location).where(sources.c.location != API)
    ).all()
    return (found[0].id, found[0].location) if len(found) == 1 else None


def some_paths(connection: Connection, source: int, limit: int) -> Sequence[str]:
    """Return paths of files that the ledger knows in a source."""
    query = select(ledger.c.path).where(ledger.c.source_id == source).distinct()
    return connection.scalars(query.order_by(ledger.c.path).limit(limit)).all()


def move_source(connection: Connection, source: int, location: str) -> None:
    """Note that a source lies elsewhere now."""
    connection.execute(update(sources).where(sources.c.id == source).values(location=location))


def source_number(snapshot: Snapshot, location: str) -> int | None:
    """Return a source's number; for a folder never migrated from here, that of the only source."""
    known = snapshot.connection.scalar(select(sources.c.id).where(sources.c.location == location))
    if known is not None:
        return int(known)
    only = snapshot.connection.scalars(select(sources.c.id).where(sources.c.location != API).limit(2)).all()
    return int(only[0]) if len(only) == 1 else None


def location_of(snapshot: Snapshot, source: int) -> str:
    """Return where a source lay when it was migrated."""
    return str(snapshot.connection.scalar(select(sources.c.location).where(sources.c.id == source)))


def encodings(connection: Connection, source: int, paths: Collection[str]) -> dict[str, str]:
    """Return the encoding named in the run that last read each file, where one was named."""
    named = {
        run_id: encoding
        for run_id, options in connection.execute(select(runs.c.id, runs.c.options_json))
        if (encoding := _encoding_in(options))
    }
    if not named:
        return {}
    query = select(ledger.c.path, ledger.c.run_id).where(
        ledger.c.source_id == source, DIALECT.among(ledger.c.path, paths), ledger.c.run_id.in_(list(named))
    )
    return {path: named[run_id] for path, run_id in connection.execute(query)}


def _encoding_in(options: str) -> str | None:
    try:
        return run_encoding("migration_runs.options_json", options)
    except CorruptRow:
        return None


def source_ids(snapshot: Snapshot) -> list[int]:
    """Return the sources of known documents, in the order in which they came."""
    query = select(ledger.c.source_id).where(~FROM_API).distinct().order_by(ledger.c.source_id)
    return list(snapshot.connection.scalars(query))


def locations(snapshot: Snapshot) -> list[str]:
    """Return the folders that were ever migrated into the database."""
    query = select(sources.c.location).where(sources.c.location != API).order_by(sources.c.id)
    return list(snapshot.connection.scalars(query))


def is_any_path_below(snapshot: Snapshot, folder: str) -> bool:
    """Return whether the ledger knows a path that begins with ``folder``, in whatever case."""
    begins = func.lower(ledger.c.path).startswith(folder.lower(), autoescape=True)
    return snapshot.connection.execute(select(ledger.c.path).where(begins).limit(1)).first() is not None
