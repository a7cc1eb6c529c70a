"""What costs keeps nobody from a short answer: few questions at a time, few waiting, each for a limited
time."""

import asyncio
import select
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier, Event, Lock
from urllib.parse import quote

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from builders import execute, pattern, write
from rmos_migration import migrate
from rmos_migration.api import lanes
from rmos_migration.api.lanes import Lane
from rmos_migration.api.security import MOST_AT_ONCE, Guard
from serving import serving as served_here
from serving_processes import API, Connection, Served, bearer, eventually, hasty, request, serving

ROWS = 300_000
STATUS = f"{API}/migration/status"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of so many patterns that to look through them takes a while."""
    folder = tmp_path_factory.mktemp("many")
    write(folder, "legacy/patterns/p.json", pattern("p"))
    migrate(folder / "legacy", folder / "rmos.db")
    execute(
        folder / "rmos.db",
        "INSERT INTO patterns (id, name, pattern_type, geometry_json) WITH RECURSIVE n(i) AS"
        f" (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})"
        " SELECT 'p' || i, 'Rope ' || i, 'rosette', '{}' FROM n",
    )
    return folder / "rmos.db"


@pytest.fixture(scope="module")
def server(database: Path) -> Iterator[Served]:
    """A server where two may wait for what costs, and one more with the token."""
    with serving(database, command=hasty("lanes", MOST_WAITING=2, KEPT=1)) as served:
        assert served.get(STATUS).status == 200
        yield served


def long_question(server: Served, number: int, *headers: str) -> bytes:
    """A request that looks through every name, and is asked for the first time."""
    path = f"{API}/patterns?name={quote(f'é{number}')}"
    return request("GET", path, f"{server.host}:{server.port}", *headers)


def unanswered(asking: list[Connection]) -> int:
    readable, _, _ = select.select([one.socket for one in asking], [], [], 0)
    return len(asking) - len(readable)


def test_a_short_answer_waits_for_none_that_takes_long_and_too_many_of_those_are_refused(
    server: Served,
) -> None:
    with ExitStack() as held:
        asking = [held.enter_context(server.connect()) for _ in range(12)]
        for number, one in enumerate(asking):
            one.send(long_question(server, number))
        for path in (STATUS, "/readyz", f"{API}/patterns/p", f"{API}/migration/runs/1", "/healthz"):
            assert server.get(path).status == 200
        assert unanswered(asking)
        answers = [one.answer() for one in asking]
    assert {one.status for one in answers} == {200, 503}
    for one in answers:
        if one.status == 503:
            assert (one.problem, one.header("retry-after")) == ("busy", "2")


def test_a_place_to_wait_is_kept_for_those_with_the_token(server: Served) -> None:
    with ExitStack() as held:
        asking = [held.enter_context(server.connect()) for _ in range(6)]
        for number, one in enumerate(asking):
            one.send(long_question(server, 100 + number))
        assert eventually(lambda: unanswered(asking) <= 4)
        trusted = held.enter_context(server.connect())
        trusted.send(long_question(server, 200, bearer()))
        assert trusted.answer().status == 200


def test_callers_who_hang_up_leave_no_question_behind(server: Served) -> None:
    for number in range(40):
        with server.connect() as one:
            one.send(long_question(server, 300 + number))
    assert eventually(lambda: server.send(long_question(server, 400)).status == 200)
    assert "Traceback" not in server.logged()


def test_a_question_that_takes_too_long_is_ended_and_the_next_one_answered(database: Path) -> None:
    with serving(database, command=hasty("response_cache", QUESTION_SECONDS=0.01)) as server:
        for number in range(3):
            answer = server.send(long_question(server, number))
            assert (answer.status, answer.problem) == (503, "took-too-long")
            assert answer.header("retry-after") == "2"
        assert server.get(f"{API}/patterns/p").status == 200
        assert server.get(f"{API}/strip-families?name=x").status == 200
        page = server.get("/patterns?name=%C3%A9", "Accept: text/html")
        assert page.status == 503
        assert b"took too long" in page.body
        assert "Traceback" not in server.logged()


async def still_there() -> Message:
    """What a caller says who waits for his answer."""
    await asyncio.sleep(3600)
    return {"type": "http.disconnect"}


def test_two_costly_answers_are_made_at_a_time_and_the_others_wait() -> None:
    lane, working, most = Lane(), 0, 0
    counting, both, third = Lock(), Barrier(lanes.COSTLY), Event()

    def work(_: object) -> None:
        nonlocal working, most
        with counting:
            working += 1
            most = max(most, working)
        both.wait(30)  # the other one is at work, too
        third.wait(0.05)  # none comes
        with counting:
            working -= 1

    async def ask_often() -> None:
        callers = [Request({"type": "http", "headers": []}, still_there) for _ in range(8)]
        await asyncio.gather(*(lane.run(caller, work) for caller in callers))

    asyncio.run(ask_often())
    assert most == lanes.COSTLY == 2


def test_of_more_than_so_many_requests_at_once_the_last_is_refused(database: Path) -> None:
    """Who hangs up leaves the work on an answer behind, so that these may be more than there are
    connections."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/healthz",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "http_version": "1.1",
    }
    statuses: list[int] = []

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def ask_often() -> None:
        go_on = asyncio.Event()

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            await go_on.wait()
            await Response()(scope, receive, send)

        guard = Guard(answer, served_here(database))
        asked = [asyncio.create_task(guard({**scope}, still_there, sent)) for _ in range(MOST_AT_ONCE + 1)]
        while not statuses:
            await asyncio.sleep(0)
        assert statuses == [503]
        go_on.set()
        await asyncio.gather(*asked)

    asyncio.run(ask_often())
    assert statuses == [503, *[200] * MOST_AT_ONCE]
