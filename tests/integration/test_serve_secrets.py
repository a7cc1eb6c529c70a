"""What callers without the token are not told: places of this machine, lines of files, other processes, the
program."""

import os
import re
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

import pytest

from builders import EXAMPLES, RMOS, execute, pattern, query, write
from rmos_migration import migrate
from rmos_migration.api.app import create_app
from rmos_migration.store.sqlite.lock import write_lock
from serving import TestClient
from serving import serving as served_here
from serving_processes import API, TOKEN, Answer, Served, bearer, eventually, serving
from two_steps import older_database

JSON = "Content-Type: application/json"
RUNS = f"{API}/migration/runs"
FOLDER = "telltale-folder"
ELSEWHERE = "/srv/telltale elsewhere/older legacy"
PURPOSE = "telltale purpose"
READING = "the-token-for-reading-only"
LINE = b"telltale line of a file"

PAGES = [
    "/",
    "/runs",
    "/runs/1",
    "/runs/2",
    "/runs/3",
    "/rejects",
    "/patterns",
    "/joblogs",
    "/audit",
    "/docs",
]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder whose name nobody shall learn, with a legacy tree, and where a database goes."""
    folder = tmp_path / FOLDER
    copytree(EXAMPLES / "messy_legacy", folder / "legacy")
    (folder / "legacy" / "patterns" / "broken.json").write_bytes(b'{"id": "x",\n"name": "' + LINE + b'"\n,,}')
    return folder / "rmos.db"


def filled(database: Path) -> None:
    """Runs of every kind: done, failed with a place in its words, ended over a folder that is elsewhere."""
    legacy = database.parent / "legacy"
    for _ in range(3):
        migrate(legacy, database, rehash=True)
    for number, where in ((2, legacy / "joblogs"), (3, f"{ELSEWHERE}/patterns")):
        told = f"cannot read {where}/x.json: Input/output error (C:\\telltale drive\\y.json)"
        execute(
            database,
            f"UPDATE migration_runs SET status = 'failed', stopped_by = '{told}' WHERE id = {number}",
        )
    execute(
        database, f"UPDATE migration_runs SET source = '{ELSEWHERE}', location = '{ELSEWHERE}' WHERE id = 3"
    )


@contextmanager
def served_from(database: Path) -> Iterator[Served]:
    with serving(database, "--source", database.parent / "legacy", cwd=database.parent) as server:
        yield server


def readings(server: Served) -> list[str]:
    """A path for every operation that reads, and for every page."""
    described = server.get("/openapi.json").json()["paths"]
    rejects = server.get(f"{API}/migration/rejects?limit=500").json().get("rejects", [])
    parts = {"run_id": ["1", "2", "3", "999", "dry-1"], "record_id": ["p-twin-ring", "999"]}
    parts["key"] = ["1", *[one["key"] for one in rejects]]
    found = [*PAGES, "/openapi.json", "/nothing", f"{API}/migration/rejects?limit=500"]
    for path, operations in described.items():
        if "get" in operations:
            (name,) = re.findall(r"\{(\w+)\}", path) or [""]
            found += [path.replace(f"{{{name}}}", part) for part in parts.get(name, [""])]
    for run in ("1", "2", "3", "dry-1"):
        found += [f"{RUNS}/{run}/report?format={form}" for form in ("json", "html", "txt")]
        found += [f"{RUNS}/{run}/diagnostics?limit=500", f"/runs/{run}"]
    return list(dict.fromkeys(found))


def secrets(server: Served, database: Path) -> dict[str, re.Pattern[bytes]]:
    name = socket.gethostname()
    return {
        "a folder": re.compile(rb"telltale-folder|" + str(database.parent.parent).encode()),
        "a place elsewhere": re.compile(rb"telltale elsewhere|telltale drive"),
        "the program's place": re.compile(
            str(Path(RMOS[0]).parent).encode() + rb"|site-packages|/src/rmos_migration"
        ),
        "a line of a file": re.compile(re.escape(LINE)),
        "another process": re.compile(
            rb"telltale purpose|process [0-9]+|" + f"on {name}\\b|{os.getpid()}\\b".encode()
        ),
        "this process": re.compile(f"\\b{server.process.pid}\\b".encode()),
        "a traceback": re.compile(rb"Traceback|File \"|line [0-9]+, in|sqlite3\.|sqlalchemy|Error\("),
        "SQL": re.compile(rb"SELECT |INSERT |UPDATE [a-z]"),
    }


def told(answer: Answer) -> bytes:
    return answer.body + b"\n".join(f"{name}: {value}".encode() for name, value in answer.headers)


def leaks(server: Served, database: Path, paths: list[str]) -> list[tuple[str, str, bytes]]:
    """Which secrets are told where, and with what words."""
    found = []
    sought = secrets(server, database)
    for path in paths:
        answer = server.get(path, "Accept: text/html")  # problems are pages then, where there are pages
        assert answer.status != 500, path
        for name, secret in sought.items():
            for hit in list(secret.finditer(told(answer)))[:1]:
                found.append((path, name, told(answer)[max(hit.start() - 60, 0) : hit.end() + 20]))
    return found


def test_a_full_database_tells_nobody_where_it_is(place: Path) -> None:
    filled(place)
    with served_from(place) as server:
        assert server.ask("POST", RUNS, bearer(), JSON, body=b'{"dry_run": true}').status == 202
        assert eventually(lambda: server.get(f"{RUNS}/dry-1").status == 200)
        assert leaks(server, place, readings(server)) == []


def test_whoever_has_the_token_is_told(place: Path) -> None:
    """What the test above looks for is there to be told."""
    filled(place)
    with served_from(place) as server:
        status = server.get(f"{API}/migration/status", bearer()).json()
        assert status["migration_status"]["database_location"] == str(place)
        detail = server.get(f"{RUNS}/3", bearer()).body
        assert ELSEWHERE.encode() in detail
        rejects = server.get(f"{API}/migration/rejects?limit=500").json()["rejects"]
        (broken,) = [one["key"] for one in rejects if one["path"] == "patterns/broken.json"]
        assert LINE in server.get(f"{API}/migration/rejects/{broken}", bearer()).body
        assert LINE not in server.get(f"{API}/migration/rejects/{broken}").body


def test_a_locked_database_tells_nobody_who_holds_it(place: Path) -> None:
    filled(place)
    with served_from(place) as server, write_lock(place, PURPOSE):
        assert PURPOSE.encode() in server.ask("DELETE", f"{API}/joblogs/1", bearer()).body
        assert server.ask("POST", RUNS, bearer(), JSON, body=b"{}").status == 409
        paths = [path for path in readings(server) if not path.endswith("/progress")]
        assert leaks(server, place, paths) == []


def damaged(database: Path) -> None:
    filled(database)
    whole = database.read_bytes()
    database.write_bytes(whole[:8192] + b"\xa5" * (len(whole) - 8192))


def newer(database: Path) -> None:
    filled(database)
    execute(database, "INSERT INTO schema_version VALUES (99, '2099-01-01T00:00:00.000000Z', 'the future')")


def odd(database: Path) -> None:
    """Values that the program never writes."""
    filled(database)
    execute(database, "UPDATE migration_runs SET counts_json = '[1]' WHERE id = 1")
    execute(database, "UPDATE migration_runs SET started_at = 'never', options_json = '[]' WHERE id = 2")


def a_folder(database: Path) -> None:
    database.mkdir()


SPOILT = {
    "missing": lambda database: None,
    "older": older_database,
    "newer": newer,
    "damaged": damaged,
    "odd": odd,
    "no database": lambda database: database.write_bytes(b"no database\n" * 1000),
    "a folder": a_folder,
}


@pytest.mark.usefixtures("two_steps")
@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_database_that_cannot_be_used_tells_nobody_where_it_is(place: Path, spoil: object) -> None:
    spoil(place)  # type: ignore[operator]
    with served_from(place) as server:
        assert leaks(server, place, readings(server)) == []


def test_the_words_of_a_failure_keep_what_is_no_place(place: Path) -> None:
    filled(place)
    assert query(place, "SELECT count(*) FROM migration_runs") == [(3,)]
    with served_from(place) as server:
        words = server.get(f"{RUNS}/2").json()["run"]["stopped_by"]
        assert words.startswith("cannot read ")
        assert "x.json: Input/output error" in words


def test_what_is_wrong_with_a_document_is_told_with_its_value_and_without_its_lines(place: Path) -> None:
    write(
        place.parent,
        "legacy/patterns/zero.json",
        pattern("zero", ring_count="zero rings", name=LINE.decode()),
    )
    migrate(place.parent / "legacy", place)
    with served_from(place) as server:
        rejects = server.get(f"{API}/migration/rejects?limit=500").json()["rejects"]
        (one,) = [one for one in rejects if one["path"] == "patterns/zero.json"]
        for path in (f"{API}/migration/rejects/{one['key']}", "/rejects"):
            body = server.get(path, "Accept: text/html").body
            assert b"zero rings" in body
            assert LINE not in body
        assert LINE in server.get(f"{API}/migration/rejects/{one['key']}", bearer()).body


# what is given as a token
# ------------------------------------------------------------------------------------


class NeverCompared(str):
    """A text that nothing may compare character by character, which takes longer the more of it is right."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        raise AssertionError("a token was compared with ==")

    __ne__ = __eq__


@pytest.mark.parametrize("given", [TOKEN, READING, f"{TOKEN[:-1]}x", "", TOKEN + READING])
def test_tokens_are_compared_in_a_time_that_does_not_tell_of_them(place: Path, given: str) -> None:
    migrate(place.parent / "legacy", place)
    tokens = {"token": NeverCompared(TOKEN), "reading_token": NeverCompared(READING)}
    app = create_app(served_here(place, readers_need_token=True, **tokens))
    with TestClient(app, "http://127.0.0.1") as caller:
        password = b64encode(f"anybody:{given}".encode()).decode()
        read = caller.get(f"{API}/patterns", headers={"Authorization": f"Bearer {given}"})
        looked = caller.get(f"{API}/patterns", headers={"Authorization": f"Basic {password}"})
        changed = caller.post(f"{API}/patterns", json={}, headers={"Authorization": f"Bearer {given}"})
    good = given in (TOKEN, READING)
    assert (read.status_code, looked.status_code) == ((200, 200) if good else (401, 401))
    assert changed.status_code == (422 if given == TOKEN else 401)


@pytest.mark.parametrize("form", [(), ("--log-json",)])
def test_no_token_is_logged(place: Path, form: tuple[str, ...]) -> None:
    migrate(place.parent / "legacy", place)
    wrong = "a-token-that-is-none"
    tokens = {"RMOS_READING_TOKEN": READING}
    command = [*RMOS, "--log-level", "debug", *form]
    with serving(place, "--source", place.parent / "legacy", command=command, **tokens) as server:
        for token in (TOKEN, READING, wrong):
            encoded = b64encode(f"anybody:{token}".encode()).decode()
            for header in (bearer(token), f"Authorization: Basic {encoded}", f"Authorization: {token}"):
                server.get(f"{API}/patterns", header, "Via: 1.1 proxy")
                server.ask("POST", f"{API}/patterns", header, JSON, body=b"{")
                server.ask("POST", f"{API}/migration/runs", header, JSON, body=b'{"dry_run": true}')
            server.ask("POST", "/api/rmos/enter", JSON, body=f'{{"key": "{token}"}}'.encode())
        assert eventually(lambda: server.get(f"{API}/migration/runs/dry-1", bearer()).status == 200)
        logged = server.logged()
        for token in (TOKEN, READING, wrong):
            assert token not in logged
            assert b64encode(token.encode()).decode()[4:-4] not in logged
