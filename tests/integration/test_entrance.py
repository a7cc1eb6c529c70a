"""The one-time link of rmos serve: who gets it, what it is good for, and when it is good for nothing."""

import json
import os
import pty
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from builders import RMOS, environment, migrate_messy, rmos
from rmos_migration.api.one_time_link import GOOD_SECONDS, OneTimeLink
from serving import client, serving
from serving_processes import API, TOKEN, Served, bearer, eventually

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a terminal as Unix has them")

ENTER = "/api/rmos/enter"
JSON = "Content-Type: application/json"
STATUS = f"{API}/migration/status"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    place = tmp_path / "rmos.db"
    migrate_messy(place)
    return place


@contextmanager
def on_a_terminal(database: Path, *options: str, **more: str) -> Iterator[tuple[Served, str]]:
    """A server that was started on a terminal, and all that it said there at its start."""
    ours, theirs = pty.openpty()
    command = [*RMOS, "serve", "--database", str(database), "--port", "0", *options]
    log = database.parent / "log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            command,
            env=environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=written,
            text=True,
        )
    os.close(theirs)
    said = ""
    try:
        until = time.monotonic() + 60
        while ("Changes need" not in said or "#enter" not in said) and time.monotonic() < until:
            said += os.read(ours, 4000).decode()
            if "RMOS_TOKEN" in more and "#enter" in said:
                break
        yield Served(process, said, log), said
    finally:
        process.terminate()
        process.wait(60)
        os.close(ours)


def key_in(text: str) -> str:
    (found,) = set(re.findall(r"#enter=([\w-]+)", text))
    return str(found)


def exchange(served: Served, key: str, *headers: str) -> tuple[int, str]:
    answer = served.ask("POST", ENTER, JSON, *headers, body=json.dumps({"key": key}).encode())
    return answer.status, answer.json().get("token", answer.problem or "")


def test_the_link_lets_in_once_and_its_token_is_good_for_changes(database: Path) -> None:
    with on_a_terminal(database, "--no-browser") as (served, said):
        key = key_in(said)
        assert len(key) == 43
        assert exchange(served, f"{key[:-1]}.") == (403, "link-used")
        status, token = exchange(served, key)
        assert status == 200
        assert served.ask("POST", f"{API}/patterns", bearer(token), JSON, body=b"{}").problem == "invalid"
        told = served.get(STATUS, bearer(token)).json()["migration_status"]["database_location"]
        assert told == str(database)
        assert exchange(served, key) == (403, "link-used")
        assert served.get(STATUS, bearer(key)).status == 401
        assert key not in served.logged()
        kept = [one.read_text() for one in database.parent.glob("rmos.db.*token")]
        assert len(kept) == 2
        assert not any(token in one or key in one for one in kept)
    with on_a_terminal(database, "--no-browser") as (served, said):
        assert served.get(STATUS, bearer(token)).status == 401  # it was forgotten
        assert exchange(served, key) == (403, "link-used")
        assert key_in(said) != key


def test_it_is_there_for_a_given_token_too_and_does_not_tell_it(database: Path) -> None:
    with on_a_terminal(database, "--no-browser", RMOS_TOKEN=TOKEN) as (served, said):
        assert TOKEN not in said
        assert exchange(served, key_in(said))[0] == 200


def test_a_page_of_another_site_cannot_exchange_a_key(database: Path) -> None:
    with on_a_terminal(database, "--no-browser") as (served, said):
        for headers in (["Origin: https://evil.example"], ["Sec-Fetch-Site: cross-site"], ["Origin: null"]):
            assert exchange(served, key_in(said), *headers) == (403, "origin-refused")
        form = served.ask("POST", ENTER, "Content-Type: text/plain", body=json.dumps({"key": "x"}).encode())
        assert form.problem == "not-json"
        assert exchange(served, key_in(said))[0] == 200


@pytest.mark.parametrize(
    "body", ["{}", "[]", '""', '{"key": 1}', '{"key": null}', '{"key": "x", "more": 1}', "", "x"]
)
def test_what_is_no_key_lets_nobody_in(database: Path, body: str) -> None:
    with client(database, token=None) as caller:
        answer = caller.post(ENTER, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (403, 422)


def test_without_a_link_no_key_is_good(database: Path) -> None:
    with client(database, token=None) as caller:
        for key in ("", "None", TOKEN, "x" * 43):
            assert caller.post(ENTER, json={"key": key}).status_code == 403
        assert caller.get(STATUS, headers={"Authorization": "Bearer "}).status_code == 401


def test_a_key_is_good_for_ten_minutes() -> None:
    now = 1000.0
    entrance = OneTimeLink(lambda: now)
    key = entrance.new_key()
    now += GOOD_SECONDS - 1
    assert entrance.enter(key) is not None
    key = entrance.new_key()
    now += GOOD_SECONDS
    assert entrance.enter(key) is None
    assert GOOD_SECONDS == 600


def test_a_newer_key_voids_the_one_before() -> None:
    entrance = OneTimeLink()
    first, second = entrance.new_key(), entrance.new_key()
    assert entrance.enter(first) is None
    token = entrance.enter(second)
    assert token is not None
    assert entrance.knows(token)
    assert not entrance.knows("")
    assert not OneTimeLink().knows("")


def test_a_server_without_a_token_lets_nobody_in(database: Path) -> None:
    served = serving(database, token=None)
    with client(database, token=None, entrance=served.entrance) as caller:
        key = served.entrance.new_key()
        token = caller.post(ENTER, json={"key": key}).json()["token"]
        answer = caller.post(f"{API}/patterns", json={}, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in (401, 403, 422)


def test_new_tokens_void_what_came_from_the_link_too(database: Path) -> None:
    with on_a_terminal(database, "--no-browser") as (served, said):
        _, token = exchange(served, key_in(said))
        subprocess.run([*RMOS, "token", "--new", "--database", database], env=environment(), check=True)
        assert served.get(STATUS, bearer(token)).status == 401


def test_where_no_terminal_is_nobody_reads_a_link(database: Path) -> None:
    """What services print goes to logs, which more people read than may change records."""
    command = [*RMOS, "serve", "--database", str(database), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline() + process.stdout.readline()
        process.terminate()
        assert "#" not in said + process.communicate(timeout=60)[0]


_OPENING = """
import sys, webbrowser, os, stat, pathlib
def opened(url):
    file = pathlib.Path(url.removeprefix("file://"))
    pathlib.Path(os.environ["NOTED"]).write_text(f"{url}\\n{oct(file.stat().st_mode)}\\n{file.read_text()}")
webbrowser.open = opened
from rmos_migration.cli.app import run
sys.exit(run())
"""
"""The program where a browser is opened that only notes what it was given."""


def test_the_browser_is_led_to_the_link_by_a_file_that_nobody_else_may_read(
    database: Path, tmp_path: Path
) -> None:
    """Every user of the machine sees the arguments of a program, so the link is none of them."""
    noted = tmp_path / "noted"
    command = [
        sys.executable,
        "-c",
        _OPENING,
        "serve",
        "--database",
        str(database),
        "--port",
        "0",
        "--browser",
    ]
    with subprocess.Popen(
        command, env=environment(NOTED=str(noted)), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        until = time.monotonic() + 60
        while not (noted.exists() and "</title>" in noted.read_text()) and time.monotonic() < until:
            time.sleep(0.05)
        url, mode, page = noted.read_text().split("\n", 2)
        assert url.startswith(f"file://{database}.open-")
        assert stat.S_IMODE(int(mode, 8)) == 0o600
        assert key_in(page) not in url
        process.terminate()
        process.communicate(timeout=60)
    assert not list(database.parent.glob("*.html"))


def opened(database: Path) -> list[str]:
    return [file.name for file in database.parent.glob("*.html")]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_the_file_for_the_browser_goes_with_the_server_or_is_known_for_a_leftover(
    number: signal.Signals, database: Path
) -> None:
    command = [*map(str, RMOS), "serve", "--database", str(database), "--port", "0", "--browser"]
    with subprocess.Popen(command, env=environment(BROWSER="true"), stdout=subprocess.PIPE) as process:
        assert eventually(lambda: opened(database))
        assert "killed runs left nothing" in rmos("doctor", "--database", database).stdout
        process.send_signal(number)
        process.communicate(timeout=60)
    if number != signal.SIGKILL:
        assert opened(database) == []
        return
    (left,) = opened(database)
    assert left in rmos("doctor", "--database", database).stdout
    with on_a_terminal(database, "--browser", BROWSER="true"):
        assert eventually(lambda: left not in opened(database))


def test_on_a_terminal_the_browser_is_opened_without_being_asked_for(database: Path, tmp_path: Path) -> None:
    noted, browser = tmp_path / "noted", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{noted}.new; mv {noted}.new {noted}\n')
    browser.chmod(0o755)
    with on_a_terminal(database, BROWSER=str(browser)) as (served, said):
        assert eventually(noted.exists)
        (url,) = noted.read_text().splitlines()
        assert url.startswith(f"file://{database}.open-")
        page = Path(url.removeprefix("file://")).read_text()
        assert key_in(page) == key_in(said)
        assert f"{served.url}/#enter=" in page
        assert exchange(served, key_in(page))[0] == 200
