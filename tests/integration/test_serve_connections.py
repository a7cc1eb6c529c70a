"""Callers who keep the server waiting, hang up, or come all at once: others are answered all the same."""

import json
import os
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from builders import migrate_messy, pattern, query, write
from rmos_migration import migrate
from rmos_migration.api.timeouts import peer_of
from rmos_migration.store.sqlite.lock import write_lock
from serving_processes import (
    API,
    PATIENCE,
    Answer,
    Connection,
    Served,
    bearer,
    eventually,
    hasty,
    request,
    serving,
)

JSON = "Content-Type: application/json"
PROGRESS = f"{API}/migration/progress"
WAITS = 1.0
"""Seconds of each deadline of the servers here; what takes longer than LATE was not cut off by it."""
LATE = 8.0
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with some records, and a page of them that is large."""
    folder = tmp_path_factory.mktemp("served")
    for number in range(500):
        write(
            folder,
            f"legacy/patterns/{number}.json",
            pattern(f"large-{number:03}", metadata={"a": "x" * 8000}),
        )
    place = folder / "rmos.db"
    migrate(folder / "legacy", place)
    return place


@pytest.fixture(scope="module")
def server(database: Path) -> Iterator[Served]:
    """A server that does not wait long."""
    command = hasty(HEAD_SECONDS=WAITS, BODY_SECONDS=WAITS, TAKING_SECONDS=WAITS)
    with serving(database, command=command) as served:
        yield served


def is_fine(server: Served) -> bool:
    try:
        return server.get("/readyz").status == 200
    except ConnectionError:
        return False


def is_cut_off(connection: Connection, text: bytes, pause: float) -> bool:
    """Send bytes one by one; whether the server closes the connection before it has them all."""
    for number in range(len(text)):
        try:
            connection.send(text[number : number + 1])
            readable, _, _ = select.select([connection.socket], [], [], pause)
            if readable and connection.socket.recv(1000) == b"":
                return True
        except ConnectionError:
            return True
    return False


# silent and dripping
# -----------------------------------------------------------------------------------------


def test_a_silent_connection_is_cut_off(server: Served) -> None:
    with server.connect() as connection:
        assert connection.seconds_until_closed() > WAITS * 0.8


def test_a_head_without_end_is_cut_off(server: Served) -> None:
    with server.connect() as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: loc")
        assert connection.seconds_until_closed() > WAITS * 0.8


@pytest.mark.parametrize("beginning", [b"", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"])
def test_a_head_that_comes_drop_by_drop_is_cut_off(server: Served, beginning: bytes) -> None:
    with server.connect() as connection:
        connection.send(beginning)
        assert is_cut_off(connection, b"X-Dripping: 1\r\n" * 20, 0.1)


def test_line_ends_drop_by_drop_are_cut_off(server: Served) -> None:
    with server.connect() as connection:
        assert is_cut_off(connection, b"\r\n" * 100, 0.1)


def head_of_change(*headers: str) -> bytes:
    return request("POST", f"{API}/patterns", "localhost", bearer(), JSON, *headers)


@pytest.mark.parametrize("said", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
def test_a_body_that_does_not_come_is_cut_off(server: Served, said: str) -> None:
    with server.connect() as connection:
        connection.send(head_of_change(said))
        assert connection.seconds_until_closed() > WAITS * 0.8


def test_a_body_that_comes_drop_by_drop_is_cut_off(server: Served) -> None:
    with server.connect() as connection:
        connection.send(head_of_change("Content-Length: 1000"))
        assert is_cut_off(connection, b" " * 1000, 0.1)
    with server.connect() as connection:
        connection.send(head_of_change("Transfer-Encoding: chunked"))
        assert is_cut_off(connection, b"1\r\n \r\n" * 100, 0.05)


def test_a_last_chunk_with_endless_lines_behind_it_is_cut_off(server: Served) -> None:
    with server.connect() as connection:
        connection.send(head_of_change("Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n")
        assert is_cut_off(connection, b"X-Trailer: 1\r\n" * 20, 0.1)


def test_whoever_waits_for_a_go_ahead_is_not_waited_for(server: Served) -> None:
    with server.connect() as connection:
        connection.send(head_of_change("Content-Length: 1000", "Expect: 100-continue"))
        assert connection.reader.readline().startswith(b"HTTP/1.1 100 ")
        assert connection.seconds_until_closed() < LATE
    with server.connect() as connection:
        connection.send(
            request("POST", f"{API}/patterns", "localhost", "Content-Length: 9", "Expect: 100-continue")
        )
        assert connection.answer().status == 401


def test_the_second_request_on_a_connection_is_not_waited_for_either(server: Served) -> None:
    for begun in (b"GET /heal", head_of_change("Content-Length: 1000")):
        with server.connect() as connection:
            connection.send(request("GET", "/healthz", "localhost"))
            assert connection.answer().status == 200
            connection.send(begun)
            assert connection.seconds_until_closed() < LATE
        with server.connect() as connection:
            connection.send(request("GET", "/healthz", "localhost") + begun)
            assert connection.answer().status == 200
            assert (
                connection.seconds_until_closed() < LATE + 5
            )  # the beginning of a head may wait like no request


def test_a_connection_that_asks_nothing_more_is_closed(server: Served) -> None:
    with server.connect() as connection:
        connection.send(request("GET", "/healthz", "localhost"))
        assert connection.answer().status == 200
        assert connection.seconds_until_closed() < 5 + LATE


def test_a_slow_caller_who_is_in_time_is_answered(server: Served) -> None:
    body = json.dumps({"name": "slow"}).encode()
    sent = head_of_change(f"Content-Length: {len(body)}") + body
    with server.connect() as connection:
        for number in range(0, len(sent), 30):
            connection.send(sent[number : number + 30])
            time.sleep(0.02)
        assert connection.answer().status == 422


# answers that nobody takes
# -----------------------------------------------------------------------------------

LARGE = f"{API}/patterns?limit=500"


def unread(server: Served, path: str = LARGE, requests: int = 1) -> socket.socket:
    """A connection whose caller asks for much and takes nothing."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(server.address)
    connection.settimeout(20)
    connection.sendall(request("GET", path, "localhost") * requests)
    return connection


def connections_of(server: Served) -> int:
    """Sockets that the process holds (Linux)."""
    folder = Path(f"/proc/{server.process.pid}/fd")
    return sum(1 for one in folder.iterdir() if os.path.lexists(one) and "socket:" in os.readlink(one))


def test_a_large_answer_arrives_whole(server: Served) -> None:
    answer = server.get(LARGE)
    assert len(answer.json()["patterns"]) == 500
    assert len(answer.body) > 4_000_000


def test_a_caller_who_takes_nothing_is_cut_off(server: Served) -> None:
    assert eventually(lambda: connections_of(server) < 10)
    before = connections_of(server)
    with ExitStack() as held:
        for _ in range(10):
            held.enter_context(unread(server, requests=20))
        assert eventually(lambda: connections_of(server) >= before + 10, 2)
        assert eventually(lambda: connections_of(server) <= before + 1, 6)
        assert is_fine(server)


def test_a_caller_who_leaves_only_a_little_is_cut_off(server: Served) -> None:
    """Some of these answers fit into the system's buffers but for a few bytes, which must not stay for
    good."""
    assert eventually(lambda: connections_of(server) < 10)
    before = connections_of(server)
    with ExitStack() as held:
        for limit in range(4, 500, 6):
            held.enter_context(unread(server, f"{API}/patterns?limit={limit}"))
        assert eventually(lambda: connections_of(server) > before + 60, 5)
        assert eventually(lambda: connections_of(server) <= before, 5 + LATE)


def test_memory_is_not_filled_by_answers_that_nobody_takes(server: Served) -> None:
    server.get(LARGE)
    before = server.memory()
    with ExitStack() as held:
        for _ in range(20):
            held.enter_context(unread(server, requests=100))
        time.sleep(WAITS / 2)
        assert server.memory() - before < 250 * MEGABYTE
    assert eventually(lambda: is_fine(server))


def test_memory_is_not_filled_by_answers_that_are_kept(server: Served) -> None:
    """Every limit is another question, and each of their answers is large."""
    server.get(LARGE)
    before = server.memory()
    for limit in range(60, 240):
        assert server.get(f"{API}/patterns?limit={limit}").status == 200
    assert server.memory() - before < 100 * MEGABYTE


# callers who hang up
# -----------------------------------------------------------------------------------------


def test_callers_who_hang_up_at_any_moment_do_no_harm(server: Served) -> None:
    whole = head_of_change("Content-Length: 2") + b"{}"
    large = request("GET", LARGE, "localhost")
    for sent in (
        b"",
        b"GET",
        whole[:40],
        whole[:-1],
        whole,
        large,
        large * 5,
        b"\0\r\n\r\n",
        whole + b"\0\r\n\r\n",
    ):
        for reset in (False, True):
            with server.connect() as connection:
                if reset:
                    connection.socket.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
                    )  # closing sends RST
                connection.send(sent)
                if not reset:
                    connection.socket.shutdown(socket.SHUT_WR)
            assert server.process.poll() is None
    assert is_fine(server)
    assert "Traceback" not in server.logged()
    assert "a request failed" not in server.logged()


def test_a_caller_who_only_stops_speaking_does_no_harm(server: Served) -> None:
    with server.connect() as connection:
        connection.send(request("GET", "/healthz", "localhost"))
        connection.socket.shutdown(socket.SHUT_WR)
        connection.seconds_until_closed()
    assert is_fine(server)


def test_nonsense_while_an_answer_is_on_its_way_leaves_no_trace(server: Served, database: Path) -> None:
    with write_lock(database, "a test"), server.connect() as connection:
        connection.send(request("GET", PROGRESS, "localhost"))
        assert connection.reader.readline() == b"HTTP/1.1 200 OK\r\n"
        connection.send(b"\0nonsense\r\n\r\n" * 100)
        time.sleep(0.3)
    assert is_fine(server)
    assert "Traceback" not in server.logged()
    assert "Exception" not in server.logged()


# many
# --------------------------------------------------------------------------------------------------------


def test_three_hundred_connections_at_once_are_survived(server: Served) -> None:
    with ExitStack() as held:
        silent = [held.enter_context(server.connect()) for _ in range(300)]
        assert server.process.poll() is None
        assert eventually(lambda: connections_of(server) < 270, 5)
        closed = [one.seconds_until_closed() for one in silent]
        assert max(closed) < LATE
    assert eventually(lambda: is_fine(server))


@pytest.fixture(scope="module")
def patient(database: Path) -> Iterator[Served]:
    """A server that waits long, and that others may reach, too."""
    command = hasty(HEAD_SECONDS=300, BODY_SECONDS=300, NEXT_SECONDS=300)
    with serving(database, "--host", "0.0.0.0", command=command) as served:
        yield served


SILENT = b""
HALF = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
NO_BODY = request("POST", f"{API}/patterns", "localhost", bearer(), JSON, "Content-Length: 1000")
WHOLE = request("GET", "/healthz", "localhost")


@pytest.mark.parametrize("said", [SILENT, HALF, NO_BODY, WHOLE], ids=["silent", "half", "no body", "idle"])
def test_connections_that_ask_nothing_more_shut_nobody_out(patient: Served, said: bytes) -> None:
    with ExitStack() as held:
        for _ in range(300):
            one = held.enter_context(patient.connect())
            one.send(said)
            if said == WHOLE:
                assert one.answer().status == 200
        for _ in range(20):
            assert patient.ask("GET", "/readyz", host="localhost").status == 200


def test_who_has_waited_longest_makes_place_and_who_is_answered_keeps_his(
    patient: Served, database: Path
) -> None:
    with write_lock(database, "a test"), ExitStack() as held:
        listening = [held.enter_context(patient.connect()) for _ in range(20)]
        for one in listening:
            one.send(request("GET", PROGRESS, "localhost", bearer()))
            assert one.answer_begins() == 200
        first = [held.enter_context(patient.connect()) for _ in range(100)]
        assert patient.ask("GET", "/readyz", host="localhost").status == 200
        second = [held.enter_context(patient.connect()) for _ in range(200)]
        assert patient.ask("GET", "/readyz", host="localhost").status == 200
        second[-1].send(request("GET", "/healthz", "localhost"))
        assert second[-1].answer().status == 200
        assert all(is_closed(one) for one in first[:60])
        assert not any(is_closed(one) for one in [*listening, *second[-100:-1]])


def test_who_never_asked_anything_makes_place_before_who_was_answered(patient: Served) -> None:
    with ExitStack() as held:
        answered_ones = [held.enter_context(patient.connect()) for _ in range(100)]
        for one in answered_ones:
            one.send(WHOLE)
            assert one.answer().status == 200
        silent = [held.enter_context(patient.connect()) for _ in range(250)]
        assert patient.ask("GET", "/readyz", host="localhost").status == 200
        assert not any(is_closed(one) for one in answered_ones)
        assert all(is_closed(one) for one in silent[:90])


def is_closed(connection: Connection) -> bool:
    """Whether the server has ended a connection on which nothing more is to come at once."""
    connection.socket.setblocking(False)
    try:
        return connection.socket.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    finally:
        connection.socket.settimeout(PATIENCE)


def own_address() -> str:
    """An address of this machine that is none of its loopback; empty where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect(("192.0.2.77", 9))
        except OSError:
            return ""
        found = str(one.getsockname()[0])
    return "" if found.startswith("127.") else found


@pytest.mark.skipif(not own_address(), reason="this machine has no address but its loopback")
def test_one_address_beyond_this_machine_has_its_share_and_no_more(patient: Served) -> None:
    address = (own_address(), patient.port)
    with ExitStack() as held:
        before = connections_of(patient)
        silent = [held.enter_context(Connection(address, 30)) for _ in range(150)]
        assert eventually(lambda: connections_of(patient) - before <= 64)
        assert eventually(lambda: all(is_closed(one) for one in silent[:80]))
        asking = held.enter_context(Connection(address, 30))
        asking.send(request("GET", "/healthz", address[0]))
        assert asking.answer().status == 200
        here = [held.enter_context(patient.connect()) for _ in range(150)]
        time.sleep(0.2)
        assert not any(is_closed(one) for one in here)


@pytest.mark.parametrize(
    ("address", "peer"),
    [
        ("127.0.0.1", None),
        ("127.9.9.9", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("", None),
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_a_peer_is_known_by_its_address_or_its_network(address: str, peer: str | None) -> None:
    assert peer_of(address) == peer


def answered(connection: Connection) -> Answer | None:
    try:
        return connection.answer()
    except OSError:
        return None


def test_three_hundred_requests_at_once_are_answered_or_refused(server: Served) -> None:
    with ExitStack() as held:
        asking = [held.enter_context(server.connect()) for _ in range(300)]
        for number, one in enumerate(asking):
            try:
                one.send(
                    request("GET", f"{API}/patterns?limit={number + 1}", "localhost", "Connection: close")
                )
            except ConnectionError:
                continue
        answers = [answered(one) for one in asking]
    statuses = [one.status for one in answers if one is not None]
    assert len(statuses) > 100
    assert set(statuses) <= {200, 503}
    assert all(one.problem == "busy" for one in answers if one is not None and one.status == 503)
    assert eventually(lambda: is_fine(server))


def test_so_many_listen_to_progress_and_no_more(server: Served, database: Path) -> None:
    with write_lock(database, "a test"):
        with ExitStack() as held:
            asking = [held.enter_context(server.connect()) for _ in range(60)]
            for one in asking:
                one.send(request("GET", PROGRESS, "localhost"))
            first = [one.reader.readline() for one in asking]
            assert first.count(b"HTTP/1.1 200 OK\r\n") == 20
            assert first.count(b"HTTP/1.1 503 Service Unavailable\r\n") == 40
        with ExitStack() as held:

            def is_let_in() -> bool:
                one = held.enter_context(server.connect())
                one.send(request("GET", PROGRESS, "localhost"))
                return one.reader.readline() == b"HTTP/1.1 200 OK\r\n"

            assert eventually(is_let_in)
            for _ in range(19):
                assert is_let_in()


def test_places_to_listen_are_kept_for_those_with_the_token(server: Served, database: Path) -> None:
    with write_lock(database, "a test"), ExitStack() as held:

        def told(*headers: str) -> int:
            one = held.enter_context(server.connect())
            one.send(request("GET", PROGRESS, "localhost", *headers))
            return one.answer_begins()

        assert eventually(lambda: told() == 200)
        while told() == 200:
            pass
        assert [told(bearer()) for _ in range(5)] == [200, 200, 200, 200, 503]
        assert told() == 503
        assert server.get("/readyz").status == 200


def test_listeners_who_hang_up_at_once_leave_their_place(server: Served, database: Path) -> None:
    with write_lock(database, "a test"):
        for _ in range(100):
            with server.connect() as connection:
                connection.send(request("GET", PROGRESS, "localhost"))
        time.sleep(1.5)
        with server.connect() as connection:
            connection.send(request("GET", PROGRESS, "localhost"))
            assert connection.reader.readline() == b"HTTP/1.1 200 OK\r\n"


def test_requests_that_were_given_up_do_not_pile_up(database: Path, tmp_path: Path) -> None:
    place = tmp_path / "rmos.db"
    migrate_messy(place)
    with serving(place) as server:
        for _ in range(600):
            with server.connect() as connection:
                connection.send(request("GET", f"{API}/migration/runs/1/report?format=html", "localhost"))
        assert eventually(lambda: is_fine(server), 20)
        assert query(place, "PRAGMA integrity_check") == [("ok",)]


def test_a_caller_whose_body_comes_after_the_refusal_reads_why(server: Served) -> None:
    for _ in range(10):
        with server.connect() as connection:
            head = request("POST", "/api/rmos/stores/joblogs", f"127.0.0.1:{server.port}")
            connection.send(head.replace(b"\r\n\r\n", b"\r\nContent-Length: 40\r\n\r\n"))
            time.sleep(0.05)  # the server has refused it by now
            for _ in range(2):
                connection.send(b"x" * 20)
                time.sleep(0.02)
            assert connection.answer().status == 401
