"""What was changed or deleted through the API: the words about its documents say so, and the numbers
agree."""

import json
from pathlib import Path

from builders import joblog, pattern, rmos, write
from rmos_migration import build_report, migrate, verify
from serving import STORES, client


def edited(tree: Path, database: Path) -> None:
    """Two patterns and a job; one pattern is changed and the other deleted through the API."""
    write(tree, "patterns/a.json", pattern("a"))
    write(tree, "patterns/b.json", pattern("b"))
    write(tree, "joblogs/j.json", joblog("j"))
    migrate(tree, database)
    with client(database) as api:
        assert api.delete(f"{STORES}/patterns/b").is_success
        there = api.get(f"{STORES}/patterns/a")
        changed = {"name": "changed", "ring_count": 2, "geometry": {"rings": []}}
        answer = api.put(f"{STORES}/patterns/a", json=changed, headers={"If-Match": there.headers["ETag"]})
        assert answer.is_success, answer.text


def test_a_run_does_not_say_that_such_documents_are_in_the_database(tree: Path, database: Path) -> None:
    edited(tree, database)
    for options in ((), ("--rehash",), ("--dry-run",)):
        done = rmos("migrate", tree, "--database", database, *options)
        assert done.returncode == 0
        assert "are in the database" not in done.stdout
        assert "2 records were changed or deleted through the dashboard since, and stay so." in done.stdout


def test_report_and_verify_say_the_same_number_in_the_same_words(tree: Path, database: Path) -> None:
    edited(tree, database)
    summary = migrate(tree, database)
    assert summary.as_json()["overridden"] == 2
    words = "2 records were changed or deleted through the dashboard since, and stay so"
    assert any(words in sentence for sentence in build_report(database).advice)
    told = rmos("verify", tree, "--database", database)
    assert (told.returncode, words in told.stdout, "not loaded" in told.stdout) == (0, True, False)
    assert verify(tree, database).overridden == 2
    rejects = json.loads(rmos("rejects", "--database", database, "--json").stdout)
    assert rejects["total"] == 0


def test_nothing_is_said_where_nothing_was_changed(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("a"))
    assert migrate(tree, database).counts.overridden == 0
    assert "100 % of 1 documents are in the database" in rmos("migrate", tree, "--database", database).stdout


def test_documents_that_are_in_the_folder_no_longer_do_not_count(tree: Path, database: Path) -> None:
    edited(tree, database)
    write(tree, "patterns/several.json", [pattern("c"), pattern("d")])
    migrate(tree, database)
    with client(database) as api:
        assert api.delete(f"{STORES}/patterns/c").is_success
    assert migrate(tree, database).counts.overridden == 3
    write(tree, "patterns/several.json", [pattern("d")])
    (tree / "patterns/a.json").unlink()
    for options in ({}, {"rehash": True}, {"dry_run": True}):
        summary = migrate(tree, database, **options)  # type: ignore[arg-type]
        assert (summary.counts.overridden, summary.totals.found) == (1, 3), options
        assert verify(tree, database).overridden == 1
