"""Documents that are not loaded as of now: rejected, or in conflict with the record that has their id.

The caller holds one transaction.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, or_, select, tuple_

from ..diagnostics import Diagnostic, Location, Severity
from ..entities import BY_NAME
from . import holders
from .columns import run_encoding
from .queries import as_diagnostic
from .reporting import CONFLICTS, SUPERSEDED
from .runs import DELETED, FROM_API, GONE, ID_CONFLICT, IS_OF_EDITED_RECORD, REPLACED
from .tables import KEPT_OUT, diagnostics, ledger, rejects, runs, sources

EVERY = 2**31
"""More documents than there are; for those who want them all."""

_REASONS = (
    select(diagnostics)
    .where(
        diagnostics.c.run_id == bindparam("run_id"),
        diagnostics.c.path == bindparam("path"),
        diagnostics.c.document == bindparam("document"),
        or_(diagnostics.c.severity == Severity.ERROR.value, diagnostics.c.code.in_(CONFLICTS)),
    )
    .order_by(diagnostics.c.id)
)
"""Put together once: for a page it is asked 500 times."""

IS_KEPT_OUT = and_(
    KEPT_OUT,
    or_(func.coalesce(ledger.c.code, "") != REPLACED, ~IS_OF_EDITED_RECORD),
    ~ledger.c.pointer.startswith(GONE),
    ~FROM_API,
)
"""Ledger entries of documents that are not in the database as of now: rejected, in conflict, or replaced by another document.

A document whose record was changed or deleted through the API is not among them: it arrived, and what it became was
changed on purpose.
"""

_trace = ledger.alias("trace")

IS_FOR_ITS_ID = and_(
    ledger.c.code.in_((ID_CONFLICT, REPLACED)),
    ~exists(
        select(_trace.c.path).where(
            _trace.c.entity == ledger.c.entity,
            _trace.c.record_id == ledger.c.record_id,
            _trace.c.code == DELETED,
        )
    ),
)
"""Ledger entries of documents that are not loaded because of their id, and so speak of a row, which is there unless its record was
deleted through the API."""


class KeptOutPlace(NamedTuple):
    """Where a document lies that is not loaded."""

    source_id: int
    path: str
    pointer: str


class KeptOutFound(NamedTuple):
    """A document that is not loaded: where, how (rejected or conflict), why, since which run.

    ``size_bytes`` are those that are kept of it (None: none). ``record_id`` is the id that is taken, of a document in
    conflict. ``location`` is the source's folder, ``encoding`` what the user said of its files, ``file_sha256`` and
    ``file_bytes`` hash and size of the file that the document stands in.
    """

    place: KeptOutPlace
    outcome: str
    code: str
    entity: str
    record_id: str | None
    run_id: int
    size_bytes: int | None
    location: str
    encoding: str | None
    file_sha256: str | None
    file_bytes: int | None


class KeptOutKind(NamedTuple):
    """What became of a document that is not loaded, and where its file lies or lay."""

    location: str
    path: str
    outcome: str
    code: str


def page(
    connection: Connection, *, after: KeptOutPlace | None, limit: int, **wanted: str | None
) -> list[KeptOutFound]:
    """Documents that are not loaded, by source, path and pointer; ``wanted`` as for ``kinds``."""
    place = (ledger.c.source_id, ledger.c.path, ledger.c.pointer)
    query = _found().where(*_conditions(**wanted)).order_by(*place).limit(limit)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*after))
    return [_as_found(row) for row in connection.execute(query)]


def kinds(connection: Connection, **wanted: str | None) -> Iterator[KeptOutKind]:
    """Every document that is not loaded, in the order of ``page``.

    ``wanted`` is an outcome, a code, a part of the path in whatever case.
    """
    query = (
        select(sources.c.location, ledger.c.path, ledger.c.outcome, ledger.c.code)
        .join(sources, sources.c.id == ledger.c.source_id)
        .where(*_conditions(**wanted))
        .order_by(ledger.c.source_id, ledger.c.path, ledger.c.pointer)
    )
    return (KeptOutKind(*row) for row in connection.execute(query))


def _conditions(
    *, outcome: str | None = None, code: str | None = None, path: str | None = None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [IS_KEPT_OUT]
    if outcome is not None:
        conditions.append(ledger.c.outcome == outcome)
    if code is not None:
        conditions.append(ledger.c.code == (REPLACED if code == SUPERSEDED else code))
    if path is not None:
        conditions.append(ledger.c.path.icontains(path, autoescape=True))
    return conditions


def at(connection: Connection, place: KeptOutPlace) -> KeptOutFound | None:
    """The document that is not loaded at a place, or None."""
    here = and_(*(ledger.c[name] == value for name, value in place._asdict().items()))
    row = connection.execute(_found().where(IS_KEPT_OUT, here)).one_or_none()
    return None if row is None else _as_found(row)


def bytes_of(connection: Connection, place: KeptOutPlace) -> bytes | None:
    """What is kept of a rejected document."""
    here = and_(*(rejects.c[name] == value for name, value in place._asdict().items()))
    return connection.scalar(select(rejects.c.body).where(here))


def reasons_of(connection: Connection, found: KeptOutFound) -> list[Diagnostic]:
    """Why a document is not loaded: what has replaced it now, or what the run said that last read it."""
    if found.code == REPLACED and found.record_id is not None:
        return [_replaced(connection, found, found.record_id)]
    asked = {"run_id": found.run_id, "path": found.place.path, "document": found.place.pointer}
    return [as_diagnostic(row) for row in connection.execute(_REASONS, asked)]


def _replaced(connection: Connection, found: KeptOutFound, record_id: str) -> Diagnostic:
    source, path, pointer = found.place
    entries = holders.holders_of(connection, BY_NAME[found.entity], [record_id]).get(record_id, [])
    winner = next((one for one in entries if one.is_in_row), None)
    place = None if winner is None else holders.named(winner, source)
    return holders.superseded(record_id, Location(path, pointer, document=pointer), place)


def _found() -> Select[Any]:
    of_place = and_(*(ledger.c[name] == rejects.c[name] for name in KeptOutPlace._fields))
    return (
        select(
            ledger.c.source_id,
            ledger.c.path,
            ledger.c.pointer,
            ledger.c.outcome,
            ledger.c.code,
            ledger.c.entity,
            ledger.c.record_id,
            ledger.c.run_id,
            func.length(rejects.c.body).label("size_bytes"),
            sources.c.location,
            runs.c.options_json,
            ledger.c.file_sha256,
            ledger.c.size_bytes.label("file_bytes"),
        )
        .join(sources, sources.c.id == ledger.c.source_id)
        .join(runs, runs.c.id == ledger.c.run_id)
        .outerjoin(rejects, of_place)
    )


def _as_found(row: Any) -> KeptOutFound:
    return KeptOutFound(
        place=KeptOutPlace(row.source_id, row.path, row.pointer),
        outcome=row.outcome,
        code=row.code,
        entity=row.entity,
        record_id=row.record_id if row.outcome == "conflict" else None,
        run_id=row.run_id,
        size_bytes=row.size_bytes,
        location=row.location,
        encoding=run_encoding("migration_runs.options_json", row.options_json),
        file_sha256=row.file_sha256,
        file_bytes=row.file_bytes,
    )
