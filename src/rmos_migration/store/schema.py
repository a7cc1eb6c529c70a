"""The schema's version: what a database has, what this program needs, and the way from one to the other."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, wraps
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlalchemy import Connection, bindparam, func, insert, select, text

from .snapshot import Snapshot
from .tables import metadata, schema_version

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

CURRENT_VERSION = 1
"""The newest step in ``migrations/versions``; a test holds the two together."""

APPLICATION_ID = 0x524D4F53
"""``RMOS`` in ASCII, in the header of every database this program makes."""

_UNRELEASED_STEP = "Strip families, patterns, joblogs."

STEPS = Path(__file__).parent / "migrations"
"""The folder in whose ``versions`` the steps are."""

ALEMBIC_VERSION = "alembic_version"
"""The table in which the upgrading remembers its newest step."""

_NAMES = (*metadata.tables, ALEMBIC_VERSION)

_KINDS = text(
    "SELECT lower(name) AS name, CASE WHEN type = 'table' AND rootpage > 0 THEN 'table' "
    "WHEN type = 'table' THEN 'virtual table' ELSE type END AS kind "
    "FROM sqlite_master WHERE type IN ('table', 'view') AND lower(name) IN :names"
).bindparams(bindparam("names", _NAMES, expanding=True))


def kinds(connection: Connection) -> dict[str, str]:
    """Return what the names of this program's tables stand for in a database: table, view or virtual table.

    To ask a view is to run whatever its maker wrote, which may never end. So this is asked before anything
    else is.
    """
    return {row.name: row.kind for row in connection.execute(_KINDS)}


def imposters(connection: Connection) -> dict[str, str]:
    """Return the names of this program's tables under which there is something else, and what."""
    return {name: kind for name, kind in kinds(connection).items() if kind != "table"}


def has_our_tables(connection: Connection) -> bool:
    """Return whether a database holds the tables that this program made, whatever mark its file has."""
    there = kinds(connection)
    return all(there.get(table.name) == "table" for table in metadata.sorted_tables)


def version_of(connection: Connection) -> int:
    """Return the version of the schema in a database, 0 where there is none."""
    if kinds(connection).get(schema_version.name) != "table":
        return 0
    return int(connection.scalar(select(func.coalesce(func.max(schema_version.c.version), 0))) or 0)


def is_unreleased(connection: Connection, version: int) -> bool:
    """Return whether the four steps of before 0.2.0 made a database; no step leads on from those."""
    first = select(func.count()).where(
        schema_version.c.version == 1, schema_version.c.description == _UNRELEASED_STEP
    )
    return 2 <= version <= 4 and bool(connection.scalar(first))


# what follows from a schema's own words, kept while they are the same

_Found = TypeVar("_Found")
_Words = tuple[tuple[Any, ...], ...]

_KEPT = 4
"""Schemas of which the answers are kept; a process meets one, and perhaps an older one and that of a copy."""

_LONGEST = 100_000
"""Characters of a schema that is kept: five times our own."""


def kept_by_schema(find: Callable[[Connection], _Found]) -> Callable[[Connection], _Found]:
    """Call a function once for each schema; its shared result must depend on nothing else."""
    kept: dict[_Words, _Found] = {}
    lock = Lock()

    @wraps(find)
    def found(connection: Connection) -> _Found:
        words = _words_of(connection)
        with lock:
            if words in kept:
                return kept[words]
        answer = find(connection)
        is_short = sum(len(str(one[-1])) for one in words) <= _LONGEST
        if is_short and _words_of(connection) == words:  # else another program changed it meanwhile
            with lock:
                while len(kept) >= _KEPT:
                    kept.pop(next(iter(kept)))
                kept[words] = answer
        return answer

    return found


def _words_of(connection: Connection) -> _Words:
    listed = connection.exec_driver_sql("SELECT type, name, tbl_name, rootpage > 0, sql FROM sqlite_master")
    return tuple(tuple(row) for row in listed)


class SchemaStep(NamedTuple):
    """A step of the schema as it was recorded."""

    version: int
    applied_at: str
    description: str | None


def steps(snapshot: Snapshot) -> list[SchemaStep]:
    """Return the steps of the schema that were applied, oldest first."""
    step = schema_version.c
    query = select(step.version, step.applied_at, step.description).order_by(step.version)
    return [SchemaStep(*row) for row in snapshot.connection.execute(query)]


def upgrade(connection: Connection, to: str = "head") -> None:
    """Apply the missing steps in the connection's open transaction; committing is left to the caller."""
    from alembic.operations import Operations  # imported here: most runs find the schema current
    from alembic.runtime.migration import MigrationContext

    history = _history_in(STEPS)
    context = MigrationContext.configure(
        connection,
        opts={
            "fn": lambda there, _: history._upgrade_revs(to, there),
            "on_version_apply": (_record_step,),
            "transaction_per_migration": False,
        },
    )
    with Operations.context(context):
        context.run_migrations()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


@cache
def _history_in(folder: Path) -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(folder))


def _record_step(ctx: Any, step: Any, **_: Any) -> None:
    """Write the row of an applied step, in the step's own transaction."""
    ctx.connection.execute(
        insert(schema_version).values(
            version=int(step.up_revision_id),
            applied_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            description=step.up_revision.doc,
        )
    )
