"""A server that is asked to end does so, whatever the database is doing for its answers."""

import select
import socket
import sys
from pathlib import Path

import pytest

from builders import execute, pattern, started, write
from rmos_migration import migrate
from serving_processes import API, hasty, request, serving

ROWS = 2_000
SLOW = "length(replace(hex(zeroblob(5000000 + length(id))), '0', 'ab'))"
"""Takes a tenth of a second in one step of SQLite, which ends a question only between two."""

_BLIND = (
    "import sys; from rmos_migration.store.sqlite import computing;"
    " computing._found = lambda connection: iter(());"
    " from rmos_migration.api import response_cache; {more};"
    " from rmos_migration.cli.app import run; sys.exit(run())"
)


def blind(more: str = "pass") -> list[str]:
    """The command without its look at what a schema computes: what is slow in one step is refused by it."""
    return [sys.executable, "-c", _BLIND.format(more=more)]


QUESTIONS = {
    "a report": f"{API}/migration/runs/1/report",
    "what a run noticed": f"{API}/migration/runs/1/diagnostics?code=x",
    "a page": "/patterns?name=x",
    "the audit": "/audit",
}


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that takes minutes for what is asked of two of its columns."""
    folder = tmp_path_factory.mktemp("slow")
    write(folder, "legacy/patterns/p.json", pattern("p"))
    database = folder / "rmos.db"
    migrate(folder / "legacy", database)
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})"
    execute(
        database,
        f"""
        INSERT INTO patterns (id, pattern_type, geometry_json)
            {numbers} SELECT 'p' || i, 'rosette', '{{}}' FROM n;
        INSERT INTO migration_diagnostics (run_id, path, pointer, code, severity, message)
            {numbers} SELECT 1, 'p' || i, '', 'field-invalid', 'warning', 'm' FROM n;
        ALTER TABLE patterns DROP COLUMN name;
        ALTER TABLE patterns ADD COLUMN name TEXT GENERATED ALWAYS AS ('x' || {SLOW}) VIRTUAL;
        ALTER TABLE migration_diagnostics DROP COLUMN code;
        ALTER TABLE migration_diagnostics ADD COLUMN code TEXT GENERATED ALWAYS AS ('x' || {SLOW}) VIRTUAL;
        """,
    )
    return database


@pytest.mark.parametrize("path", QUESTIONS.values(), ids=QUESTIONS)
def test_a_server_that_is_asked_to_end_does_not_wait_for_the_database(slow: Path, path: str) -> None:
    with serving(slow, command=blind()) as server, server.connect() as caller:
        caller.send(request("GET", path, f"{server.host}:{server.port}"))
        assert not select.select([caller.socket], [], [], 1)[0]  # the question goes on
        assert server.end() == 0


def test_a_question_is_ended_in_time_although_sqlite_is_within_one_long_step(slow: Path) -> None:
    with serving(slow, command=blind("response_cache.QUESTION_SECONDS = 0.5")) as server:
        for path in (QUESTIONS["a report"], QUESTIONS["what a run noticed"]):
            answer = server.get(path)
            assert (answer.status, answer.problem) == (503, "took-too-long")
        assert server.get("/readyz").status == 200


def test_a_report_has_no_more_time_than_other_answers(tmp_path: Path) -> None:
    write(tmp_path, "legacy/patterns/p.json", pattern("p"))
    migrate(tmp_path / "legacy", tmp_path / "rmos.db")
    with serving(tmp_path / "rmos.db", command=hasty("response_cache", QUESTION_SECONDS=0.0001)) as server:
        answer = server.get(QUESTIONS["a report"])
        assert (answer.status, answer.problem) == (503, "took-too-long")


HANGING = """
import asyncio
from rmos_migration.api.server import open_socket, serve, url_of
from rmos_migration.api.server_settings import ASK_TO_END

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"][ASK_TO_END] = lambda: None
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/fault":
        raise AttributeError("planted")
    print("asked", flush=True)
    await asyncio.sleep(600)

listening = open_socket("127.0.0.1", 0)
serve(app, listening, when_ready=lambda: print(listening.getsockname()[1], flush=True))
"""
"""A server whose answer to one question takes for ever, and that to another is a fault."""


def test_an_answer_that_is_broken_off_at_the_end_leaves_no_traceback(tmp_path: Path) -> None:
    with started(sys.executable, "-c", HANGING, cwd=tmp_path) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with socket.create_connection(("127.0.0.1", port)) as faulty:
            faulty.sendall(request("GET", "/fault", f"127.0.0.1:{port}"))
            assert b"500" in faulty.recv(1000)
        with socket.create_connection(("127.0.0.1", port)) as caller:
            caller.sendall(request("GET", "/", f"127.0.0.1:{port}"))
            assert process.stdout.readline() == "asked\n"
            process.terminate()
            _, said = process.communicate(timeout=60)
    assert "planted" in said
    assert "CancelledError" not in said
