"""A record and its document are both gone: the audit says so until somebody lets it be forgotten."""

import json
import shutil
from pathlib import Path

import pytest

from builders import EXAMPLES, execute, joblog, ledger, pattern, query, rmos, write
from rmos_migration import audit, migrate
from serving import MIGRATION, STORES, client

LONG = "patterns/" + "/".join(letter * 250 for letter in "abcde") + "/x.json"
"""A path that is too long for the ledger."""


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
    said = repaired(filled)
    assert "forgot 1 document whose file and record are both gone: patterns/a.json\n" in said
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


@pytest.mark.parametrize("left", [[], ["lost+found"], [".hidden", "readme.d"]], ids=str)
def test_nothing_is_forgotten_where_a_disk_is_not_connected(
    left: list[str], tree: Path, filled: Path
) -> None:
    execute(filled, "DELETE FROM joblogs; DELETE FROM patterns")
    before = ledger(filled)
    tree.rename(tree.with_name("disk"))
    for name in ["", *left]:
        (tree / name).mkdir()
    assert "repair: forgot" not in repaired(filled)
    assert ledger(filled) == before
    assert errors(filled) == {"ledger-without-row"}
    for name in [*left, ""]:
        (tree / name).rmdir()
    tree.with_name("disk").rename(tree)
    assert migrate(tree, filled).totals.migrated == 4
    assert errors(filled) == set()


def test_what_is_kept_out_stays_so_while_its_disk_is_not_connected(tmp_path: Path, database: Path) -> None:
    tree = tmp_path / "mnt"
    shutil.copytree(EXAMPLES / "messy_legacy", tree)
    migrate(tree, database)

    def told() -> tuple[object, object, set[str]]:
        state = json.loads(rmos("status", "--database", database, "--json").stdout)
        listed = json.loads(rmos("rejects", "--database", database, "--json").stdout)
        return state["kept_out"], listed["total"], {one.code for one in audit(database).findings}

    before = told()
    tree.rename(tmp_path / "disk")
    tree.mkdir()
    assert told() == before
    assert "document-kept-out" in before[2]


def test_a_record_of_the_dashboard_whose_row_is_gone_is_forgotten(tree: Path, filled: Path) -> None:
    with client(filled) as caller:
        made = caller.post(f"{STORES}/patterns", json=pattern("made-here"))
    assert made.status_code == 201
    execute(filled, "DELETE FROM patterns WHERE id = 'made-here'")
    assert errors(filled) == {"ledger-without-row"}
    gone = "whose file and record are both gone: patterns made-here of the dashboard or the API\n"
    assert gone in repaired(filled)
    assert errors(filled) == set()


@pytest.mark.parametrize("file_is_gone", [True, False])
def test_a_record_at_a_long_path_is_forgotten_only_with_its_file(
    file_is_gone: bool, tree: Path, filled: Path
) -> None:
    file = write(tree, LONG, pattern("x"))
    migrate(tree, filled)
    execute(filled, "DELETE FROM patterns WHERE id = 'x'")
    if file_is_gone:
        file.unlink()
        migrate(tree, filled)
    assert errors(filled) == {"ledger-without-row"}
    assert ("repair: forgot 1 document" in repaired(filled)) is file_is_gone
    migrate(tree, filled)
    assert errors(filled) == set()


def test_what_is_forgotten_is_forgotten_although_its_folder_is_not_on_record(
    tree: Path, filled: Path
) -> None:
    write(tree, "patterns/several.json", [pattern("b")])
    migrate(tree, filled)
    execute(filled, "DELETE FROM patterns WHERE id = 'c'; DELETE FROM migration_sources")
    assert "forgot 1 document" in repaired(filled)
    assert "repair: forgot" not in repaired(filled)


def test_of_many_that_are_forgotten_the_first_are_named(tree: Path, filled: Path) -> None:
    for number in range(30):
        write(tree, f"patterns/n{number:02}.json", pattern(f"n{number:02}"))
    migrate(tree, filled)
    for number in range(30):
        (tree / f"patterns/n{number:02}.json").unlink()
    execute(filled, "DELETE FROM patterns WHERE id GLOB 'n[0-9]*'")
    said = repaired(filled)
    assert "forgot 30 documents" in said
    assert "patterns/n19.json and 10 more\n" in said
    assert errors(filled) == set()


@pytest.mark.parametrize("file_is_gone", [True, False])
def test_a_document_booked_as_nothing_that_is_known_is_forgotten_only_with_its_file(
    file_is_gone: bool, tree: Path, filled: Path
) -> None:
    execute(
        filled,
        "UPDATE migration_ledger SET entity = 'rosettes' WHERE record_id = 'b';"
        "DELETE FROM patterns WHERE id = 'b'",
    )
    if file_is_gone:
        (tree / "patterns/several.json").unlink()
    assert ("repair: forgot 1 document" in repaired(filled)) is file_is_gone
    migrate(tree, filled, rehash=True)
    assert errors(filled) == set()


def test_a_legacy_folder_that_is_gone_for_good_is_forgotten_by_hand(tree: Path, filled: Path) -> None:
    execute(filled, "DELETE FROM joblogs; DELETE FROM patterns")
    tree.rename(tree.with_name("away"))
    assert "repair: forgot" not in repaired(filled)
    execute(filled, "DELETE FROM migration_ledger")
    assert errors(filled) == set()


def test_what_was_kept_out_of_a_long_path_is_told_of_until_its_file_is_gone(tree: Path, filled: Path) -> None:
    file = write(tree, LONG, "{")
    migrate(tree, filled)
    for there in (1, 0):
        listed = json.loads(rmos("rejects", "--database", filled, "--json").stdout)
        with client(filled) as caller:  # a new one: answers are kept while the database does not change
            answer = caller.get(f"{MIGRATION}/rejects").json()
        told = [finding for finding in audit(filled).findings if finding.code == "document-kept-out"]
        assert (listed["total"], answer["total"], len(told)) == (there, there, there)
        file.unlink(missing_ok=True)


def test_a_document_takes_over_the_row_of_one_at_a_long_path_that_is_gone(tree: Path, filled: Path) -> None:
    file = write(tree, LONG, pattern("x", name="first"))
    migrate(tree, filled)
    write(tree, "patterns/z.json", pattern("x", name="other"))
    assert migrate(tree, filled).totals.conflicts == 1
    file.unlink()
    assert migrate(tree, filled).totals.migrated == 1
    assert query(filled, "SELECT name FROM patterns WHERE id = 'x'") == [("other",)]
    assert errors(filled) == set()
