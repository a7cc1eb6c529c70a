"""What callers without the token are not told: places of this machine, lines of files, other processes, the program."""

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

import pytest

from builders import EXAMPLES, RMOS, execute, older_database, query
from rmos_migration import migrate
from rmos_migration.store.lock import write_lock
from serving_processes import API, Answer, Served, bearer, eventually, serving

JSON = "Content-Type: application/json"
RUNS = f"{API}/migration/runs"
FOLDER = "telltale-folder"
ELSEWHERE = "/srv/telltale elsewhere/older legacy"
PURPOSE = "telltale purpose"
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
        for name, pattern in sought.items():
            for hit in list(pattern.finditer(told(answer)))[:1]:
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
