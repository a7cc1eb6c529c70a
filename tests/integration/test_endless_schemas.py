"""Expressions in a schema that never end: one call is one step of SQLite, so they are refused before a row is
read."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from builders import execute, pattern, redefine, rmos, write
from rmos_migration import migrate
from rmos_migration.store.sqlite.computing import calls
from serving import MIGRATION, client

SECONDS = 20
"""For a command that must not begin the question; each question here takes longer, but ends."""

ENDLESS = "instr(hex(zeroblob(1400000)), hex(zeroblob(600000))||'1')"
QUOTED = ENDLESS.replace("instr", '"instr" /* ( */ ').replace("hex", "[hex]").replace("zero", "ZERO")

DEFINITIONS = {
    "a generated column": (
        "patterns",
        "name TEXT",
        f"name TEXT AS (CASE WHEN {ENDLESS} THEN 'a' ELSE 'b' END) VIRTUAL",
    ),
    "a generated column that is harmless": ("patterns", "name TEXT", "name TEXT AS ('b') VIRTUAL"),
    "a generated column of the books": (
        "schema_version",
        "description TEXT",
        f"description TEXT AS (CASE WHEN {ENDLESS} THEN 'a' ELSE 'b' END)",
    ),
    "a rule": ("patterns", "PRIMARY KEY (id)", f"CHECK ({ENDLESS} = 0), PRIMARY KEY (id)"),
    "a rule with a quoted name": (
        "patterns",
        "PRIMARY KEY (id)",
        f"CHECK ({QUOTED} = 0), PRIMARY KEY (id)",
    ),
    "a rule that compares": (
        "joblogs",
        "PRIMARY KEY (id)",
        "CHECK (parameters_json NOT LIKE '%a%a%a%a%a%a%b'), PRIMARY KEY (id)",
    ),
    "a default": ("patterns", "name TEXT", f"name TEXT DEFAULT ({ENDLESS})"),
    "an expression in an index": ("idx_joblogs_status", "(status)", f"({ENDLESS})"),
    "a partial index": ("idx_joblogs_status", "(status)", f"(status) WHERE {ENDLESS}"),
}
VERBS = ("status", "doctor", "verify", "audit", "report", "export", "rejects", "init", "migrate", "backup")


@pytest.fixture
def filled(tree: Path, database: Path) -> Path:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    write(tree, "patterns/b.json", pattern())
    return database


def said_by(verb: str, tree: Path, database: Path) -> str:
    """What a verb that must refuse says."""
    source = [tree] if verb in ("migrate", "verify") else []
    target = [database.with_name("out")] if verb in ("export", "backup") else []
    done = rmos(verb, *source, *target, "--database", database, timeout=SECONDS)
    assert done.returncode == 4, done
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_begins_what_never_ends(verb: str, tree: Path, filled: Path) -> None:
    redefine(filled, *DEFINITIONS["a generated column"])
    said = said_by(verb, tree, filled)
    assert "the definition of patterns calls" in said
    assert "restore the database from a backup" in said


@pytest.mark.parametrize("verb", ["audit", "migrate"])
@pytest.mark.parametrize("changed", DEFINITIONS.values(), ids=DEFINITIONS)
def test_each_place_of_an_expression_is_looked_at(
    changed: tuple[str, str, str], verb: str, tree: Path, filled: Path
) -> None:
    redefine(filled, *changed)
    said = said_by(verb, tree, filled)
    assert changed[0] in said
    assert "was changed" in said


def test_a_table_of_others_is_looked_at_too(tree: Path, filled: Path) -> None:
    execute(filled, "CREATE TABLE shavings (dust TEXT); INSERT INTO shavings VALUES ('a')")
    redefine(filled, "shavings", "dust TEXT", f"dust TEXT CHECK ({ENDLESS} = 0)")
    assert "the definition of shavings calls" in said_by("audit", tree, filled)


def test_the_server_begins_nothing_either(tree: Path, filled: Path) -> None:
    redefine(filled, *DEFINITIONS["a generated column that is harmless"])
    with client(filled, tree) as calling:
        answer = calling.get(f"{MIGRATION}/status")
    assert answer.status_code == 503
    assert "patterns.name is a generated column" in answer.text


HARMLESS = (
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, made TEXT DEFAULT (datetime('now')),"
    " price CHAR(10) CHECK (length(price) < 9), whole TEXT AS (made || price))",
    "CREATE INDEX by_name ON patterns (lower(name)) WHERE name IS NOT NULL",
    "ALTER TABLE patterns ADD COLUMN note TEXT DEFAULT 'hex(1) like this'",
    "CREATE TABLE hex (instr TEXT REFERENCES hex (instr)); CREATE INDEX replace ON hex (instr)",
)


@pytest.mark.parametrize("statement", HARMLESS)
def test_what_ends_is_read_as_before(statement: str, tree: Path, filled: Path) -> None:
    execute(filled, statement)
    assert rmos("migrate", tree, "--database", filled).returncode == 0
    assert rmos("status", "--database", filled).returncode == 0


@pytest.mark.parametrize(
    "written",
    [
        "CREATE TABLE t (a CHECK (hex(a)))",
        "CREATE TABLE t (a CHECK (HEX -- (\n (a)))",
        'CREATE TABLE t (a CHECK ("hex"(a)))',
        "CREATE TABLE t (a CHECK (`hex` (a)))",
        "CREATE TABLE t (a CHECK ([hex]/**/(a)))",
        "CREATE TABLE t (a CHECK (a <> 'it''s' AND hex\ufeff (a)))",
        "CREATE TABLE t (a DEFAULT (hex(1)))",
        "CREATE INDEX i ON t (hex(a))",
    ],
)
def test_a_call_is_found_however_it_is_written(written: str) -> None:
    assert "hex" in set(calls(written))


def test_our_own_definitions_call_nothing_else(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        known = {name for (name,) in connection.execute("SELECT name FROM pragma_function_list")}
        written = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL")]
    assert {call for sql in written for call in calls(sql)} & known == {"json_valid"}
