"""Who may ask the server what: names, origins, the token, the size and the shape of requests, what every
answer has."""

import json
import os
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest

from builders import digests, migrate_messy, query, without_root_powers
from serving_processes import API, TOKEN, Answer, Served, bearer, request, serving

STATUS = f"{API}/migration/status"
JSON = "Content-Type: application/json"
NEW = {"name": "New", "ring_count": 1, "geometry": {"rings": [{"radius_mm": 40, "segments": 12}]}}

SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with records and rejects."""
    place = tmp_path_factory.mktemp("served") / "rmos.db"
    migrate_messy(place)
    return place


@pytest.fixture(scope="module")
def server(database: Path) -> Iterator[Served]:
    with serving(database) as served:
        yield served


@pytest.fixture(scope="module")
def reachable(database: Path) -> Iterator[Served]:
    """A server that listens to more than this machine."""
    with serving(database, "--host", "0.0.0.0", "--allow-host", "workshop.local") as served:
        yield served


def rows(database: Path) -> list[tuple[int, ...]]:
    return query(
        database,
        "SELECT (SELECT count(*) FROM patterns), (SELECT count(*) FROM strip_families),"
        " (SELECT count(*) FROM joblogs), (SELECT count(*) FROM migration_runs)",
    )


def operations(server: Served, *, writing: bool) -> list[tuple[str, str]]:
    """Every operation that changes something, or that does not: method, and a path."""
    paths = server.get("/openapi.json").json()["paths"]
    return [
        (method.upper(), re.sub(r"\{\w+\}", "1", path))
        for path, found in paths.items()
        for method in found
        if (method != "get") is writing
    ]


def refused(answer: Answer) -> tuple[int, str | None]:
    return answer.status, answer.problem


# where it listens
# --------------------------------------------------------------------------------------------


def test_only_this_machine_reaches_a_server_that_was_told_no_host(server: Served) -> None:
    assert server.host == "127.0.0.1"
    listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    port = f"{server.port:04X}"
    assert set(re.findall(rf"^ *\d+: (\w+):{port} \w+:0000 0A", listening, re.M)) == {"0100007F"}


# the token
# ---------------------------------------------------------------------------------------------------

WRONG = {
    "none": [],
    "empty": ["Authorization:"],
    "another": [bearer("x" * len(TOKEN))],
    "its beginning": [bearer(TOKEN[:-1])],
    "more than it": [bearer(f"{TOKEN}x")],
    "in capitals": [bearer(TOKEN.upper())],
    "without scheme": [f"Authorization: {TOKEN}"],
    "as a password": ["Authorization: Basic OnRva2VuLWZvci10aGVzZS10ZXN0cw=="],
    "in another scheme": [f"Authorization: Token {TOKEN}"],
    "twice": [bearer(), bearer()],
    "wrong, then right": [bearer("x" * 20), bearer()],
    "two in one": [f"Authorization: Bearer {TOKEN}, Bearer {TOKEN}"],
    "not ASCII": ["Authorization: Bearer \xff\xfe"],
    "as a cookie": [f"Cookie: token={TOKEN}"],
    "in another header": [f"Proxy-Authorization: Bearer {TOKEN}", f"X-Authorization: Bearer {TOKEN}"],
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
def test_nothing_is_changed_without_the_token(server: Served, database: Path, headers: list[str]) -> None:
    before = rows(database)
    for method, path in operations(server, writing=True):
        answer = server.ask(method, path, JSON, "If-Match: *", *headers, body=json.dumps(NEW).encode())
        assert refused(answer) == (401, "token-needed"), (method, path)
        assert answer.header("www-authenticate") == "Bearer"
    assert rows(database) == before


def test_a_token_in_the_address_is_none(server: Served) -> None:
    answer = server.ask("POST", f"{API}/patterns?token={TOKEN}&access_token={TOKEN}", JSON, body=b"{}")
    assert refused(answer) == (401, "token-needed")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_token_counts_however_its_scheme_is_written(server: Served, scheme: str) -> None:
    answer = server.ask("POST", f"{API}/patterns", f"Authorization: {scheme} {TOKEN}", JSON, body=b"{}")
    assert refused(answer) == (422, "invalid")


def test_methods_that_nobody_uses_need_the_token_too(server: Served) -> None:
    for method in ("PATCH", "TRACE", "CONNECT", "PROPFIND", "get"):
        assert refused(server.ask(method, STATUS)) == (401, "token-needed")
        assert server.ask(method, STATUS, bearer()).status in (404, 405)


def test_a_method_in_a_header_is_not_the_method(server: Served, database: Path) -> None:
    before = rows(database)
    answer = server.get(f"{API}/patterns/p-twin-ring", "X-HTTP-Method-Override: DELETE", bearer())
    assert answer.status == 200
    assert rows(database) == before


# reading from elsewhere
# --------------------------------------------------------------------------------------


def basic(password: str) -> str:
    return f"Authorization: Basic {b64encode(f'anybody:{password}'.encode()).decode()}"


@pytest.fixture
def at_work(reachable: Served) -> str:
    return f"workshop.local:{reachable.port}"


def test_who_reads_from_elsewhere_needs_the_token(reachable: Served, at_work: str) -> None:
    for method, path in [*operations_of(reachable), ("GET", "/"), ("GET", "/openapi.json"), ("HEAD", STATUS)]:
        for headers in ([], [bearer("x" * 20)], [basic("x" * 20)], ["Authorization: Basic ====="]):
            answer = reachable.ask("GET", path, *headers, host=at_work)
            if path in ("/healthz", "/readyz"):
                assert answer.status == 200
            else:
                assert refused(answer) == (401, "token-needed"), (method, path, headers)
                assert answer.header("www-authenticate") == "Bearer"


def operations_of(served: Served) -> list[tuple[str, str]]:
    paths = served.ask("GET", "/openapi.json", bearer(), host=f"0.0.0.0:{served.port}").json()["paths"]
    return [("GET", re.sub(r"\{\w+\}", "1", path)) for path, found in paths.items() if "get" in found]


def test_paths_that_only_look_like_the_open_ones_need_the_token(reachable: Served, at_work: str) -> None:
    for path in ("/healthz/", "//healthz", "/healthz/../metrics", "/healthz%2f..%2fmetrics", "/HEALTHZ"):
        assert refused(reachable.ask("GET", path, host=at_work)) == (401, "token-needed")
    assert reachable.ask("GET", "http://elsewhere/healthz", host=at_work).status == 401


def test_a_browser_is_asked_for_a_password_which_is_the_token(reachable: Served, at_work: str) -> None:
    asked = reachable.ask("GET", "/", "Accept: text/html,*/*", host=at_work)
    assert refused(asked) == (401, "token-needed")
    assert str(asked.header("www-authenticate")).startswith("Basic ")
    for header in (basic(TOKEN), bearer()):
        assert reachable.ask("GET", STATUS, header, host=at_work).status == 200


def test_a_password_is_not_enough_to_change_something(
    reachable: Served, at_work: str, database: Path
) -> None:
    before = rows(database)
    for method, path in (("POST", f"{API}/patterns"), ("DELETE", f"{API}/joblogs/1")):
        answer = reachable.ask(method, path, basic(TOKEN), JSON, body=json.dumps(NEW).encode(), host=at_work)
        assert refused(answer) == (401, "token-needed")
        assert answer.header("www-authenticate") == "Bearer"
    assert rows(database) == before


def test_a_password_does_not_show_places(reachable: Served, at_work: str, database: Path) -> None:
    answer = reachable.ask("GET", STATUS, basic(TOKEN), host=at_work)
    assert answer.json()["migration_status"]["database_location"] == database.name


# names
# -------------------------------------------------------------------------------------------------------

OWN_NAMES = [
    "127.0.0.1",
    "localhost",
    "LocalHost",
    "[::1]",
    "127.0.0.1:{port}",
    "[::1]:{port}",
    "localhost:{port}",
]
FOREIGN_NAMES = [
    "attacker.example",
    "attacker.example:{port}",
    "localhost:1",
    "127.0.0.1:80",
    "localhost:443",
    "[::1]:8001",
    "localhost:0{port}",
    "localhost:0",
    "localhost:",
    "127.0.0.1.attacker.example",
    "attacker.example.127.0.0.1.nip.io",
    "localhost.attacker.example",
    "localhost.",
    "127.0.0.1.",
    "0.0.0.0",
    "127.0.0.2",
    "127.1",
    "2130706433",
    "0x7f000001",
    "[::ffff:127.0.0.1]",
    "[::1",
    "::1",
    "[::1]]",
    "localhost@attacker.example",
    "attacker.example@localhost",
    "attacker.example:1@localhost",
    "@localhost",
    ":@localhost",
    "localhost:123456",
    "localhost:-1",
    "localhost:abc",
    "localhost:80:80",
    "localhost/",
    "localhost/attacker.example",
    "localhost?x",
    "localhost#x",
    "localhost\\attacker.example",
    "localhost\tattacker.example",
    "localhost attacker.example",
    "localhost,attacker.example",
    "localhost%00",
    "localhost\xa0",
    "l\xf6calhost",
    ":{port}",
    "",
]


@pytest.mark.parametrize("name", OWN_NAMES)
def test_the_server_answers_to_its_own_names(server: Served, name: str) -> None:
    assert server.ask("GET", "/healthz", host=name.format(port=server.port)).status == 200


@pytest.mark.parametrize("name", FOREIGN_NAMES)
def test_the_server_answers_to_no_other_name(server: Served, name: str) -> None:
    host = name.format(port=server.port)
    for method, path, *headers in (
        ("GET", STATUS),
        ("GET", "/healthz"),
        ("POST", f"{API}/patterns", bearer()),
    ):
        answer = server.send(request(method, path, None, f"Host: {host}", *headers))
        assert answer.status in (400, 421)
        assert answer.problem in ("bad-request", "host-refused")


def test_a_request_without_a_name_is_refused(server: Served) -> None:
    assert refused(server.send(b"GET /healthz HTTP/1.1\r\n\r\n")) == (400, "bad-request")
    assert refused(server.send(b"GET /healthz HTTP/1.0\r\n\r\n")) == (421, "host-refused")


def test_a_request_with_two_names_is_refused(server: Served) -> None:
    for first, second in (
        ("localhost", "attacker.example"),
        ("attacker.example", "localhost"),
        ("localhost",) * 2,
    ):
        answer = server.ask("GET", "/healthz", f"Host: {second}", host=first)
        assert refused(answer) == (400, "bad-request")
    old = b"GET /healthz HTTP/1.0\r\nHost: localhost\r\nHost: attacker.example\r\n\r\n"
    assert server.send(old).status in (400, 421)


def test_other_headers_do_not_name_the_server(server: Served) -> None:
    claims = ("X-Forwarded-Host: localhost", "X-Original-Host: localhost", "Forwarded: host=localhost")
    assert refused(server.ask("GET", STATUS, *claims, host="attacker.example")) == (421, "host-refused")
    claims = ("X-Forwarded-Host: attacker.example", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: https")
    assert server.get("/healthz", *claims).status == 200


def test_a_whole_address_as_the_target_leads_nowhere_else(server: Served) -> None:
    for target in (
        f"http://attacker.example{STATUS}",
        "http://localhost/healthz",
        f"//attacker.example{STATUS}",
    ):
        assert refused(server.get(target)) == (404, "not-found")


def test_a_server_for_others_answers_to_the_names_it_was_given(reachable: Served) -> None:
    own = (
        "workshop.local",
        "0.0.0.0",
        "localhost",
        *(f"WORKSHOP.local:{port}" for port in (80, 443, reachable.port)),
    )
    for name in own:
        assert reachable.ask("GET", "/healthz", host=name).status == 200
    others = (
        "workshop.local.",
        "other.local",
        "workshop.local.attacker.example",
        "workshop.local:8443",
        "localhost:80",
    )
    for name in others:
        assert refused(reachable.ask("GET", "/healthz", host=name)) == (421, "host-refused")


# other sites
# -------------------------------------------------------------------------------------------------

FROM_ELSEWHERE = {
    "origin null": ["Origin: null"],
    "another site": ["Origin: https://attacker.example"],
    "another port": ["Origin: http://127.0.0.1:1"],
    "no port": ["Origin: http://127.0.0.1"],
    "another of our names": ["Origin: http://localhost:{port}"],
    "another scheme": ["Origin: ftp://127.0.0.1:{port}"],
    "an extension": ["Origin: chrome-extension://127.0.0.1:{port}"],
    "ours and more": ["Origin: http://127.0.0.1:{port}.attacker.example"],
    "with a path": ["Origin: http://127.0.0.1:{port}/"],
    "empty": ["Origin:"],
    "two, first ours": ["Origin: http://127.0.0.1:{port}", "Origin: https://attacker.example"],
    "two, last ours": ["Origin: https://attacker.example", "Origin: http://127.0.0.1:{port}"],
    "two in one": ["Origin: http://127.0.0.1:{port}, https://attacker.example"],
    "cross-site": ["Sec-Fetch-Site: cross-site"],
    "same-site": ["Sec-Fetch-Site: same-site"],
    "none that is known": ["Sec-Fetch-Site: ours"],
    "two sites": ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"],
    "our origin, another site": ["Origin: http://127.0.0.1:{port}", "Sec-Fetch-Site: cross-site"],
}


@pytest.mark.parametrize("headers", FROM_ELSEWHERE.values(), ids=FROM_ELSEWHERE)
def test_changes_are_not_taken_from_other_sites_even_with_the_token(
    server: Served, database: Path, headers: list[str]
) -> None:
    before = rows(database)
    told = [one.format(port=server.port) for one in headers]
    for method, path in operations(server, writing=True):
        answer = server.ask(method, path, bearer(), JSON, "If-Match: *", *told, body=json.dumps(NEW).encode())
        assert refused(answer) == (403, "origin-refused"), (method, path)
    assert rows(database) == before


OUR_OWN = {
    "a program": [],
    "our page": ["Origin: http://127.0.0.1:{port}", "Sec-Fetch-Site: same-origin"],
    "behind TLS": ["Origin: https://127.0.0.1:{port}"],
    "a person": ["Sec-Fetch-Site: none"],
}


@pytest.mark.parametrize("headers", OUR_OWN.values(), ids=OUR_OWN)
def test_changes_are_taken_from_our_own_pages_and_from_programs(server: Served, headers: list[str]) -> None:
    told = [one.format(port=server.port) for one in headers]
    answer = server.ask("POST", f"{API}/patterns", bearer(), JSON, *told, body=b"{}")
    assert refused(answer) == (422, "invalid")


def test_what_a_form_can_send_is_not_taken(server: Served) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = server.ask(
            "POST", f"{API}/patterns", bearer(), f"Content-Type: {kind}", body=json.dumps(NEW).encode()
        )
        assert refused(answer) == (415, "not-json")


def test_no_other_site_is_let_in(server: Served) -> None:
    asks = ("Origin: https://attacker.example", "Access-Control-Request-Method: DELETE")
    asks += ("Access-Control-Request-Headers: authorization", "Access-Control-Request-Private-Network: true")
    for method, path in [*operations(server, writing=True), *operations(server, writing=False)]:
        answers = [server.ask("OPTIONS", path, *asks), server.ask(method, path, asks[0])]
        assert refused(answers[0]) == (405, "method-not-allowed")
        for answer in answers if not path.endswith("/progress") else answers[:1]:
            assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]


# size and shape
# ----------------------------------------------------------------------------------------------

MEGABYTE = 1024 * 1024


def chunked(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in chunks)


def test_a_body_of_a_mebibyte_is_read(server: Served) -> None:
    answer = server.ask("POST", f"{API}/patterns", bearer(), JSON, body=b"{}".rjust(MEGABYTE))
    assert refused(answer) == (422, "invalid")


@pytest.mark.parametrize("length", [MEGABYTE + 1, 10**12, 2**64, 10**19])
def test_a_body_that_says_it_is_too_large_is_not_waited_for(server: Served, length: int) -> None:
    for method, path in operations(server, writing=True):
        answer = server.ask(method, path, bearer(), JSON, f"Content-Length: {length}")
        assert refused(answer) == (413, "too-large"), (method, path)


def test_a_body_that_was_sent_is_refused_with_an_answer(server: Served) -> None:
    answer = server.ask("POST", f"{API}/patterns", bearer(), JSON, body=b" " * (MEGABYTE + 1))
    assert refused(answer) == (413, "too-large")


def test_a_body_in_pieces_is_counted_while_it_comes(server: Served) -> None:
    head = request("POST", f"{API}/patterns", "localhost", bearer(), JSON, "Transfer-Encoding: chunked")
    assert refused(server.send(head + chunked(b"{}") + chunked(b""))) == (422, "invalid")
    assert refused(server.send(head + chunked(*[b" " * 1024] * 1025))) == (413, "too-large")
    assert refused(server.send(head + chunked(b" " * (MEGABYTE + 1)))) == (413, "too-large")


def endless(server: Served, head: bytes) -> tuple[Answer, int]:
    """The answer to a request whose body does not end, and how much of it was taken."""
    sent, piece = 0, chunked(b" " * 32768)
    with server.connect() as connection:
        connection.send(head)
        try:
            while sent < 200 * MEGABYTE:
                connection.send(piece)
                sent += len(piece)
        except ConnectionError:
            pass
        return connection.answer(), sent


def test_an_endless_body_is_cut_off(server: Served) -> None:
    for method, path in operations(server, writing=True):
        head = request(method, path, "localhost", bearer(), JSON, "Transfer-Encoding: chunked")
        answer, sent = endless(server, head)
        assert answer.status in (404, 413, 428), (method, path)
        assert sent < 30 * MEGABYTE
    assert server.get("/healthz").status == 200


def test_an_endless_body_of_somebody_without_token_is_cut_off(server: Served) -> None:
    answer, sent = endless(
        server, request("POST", f"{API}/patterns", "localhost", "Transfer-Encoding: chunked")
    )
    assert refused(answer) == (401, "token-needed")
    assert sent < 30 * MEGABYTE


def test_reading_takes_no_body(server: Served) -> None:
    for path in ("/healthz", STATUS, f"{API}/migration/progress", "/nothing"):
        for said in ("Content-Length: 5", "Transfer-Encoding: chunked"):
            assert refused(server.get(path, said)) == (400, "bad-request")
        assert refused(server.get(path, f"Content-Length: {MEGABYTE + 1}")) == (413, "too-large")
    assert server.get("/healthz", "Content-Length: 0").status == 200


def test_many_headers_are_refused(server: Served) -> None:
    few = [f"X-{number}: 1" for number in range(63)]
    assert server.get("/healthz", *few).status == 200
    assert refused(server.get("/healthz", *few, "X-64: 1")) == (431, "headers-too-large")


def test_headers_of_nearly_16_kibibytes_are_read(server: Served) -> None:
    assert server.get("/healthz", f"X-Large: {'x' * (16 * 1024 - 100)}").status == 200


@pytest.mark.parametrize("size", [16 * 1024 + 1, 60_000, 200_000, 2_000_000])
def test_headers_that_are_too_large_are_refused_however_they_come(server: Served, size: int) -> None:
    assert refused(server.get("/healthz", f"X-Large: {'x' * size}")) == (431, "headers-too-large")
    several = [f"X-{number}: {'x' * (size // 50)}" for number in range(50)]
    assert refused(server.get("/healthz", *several)) == (431, "headers-too-large")


def test_headers_without_end_are_cut_off(server: Served) -> None:
    with server.connect() as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Endless: ")
        with pytest.raises(ConnectionError):
            for _ in range(1000):
                connection.send(b"x" * 65536)
    assert server.get("/healthz").status == 200


def test_addresses_that_are_too_long_are_refused(server: Served) -> None:
    assert refused(server.get("/".ljust(2048, "x"))) == (404, "not-found")
    assert refused(server.get("/".ljust(2049, "x"))) == (414, "address-too-long")
    assert refused(server.get(f"{STATUS}?{'x' * 4097}")) == (414, "address-too-long")
    assert refused(server.get(f"/{'%41' * 700}")) == (414, "address-too-long")


def test_requests_behind_one_another_are_answered_in_their_order(server: Served) -> None:
    asked = [request("GET", path, "localhost") for path in ("/healthz", "/nothing", STATUS, "/healthz")]
    with server.connect() as connection:
        connection.send(b"".join(asked))
        assert [connection.answer().status for _ in asked] == [200, 404, 200, 200]


def test_the_body_of_a_request_behind_another_is_waited_for(server: Served) -> None:
    late = request("POST", f"{API}/patterns", "localhost", bearer(), JSON, body=b"{}")
    with server.connect() as connection:
        connection.send(request("GET", "/healthz", "localhost") + late[:-1])
        assert connection.answer().status == 200
        connection.send(late[-1:])
        assert refused(connection.answer()) == (422, "invalid")


def test_a_refused_request_does_not_lend_its_token_to_the_next(server: Served) -> None:
    with server.connect() as connection:
        connection.send(
            request("POST", f"{API}/patterns", "localhost", bearer(), JSON, body=b"{}")
            + request("POST", f"{API}/patterns", "localhost", JSON, body=b"{}")
        )
        assert refused(connection.answer()) == (422, "invalid")
        assert refused(connection.answer()) == (401, "token-needed")


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
TWO_LENGTHS = {
    "length and chunks": (["Content-Length: 5", "Transfer-Encoding: chunked"], b"0\r\n\r\n"),
    "chunks and length": (["Transfer-Encoding: chunked", "Content-Length: 5"], b"0\r\n\r\n"),
    "two lengths": (["Content-Length: 2", "Content-Length: 5"], b"{}"),
    "two lengths in one": (["Content-Length: 2, 5"], b"{}"),
    "a length with a sign": (["Content-Length: +2"], b"{}"),
    "a length below nothing": (["Content-Length: -2"], b"{}"),
    "a length in letters": (["Content-Length: 0x2"], b"{}"),
    "a length with many digits": (["Content-Length: " + "0" * 30 + "2"], b"{}"),
    "another coding": (["Transfer-Encoding: identity"], b"{}"),
    "two codings": (["Transfer-Encoding: gzip, chunked"], b"0\r\n\r\n"),
    "chunks twice": (["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], b"0\r\n\r\n"),
    "a blank before the colon": (["Transfer-Encoding : chunked"], b"0\r\n\r\n"),
    "a folded line": (["X-Folded: 1", " Transfer-Encoding: chunked", "Content-Length: x"], b""),
    "a bare line end": (["X-A: 1\rContent-Length: 2"], b"{}"),
    "a chunk without size": (["Transfer-Encoding: chunked"], b"ZZ\r\n{}\r\n0\r\n\r\n"),
    "a chunk with a sign": (["Transfer-Encoding: chunked"], b"-2\r\n{}\r\n0\r\n\r\n"),
    "a chunk longer than it says": (["Transfer-Encoding: chunked"], b"1\r\n{}\r\n0\r\n\r\n"),
    "a chunk of many digits": (["Transfer-Encoding: chunked"], b"0" * 30 + b"2\r\n{}\r\n0\r\n\r\n"),
}


@pytest.mark.parametrize(("headers", "body"), TWO_LENGTHS.values(), ids=TWO_LENGTHS)
def test_a_body_whose_end_is_in_doubt_is_refused_and_nothing_behind_it_is_read(
    server: Served, headers: list[str], body: bytes
) -> None:
    head = request("POST", f"{API}/patterns", "localhost", bearer(), JSON, *headers)
    with server.connect() as connection:
        connection.send(head + body + SMUGGLED)
        assert refused(connection.answer()) == (400, "bad-request")
        assert connection.reader.read() == b""
    assert "Traceback" not in server.logged()


def test_another_protocol_is_not_spoken(server: Served) -> None:
    asks = ("Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    for upgrade in ("websocket", "h2c", "TLS/1.0"):
        assert server.get("/healthz", *asks, f"Upgrade: {upgrade}").status == 200
    assert server.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status in (400, 421)
    assert server.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n").status == 400
    assert "pip install" not in server.logged()


# every answer
# ------------------------------------------------------------------------------------------------


def test_every_answer_has_the_headers_that_keep_browsers_safe(server: Served, reachable: Served) -> None:
    answers = [server.get(path) for _, path in operations(server, writing=False)]
    answers += [
        server.get(f"{API}/migration/runs/1/report?format={form}") for form in ("json", "html", "txt")
    ]
    answers += [
        server.get(path) for path in ("/", "/docs", "/openapi.json", "/nothing", "/static/nothing.js")
    ]
    answers += [
        server.get("/favicon.ico"),
        server.get("/static/../pyproject.toml"),
        server.get("/".ljust(3000, "x")),
    ]
    answers += [server.ask(method, path) for method, path in operations(server, writing=True)]
    answers += [
        server.ask("POST", f"{API}/patterns", bearer(), JSON, body=b"{"),
        server.ask("OPTIONS", STATUS),
    ]
    answers += [server.ask("POST", f"{API}/patterns", bearer(), JSON, f"Content-Length: {10**9}")]
    answers += [server.get("/healthz", *["X: 1"] * 80), server.get("/healthz", f"X: {'x' * 20_000}")]
    answers += [server.send(b"GET / HTTP/1.1\r\n\r\n"), server.send(b"nonsense\r\n\r\n")]
    answers += [server.ask("GET", "/", host="attacker.example"), reachable.ask("GET", "/", host="localhost")]
    for answer in answers:
        assert {name: answer.header(name) for name in SAFE} == SAFE, answer
        policy = str(answer.header("content-security-policy"))
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert answer.header("server") is None
        assert not [name for name, _ in answer.headers if name.lower() == "set-cookie"]
        if answer.status >= 400:
            assert answer.problem, answer


def sources_of(policy: str) -> dict[str, set[str]]:
    """What a content security policy allows, by directive."""
    directives = [one.split() for one in policy.split(";") if one.strip()]
    return {name: set(sources) for name, *sources in directives}


def test_pages_load_and_run_nothing_but_what_this_server_has(server: Served) -> None:
    listed = server.get("/", "Accept: text/html").body.decode()
    pages = {"/", "/docs", "/nothing", "/runs/1", *re.findall(r'<a href="(/[\w/-]*)"', listed)}
    assert {"/patterns", "/joblogs", "/rejects", "/audit"} < pages
    for path in pages:
        allowed = sources_of(str(server.get(path, "Accept: text/html").header("content-security-policy")))
        assert allowed.pop("img-src", set()) <= {"'self'", "data:"}, path
        assert allowed.pop("require-trusted-types-for", {"'script'"}) == {"'script'"}
        assert allowed["default-src"] == allowed["base-uri"] == allowed["frame-ancestors"] == {"'none'"}
        assert set().union(*allowed.values()) <= {"'self'", "'none'"}, path


def test_a_report_runs_its_own_script_alone(server: Served) -> None:
    answer = server.get(f"{API}/migration/runs/1/report?format=html")
    (meta,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', answer.body.decode())
    for policy in (unescape(meta), str(answer.header("content-security-policy"))):
        allowed = sources_of(policy)
        assert allowed["default-src"] == {"'none'"}
        for kind in ("script", "style"):
            (text,) = re.findall(rf"<{kind}>(.*?)</{kind}>", answer.body.decode(), re.DOTALL)
            digest = b64encode(sha256(text.encode()).digest()).decode()
            assert allowed[f"{kind}-src"] == {f"'sha256-{digest}'"}
        assert set().union(*allowed.values()) <= {
            "'none'",
            "data:",
            *allowed["script-src"],
            *allowed["style-src"],
        }


def test_browsers_may_keep_styles_and_scripts_and_nothing_else(server: Served) -> None:
    page = server.get("/", "Accept: text/html")
    assert page.header("cache-control") == "no-store"
    assets = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.body.decode()))
    assert {Path(one.partition("?")[0]).suffix for one in assets} >= {".css", ".js"}
    for address in assets:
        answer = server.get(address)
        assert (answer.status, answer.header("cache-control")) == (200, "max-age=86400")


def test_the_answer_to_a_hostile_name_is_data_and_not_a_page(server: Served) -> None:
    script = "<script>alert(1)</script>"
    escaped = "%3Cscript%3Ealert(1)%3C/script%3E"
    for answer in (
        server.get(f"/{escaped}"),
        server.get(f"{API}/patterns/{escaped}"),
        server.get(f"{STATUS}?{escaped}=1"),
        server.get(f"{API}/patterns?limit={escaped}"),
        server.get(f"{API}/migration/runs/1/report?format={escaped}"),
        server.ask("GET", "/", host=script),
    ):
        assert answer.problem is not None
        assert all(script not in value for _, value in answer.headers)


def test_a_line_end_in_an_address_makes_no_header(server: Served) -> None:
    answer = server.get(f"{API}/patterns/x%0d%0aSet-Cookie:%20a=b")
    assert answer.status == 404
    assert answer.header("set-cookie") is None


# reading changes nothing
# -------------------------------------------------------------------------------------


def test_reading_leaves_every_file_as_it_is(server: Served, database: Path) -> None:
    beside = {name: digest for name, digest in digests(database.parent).items() if "-" not in name}
    for headers in ((), (bearer(),)):
        for _, path in operations(server, writing=False):
            assert server.get(path, *headers).status < 500
    now = {name: digest for name, digest in digests(database.parent).items() if "-" not in name}
    assert {**now, **beside} == now
    assert set(now) <= {*beside, f"{database.name}.lock"}
    wal = database.with_name(f"{database.name}-wal")
    assert not wal.exists() or wal.stat().st_size == 0


def test_reading_needs_no_right_to_write(tmp_path: Path) -> None:
    place = tmp_path / "rmos.db"
    migrate_messy(place)
    place.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        with serving(place, before=without_root_powers) as served:
            assert served.get(STATUS).status == 200
            assert served.get(f"{API}/patterns").json()["total"] > 0
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is read from /proc")
def test_memory_does_not_grow_with_bodies_that_are_refused(server: Served) -> None:
    head = request("POST", f"{API}/patterns", "localhost", bearer(), JSON, "Transfer-Encoding: chunked")
    large = head + chunked(*[b" " * 65536] * 20)
    for _ in range(10):
        assert server.send(large).status == 413
    before = server.memory()
    for _ in range(150):
        assert server.send(large).status == 413
    assert server.memory() - before < 20 * MEGABYTE


def test_every_page_and_every_reading_operation_is_no_failure(server: Served) -> None:
    pages = [
        "/",
        "/runs",
        "/runs/1",
        "/rejects",
        "/patterns",
        "/strip-families",
        "/joblogs",
        "/audit",
        "/docs",
    ]
    for path in [*pages, *(path for _, path in operations(server, writing=False))]:
        assert server.get(path, "Accept: text/html").status < 500, path
    assert "Exception" not in server.logged()
