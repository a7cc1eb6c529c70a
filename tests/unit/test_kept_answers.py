"""What the server keeps of its answers: how many bytes, and how long."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Message

from rmos_migration import migrate
from rmos_migration.api import response_cache
from rmos_migration.api.audit_cache import AuditCache
from rmos_migration.api.lanes import MOST_WAITING
from rmos_migration.api.problems import Problem
from rmos_migration.api.response_cache import CacheEntry, DataVersion, ResponseCache, empty_cache, keep
from rmos_migration.api.state import Given, question, written
from rmos_migration.errors import LockedError, RmosError, TookTooLong
from rmos_migration.store.snapshot import Snapshot
from rmos_migration.store.sqlite.database import SqliteDatabase
from rmos_migration.store.sqlite.lock import write_lock
from rmos_migration.views.context import ViewContext

EXAMPLE = Path(__file__).parents[2] / "examples" / "rmos_legacy"
PART = 1024 * 1024


def kept(size: int) -> CacheEntry:
    return CacheEntry(DataVersion(0, False), 0.0, bytes(size))


def test_the_answers_kept_are_bounded_by_their_bytes() -> None:
    entries = empty_cache()
    for number in range(100):
        keep(entries, number, kept(PART))
    assert entries.currsize == len(entries) * PART <= response_cache.MOST_BYTES
    assert entries.get(0) is None
    assert entries.get(99) is not None


def test_the_answers_kept_are_bounded_by_their_number() -> None:
    entries = empty_cache()
    for number in range(1000):
        keep(entries, number, kept(10))
    assert len(entries) == response_cache.MOST_KEPT


def test_what_was_asked_for_lately_is_kept_longest() -> None:
    entries = empty_cache()
    for number in range(100):
        keep(entries, number, kept(PART))
        entries.get(0)
    assert entries.get(0) is not None


def test_a_newer_answer_takes_the_place_of_the_older_one() -> None:
    entries = empty_cache()
    keep(entries, "question", kept(PART))
    keep(entries, "question", kept(PART // 2))
    assert (len(entries), entries.currsize) == (1, PART // 2)
    keep(entries, "question", kept(10 * PART))
    assert (len(entries), entries.currsize) == (0, 0)


def view(context: ViewContext, first: int, second: Given[list[int]], *, limit: int) -> int:
    return first + limit + sum(second.value)


def test_a_question_is_its_view_with_every_argument_that_was_not_read_from_the_same_data() -> None:
    known = question(view, 1, Given([2]), limit=3)
    assert known == question(view, 1, Given([4]), limit=3)
    assert hash(known) == hash(question(view, 1, Given([4]), limit=3))
    others = [
        question(view, 2, Given([2]), limit=3),
        question(view, 1, Given([2]), limit=4),
        written(known, str),
    ]
    assert known not in others


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[ResponseCache]:
    migrate(EXAMPLE, tmp_path / "rmos.db")
    found = ResponseCache(SqliteDatabase(tmp_path / "rmos.db"))
    yield found
    found.close()


def changed(database: SqliteDatabase) -> None:
    with database.edit("a test") as connection:
        connection.exec_driver_sql("UPDATE patterns SET name = name || '.'")


def test_an_answer_is_given_again_until_the_data_change(asked: ResponseCache) -> None:
    made: list[int] = []

    def make(snapshot: Snapshot) -> int:
        made.append(1)
        return len(made)

    async def ask() -> list[int]:
        found = [await asked.get_or_compute("question", make), await asked.get_or_compute("question", make)]
        changed(asked.database)
        return [*found, await asked.get_or_compute("question", make)]

    assert asyncio.run(ask()) == [1, 1, 2]


def test_who_asks_while_a_run_writes_and_another_waits_gets_the_answer_there_is(
    asked: ResponseCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_cache, "MAY_BE_OLD", 0.0)
    go_on = threading.Event()

    def slow(snapshot: Snapshot) -> str:
        go_on.wait(10)
        return "new"

    async def ask() -> list[str]:
        first = await asked.get_or_compute("question", lambda connection: "old")
        changed(asked.database)
        with write_lock(asked.database.path, "a test"):
            waiting = asyncio.create_task(asked.get_or_compute("question", slow))
            await asyncio.sleep(0.05)
            meanwhile = await asked.get_or_compute("question", slow)
            go_on.set()
            return [first, meanwhile, await waiting]

    assert asyncio.run(ask()) == ["old", "old", "new"]


def test_who_asks_after_a_change_waits_for_it_where_no_run_writes(asked: ResponseCache) -> None:
    async def ask() -> list[str]:
        first = await asked.get_or_compute("question", lambda connection: "old")
        changed(asked.database)
        both = [asked.get_or_compute("question", lambda connection: "new") for _ in range(2)]
        return [first, *await asyncio.gather(*both)]

    assert asyncio.run(ask()) == ["old", "new", "new"]


LARGE = 3 * PART
"""Bytes of an answer that is not kept."""


async def still_there() -> Message:
    """What a caller says who waits for his answer."""
    await asyncio.sleep(3600)
    return {"type": "http.disconnect"}


def somebody() -> Request:
    return Request({"type": "http", "headers": []}, still_there)


def all_have_asked() -> threading.Event:
    """Happens when everybody has asked who begins to at this moment."""
    happens = threading.Event()
    threading.Timer(1, happens.set).start()
    return happens


async def outcomes(asked: ResponseCache, make: Any, callers: list[Request | None]) -> list[Any]:
    """What each of several callers is told who ask the same at the same time."""
    asking = [asked.get_or_compute("question", make, one) for one in callers]
    return await asyncio.gather(*asking, return_exceptions=True)


@pytest.mark.parametrize("caller", [somebody, lambda: None], ids=["costly", "quick"])
def test_an_answer_too_large_to_be_kept_is_made_once_for_all_who_wait(
    asked: ResponseCache, caller: Any
) -> None:
    made: list[int] = []

    go_on = all_have_asked()

    def make(snapshot: Snapshot) -> bytes:
        made.append(1)
        go_on.wait(30)
        return bytes(LARGE)

    told = asyncio.run(outcomes(asked, make, [caller() for _ in range(20)]))
    assert {len(one) for one in told} == {LARGE}
    assert len(made) == 1


def test_a_failure_is_told_to_all_who_wait(asked: ResponseCache) -> None:
    made: list[int] = []

    go_on = all_have_asked()

    def make(snapshot: Snapshot) -> None:
        made.append(1)
        go_on.wait(30)
        raise TookTooLong("it took too long")

    told = asyncio.run(outcomes(asked, make, [somebody() for _ in range(20)]))
    assert {type(one) for one in told} == {TookTooLong}
    assert len(made) == 1


def test_no_more_callers_wait_for_one_answer_than_for_several(asked: ResponseCache) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def make(snapshot: Snapshot) -> bytes:
        begun.set()
        go_on.wait(30)
        return bytes(LARGE)

    async def ask() -> list[Any]:
        first = asyncio.create_task(asked.get_or_compute("question", make, somebody()))
        await asyncio.to_thread(begun.wait, 30)  # who is being served does not wait any more
        threading.Timer(1, go_on.set).start()
        others = await outcomes(asked, make, [somebody() for _ in range(2 * MOST_WAITING)])
        return [await first, *others]

    told = asyncio.run(ask())
    refused = [one for one in told if isinstance(one, Problem)]
    assert {one.kind for one in refused} == {"busy"}
    assert len(told) - len(refused) == MOST_WAITING + 1


def test_who_asked_after_a_change_is_not_told_what_was_made_before_it(asked: ResponseCache) -> None:
    go_on, begun = threading.Event(), threading.Event()
    made: list[int] = []

    def make(snapshot: Snapshot) -> bytes:
        made.append(1)
        begun.set()
        go_on.wait(30)
        return bytes(LARGE + len(made))

    async def ask() -> list[int]:
        first = asyncio.create_task(asked.get_or_compute("question", make))
        await asyncio.to_thread(begun.wait, 30)
        changed(asked.database)
        later = [asyncio.create_task(asked.get_or_compute("question", make)) for _ in range(3)]
        await asyncio.to_thread(all_have_asked().wait, 30)
        go_on.set()
        return [len(await one) - LARGE for one in (first, *later)]

    assert asyncio.run(ask()) == [1, 2, 2, 2]


def test_who_waits_for_one_that_hangs_up_is_answered(asked: ResponseCache) -> None:
    begun, go_on = threading.Event(), threading.Event()

    async def leaves() -> Message:
        if not begun.is_set():
            await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    def make(snapshot: Snapshot) -> bytes:
        if not begun.is_set():
            begun.set()
            go_on.wait(1)
        return bytes(LARGE)

    told = asyncio.run(
        outcomes(asked, make, [Request({"type": "http", "headers": []}, leaves), somebody(), somebody()])
    )
    assert type(told[0]).__name__ == "ClientDisconnect"
    assert [len(one) for one in told[1:]] == [LARGE, LARGE]


@contextmanager
def held(database: SqliteDatabase) -> Iterator[None]:
    """Let the block run while another program lets nobody read."""
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE patterns SET name = 'held'")
        yield


async def is_free_meanwhile(work: Any) -> bool:
    """Whether the others are served while something is asked for that cannot be had."""
    waiting = asyncio.ensure_future(work)
    await asyncio.sleep(0)
    is_free = not waiting.done()
    with pytest.raises(RmosError):
        await waiting
    return is_free


def test_a_database_that_another_program_holds_does_not_hold_the_server(tmp_path: Path) -> None:
    migrate(EXAMPLE, tmp_path / "rmos.db")
    asked = ResponseCache(SqliteDatabase(tmp_path / "rmos.db"))
    checkup = AuditCache(asked, quick=True)

    async def ask() -> None:
        assert await is_free_meanwhile(asked.get_or_compute("question", lambda connection: 1))
        assert await is_free_meanwhile(asked.ask(lambda connection: 1))
        assert await is_free_meanwhile(checkup.result())
        told = await outcomes(asked, lambda connection: 1, [None] * 50)
        assert {type(one) for one in told} == {LockedError}

    with held(asked.database):
        asyncio.run(ask())
    asked.close()


def test_an_answer_that_is_kept_needs_no_thread(
    asked: ResponseCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_cache, "_LOOK_SECONDS", 3600)

    async def ask() -> Any:
        await asked.get_or_compute("question", lambda connection: "kept")
        again = asyncio.ensure_future(asked.get_or_compute("question", lambda connection: "new"))
        await asyncio.sleep(0)
        return again.result()

    assert asyncio.run(ask()) == "kept"
