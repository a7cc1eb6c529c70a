"""``rmos serve`` as a command: what it says, its token, how it ends, and what it makes of databases it cannot
use."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from builders import (
    RMOS,
    digests,
    environment,
    execute,
    migrate_messy,
    query,
    rmos,
    without_root_powers,
    workshop,
)
from rmos_migration.store.sqlite.lock import is_locked, write_lock
from serving_processes import API, PATIENCE, TOKEN, Served, bearer, eventually, hasty, request, serving
from two_steps import older_database

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and modes as POSIX has them")

STATUS = f"{API}/migration/status"
RUNS = f"{API}/migration/runs"
PROGRESS = f"{API}/migration/progress"
JSON = "Content-Type: application/json"
HOUR = 3600.0
PATIENT = hasty(HEAD_SECONDS=HOUR, BODY_SECONDS=HOUR, TAKING_SECONDS=HOUR)
"""A server that gives every connection an hour: it ends in time only if it waits for none of them."""


@pytest.fixture
def filled(database: Path) -> Path:
    """A database with records and rejects, alone in its folder."""
    migrate_messy(database)
    return database


@pytest.fixture(scope="module")
def large_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree whose migration takes some seconds."""
    tree = tmp_path_factory.mktemp("large") / "legacy"
    workshop(tree, 6_000)
    return tree


def refused_start(
    database: Path, *options: str, token: str | None = None
) -> subprocess.CompletedProcess[str]:
    """A server that does not start."""
    env = environment() if token is None else environment(RMOS_TOKEN=token)
    return rmos("serve", "--database", database, "--no-browser", *options, env=env, timeout=20)


# start
# -------------------------------------------------------------------------------------------------------


def test_the_greeting_names_an_address_that_answers(filled: Path) -> None:
    with serving(filled) as one, serving(filled) as other:
        assert re.search(r"http://127\.0\.0\.1:[1-9]\d+ ", one.greeting)
        assert one.port != other.port
        assert one.get("/healthz").status == other.get("/healthz").status == 200


def test_the_greeting_does_not_tell_the_token(filled: Path) -> None:
    with serving(filled) as served:
        assert TOKEN not in served.greeting + served.logged()
    with serving(filled, token=None) as served:
        token = token_file(filled).read_text().strip()
        assert token not in served.greeting + served.logged()


def test_a_server_can_listen_on_ipv6(filled: Path) -> None:
    with serving(filled, "--host", "::1") as served:
        assert served.url == f"http://[::1]:{served.port}"
        assert served.ask("GET", "/healthz", host=f"[::1]:{served.port}").status == 200


def test_a_port_that_is_taken_is_said_with_what_to_do(filled: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = refused_start(filled, "--port", str(port))
    assert done.returncode == 5
    assert f"--port {port + 1}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_host_that_is_none_of_ours_is_said(filled: Path) -> None:
    for host in ("192.0.2.1", "no-such-name.invalid", "::1%no-such-card"):
        done = refused_start(filled, "--port", "0", "--host", host, token=TOKEN)
        assert done.returncode == 5
        assert "--host" in done.stderr
        assert "Traceback" not in done.stderr


# the token
# ---------------------------------------------------------------------------------------------------


def token_file(database: Path) -> Path:
    return database.with_name(f"{database.name}.token")


def may_change(served: Served, token: str) -> bool:
    answer = served.ask("POST", f"{API}/patterns", bearer(token), JSON, body=b"{}")
    assert answer.problem in ("invalid", "token-needed")
    return answer.problem == "invalid"


def test_a_token_is_made_once_and_only_its_owner_may_read_it(filled: Path) -> None:
    tokens = []
    for _ in range(2):
        with serving(filled, token=None, before=lambda: os.umask(0) and None) as served:
            assert eventually(lambda: token_file(filled).exists())
            assert token_file(filled).stat().st_mode & 0o7777 == 0o600
            tokens.append(token_file(filled).read_text().strip())
            assert may_change(served, tokens[-1])
    assert tokens[0] == tokens[1]
    assert re.fullmatch(r"[\w-]{43}", tokens[0])
    assert [one for one in os.listdir(filled.parent) if one.endswith(".token")] == [token_file(filled).name]


def test_two_databases_have_two_tokens(filled: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    migrate_messy(other)
    with serving(filled, token=None), serving(other, token=None) as served:
        assert not may_change(served, token_file(filled).read_text().strip())


def test_a_token_of_the_environment_is_kept_nowhere(filled: Path) -> None:
    with serving(filled, token="from-the-environment") as served:
        assert may_change(served, "from-the-environment")
        assert not token_file(filled).exists()
    token_file(filled).write_text("the-one-in-the-file\n")
    token_file(filled).chmod(0o600)
    with serving(filled, token="from-the-environment") as served:
        assert not may_change(served, "the-one-in-the-file")
    with serving(filled, token=None) as served:
        assert may_change(served, "the-one-in-the-file")


def test_an_empty_token_of_the_environment_is_none(filled: Path) -> None:
    with serving(filled, token="") as served:
        assert may_change(served, token_file(filled).read_text().strip())
        assert not may_change(served, "")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_token_that_others_may_read_or_write_is_refused(filled: Path, mode: int) -> None:
    token_file(filled).write_text("long-enough-for-a-token\n")
    token_file(filled).chmod(mode)
    done = refused_start(filled, "--port", "0")
    assert done.returncode == 2
    assert f"chmod 600 {token_file(filled)}" in done.stderr
    assert "long-enough-for-a-token" not in done.stderr + done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_token_of_somebody_else_is_refused(filled: Path) -> None:
    """In a folder that others may write to, somebody could have put it there."""
    token_file(filled).write_text("long-enough-for-a-token\n")
    token_file(filled).chmod(0o600)
    os.chown(token_file(filled), 12345, 12345)
    done = refused_start(filled, "--port", "0")
    assert done.returncode == 2
    assert str(token_file(filled)) in done.stderr


def test_a_link_in_place_of_the_token_is_refused(filled: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("long-enough-for-a-token\n")
    elsewhere.chmod(0o600)
    token_file(filled).symlink_to(elsewhere)
    done = refused_start(filled, "--port", "0")
    assert done.returncode == 2
    assert str(token_file(filled)) in done.stderr


def test_a_pipe_in_place_of_the_token_does_not_hold_up_the_start(filled: Path) -> None:
    os.mkfifo(token_file(filled), 0o600)
    done = refused_start(filled, "--port", "0")
    assert done.returncode == 2
    assert str(token_file(filled)) in done.stderr


@pytest.mark.parametrize(
    "token",
    [
        " ",
        "short",
        "fifteen-letters",
        "with blanks in between",
        "schlüssel-für-das-tor",
        "a" * 9 + "\t" + "a" * 9,
    ],
)
def test_a_token_that_could_be_guessed_or_not_be_sent_is_refused(filled: Path, token: str) -> None:
    done = refused_start(filled, "--port", "0", token=token)
    assert done.returncode == 2
    assert "RMOS_TOKEN" in done.stderr
    assert not token.strip() or token not in done.stderr + done.stdout


def test_a_file_without_a_token_is_refused(filled: Path) -> None:
    token_file(filled).touch(0o600)
    done = refused_start(filled, "--port", "0")
    assert done.returncode == 2
    assert str(token_file(filled)) in done.stderr


def test_servers_that_start_at_once_have_one_token(filled: Path) -> None:
    command = [*RMOS, "serve", "--database", str(filled), "--port", "0", "--no-browser"]
    with ExitStack() as running:
        started = [
            running.enter_context(
                subprocess.Popen(
                    command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
                )
            )
            for _ in range(4)
        ]
        try:
            urls = [re.search(r"http://\S+", one.stdout.readline())[0] for one in started]  # type: ignore
            token = token_file(filled).read_text().strip()
            for one, url in zip(started, urls, strict=True):
                assert may_change(Served(one, url, Path(os.devnull)), token)
        finally:
            for one in started:
                one.terminate()
                one.communicate(timeout=20)
    assert not list(filled.parent.glob(".*token*"))


# a folder that cannot be written
# -----------------------------------------------------------------------------


@pytest.fixture
def sealed(filled: Path) -> Iterator[Path]:
    """A database in a folder that nobody may write to."""
    filled.chmod(0o444)
    filled.parent.chmod(0o555)
    yield filled
    filled.parent.chmod(0o755)


def test_where_no_token_can_be_kept_nothing_can_be_changed(sealed: Path) -> None:
    with serving(sealed, token=None, before=without_root_powers) as served:
        assert served.get(STATUS).status == 200
        assert served.get("/readyz").status == 200
        for headers in ([], [bearer("x" * 20)], [bearer("")], [bearer("None")]):
            answer = served.ask("POST", f"{API}/patterns", JSON, *headers, body=b"{}")
            assert (answer.status, answer.problem) == (403, "changes-off")
        for path in (STATUS, "/"):
            assert str(sealed.parent) not in served.get(path).body.decode()


def test_where_no_token_can_be_kept_others_cannot_be_served(sealed: Path) -> None:
    done = rmos(
        *("serve", "--database", sealed, "--port", "0", "--host", "0.0.0.0", "--no-browser"),
        before=without_root_powers,
        timeout=20,
    )
    assert done.returncode == 5
    assert "RMOS_TOKEN" in done.stderr


# end
# ---------------------------------------------------------------------------------------------------------


def children_of(pid: int) -> set[int]:
    """The processes that a process has started, and theirs (Linux)."""
    found: set[int] = set()
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, tasks.read_text().split()):
            found |= {child} | children_of(child)
    return found


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once(filled: Path, number: signal.Signals) -> None:
    with serving(filled, command=PATIENT) as served, served.connect() as silent:
        silent.send(b"GET /heal")
        assert served.end(number) == 0
        assert "Traceback" not in served.logged()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_signal_ends_it_with_listeners_and_the_run_that_goes_on(
    large_tree: Path, database: Path, number: signal.Signals, dry_run: bool
) -> None:
    with (
        serving(database, "--source", large_tree, command=PATIENT) as served,
        ExitStack() as held,
    ):
        order = json.dumps({"dry_run": dry_run}).encode()
        assert served.ask("POST", RUNS, bearer(), JSON, body=order).status == 202
        for _ in range(3):
            listening = held.enter_context(served.connect())
            listening.send(request("GET", PROGRESS, "localhost"))
            assert listening.reader.readline() == b"HTTP/1.1 200 OK\r\n"
        begun = children_of(served.process.pid)
        assert begun
        assert served.end(number) == 0
        assert eventually(lambda: all(map(is_gone, begun)))
        assert "Traceback" not in served.logged()
    if not dry_run:
        assert query(database, "PRAGMA integrity_check") == [("ok",)]
        assert query(database, "SELECT status FROM migration_runs") == [("interrupted",)]
        assert not is_locked(database)
        assert rmos("migrate", large_tree, "--database", database).returncode == 0


def test_ctrl_c_on_a_terminal_reaches_the_run_too_and_does_no_harm(large_tree: Path, database: Path) -> None:
    """A terminal sends it to every process of the group."""
    with serving(database, "--source", large_tree, before=os.setsid) as served:
        assert served.ask("POST", RUNS, bearer(), JSON, body=b'{"dry_run": false}').status == 202
        begun = children_of(served.process.pid)
        os.killpg(served.process.pid, signal.SIGINT)
        assert served.process.wait(PATIENCE) == 0
        assert eventually(lambda: all(map(is_gone, begun)))
        assert "Traceback" not in served.logged()
    assert query(database, "SELECT status FROM migration_runs") == [("interrupted",)]


def test_two_signals_end_it_at_once_and_leave_the_database_whole(large_tree: Path, database: Path) -> None:
    with serving(database, "--source", large_tree) as served, served.connect() as listening:
        assert served.ask("POST", RUNS, bearer(), JSON, body=b'{"dry_run": false}').status == 202
        listening.send(request("GET", PROGRESS, "localhost"))
        begun = children_of(served.process.pid)
        served.process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        served.end(signal.SIGINT)
        assert eventually(lambda: all(map(is_gone, begun)))
    assert query(database, "PRAGMA integrity_check") == [("ok",)]
    assert not is_locked(database)


def test_a_killed_server_leaves_no_run_and_a_whole_database(large_tree: Path, database: Path) -> None:
    with serving(database, "--source", large_tree) as served:
        assert served.ask("POST", RUNS, bearer(), JSON, body=b'{"dry_run": false}').status == 202
        begun = children_of(served.process.pid)
        assert served.end(signal.SIGKILL) == -signal.SIGKILL
        assert eventually(lambda: all(map(is_gone, begun)))
    assert query(database, "PRAGMA integrity_check") == [("ok",)]
    assert not is_locked(database)


def test_a_caller_who_takes_nothing_does_not_hold_up_the_end(filled: Path) -> None:
    with serving(filled, command=PATIENT) as served, served.connect() as connection:
        connection.send(request("GET", f"{RUNS}/1/report?format=html", "localhost") * 100)
        time.sleep(0.5)
        assert served.end() == 0
        assert "Traceback" not in served.logged()


# databases that cannot be used
# -------------------------------------------------------------------------------


def damaged(database: Path) -> None:
    migrate_messy(database)
    database.write_bytes(database.read_bytes()[:5000].ljust(40_000, b"\xa5"))


def newer(database: Path) -> None:
    migrate_messy(database)
    execute(database, "INSERT INTO schema_version VALUES (99, '2099-01-01T00:00:00.000000Z', 'the future')")


UNUSABLE = {
    "missing": (lambda database: None, "database-missing"),
    "empty": (lambda database: database.write_bytes(b""), "database-missing"),
    "older": (older_database, "database-older"),
    "newer": (newer, "database-newer"),
    "damaged": (damaged, "database-unusable"),
    "no database": (lambda database: database.write_bytes(b"no database\n" * 1000), "database-unusable"),
    "a folder": (lambda database: database.mkdir(), "database-unusable"),
}


@pytest.mark.usefixtures("two_steps")
@pytest.mark.parametrize(("spoil", "problem"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_database_that_cannot_be_used_does_not_stop_the_server(
    database: Path, spoil: object, problem: str
) -> None:
    spoil(database)  # type: ignore[operator]
    before = digests(database.parent)
    with serving(database) as served:
        assert served.get("/healthz").status == 200
        for path in ("/readyz", STATUS, RUNS, f"{API}/patterns", f"{API}/patterns/statistics"):
            answer = served.get(path)
            assert (answer.status, answer.problem) == (503, problem), path
        metrics = served.get("/metrics")
        assert (metrics.status, b"rmos_database_readable 0.0" in metrics.body) == (200, True)
        answer = served.ask(
            "POST", f"{API}/joblogs", bearer(), JSON, body=b'{"job_type": "slice", "parameters": {}}'
        )
        assert (answer.status, answer.problem) == (503, problem)
        assert served.get("/", "Accept: text/html").status in (200, 503)
        assert served.process.poll() is None
        assert "Traceback" not in served.logged()
    assert {name: value for name, value in digests(database.parent).items() if name in before} == before


@pytest.mark.usefixtures("two_steps")
def test_a_database_that_comes_goes_and_is_spoiled_is_seen_while_the_server_runs(database: Path) -> None:
    with serving(database) as served:
        assert served.get(STATUS).problem == "database-missing"
        migrate_messy(database)
        assert served.get(STATUS).status == 200
        aside = database.rename(database.with_name("aside.db"))
        assert served.get(STATUS).problem == "database-missing"
        older_database(database)
        assert served.get(STATUS).problem == "database-older"
        database.unlink()
        for rest in database.parent.glob("rmos.db-*"):
            rest.unlink()
        aside.rename(database)
        assert served.get(STATUS).status == 200


def test_a_database_that_somebody_writes_to_can_be_read_and_not_be_changed(filled: Path) -> None:
    with serving(filled) as served, write_lock(filled, "a test"), closing(sqlite3.connect(filled)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM joblogs")
        assert served.get(STATUS).status == 200
        assert served.get(f"{API}/joblogs").json()["total"] > 0
        body = json.dumps({"job_type": "slice", "parameters": {}}).encode()
        answer = served.ask("POST", f"{API}/joblogs", bearer(), JSON, body=body)
        assert (answer.status, answer.problem) == (409, "locked")
        writer.rollback()
