"""What the reads of the server cost the database: no table is looked through that need not be."""

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from rmos_migration import audit, migrate
from rmos_migration.api.server import open_socket
from rmos_migration.api.server_settings import ServerSettings
from rmos_migration.entities import ENTITIES, PATTERN, Entity, FieldKind
from rmos_migration.store import records
from rmos_migration.store.pool import ReadPool
from rmos_migration.store.snapshot import Snapshot
from rmos_migration.store.sqlite.database import SqliteDatabase
from rmos_migration.views import overview
from rmos_migration.views.audit import validation
from rmos_migration.views.context import ViewContext

EXAMPLE = Path(__file__).parents[2] / "examples" / "rmos_legacy"

BOOKS = {"schema_version", "migration_runs"}
"""Tables with a row for each step of the schema, or for each run; they stay small."""

_SCAN = re.compile(r"SCAN (?:TABLE )?(\w+)(.*)")


@pytest.fixture
def database(tmp_path: Path) -> SqliteDatabase:
    migrate(EXAMPLE, tmp_path / "rmos.db")
    return SqliteDatabase(tmp_path / "rmos.db")


@pytest.fixture
def reading(database: SqliteDatabase) -> Iterator[Snapshot]:
    """What the server reads from."""
    readers = ReadPool(database)
    with readers.reading() as snapshot:
        yield snapshot
    readers.close()


def plans_of(snapshot: Snapshot, work: Callable[[Snapshot], Any]) -> dict[str, list[str]]:
    """What SQLite does for every statement of some work: the steps of its plan."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *more: Any) -> None:
        asked.append((statement, parameters))

    event.listen(snapshot.connection, "before_cursor_execute", note)
    try:
        work(snapshot)
    finally:
        event.remove(snapshot.connection, "before_cursor_execute", note)
    return {
        statement: [
            step[3]
            for step in snapshot.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
        for statement, parameters in asked
        if not statement.startswith("PRAGMA")
    }


def scanned(steps: list[str]) -> set[str]:
    """The tables that are looked through row by row, in no order of an index."""
    found = (_SCAN.match(step) for step in steps)
    return {match[1] for match in found if match and " INDEX " not in match[2]}


def is_count(statement: str) -> bool:
    return re.match(r"SELECT count\(\*\)", statement) is not None


def test_the_status_looks_through_no_table_but_to_count_it(
    database: SqliteDatabase, reading: Snapshot
) -> None:
    audited = audit(database.path)
    settings = ServerSettings(database, EXAMPLE, None)
    plans = plans_of(
        reading,
        lambda snapshot: overview.status(
            ViewContext(snapshot, database, settings.redactor), validation(audited), trusted=False
        ),
    )
    assert len(plans) >= 2 * len(ENTITIES)
    for statement, steps in plans.items():
        assert is_count(statement) or scanned(steps) <= BOOKS, statement
        assert not any("TEMP B-TREE" in step for step in steps), statement


@pytest.mark.parametrize("newest", [False, True], ids=["by id", "newest first"])
@pytest.mark.parametrize("is_first", [True, False], ids=["first page", "later page"])
@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_a_page_of_records_is_in_the_order_of_an_index(
    reading: Snapshot, entity: Entity, is_first: bool, newest: bool
) -> None:
    after = None if is_first else ("m", "2024-01-01T00:00:00.000000Z")

    def work(snapshot: Snapshot) -> None:
        records.page(snapshot, entity, {}, after=after, limit=10, newest=newest)

    plans = {
        statement: steps for statement, steps in plans_of(reading, work).items() if not is_count(statement)
    }
    assert len(plans) == 1
    for statement, steps in plans.items():
        assert any(" INDEX " in step for step in steps), statement
        assert not scanned(steps), statement
        assert not any("TEMP B-TREE" in step for step in steps), statement


@pytest.mark.parametrize("newest", [False, True], ids=["by id", "newest first"])
def test_few_records_are_found_before_they_are_put_in_order(reading: Snapshot, newest: bool) -> None:
    """In the order of an index, every record would be fetched to see whether it is wanted, from all over the
    file."""

    def work(snapshot: Snapshot) -> None:
        found = records.page(snapshot, PATTERN, {"name": "torres"}, after=None, limit=10, newest=newest)
        assert found.rows

    (steps,) = [one for statement, one in plans_of(reading, work).items() if not is_count(statement)]
    assert any("INTEGER PRIMARY KEY (rowid=?)" in step for step in steps)
    assert not any("idx_patterns_created" in step or "autoindex" in step for step in steps)


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_what_no_record_has_is_only_counted(reading: Snapshot, entity: Entity) -> None:
    for rule in entity.filterable:
        wanted = {rule.name: 0 if rule.source.kind is FieldKind.COUNT else "nowhere"}
        plans = plans_of(
            reading,
            lambda snapshot, wanted=wanted: records.page(  # type: ignore[misc]
                snapshot, entity, wanted, after=None, limit=10, newest=True
            ),
        )
        assert all(is_count(statement) for statement in plans)


def test_a_scan_would_be_seen(reading: Snapshot) -> None:
    plans = plans_of(
        reading,
        lambda snapshot: snapshot.connection.exec_driver_sql(
            "SELECT name FROM patterns WHERE name > ? ORDER BY name", ("m",)
        ),
    )
    ((_, steps),) = plans.items()
    assert scanned(steps) == {"patterns"}
    assert any("TEMP B-TREE" in step for step in steps)


def test_answers_do_not_wait_for_the_callers_acknowledgement() -> None:
    """asyncio sends at once (TCP_NODELAY) on connections of a socket that names its protocol."""
    with open_socket("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP
