"""A question that does not end: it is ended in time, by the clock or by Ctrl-C, and the connection is as good
as before."""

import asyncio
import signal
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from rmos_migration.api import response_cache
from rmos_migration.errors import DatabaseUnusable, TookTooLong
from rmos_migration.store import records
from rmos_migration.store.failures import driver_errors_as_ours
from rmos_migration.store.pool import ReadPool
from rmos_migration.store.snapshot import Snapshot
from rmos_migration.store.sqlite.database import SqliteDatabase
from rmos_migration.store.sqlite.engines import connected, file_engine, time_limit

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


def ask(connection: Connection) -> None:
    connection.exec_driver_sql(ENDLESS).fetchall()


def test_an_endless_question_is_ended_and_the_next_one_answered(readers: ReadPool) -> None:
    with pytest.raises(TookTooLong), readers.reading(seconds=0.2) as snapshot:
        ask(snapshot.connection)
    with readers.reading() as snapshot:
        assert records.entity_counts(snapshot)["patterns"] == 1


def test_a_pool_has_a_limit_of_its_own(readers: ReadPool) -> None:
    readers.seconds = 0.2
    with pytest.raises(TookTooLong), readers.reading() as snapshot:
        ask(snapshot.connection)


def test_a_connection_has_a_limit_of_its_own(database: Path) -> None:
    with pytest.raises(TookTooLong), connected(file_engine(database), seconds=0.2) as connection:
        ask(connection)


def test_a_limit_ends_with_its_block(database: Path) -> None:
    with connected(file_engine(database)) as connection:
        with pytest.raises(TookTooLong), driver_errors_as_ours(), time_limit(connection, 0):
            ask(connection)
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


HEAVY = f"SELECT count(*) FROM ({ENDLESS.replace('SELECT max(i)', 'SELECT i')} LIMIT 300000)"
"""Ends, but not before SQLite has looked at the clock."""


def test_the_time_that_is_spent_on_the_answers_does_not_count(database: Path) -> None:
    with connected(file_engine(database), seconds=1.5) as connection:
        for _ in range(2):
            time.sleep(1)  # as a slow disk does that what was read is written to
            assert connection.exec_driver_sql(HEAVY).scalar() == 300_000


def test_a_table_without_an_end_is_not_read_for_ever(database: Path) -> None:
    rows = ENDLESS.replace("max(i)", "i")
    with pytest.raises(TookTooLong), connected(file_engine(database), seconds=0.2) as connection:
        for _ in connection.exec_driver_sql(rows):
            pass


def test_questions_without_an_end_are_ended_however_short_each_of_them_is(database: Path) -> None:
    with pytest.raises(TookTooLong), connected(file_engine(database), seconds=0.2) as connection:
        while True:
            connection.exec_driver_sql("SELECT 1").scalar()


def test_what_takes_too_long_is_told_as_no_damage(readers: ReadPool) -> None:
    with pytest.raises(DatabaseUnusable) as told, readers.reading(seconds=0.2) as snapshot:
        ask(snapshot.connection)
    assert "damage" not in f"{told.value.message} {told.value.hint}"


def test_a_server_that_ends_ends_its_questions(readers: ReadPool) -> None:
    threading.Timer(0.3, readers.end_questions).start()
    with pytest.raises(TookTooLong), readers.reading() as snapshot:
        ask(snapshot.connection)


def test_a_question_whose_caller_hangs_up_is_ended(
    readers: ReadPool, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_cache, "QUESTION_SECONDS", 3600.0)
    asked, given_up = threading.Event(), threading.Event()

    async def receive() -> Message:
        if not asked.is_set():
            await asyncio.sleep(3600)  # whoever looks whether there is something leaves at once
        return {"type": "http.disconnect"}

    def make(snapshot: Snapshot) -> None:
        asked.set()
        ask(snapshot.connection)

    made = response_cache.ResponseCache(SqliteDatabase(database))
    guard = threading.Timer(60, lambda: (given_up.set(), made.readers.end_questions()))
    guard.start()
    with pytest.raises(ClientDisconnect):
        asyncio.run(made.ask(make, Request({"type": "http", "headers": []}, receive)))
    guard.cancel()
    made.close()
    assert asked.is_set()
    assert not given_up.is_set()


def test_the_keyboard_ends_a_question(readers: ReadPool) -> None:
    alarm = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
    with pytest.raises(KeyboardInterrupt), readers.reading() as snapshot:
        alarm.start()
        ask(snapshot.connection)


def test_ctrl_c_stays_ctrl_c_where_it_cost_the_connection(readers: ReadPool, database: Path) -> None:
    engine = file_engine(database, read_only=True)
    with pytest.raises(KeyboardInterrupt), connected(engine, seconds=5) as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.close()  # as SQLAlchemy does with one that was interrupted at the wrong moment
        raise KeyboardInterrupt
