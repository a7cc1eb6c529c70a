"""Files that runs passed over though they seem to hold records. The caller holds one transaction."""

from typing import NamedTuple

from sqlalchemy import Connection, Select, func, select

from ..diagnostics import NOT_LOOKED_AT, Diagnostic
from .queries import as_diagnostic
from .tables import diagnostics, runs, sources

_WENT_THROUGH = ("completed", "completed_with_rejects", "rolled_back")
"""How runs ended that walked the whole folder; others may not have come to all of its files."""


class Stray(NamedTuple):
    """A file that was not looked at: the legacy folder, the run that passed it over, and what is said of it."""

    location: str
    run_id: int
    diagnostic: Diagnostic


def of_run(connection: Connection, run_id: int) -> list[Diagnostic]:
    """Return what a run said of the files it did not look at, in path order."""
    return [as_diagnostic(row) for row in connection.execute(_all().where(diagnostics.c.run_id == run_id))]


def as_of_now(connection: Connection, code: str | None = None) -> list[Stray]:
    """Return what was not looked at when each legacy folder was last gone through, with this code where one is given."""
    last = (
        select(runs.c.location, func.max(runs.c.id).label("id"))
        .join(sources, sources.c.location == runs.c.location)
        .where(runs.c.status.in_(_WENT_THROUGH))
        .group_by(runs.c.location)
        .subquery()
    )
    query = _all().join(last, last.c.id == diagnostics.c.run_id).add_columns(last.c.location)
    if code is not None:
        query = query.where(diagnostics.c.code == code)
    return [Stray(row.location, row.run_id, as_diagnostic(row)) for row in connection.execute(query)]


def _all() -> "Select[tuple[object, ...]]":
    return select(diagnostics).where(diagnostics.c.code.in_(NOT_LOOKED_AT)).order_by(diagnostics.c.id)
