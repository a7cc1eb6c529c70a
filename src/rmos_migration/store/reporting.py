"""What reports read: what a run noticed, the bytes of what was not loaded, what the workshop's records look like.

The caller holds one transaction, and so sees one state of the database, whatever is written meanwhile.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, case, func, or_, select

from ..diagnostics import Diagnostic, Severity
from .queries import RunRow, as_diagnostic, as_run
from .tables import ENTITY_TABLES, diagnostics, ledger, rejects, runs, sources

CONFLICT = "id-conflict"
"""Code of a document whose id was taken; as an error it was rejected for it, else it is in conflict."""

SUPERSEDED = "document-superseded"
"""Code of what is said of a document that another one replaced."""

CONFLICTS = (CONFLICT, SUPERSEDED)
"""Codes that say why a document is in conflict."""

Place = tuple[str, str]
"""Where a document stands: path and pointer."""

EXAMPLES = 3
"""Examples of each kind of diagnostic."""


class Noticed(NamedTuple):
    """How often a run noticed one kind of thing, with some of the first."""

    code: str
    severity: str
    times: int
    examples: list[Diagnostic]


class Known(NamedTuple):
    """What the ledger says of a document that a run did not load."""

    record_id: str | None
    generation: str | None
    file_sha256: str | None


class PatternRow(NamedTuple):
    """What a drawing needs of a pattern; ``geometry`` is empty where other hands left none that can be read."""

    id: str
    name: str | None
    ring_count: int | None
    geometry: dict[str, Any]
    strip_family_id: str | None


class FamilyRow(NamedTuple):
    """What a drawing needs of a strip family."""

    id: str
    strips: Any
    extra: dict[str, Any]
    material_type: str | None


def find_run(connection: Connection, run_id: int, *, locked: bool | None) -> RunRow | None:
    """One run, or None where there is none of that number."""
    row = connection.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
    return None if row is None else as_run(row, locked)


def run_before(connection: Connection, run: RunRow, *, locked: bool | None) -> RunRow | None:
    """The run before this one that read the same folder, if it is known which that was."""
    if run.location is None:
        return None
    query = (
        select(runs)
        .where(runs.c.id < run.id, runs.c.location == run.location)
        .order_by(runs.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else as_run(row, locked)


def has_later_run(connection: Connection, run: RunRow) -> bool:
    """Whether a later run read the same folder, as far as that is known."""
    query = select(runs.c.id).where(runs.c.id > run.id, runs.c.location == run.location).limit(1)
    return run.location is not None and connection.scalar(query) is not None


def run_count(connection: Connection) -> int:
    """How many runs there ever were."""
    return connection.scalar(select(func.count()).select_from(runs)) or 0


def noticed(connection: Connection, run_id: int) -> list[Noticed]:
    """What a run noticed, by code and severity, with the first examples."""
    counted = connection.execute(
        select(diagnostics.c.code, diagnostics.c.severity, func.count())
        .where(diagnostics.c.run_id == run_id)
        .group_by(diagnostics.c.code, diagnostics.c.severity)
        .order_by(diagnostics.c.code, diagnostics.c.severity)
    )
    examples = (
        select(diagnostics).where(diagnostics.c.run_id == run_id).order_by(diagnostics.c.id).limit(EXAMPLES)
    )
    return [
        Noticed(
            code,
            severity,
            count,
            [
                as_diagnostic(row)
                for row in connection.execute(
                    examples.where(diagnostics.c.code == code, diagnostics.c.severity == severity)
                )
            ],
        )
        for code, severity, count in counted
    ]


_IS_REASON = or_(diagnostics.c.severity == "error", diagnostics.c.code.in_(CONFLICTS))


def is_reason(diagnostic: Diagnostic) -> bool:
    """Whether a diagnostic says why a document was not loaded: an error, or a conflict."""
    return diagnostic.severity is Severity.ERROR or diagnostic.code in CONFLICTS


def kept_out(connection: Connection, run_id: int) -> dict[Place, list[Diagnostic]]:
    """The documents that a run did not load, in the order it read them, with the reasons."""
    query = select(diagnostics).where(diagnostics.c.run_id == run_id, _IS_REASON).order_by(diagnostics.c.id)
    found: dict[Place, list[Diagnostic]] = {}
    for row in connection.execute(query):
        found.setdefault((row.path, row.document), []).append(as_diagnostic(row))
    return found


def places_kept_out(connection: Connection, run_id: int) -> set[Place]:
    """The documents that a run did not load."""
    query = select(diagnostics.c.path, diagnostics.c.document)
    return {
        (path, document)
        for path, document in connection.execute(query.where(diagnostics.c.run_id == run_id, _IS_REASON))
    }


def known(connection: Connection, run_id: int) -> dict[Place, Known]:
    """What the ledger says of the documents that a run was the last to reject, by path and pointer.

    Where an earlier version of a document is in the database, the entry's id and generation are that version's, and not
    given here.
    """
    entry = ledger.c
    is_of_row = entry.content_sha256.is_not(None)
    query = select(
        entry.path,
        entry.pointer,
        case((is_of_row, None), else_=entry.record_id),
        case((is_of_row, None), else_=entry.generation),
        entry.file_sha256,
    ).where(entry.run_id == run_id, entry.outcome.in_(("rejected", "conflict")))
    return {(path, pointer): Known(*rest) for path, pointer, *rest in connection.execute(query)}


def body(connection: Connection, run_id: int, location: str, path: str) -> bytes | None:
    """The bytes of a whole file that a run was the last to reject."""
    query = (
        select(rejects.c.body)
        .join(sources, sources.c.id == rejects.c.source_id)
        .where(
            sources.c.location == location,
            rejects.c.path == path,
            rejects.c.pointer == "",
            rejects.c.run_id == run_id,
        )
    )
    return connection.scalar(query)


def pattern(connection: Connection, pattern_id: str) -> PatternRow | None:
    """One pattern, or None."""
    return next(_patterns(connection, 1, ENTITY_TABLES["patterns"].c.id == pattern_id), None)


def is_geometry_broken(connection: Connection, pattern_id: str) -> bool:
    """Whether a pattern's geometry is no JSON object, as only other hands leave it."""
    table = ENTITY_TABLES["patterns"].c
    text = connection.scalar(select(table.geometry_json).where(table.id == pattern_id))
    return not isinstance(_loaded(text), dict)


def patterns(connection: Connection, limit: int) -> Iterator[PatternRow]:
    """The first patterns, by name and id."""
    return _patterns(connection, limit)


def _patterns(connection: Connection, limit: int, *conditions: Any) -> Iterator[PatternRow]:
    table = ENTITY_TABLES["patterns"].c
    query = (
        select(table.id, table.name, table.ring_count, table.geometry_json, table.strip_family_id)
        .where(*conditions)
        .order_by(table.name.nulls_last(), table.id)
        .limit(limit)
    )
    for row in connection.execute(query):
        yield PatternRow(*row[:3], _object(row.geometry_json), row.strip_family_id)


def families(connection: Connection) -> Iterator[FamilyRow]:
    """Every strip family, by id."""
    table = ENTITY_TABLES["strip_families"].c
    query = select(table.id, table.strips_json, table.extra_json, table.material_type)
    query = query.order_by(table.id)
    for row in connection.execute(query):
        yield FamilyRow(row.id, _loaded(row.strips_json), _object(row.extra_json), row.material_type)


def counted_by(connection: Connection, entity: str, column: str) -> list[tuple[Any, int]]:
    """How many records there are of each value of a column, the most frequent first; None where there is none."""
    value = ENTITY_TABLES[entity].c[column]
    number = func.count().label("number")
    query = select(value, number).group_by(value).order_by(number.desc(), value.nulls_first())
    return [(row[0], row.number) for row in connection.execute(query)]


def _loaded(text: str | None) -> Any:
    try:
        return orjson.loads(text or "null")
    except ValueError:  # written by other hands: SQLite takes some JSON that is none
        return None


def _object(text: str | None) -> dict[str, Any]:
    value = _loaded(text)
    return value if isinstance(value, dict) else {}
