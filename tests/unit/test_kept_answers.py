"""What the server keeps of its answers: how many bytes, and how long."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from rmos_migration import migrate
from rmos_migration.api import answers
from rmos_migration.api.answers import Answers, Kept, Shelf
from rmos_migration.store.database import Database
from rmos_migration.store.lock import write_lock

EXAMPLE = Path(__file__).parents[2] / "examples" / "rmos_legacy"
PART = 1024 * 1024


def kept(size: int) -> Kept:
    return Kept(0, 0.0, bytes(size))


def test_the_answers_kept_are_bounded_by_their_bytes() -> None:
    shelf = Shelf()
    for number in range(100):
        shelf.put(number, kept(PART))
    assert shelf.size == len(shelf) * PART <= answers.MOST_BYTES
    assert shelf.get(0) is None
    assert shelf.get(99) is not None


def test_what_was_asked_for_lately_is_kept_longest() -> None:
    shelf = Shelf()
    for number in range(100):
        shelf.put(number, kept(PART))
        shelf.get(0)
    assert shelf.get(0) is not None


def test_a_newer_answer_takes_the_place_of_the_older_one() -> None:
    shelf = Shelf()
    shelf.put("question", kept(PART))
    shelf.put("question", kept(10))
    assert (len(shelf), shelf.size) == (1, 10)
    shelf.put("question", kept(10 * PART))
    assert (len(shelf), shelf.size) == (0, 0)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Answers]:
    migrate(EXAMPLE, tmp_path / "rmos.db")
    found = Answers(Database(tmp_path / "rmos.db"))
    yield found
    found.close()


def changed(database: Database) -> None:
    with database.editor("a test") as connection:
        connection.exec_driver_sql("UPDATE patterns SET name = name || '.'")


def test_an_answer_is_given_again_until_the_data_change(asked: Answers) -> None:
    made: list[int] = []

    def make(connection: Connection) -> int:
        made.append(1)
        return len(made)

    async def ask() -> list[int]:
        found = [await asked.to("question", make), await asked.to("question", make)]
        changed(asked.database)
        return [*found, await asked.to("question", make)]

    assert asyncio.run(ask()) == [1, 1, 2]


def test_who_asks_while_a_run_writes_and_another_waits_gets_the_answer_there_is(
    asked: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MAY_BE_OLD", 0.0)
    go_on = threading.Event()

    def slow(connection: Connection) -> str:
        go_on.wait(10)
        return "new"

    async def ask() -> list[str]:
        first = await asked.to("question", lambda connection: "old")
        changed(asked.database)
        with write_lock(asked.database.path, "a test"):
            waiting = asyncio.create_task(asked.to("question", slow))
            await asyncio.sleep(0.05)
            meanwhile = await asked.to("question", slow)
            go_on.set()
            return [first, meanwhile, await waiting]

    assert asyncio.run(ask()) == ["old", "old", "new"]


def test_who_asks_after_a_change_waits_for_it_where_no_run_writes(asked: Answers) -> None:
    async def ask() -> list[str]:
        first = await asked.to("question", lambda connection: "old")
        changed(asked.database)
        both = [asked.to("question", lambda connection: "new") for _ in range(2)]
        return [first, *await asyncio.gather(*both)]

    assert asyncio.run(ask()) == ["old", "new", "new"]
