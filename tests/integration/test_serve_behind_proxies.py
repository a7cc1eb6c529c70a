"""Who may read behind a proxy, from a page of another site, and with which token; and what a path prefix
changes."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import AbstractContextManager
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from builders import EXAMPLES, migrate_messy, rmos
from rmos_migration.api.app import create_app
from rmos_migration.api.forwarding import OWN_STEPS, checked_prefix
from rmos_migration.api.hosts import allowed
from rmos_migration.errors import UsageError
from rmos_migration.web.pages import page_routers
from serving import serving as served_from
from serving_processes import API, TOKEN, Answer, Served, bearer, eventually, request, serving

STATUS = f"{API}/migration/status"
READING = "the-token-for-reading-only"
JSON = "Content-Type: application/json"
READ_BY_A_PERSON = "Accept: text/html"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("proxied") / "rmos.db"
    migrate_messy(place)
    return place


def read_by(database: Path, *options: str | Path) -> AbstractContextManager[Served]:
    """A server with a token for reading."""
    return serving(database, *options, RMOS_READING_TOKEN=READING)


@pytest.fixture(scope="module")
def server(database: Path) -> Iterator[Served]:
    with read_by(database) as served:
        yield served


def refused(answer: Answer) -> tuple[int, str | None]:
    return answer.status, answer.problem


def password(token: str) -> str:
    return f"Authorization: Basic {b64encode(f'anybody:{token}'.encode()).decode()}"


# what turns the token for reading on
# -----------------------------------------------------------------------------

FORWARDED = [
    "Forwarded: for=192.0.2.1",
    "forwarded:",
    "X-Forwarded-For: 192.0.2.1",
    "X-Forwarded-For: 127.0.0.1",
    "X-Forwarded-Host: workshop.example",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Port: 443",
    "X-Forwarded-Prefix: /rmos",
    "X-Forwarded-Server: proxy",
    "X-Forwarded-By: proxy",
    "X-Forwarded: for=192.0.2.1",
    "Via: 1.1 proxy",
    "X-Real-IP: 192.0.2.1",
    "X-Original-Forwarded-For: 192.0.2.1",
    "CF-Connecting-IP: 192.0.2.1",
    "True-Client-IP: 192.0.2.1",
    "X-Client-IP: 192.0.2.1",
]


@pytest.mark.parametrize("header", FORWARDED)
@pytest.mark.parametrize("path", [STATUS, "/", "/patterns", "/openapi.json", "/docs", "/metrics"])
def test_a_request_that_came_through_a_proxy_needs_a_token_for_reading(
    server: Served, header: str, path: str
) -> None:
    assert refused(server.get(path, header)) == (401, "token-needed")
    assert server.get(path).status == 200
    for shown in (bearer(READING), bearer(), password(READING), password(TOKEN)):
        assert server.get(path, header, shown).status == 200


def test_a_proxy_that_speaks_http_1_0_and_says_nothing_is_known_by_that(server: Served) -> None:
    """So does nginx before 1.29.7 with nothing but proxy_pass; it calls the server by its own name."""
    old = f"GET {STATUS} HTTP/1.0\r\nHost: {server.host}:{server.port}\r\n"
    assert b"401" in raw(server, f"{old}\r\n").splitlines()[0]
    assert b"200" in raw(server, f"{old}{bearer(READING)}\r\n\r\n").splitlines()[0]


def raw(server: Served, sent: str) -> bytes:
    with server.connect() as connection:
        connection.send(sent.encode())
        return connection.reader.read()


def test_who_watches_over_the_server_needs_no_token_behind_a_proxy_either(server: Served) -> None:
    for path in ("/healthz", "/readyz"):
        assert server.get(path, "X-Forwarded-For: 192.0.2.1").status == 200


@pytest.mark.parametrize(
    "options",
    [
        ("--allow-host", "workshop.example"),
        ("--allow-host", "workshop.example:8443"),
        ("--readers-need-token",),
        ("--host", "0.0.0.0"),
    ],
)
def test_a_server_that_is_meant_for_others_needs_a_token_for_reading_from_everybody(
    database: Path, options: tuple[str, ...]
) -> None:
    with read_by(database, *options) as served:
        for path in (STATUS, "/", "/static/dashboard.js"):
            assert refused(served.get(path)) == (401, "token-needed")
            assert served.get(path, bearer(READING)).status == 200
        assert served.get("/healthz").status == 200
        asked = served.get("/", READ_BY_A_PERSON)
        assert str(asked.header("www-authenticate")).startswith("Basic ")


@pytest.mark.parametrize("name", ["http://workshop.example", "workshop.example/rmos", "*", "", "a b", "x:y"])
def test_a_name_that_nobody_could_call_it_by_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="--allow-host"):
        allowed([name])


def test_another_name_is_good_for_the_ports_of_the_web_or_for_the_one_that_is_named(database: Path) -> None:
    with read_by(database, "--allow-host", "a.example", "--allow-host", "b.example:8443") as served:

        def status(host: str) -> int:
            return served.ask("GET", "/healthz", host=host).status

        good = ("a.example", "a.example:80", "a.example:443", f"A.example:{served.port}", "b.example:8443")
        assert [status(host) for host in good] == [200] * 5
        bad = ("a.example:8443", "b.example", "b.example:443", f"b.example:{served.port}", "c.example:8443")
        assert [status(host) for host in bad] == [421] * 5


# two tokens
# --------------------------------------------------------------------------------------------------------


def test_the_token_for_reading_changes_nothing(server: Served) -> None:
    for method, path in (
        ("POST", f"{API}/patterns"),
        ("POST", f"{API}/migration/runs"),
        ("PUT", f"{API}/patterns/p-twin-ring"),
        ("DELETE", f"{API}/patterns/p-twin-ring"),
    ):
        answer = server.ask(method, path, bearer(READING), JSON, "If-Match: *", body=b"{}")
        assert refused(answer) == (401, "token-needed")
        assert "reading" in answer.json()["detail"]
    assert server.ask("POST", f"{API}/patterns", bearer(), JSON, body=b"{}").problem == "invalid"


def test_the_token_for_reading_tells_no_more_than_anybody_here_is_told(server: Served) -> None:
    told = {token: server.get(STATUS, bearer(token)).json()["migration_status"] for token in (READING,)}
    assert "/" not in told[READING]["database_location"]
    assert "/" in server.get(STATUS, bearer()).json()["migration_status"]["database_location"]


@pytest.mark.parametrize("given", [READING[:-1], f"{READING}x", READING.upper(), "", "None"])
def test_what_is_nearly_the_token_for_reading_is_none(server: Served, given: str) -> None:
    assert server.get(STATUS, bearer(given)).status == 401
    assert server.get(STATUS, "Via: 1.1 proxy", password(given)).status == 401


# pages of other sites
# -----------------------------------------------------------------------------------------------

LOADED = {
    "an image": ("cross-site", "no-cors", "image"),
    "a script": ("cross-site", "no-cors", "script"),
    "a fetch": ("cross-site", "cors", "empty"),
    "a frame": ("cross-site", "navigate", "iframe"),
    "an object": ("cross-site", "navigate", "object"),
    "an embedded one": ("cross-site", "navigate", "embed"),
    "a page of another port": ("same-site", "cors", "empty"),
    "an image of another port": ("same-site", "no-cors", "image"),
    "a site that nobody knows": ("ours", "cors", "empty"),
    "a stylesheet": ("cross-site", "no-cors", "style"),
    "an event source": ("cross-site", "cors", "eventsource"),
}


def fetched(site: str, mode: str, dest: str) -> list[str]:
    return [f"Sec-Fetch-Site: {site}", f"Sec-Fetch-Mode: {mode}", f"Sec-Fetch-Dest: {dest}"]


@pytest.mark.parametrize("said", LOADED.values(), ids=LOADED)
def test_a_page_of_another_site_loads_nothing(server: Served, said: tuple[str, str, str]) -> None:
    for path in ("/", STATUS, f"{API}/migration/progress", "/static/dashboard.js", "/healthz"):
        for more in ([], [bearer()]):
            for method in ("GET", "OPTIONS"):
                answer = server.ask(method, path, *fetched(*said), *more)
                assert answer.status == 403, (method, path)
    assert refused(server.get("/", *fetched(*said))) == (403, "origin-refused")


def test_a_page_of_another_site_that_leaves_out_or_doubles_what_browsers_say_loads_nothing(
    server: Served,
) -> None:
    for headers in (
        ["Sec-Fetch-Site: cross-site"],
        ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"],
        ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"],
        [*fetched("cross-site", "navigate", "document"), "Sec-Fetch-Dest: image"],
    ):
        assert server.get(STATUS, *headers).status == 403


def test_a_link_of_another_site_may_be_followed_and_own_pages_load_what_they_need(server: Served) -> None:
    for said in (
        ("cross-site", "navigate", "document"),
        ("same-site", "navigate", "document"),
        ("same-origin", "cors", "empty"),
        ("same-origin", "no-cors", "script"),
        ("none", "navigate", "document"),
    ):
        assert server.get("/", *fetched(*said)).status == 200


def test_every_answer_forbids_browsers_what_no_page_needs(server: Served) -> None:
    for path in (
        "/",
        STATUS,
        "/nothing",
        "/static/dashboard.js",
        f"{API}/migration/runs/1/report?format=html",
    ):
        answer = server.get(path)
        policy = str(answer.header("permissions-policy"))
        assert all(f"{name}=()" in policy for name in ("camera", "microphone", "geolocation", "usb"))
        assert answer.header("cross-origin-opener-policy") == "same-origin"
    page = str(server.get("/", READ_BY_A_PERSON).header("content-security-policy"))
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in page


# a path prefix
# -------------------------------------------------------------------------------------------------------

_ADDRESS = re.compile(r'(?:href|src|action|data-download)="([^"]*)"')


def crawled(server: Served, root: str, *headers: str, taken_away: bool) -> set[str]:
    """Every address that can be reached from the overview; each must lie below ``root`` and answer."""
    seen: set[str] = set()
    waiting = {f"{root}/"}
    while waiting and len(seen) < 120:
        address = waiting.pop()
        seen.add(address)
        assert address.startswith(f"{root}/"), address
        answer = server.get(address[len(root) :] if taken_away else address, *headers)
        assert answer.status == 200, address
        if "html" in str(answer.header("content-type")) and "format=html" not in address:
            found = [unescape(one) for one in _ADDRESS.findall(answer.body.decode())]
            links = {urljoin(address, one).partition("#")[0] for one in found if not one.startswith("data:")}
            waiting |= links - seen
    return seen


@pytest.mark.parametrize("taken_away", [True, False], ids=["taken away", "left"])
def test_every_address_lies_below_the_path_that_a_proxy_shows(database: Path, taken_away: bool) -> None:
    with read_by(database, "--root-path", "/shop/rmos/") as served:
        seen = crawled(served, "/shop/rmos", taken_away=taken_away)
        assert {"/shop/rmos/runs", "/shop/rmos/rejects", "/shop/rmos/docs", "/shop/rmos/openapi.json"} <= seen
        assert any("cursor=" in one for one in seen) or len(seen) > 20
        described = served.get("/openapi.json").json()
        assert described["servers"] == [{"url": "/shop/rmos"}]
        assert 'data-root="/shop/rmos"' in served.get("/", READ_BY_A_PERSON).body.decode()


def test_where_a_new_record_and_a_run_are_is_told_below_the_path(tmp_path: Path) -> None:
    place = tmp_path / "rmos.db"
    migrate_messy(place)
    with read_by(place, "--root-path", "/rmos", "--source", EXAMPLES / "rmos_legacy") as served:
        body = json.dumps({"job_type": "slice", "parameters": {}}).encode()
        made = served.ask("POST", f"/rmos{API}/joblogs", bearer(), JSON, body=body)
        assert str(made.header("location")).startswith(f"/rmos{API}/joblogs/")
        begun = served.ask("POST", f"{API}/migration/runs", bearer(), JSON, body=b'{"dry_run": true}')
        assert begun.header("location") == begun.json()["location"] == f"/rmos{API}/migration/runs/dry-1"
        assert eventually(lambda: served.get(str(begun.header("location"))).status == 200)


def test_without_a_prefix_nothing_is_said_of_one(server: Served) -> None:
    assert "servers" not in server.get("/openapi.json").json()
    assert server.get("/rmos/").status == 404
    assert 'href="/runs"' in server.get("/", READ_BY_A_PERSON).body.decode()


def root_told(served: Served, *prefixes: str) -> str:
    headers = [f"X-Forwarded-Prefix: {one}" for one in prefixes]
    page = served.get("/", READ_BY_A_PERSON, bearer(READING), *headers).body.decode()
    return re.findall(r'data-root="([^"]*)"', page)[0]


def test_a_proxy_names_the_path_only_if_it_is_trusted(database: Path, server: Served) -> None:
    assert root_told(server, "/elsewhere") == ""
    with read_by(database, "--trust-proxy", "192.0.2.7") as served:
        assert root_told(served, "/elsewhere") == ""


@pytest.fixture(scope="module")
def trusting(database: Path) -> Iterator[Served]:
    """A server that believes a proxy on this machine, and has a path of its own."""
    with read_by(database, "--trust-proxy", "127.0.0.0/8", "--root-path", "/own") as served:
        yield served


def test_each_gets_pages_for_the_path_that_the_proxy_names(trusting: Served) -> None:
    assert [root_told(trusting, one) for one in ("/rmos/", "/", "/a/b-c_d.e~f")] == [
        "/rmos",
        "",
        "/a/b-c_d.e~f",
    ]
    assert root_told(trusting) == "/own"
    assert root_told(trusting, "/rmos") == "/rmos"  # what was kept for one is not for another


ASTRAY = [
    "//evil.example",
    "/a//b",
    "rmos",
    "http://evil.example",
    "/../x",
    "/a/..",
    "/a b",
    "/%2f",
    '/"',
    "/é",
]


@pytest.mark.parametrize("prefix", [*ASTRAY, "/" + "a" * 300])
def test_a_path_that_could_lead_elsewhere_is_refused(trusting: Served, prefix: str) -> None:
    answer = trusting.get("/", bearer(READING), f"X-Forwarded-Prefix: {prefix}")
    assert refused(answer) == (400, "bad-request")
    with pytest.raises(UsageError, match="--root-path"):
        checked_prefix(prefix, "--root-path")


def test_a_path_like_one_of_the_servers_own_is_refused(trusting: Served, tmp_path: Path) -> None:
    app = create_app(served_from(tmp_path / "rmos.db"), page_routers())
    routes = [route for router in app.app.app.state.routers for route in router.routes]
    own = {route.path.split("/")[1] for route in routes} - {""} | {"openapi.json"}
    assert own == OWN_STEPS
    for step in own:
        with pytest.raises(UsageError, match=f"--root-path /{step} begins"):
            checked_prefix(f"/{step}", "--root-path")
    answer = trusting.get("/", bearer(READING), "X-Forwarded-Prefix: /runs/of/ours")
    assert refused(answer) == (400, "bad-request")
    assert checked_prefix("/runs-of-ours/api", "--root-path") == "/runs-of-ours/api"


def test_two_paths_of_a_proxy_are_refused(trusting: Served) -> None:
    two = trusting.get("/", bearer(READING), "X-Forwarded-Prefix: /a", "X-Forwarded-Prefix: /b")
    assert refused(two) == (400, "bad-request")


@pytest.mark.parametrize(
    ("option", "value"), [("--root-path", "//x"), ("--trust-proxy", "localhost"), ("--allow-host", "*")]
)
def test_options_that_mean_nothing_are_refused(database: Path, option: str, value: str) -> None:
    done = rmos("serve", "--database", database, "--port", "0", "--no-browser", option, value)
    assert done.returncode == 2
    assert option in done.stderr


def test_a_path_prefix_lets_nobody_past_the_checks(database: Path) -> None:
    with read_by(database, "--root-path", "/rmos", "--readers-need-token") as served:
        assert refused(served.get(f"/rmos{STATUS}")) == (401, "token-needed")
        assert served.get("/rmos/healthz").status == 200
        assert refused(served.get("/rmos/rmos/healthz", bearer())) == (404, "not-found")
        assert urlsplit(served.url).path == "/rmos"
        assert refused(served.send(request("GET", "/rmos/", "evil.example"))) == (421, "host-refused")
