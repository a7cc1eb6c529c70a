"""A record and its document are both gone: the audit says so until somebody lets it be forgotten."""

import json
from pathlib import Path

import pytest

from builders import execute, joblog, ledger, pattern, query, rmos, write
from rmos_migration import audit, migrate


def errors(database: Path) -> set[str]:
    return {finding.code for finding in audit(database).findings if finding.severity == "error"}


@pytest.fixture
def filled(tree: Path, database: Path) -> Path:
    """Three patterns in files of their own and in one file, and a job that refers to one of them."""
    write(tree, "patterns/a.json", pattern("a"))
    write(tree, "patterns/several.json", [pattern("b"), pattern("c")])
    write(tree, "joblogs/j.json", joblog("j", pattern_id="a"))
    migrate(tree, database)
    return database


def repaired(database: Path) -> str:
    done = rmos("audit", "--repair", "--database", database)
    return done.stdout + done.stderr


def test_a_record_whose_file_is_there_is_made_again_and_not_forgotten(tree: Path, filled: Path) -> None:
    execute(filled, "DELETE FROM patterns")
    assert "repair: forgot" not in repaired(filled)
    assert errors(filled) == {"ledger-without-row", "reference-broken"}
    assert migrate(tree, filled).totals.migrated == 3
    assert errors(filled) == set()


def test_a_record_whose_file_is_gone_is_forgotten_when_somebody_asks_for_it(tree: Path, filled: Path) -> None:
    execute(filled, "DELETE FROM patterns WHERE id = 'a'")
    (tree / "patterns/a.json").unlink()
    migrate(tree, filled)
    assert "ledger-without-row" in errors(filled)
    assert "forgot 1 document of which neither the file nor the record is there" in repaired(filled)
    assert errors(filled) == {"reference-broken"}
    assert "patterns/a.json" not in ledger(filled)
    execute(filled, "DELETE FROM joblogs")  # as the hint says: the row that refers to it
    migrate(tree, filled)
    assert errors(filled) == set()
    assert query(filled, "SELECT target_id FROM migration_pending_references") == [("a",)]


def test_a_record_whose_document_was_taken_out_of_its_file_is_forgotten_too(tree: Path, filled: Path) -> None:
    write(tree, "patterns/several.json", [pattern("b")])
    migrate(tree, filled)
    execute(filled, "DELETE FROM patterns WHERE id = 'c'")
    migrate(tree, filled)
    assert errors(filled) == {"ledger-without-row"}
    assert "forgot 1 document" in repaired(filled)
    assert errors(filled) == set()


def test_nothing_is_forgotten_while_the_folder_is_out_of_reach(tree: Path, filled: Path) -> None:
    execute(filled, "DELETE FROM patterns WHERE id = 'a'")
    tree.rename(tree.with_name("elsewhere"))
    assert "repair: forgot" not in repaired(filled)
    tree.with_name("elsewhere").rename(tree)
    assert migrate(tree, filled).totals.migrated == 1


def test_a_parent_that_other_hands_took_away_is_brought_back_where_its_file_is(
    tree: Path, filled: Path
) -> None:
    execute(filled, "UPDATE patterns SET id = 'other' WHERE id = 'a'")
    told = json.loads(rmos("doctor", "--database", filled, "--json").stdout)["checks"]
    assert [one["state"] for one in told if one["name"] == "records"] == ["note"]
    migrate(tree, filled)
    assert errors(filled) == {"row-without-ledger"}
    execute(filled, "DELETE FROM patterns WHERE id = 'other'")
    assert errors(filled) == set()
