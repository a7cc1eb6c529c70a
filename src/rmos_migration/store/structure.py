"""What tables and indexes a database has, what it should have, and how the two differ."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, StaticPool, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex

from ..errors import DatabaseUnusable
from . import schema
from .failures import reason
from .schema import kept_by_schema
from .sqlite.computing import computed
from .tables import metadata

NAMED_INDEXES = (
    "idx_patterns_strip_family",
    "idx_joblogs_pattern",
    "idx_joblogs_strip_family",
    "idx_joblogs_status",
)
"""The indexes that programs of the workshop rely on by name."""


_LOSES_ROWS = re.compile(r"\bON\s+CONFLICT\s+(?:IGNORE|REPLACE)\b", re.IGNORECASE)
"""In the definition of a table: rows vanish where the rule is broken, instead of being refused."""


class TableFound(NamedTuple):
    """A table: its columns in order, and the parts of its definition (columns, rules, keys, STRICT)."""

    columns: tuple[str, ...]
    parts: frozenset[str]


class IndexFound(NamedTuple):
    """An index: its table, and the parts of its definition."""

    table: str
    parts: frozenset[str]


class Structure(NamedTuple):
    """This program's tables, all indexes, the table of each trigger, and the kind of each view, by name.

    A virtual table is a view of something else, too.
    """

    tables: dict[str, TableFound]
    indexes: dict[str, IndexFound]
    triggers: dict[str, str]
    views: dict[str, str]


@lru_cache(maxsize=1)
def expected() -> Structure:
    """Return the structure that ``tables.py`` declares."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        metadata.create_all(connection)
        made = found(connection)
    engine.dispose()
    return made


@kept_by_schema
def found(connection: Connection) -> Structure:
    """Return the structure of a database; white space and the order of a definition's parts do not count."""
    listed = connection.exec_driver_sql(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
    ).fetchall()
    definitions = {name: sql for kind, name, _, sql in listed if kind == "table" and not _is_virtual(sql)}
    ours = [name for name in definitions if name in metadata.tables]
    columns = {name: tuple(_columns(connection, name)) for name in ours}
    return Structure(
        {name: TableFound(columns[name], _parts(definitions[name])) for name in ours},
        {name: IndexFound(table, _parts(sql)) for kind, name, table, sql in listed if kind == "index"},
        {name: table for kind, name, table, _ in listed if kind == "trigger"},
        {name: _kind_of_view(kind) for kind, name, _, sql in listed if kind == "view" or _is_virtual(sql)},
    )


def foreign(there: Structure) -> Iterator[str]:
    """Tell of what changes what others write, or shows what is not there."""
    yield from (f"the trigger {name} on {table} is not ours" for name, table in there.triggers.items())
    yield from (f"the {kind} {name} is not ours" for name, kind in there.views.items())
    for name, table in there.tables.items():
        if any(_LOSES_ROWS.search(part) for part in table.parts):
            yield f"the table {name} was changed: it drops rows that break its rules"


def refuse_foreign(connection: Connection) -> None:
    """Raise DatabaseUnusable where something changes what others write; a transaction keeps it so."""
    if said := computed(connection) or next(foreign(found(connection)), ""):
        raise DatabaseUnusable(
            f"another program changed the database while it was written: {said}",
            "take that out of it (see: rmos audit), then run the same command again; it carries on",
        )


def missing_indexes(there: Structure) -> list[str]:
    """Return the names of declared indexes that are not there, though their tables are."""
    declared = expected().indexes.items()
    return [name for name, index in declared if name not in there.indexes and index.table in there.tables]


def changed_parts(there: Structure) -> list[str]:
    """Return what of the tables and indexes there is not as it was made, in words."""
    found = []
    for name, table in expected().tables.items():
        now = there.tables.get(name, table)
        found += [f"the table {name} lacks: {part}" for part in sorted(table.parts - now.parts)]
        found += [f"the table {name} has besides: {part}" for part in sorted(now.parts - table.parts)]
    for name, index in expected().indexes.items():
        if there.indexes.get(name, index) != index:
            found.append(f"the index {name} is another than it was")
    return found


def mark_of_upgrades(connection: Connection) -> str | None:
    """Return the newest step as Alembic itself remembers it."""
    if schema.kinds(connection).get(schema.ALEMBIC_VERSION) != "table":
        return None
    return connection.exec_driver_sql("SELECT max(version_num) FROM alembic_version").scalar()


def make_missing_indexes(connection: Connection) -> dict[str, str]:
    """Make missing indexes of tables that are there; return by name why one failed, or ''."""
    there = found(connection)
    made = {}
    for table in metadata.sorted_tables:
        for index in sorted(table.indexes, key=lambda index: index.name or ""):
            name = index.name or ""
            if table.name in there.tables and name not in there.indexes:
                savepoint = connection.begin_nested()
                try:
                    connection.execute(CreateIndex(index))
                except DBAPIError as error:
                    savepoint.rollback()
                    made[name] = reason(error)
                else:
                    savepoint.commit()
                    made[name] = ""
    return made


def application_id(connection: Connection) -> int:
    """Return the mark in the file's header that says whose database it is."""
    return int(connection.exec_driver_sql("PRAGMA application_id").scalar() or 0)


def restore_application_id(connection: Connection) -> None:
    """Mark the file as this program's."""
    connection.exec_driver_sql(f"PRAGMA application_id = {schema.APPLICATION_ID}")


def pages(connection: Connection) -> tuple[int, int, int]:
    """Return a page's size in bytes, how many pages the file has, and how many are free."""
    size, count, free = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar() or 0)
        for name in ("page_size", "page_count", "freelist_count")
    )
    return size, count, free


def _kind_of_view(kind: str) -> str:
    return "view" if kind == "view" else "virtual table"


def _is_virtual(sql: str) -> bool:
    return re.match(r"\s*CREATE\s+VIRTUAL\s", sql, re.IGNORECASE) is not None


def _columns(connection: Connection, table: str) -> list[str]:
    return [row.name for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]


def _parts(definition: str) -> frozenset[str]:
    """Return the parts of a CREATE statement, split where a comma outside brackets separates them."""
    text = re.sub(r"\s+", " ", definition).strip()
    head, _, body = text.partition("(")
    body, _, tail = body.rpartition(")")
    parts, depth, begin = [], 0, 0
    for at, character in enumerate(body):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(body[begin:at])
            begin = at + 1
    return frozenset(part.strip() for part in (head, *parts, body[begin:], *tail.split(",")) if part.strip())
