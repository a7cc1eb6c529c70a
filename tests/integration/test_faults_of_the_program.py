"""What nobody has caught: told of as a fault of the program or the machine, never with the code of rejects or
as damage."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from builders import environment, pattern, query, rmos, started, workshop, write
from rmos_migration import migrate
from rmos_migration.api.app import create_app
from serving import TestClient, serving

PLANTED = """
import sys
from rmos_migration.{module} import {owner} as owner

def planted(*given, **named):
    raise {error}

owner.{name} = planted
sys.argv[0] = "rmos"
from rmos_migration.__main__ import main
main()
"""


def with_fault(error: str, *arguments: str | Path) -> tuple[int, str]:
    """Exit code and stderr of the command in which a query raises what no query should."""
    code = PLANTED.format(module="store", owner="records", name="entity_counts", error=error)
    with started(sys.executable, "-c", code, *arguments) as process:
        _, said = process.communicate(timeout=60)
    return process.returncode, said


@pytest.fixture
def filled(tree: Path, database: Path) -> Path:
    write(tree, "patterns/p.json", pattern())
    migrate(tree, database)
    return database


@pytest.mark.parametrize(
    "error",
    [
        "AttributeError('no such thing')",
        "TypeError('unsupported')",
        "KeyError('x')",
        "RecursionError('too deep')",
        "AssertionError",
        "EOFError",
        "UnicodeDecodeError('utf-8', b'x', 0, 1, 'planted')",
        "__import__('sqlite3').ProgrammingError('Cannot operate on a closed database.')",
        "__import__('sqlalchemy').exc.InvalidRequestError('planted')",
        "SystemExit('text, as from sys.exit')",
    ],
)
def test_a_fault_of_the_program_is_told_as_one(error: str, filled: Path) -> None:
    code, said = with_fault(error, "status", "--database", filled)
    assert code == 70, said
    assert "Traceback" in said
    assert "this is a fault of the program, not of your data" in said
    assert "audit" not in said
    assert "damage" not in said


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("MemoryError", "not enough memory"),
        ("OSError(24, 'Too many open files')", "Too many open files"),
        ("PermissionError(13, 'Permission denied', 'x')", "Permission denied"),
    ],
)
def test_a_failure_of_the_machine_is_told_as_one(error: str, words: str, filled: Path) -> None:
    code, said = with_fault(error, "status", "--database", filled)
    assert code == 5, said
    assert words in said.splitlines()[-2]


def test_a_fault_goes_into_the_log_as_one_object(filled: Path) -> None:
    code, said = with_fault("TypeError('planted')", "--log-json", "status", "--database", filled)
    assert code == 70
    assert "planted" in json.loads(said.splitlines()[0])["exception"]


def test_an_installation_that_is_broken_does_not_end_with_the_code_of_rejects(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise ImportError('planted')\n")
    done = rmos("--help", env=environment(PYTHONPATH=str(tmp_path)))
    assert done.returncode == 70
    assert "cannot start" in done.stderr


def test_a_fault_is_the_servers_own(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rmos_migration.store import records

    def planted(*_: object) -> None:
        raise AttributeError("planted")

    monkeypatch.setattr(records, "entity_counts", planted)
    with TestClient(create_app(serving(filled)), raise_server_exceptions=False) as client:
        answer = client.get("/api/rmos/stores/migration/status")
    assert answer.status_code == 500
    assert answer.json()["type"].endswith("failed")


@pytest.mark.skipif(os.name != "posix", reason="signals as a shell sends them are POSIX")
@pytest.mark.parametrize(
    ("signals", "code"),
    [
        ((signal.SIGTERM, signal.SIGTERM), 143),
        ((signal.SIGINT, signal.SIGTERM), 143),
        ((signal.SIGTERM, signal.SIGINT), 130),
        ((signal.SIGINT, signal.SIGINT), 130),
    ],
)
def test_of_two_signals_the_last_one_counts(
    signals: tuple[signal.Signals, ...], code: int, tree: Path, database: Path
) -> None:
    workshop(tree, 40)
    script = (
        "import sys, time\n"
        "from rmos_migration.migrate import pipeline\n"
        "def waiting(*_):\n"
        "    print('waiting', flush=True)\n"
        "    time.sleep(60)\n"
        "pipeline._load_all = waiting\n"
        "from rmos_migration.__main__ import main\n"
        "main()\n"
    )
    with started(sys.executable, "-c", script, "migrate", tree, "--database", database) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signals[0])
        assert process.stderr is not None
        assert "stopping" in process.stderr.readline()
        process.send_signal(signals[1])
        _, said = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert "Traceback" not in said


DROPPING = {
    "a finaliser": "class Doomed:\n    def __del__(self): waiting()\ndef drop(): Doomed()\n",
    "a weak reference": (
        "import weakref\nclass Doomed: pass\n"
        "def drop():\n    one = Doomed()\n    kept = weakref.ref(one, waiting)\n    del one\n"
    ),
    "a look for garbage": (
        "import gc\n"
        "def drop():\n    gc.callbacks.append(waiting)\n    gc.collect()\n    gc.callbacks.remove(waiting)\n"
    ),
}
"""Places where Python drops an exception, and prints its traceback."""


@pytest.mark.skipif(os.name != "posix", reason="signals as a shell sends them are POSIX")
@pytest.mark.parametrize("place", DROPPING)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_second_signal_is_not_lost_where_python_drops_what_it_raises(
    place: str, number: signal.Signals, code: int, tree: Path, database: Path
) -> None:
    workshop(tree, 40)
    script = (
        "import sys, time\n"
        "from rmos_migration.migrate import pipeline\n"
        "waited = []\n"
        "def waiting(*_):\n"
        "    if not waited:\n"
        "        waited.append(1)\n"
        "        print('waiting', flush=True)\n"
        "        time.sleep(60)\n"
        f"{DROPPING[place]}"
        "tell = pipeline._tell\n"
        "def dropping(*given):\n"
        "    drop()\n"
        "    tell(*given)\n"
        "pipeline._tell = dropping\n"
        "from rmos_migration.__main__ import main\n"
        "main()\n"
    )
    with started(sys.executable, "-c", script, "migrate", tree, "--database", database) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(number)
        assert process.stderr is not None
        assert "stopping" in process.stderr.readline()
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert "Traceback" not in said
    assert query(database, "SELECT status FROM migration_runs") == [("interrupted",)]
