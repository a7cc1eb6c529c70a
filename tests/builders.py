"""What tests build and look at: legacy documents and trees, the rows of a database, real processes."""

import atexit
import hashlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from forking import LoadedProgram, loaded_program
from loaded_program import without_root_powers
from rmos_migration import migrate
from rmos_migration.store.database import database_at

EXAMPLES = Path(__file__).parent.parent / "examples"
DOMAIN_TABLES = ("strip_families", "patterns", "joblogs")

# documents
# ---------------------------------------------------------------------------------------------------


def family(id_: str = "f1", **more: Any) -> dict[str, Any]:
    """A native strip family; ``more`` adds keys or replaces them."""
    native = {
        "id": id_,
        "name": f"family {id_}",
        "strip_width_mm": 2.5,
        "strip_thickness_mm": 0.6,
        "material_type": "wood",
        "strips": [{"species": "maple", "length_mm": 600}],
    }
    return native | more


def pattern(id_: str = "p1", **more: Any) -> dict[str, Any]:
    """A native pattern without references."""
    native = {
        "id": id_,
        "name": f"pattern {id_}",
        "ring_count": 1,
        "geometry": {"rings": [{"radius_mm": 45.5, "segments": 24}]},
    }
    return native | more


def joblog(id_: str = "j1", **more: Any) -> dict[str, Any]:
    """A native joblog without references."""
    native = {"id": id_, "job_type": "slice", "status": "completed", "parameters": {"blade_mm": 0.8}}
    return native | more


# trees
# -------------------------------------------------------------------------------------------------------

_seconds = count(1_600_000_000)


def write(tree: Path, path: str, content: Any) -> Path:
    """Write a file below ``tree``: bytes and text as they are, anything else as JSON.

    Every file written gets a time of its own, years ago, so that a file written again is never taken for the
    old one.
    """
    file = tree / path
    file.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        content = content.encode()
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    touch(file)
    return file


def touch(file: Path) -> None:
    """Give a file another time, years ago."""
    second = next(_seconds)
    os.utime(file, (second, second))


def remove(folder: Path) -> None:
    """Delete a folder that is too large, or too deep for Python, to be left to pytest."""
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def workshop(tree: Path, documents: int) -> None:
    """A tree of so many small documents: 10 % families, 30 % patterns, 60 % joblogs, with references."""
    families, patterns = max(documents // 10, 1), max(documents * 3 // 10, 1)
    for number in range(families):
        write(tree, f"strip_families/{number:05}.json", family(f"f{number}"))
    for number in range(patterns):
        document = pattern(f"p{number}", strip_family_id=f"f{number % families}")
        write(tree, f"patterns/{number:05}.json", document)
    for number in range(documents - families - patterns):
        document = joblog(f"j{number}", pattern_id=f"p{number % patterns}", strip_family_id="f0")
        write(tree, f"joblogs/{number % 10}/{number:05}.json", document)


# databases
# ---------------------------------------------------------------------------------------------------


def shape(database: Path) -> dict[str, str]:
    """The CREATE statements of a database by name; white space and the order of columns and rules do not
    count."""
    found = query(
        database, "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
    )
    return {name: " ".join(sorted(re.split(r",\s", re.sub(r"\s+", " ", sql).strip()))) for name, sql in found}


KEY_OF_PATTERNS = "PRIMARY KEY (id)"


def refusing(database: Path, condition: str) -> None:
    """Make a database that refuses patterns for which ``condition`` is true, by a rule of the table."""
    with database_at(database).write("a test"):
        pass
    rule = f"CONSTRAINT unwelcome CHECK (NOT ({condition})), {KEY_OF_PATTERNS}"
    redefine(database, "patterns", KEY_OF_PATTERNS, rule)


def redefine(database: Path, table: str, old: str, new: str) -> None:
    """Change a part of a table's definition behind the program's back."""
    old, new = (part.replace("'", "''") for part in (old, new))
    execute(
        database,
        "PRAGMA writable_schema = ON;"
        f"UPDATE sqlite_master SET sql = replace(sql, '{old}', '{new}') WHERE name = '{table}'",
    )


def migrate_messy(database: Path) -> None:
    """Fill a database with the messy example, and leave only its file."""
    migrate(EXAMPLES / "messy_legacy", database)
    database.with_name(f"{database.name}.lock").unlink()


def query(database: Path, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a SELECT, read with nothing but SQLite itself."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql, parameters).fetchall()


def execute(database: Path, script: str) -> None:
    """Change a database behind the program's back."""
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(script)


def records(database: Path, table: str) -> dict[str, dict[str, Any]]:
    """The rows of a table by id."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return {row["id"]: dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY id")}


def domain_rows(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the three entities, sorted by id."""
    return {table: query(database, f"SELECT * FROM {table} ORDER BY id") for table in DOMAIN_TABLES}


def entries(database: Path) -> list[dict[str, Any]]:
    """The ledger's entries, one for each document, in the order of paths and pointers."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM migration_ledger")]


def ledger(database: Path) -> dict[str, dict[str, Any]]:
    """The ledger's entries by path, where every file holds one document."""
    return {entry["path"]: entry for entry in entries(database)}


def fates(database: Path) -> dict[str, tuple[str, str | None]]:
    """Outcome and code of every document in the ledger, by path."""
    return {path: (entry["outcome"], entry["code"]) for path, entry in ledger(database).items()}


def kept(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything a second run must leave alone: rows, ledger, rejects, waiting references."""
    books = {
        "ledger": query(database, "SELECT * FROM migration_ledger ORDER BY source_id, path, pointer"),
        "rejects": query(database, "SELECT * FROM migration_rejects ORDER BY source_id, path, pointer"),
        "pending": query(database, "SELECT * FROM migration_pending_references ORDER BY 1, 2, 3"),
    }
    return domain_rows(database) | books


def noticed(database: Path, run_id: int | None) -> list[tuple[str, str, str]]:
    """What a run noticed: (path, code, severity), sorted."""
    return query(
        database,
        "SELECT path, code, severity FROM migration_diagnostics WHERE run_id = ? ORDER BY 1, 2, 3",
        run_id,
    )


def status_of(database: Path, run_id: int | None) -> str:
    """The status that stands in a run's row."""
    return query(database, "SELECT status FROM migration_runs WHERE id = ?", run_id)[0][0]


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by relative path: what is there, byte for byte."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


# processes
# ---------------------------------------------------------------------------------------------------

RMOS = [sys.executable, "-m", "rmos_migration"]

Here = Callable[..., tuple[int, str]]
"""The command in this process (the fixture ``here``): takes its arguments, gives its exit code and all that
it said."""

RMOS_IN_SMALL_BATCHES = [
    sys.executable,
    "-c",
    "import sys; from rmos_migration.migrate import pipeline; from rmos_migration.cli.app import run;"
    " pipeline.BATCH_DOCUMENTS = 25; sys.exit(run())",
]
"""The command with batches of 25 documents, so that a small tree has many batch edges."""


STEERING = ("RMOS_", "DATABASE")
"""How variables begin that only the program heeds."""


def environment(**more: str) -> dict[str, str]:
    """This process's environment without anything that steers the program, and ``more``."""
    steering = (*STEERING, "NO_COLOR", "FORCE_COLOR", "COLUMNS")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)} | more


def rmos(
    *arguments: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = 120,
    before: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end in a process of its own; ``before`` is called in it first (POSIX only).

    The process is a fork of one that has the program loaded, where only the program's own variables are told,
    and a start of Python where others are, which Python itself may heed.
    """
    told = environment() if env is None else dict(env)
    if before in (None, without_root_powers) and _is_as_usual(told):
        where = Path.cwd() if cwd is None else cwd
        is_ordinary = before is not None
        done, _ = _loaded().run(
            *arguments, cwd=where, environment=told, seconds=timeout, is_ordinary=is_ordinary
        )
        if done.returncode == -signal.SIGALRM:
            raise subprocess.TimeoutExpired(done.args, timeout)
        return done
    return subprocess.run(
        [*RMOS, *map(str, arguments)],
        cwd=cwd,
        env=told,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=timeout,
        preexec_fn=before,
        check=False,
    )


def _is_as_usual(env: Mapping[str, str]) -> bool:
    usual = environment()
    others = (name for name in usual.keys() | env.keys() if usual.get(name) != env.get(name))
    return sys.platform == "linux" and all(name.startswith((*STEERING, "HOME")) for name in others)


@cache
def _loaded() -> LoadedProgram:
    until_the_end = ExitStack()
    atexit.register(until_the_end.close)
    folder = Path(until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="rmos-said-")))
    return until_the_end.enter_context(loaded_program(environment() | {"PYTHONPATH": ""}, folder))


@contextmanager
def started(*command: str | Path, cwd: Path | None = None, **more: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs while the test goes on, and is ended with it; ``more`` is added to its
    environment."""
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=environment(**more),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def raw_controls(text: str) -> set[str]:
    """Characters that steer a terminal, but for the end of a line."""
    return {c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
