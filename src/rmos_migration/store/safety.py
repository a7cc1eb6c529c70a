"""Whether it is safe to write into a database: its file is sound, and nothing in it changes what is written."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import CheckConstraint, Connection, Table, false, literal, or_, select, text

from ..errors import DatabaseUnusable
from . import structure
from .condition import has_log
from .engines import connected, file_engine
from .failures import damage_as_unusable
from .lock import Held
from .seal import seal_of, stamped
from .tables import metadata

_LOSES_ROWS = re.compile(r"\bON\s+CONFLICT\s+(?:IGNORE|REPLACE)\b", re.IGNORECASE)
"""In the definition of a table: rows vanish where the rule is broken, instead of being refused."""


def fault_in(path: Path) -> str:
    """What makes a database unsafe to write into, in words; empty for nothing. The file is only read.

    That is what SQLite finds wrong when it reads every page, row and index entry, a row that breaks its table's rules, and
    whatever is in the database that changes what others write (triggers) or shows what is not there (views).
    """
    before = seal_of(path)
    found = _look(path, immutable=not has_log(path))
    if found and before != seal_of(path):  # another program wrote meanwhile, and it was read without locks
        found = _look(path, immutable=False)
    return found


def refuse_unsound(path: Path) -> None:
    """Raise DatabaseUnusable where it is not safe to write into a database."""
    if found := fault_in(path):
        raise DatabaseUnusable(f"{path} is not sound, and nothing was written: {found}", "see: rmos audit")


@contextmanager
def kept_sound(path: Path, held: Held, *, writes: bool = True) -> Iterator[None]:
    """Let the block use a database that is sound, and seal it afterwards; the block must leave no connection open.

    The file is read from end to end unless it is as the last writer sealed it.

    Args:
        path: the database, which need not be there yet.
        held: its write lock.
        writes: whether the block may change the file; else its time is left alone as well.

    Raises:
        DatabaseUnusable: if it is not sound; then nothing was written.
    """
    before = seal_of(path)
    is_sealed = before is not None and held.left == before.text
    if not is_sealed and path.exists() and path.stat().st_size:
        refuse_unsound(path)
    is_certain = before is not None and (is_sealed or before.is_settled)
    ended_well = False
    try:
        yield
        ended_well = True
    finally:
        seal = seal_of(path)
        if seal is None or seal != before or not is_certain:
            seal = stamped(path) if seal is not None and writes and ended_well else None
        if seal is not None:
            held.leave(seal.text)


def _look(path: Path, *, immutable: bool) -> str:
    try:
        with connected(
            file_engine(path, read_only=True, immutable=immutable), damage_as_unusable
        ) as connection:
            return next(_faults(connection), "")
    except DatabaseUnusable as error:
        return error.message


def _faults(connection: Connection) -> Iterator[str]:
    said = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars()
    yield from (line for line in said if line != "ok")
    there = structure.found(connection)
    yield from (f"the trigger {name} on {table} is not ours" for name, table in there.triggers.items())
    yield from (f"the {kind} {name} is not ours" for name, kind in there.views.items())
    for name, table in there.tables.items():
        if any(_LOSES_ROWS.search(part) for part in table.parts):
            yield f"the table {name} was changed: it drops rows that break its rules"
        if _has_breach(connection, metadata.tables[name], table.columns):
            yield f"a row of {name} breaks the table's own rules"


def _has_breach(connection: Connection, table: Table, columns: Collection[str]) -> bool:
    """Whether a row breaks a CHECK; SQLite's own look leaves these out where it may only read."""
    rules = [
        text(f"NOT ({rule.sqltext})")
        for column in table.columns
        for rule in column.constraints
        if isinstance(rule, CheckConstraint) and column.name in columns
    ]
    query = select(literal(1)).select_from(table).where(or_(false(), *rules)).limit(1)
    return connection.execute(query).first() is not None
