"""Tables and indexes that other hands changed are told of by doctor and init, not by the audit alone."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from builders import pattern, rmos, write
from rmos_migration import migrate

CHANGES = {
    "column": (
        "ALTER TABLE patterns ADD COLUMN foo ANY",
        "the table patterns has besides: foo ANY",
        "see: rmos audit",
    ),
    "typed column": (
        "ALTER TABLE joblogs ADD COLUMN foo TEXT DEFAULT 'x'",
        "the table joblogs has besides: foo TEXT DEFAULT 'x'",
        "see: rmos audit",
    ),
    "column of the ledger": (
        "ALTER TABLE migration_ledger ADD COLUMN foo TEXT",
        "the table migration_ledger has besides: foo TEXT",
        "see: rmos audit",
    ),
    "dropped index": (
        "DROP INDEX idx_joblogs_status",
        "the index idx_joblogs_status is missing",
        "rmos audit --repair",
    ),
    "other index": (
        "DROP INDEX idx_joblogs_status; CREATE INDEX idx_joblogs_status ON joblogs (job_type)",
        "the index idx_joblogs_status is another than it was",
        "see: rmos audit",
    ),
    "both": (
        "DROP INDEX idx_joblogs_pattern; ALTER TABLE patterns ADD COLUMN foo ANY",
        "the index idx_joblogs_pattern is missing; the table patterns has besides: foo ANY",
        "see: rmos audit; it makes the indexes again with --repair",
    ),
}


@pytest.fixture
def filled(tree: Path, database: Path) -> Path:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    return database


def change(database: Path, statements: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(statements)


@pytest.mark.parametrize(("statements", "said", "hint"), CHANGES.values(), ids=CHANGES)
def test_doctor_and_init_tell_of_it(statements: str, said: str, hint: str, filled: Path) -> None:
    change(filled, statements)
    done = rmos("doctor", "--database", filled, "--json")
    (check,) = (one for one in json.loads(done.stdout)["checks"] if one["name"] == "structure")
    assert (done.returncode, check["state"], check["text"]) == (0, "note", said)
    assert hint in check["hint"]
    done = rmos("init", "--database", filled)
    told = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 0
    assert said in told
    assert hint in told


def test_a_database_as_it_was_made_is_well(filled: Path) -> None:
    assert "structure: every table and index is as it was made" in rmos("doctor", "--database", filled).stdout
    assert "not as it was made" not in rmos("init", "--database", filled).stdout


def test_the_repair_that_is_named_helps(filled: Path) -> None:
    change(filled, "DROP INDEX idx_joblogs_status; DROP INDEX idx_joblogs_pattern")
    assert rmos("audit", "--repair", "--database", filled).returncode == 0
    assert "every table and index is as it was made" in rmos("doctor", "--database", filled).stdout


def test_an_index_of_other_hands_is_not_noted(filled: Path) -> None:
    change(filled, "CREATE INDEX mine ON patterns (name)")
    assert "every table and index is as it was made" in rmos("doctor", "--database", filled).stdout
