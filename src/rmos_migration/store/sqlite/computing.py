"""What a database works out for itself while it is read or written, and what of it may never end.

SQLite works out the expressions of a schema (rules, defaults, generated columns, indexes) while it answers;
one call of a function is one step, in which neither a clock nor a signal ends it. So these are looked for in
the schema's own words, before any row is read.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, text

from ...errors import DatabaseUnusable
from .. import schema
from ..schema import kept_by_schema
from ..tables import metadata

_HARMLESS = frozenset(
    (
        "abs",
        "ceil",
        "ceiling",
        "char",
        "coalesce",
        "date",
        "datetime",
        "floor",
        "ifnull",
        "iif",
        "json_array_length",
        "json_type",
        "json_valid",
        "julianday",
        "length",
        "likelihood",
        "likely",
        "lower",
        "max",
        "min",
        "nullif",
        "octet_length",
        "round",
        "sign",
        "sqlite_version",
        "strftime",
        "substr",
        "substring",
        "time",
        "typeof",
        "unicode",
        "unixepoch",
        "unlikely",
        "upper",
    )
)
"""Functions that look at what they are given once, and make nothing larger of it."""

_COMPARING = frozenset(("like", "glob", "match", "regexp"))
"""Operators that call a function."""

_NAMING = frozenset(("table", "exists", "on", "references", "index"))
"""Words after which a name and a bracket are no call."""

_TOKEN = re.compile(
    r"""[\s\ufeff]+ | --[^\n]* | /\*.*?(?:\*/|\Z)
    | (?P<string>'[^']*')
    | "(?P<quoted>[^"]*)" | `(?P<ticked>[^`]*)` | \[(?P<boxed>[^\]]*)\]
    | (?P<word>[\w$]+) | (?P<sign>.)""",
    re.DOTALL | re.VERBOSE,
)

_WRITTEN = text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
"""Whatever its type is said to be: SQLite itself goes by the statement alone."""

_NOT_LOOKED_AT = re.compile(r"\s*CREATE\s+(?:TEMP(?:ORARY)?\s+)?(?:VIEW|TRIGGER|VIRTUAL)\b", re.IGNORECASE)
"""What is never asked, and is told of in words of its own (``structure.Structure``)."""

HINT = (
    "nothing was read of it, since that might never end: take out what is not this program's "
    "with the program that put it there, or restore the database from a backup"
)

_FUNCTIONS = text("SELECT DISTINCT lower(name) FROM pragma_function_list")


@kept_by_schema
def computed(connection: Connection) -> str:
    """Return the first of a schema that makes it unsafe to read a row, in words; empty for nothing.

    That is a generated column of one of this program's tables, which shows what nobody stored, and an
    expression of any table or index that calls a function which may never end.
    """
    return next(_found(connection), "")


def refuse_computed(path: Path, connection: Connection) -> None:
    """Raise DatabaseUnusable where it is not safe to read a row."""
    if found := computed(connection):
        raise DatabaseUnusable(f"{path} was changed: {found}", HINT)


def calls(definition: str) -> Iterator[str]:
    """Yield the names that a CREATE statement calls or may call, in small letters."""
    before = name = ""
    for token in _TOKEN.finditer(definition):
        kind = token.lastgroup
        if kind is None:
            continue
        word = (token[kind] or "").lower().strip("'")
        if kind == "word" and word in _COMPARING:
            yield word
        if kind == "sign" and word == "(" and name and before not in _NAMING:
            yield name
        before, name = name, "" if kind == "sign" else word


def _found(connection: Connection) -> Iterator[str]:
    written = [row for row in connection.execute(_WRITTEN) if not _NOT_LOOKED_AT.match(row.sql)]
    suspect = {(row.name, call) for row in written for call in calls(row.sql) if call not in _HARMLESS}
    if suspect:
        known = {*connection.scalars(_FUNCTIONS), *_COMPARING}
        yield from (
            f"the definition of {name} calls {call}" for name, call in sorted(suspect) if call in known
        )
    others = schema.imposters(connection)
    for table in (*metadata.tables, schema.ALEMBIC_VERSION):
        if table not in others:
            yield from (f"{table}.{column} is a generated column" for column in _generated(connection, table))


def _generated(connection: Connection, table: str) -> list[str]:
    listed = connection.exec_driver_sql(f"PRAGMA table_xinfo({table})")
    return [row.name for row in listed if row.hidden in (2, 3)]
