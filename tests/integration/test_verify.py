"""rmos verify: every way in which source and database can differ, and those in which they do not."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders import (
    EXAMPLES,
    digests,
    execute,
    family,
    joblog,
    pattern,
    query,
    rmos,
    touch,
    without_root_powers,
    write,
)
from rmos_migration import Verification, migrate, verify
from rmos_migration.sources.read import SIZE_LIMIT
from rmos_migration.verify.model import DocumentState


@pytest.fixture
def migrated(tree: Path, database: Path) -> Path:
    """A small workshop that was migrated: its tree."""
    write(tree, "strip_families/f1.json", family("f1"))
    write(
        tree, "patterns/p1.json", pattern("p1", strip_family_id="f1", metadata={"maker": "own", "price": 2})
    )
    write(
        tree,
        "joblogs/j1.json",
        joblog("j1", pattern_id="p1", duration_s=20, colour="red", created_at="2024-05-01"),
    )
    write(tree, "joblogs/many.json", [joblog("m1"), joblog("m2"), joblog("m3")])
    write(tree, "joblogs/broken.json", "{")
    migrate(tree, database)
    return tree


def differing(result: Verification) -> list[tuple[str, str]]:
    """Place and state of every document that is not equal."""
    return [(one.place, one.state.value) for one in result.differing]


KNOWN_REJECT = ("joblogs/broken.json", "rejected")


def test_source_and_database_are_equal_after_a_migration(migrated: Path, database: Path) -> None:
    result = verify(migrated, database)
    assert differing(result) == [KNOWN_REJECT]
    assert result.holds
    assert result.exit_code == 0
    assert result.tallies.totals[DocumentState.EQUAL] == 6
    assert result.tallies.rows == {"strip_families": 1, "patterns": 1, "joblogs": 4}


@pytest.mark.parametrize("example", ["rmos_legacy", "messy_legacy", "older_workshop"])
def test_every_example_is_equal_after_its_migration(example: str, database: Path) -> None:
    summary = migrate(EXAMPLES / example, database)
    result = verify(EXAMPLES / example, database)
    totals = result.tallies.totals
    assert result.holds
    assert totals[DocumentState.EQUAL] == summary.totals.migrated + summary.totals.unchanged
    assert totals[DocumentState.REJECTED] == summary.totals.rejected
    assert totals[DocumentState.CONFLICT] == summary.totals.conflicts
    assert result.tallies.documents == summary.totals.found


# what was done to the source since
# ---------------------------------------------------------------------------

SINCE: list[tuple[str, Callable[[Path], object], list[tuple[str, str]]]] = [
    (
        "a file is new",
        lambda tree: write(tree, "joblogs/j2.json", joblog("j2")),
        [("joblogs/j2.json", "missing")],
    ),
    (
        "a new file takes a known id",
        lambda tree: write(tree, "joblogs/j2.json", joblog("j1", job_type="batch")),
        [("joblogs/j2.json", "missing")],
    ),
    (
        "a new file would not be loaded",
        lambda tree: write(tree, "patterns/p2.json", {"id": "p2"}),
        [("patterns/p2.json", "missing")],
    ),
    (
        "a value was edited",
        lambda tree: write(tree, "strip_families/f1.json", family("f1", strip_width_mm=3)),
        [("strip_families/f1.json", "source-changed")],
    ),
    (
        "an id was edited",
        lambda tree: write(tree, "strip_families/f1.json", family("f9")),
        [("strip_families/f1.json", "missing"), ("strip_families f1", "only-in-database")],
    ),
    (
        "a file was broken",
        lambda tree: write(tree, "patterns/p1.json", '{"id": '),
        [("patterns/p1.json", "source-changed")],
    ),
    (
        "a file is no longer a file",
        lambda tree: [(tree / "patterns/p1.json").unlink(), os.mkfifo(tree / "patterns/p1.json")],
        [("patterns/p1.json", "unreadable")],
    ),
    (
        "a file was taken out",
        lambda tree: (tree / "joblogs/j1.json").unlink(),
        [("joblogs j1", "only-in-database")],
    ),
    (
        "an element was taken out of a list",
        lambda tree: write(tree, "joblogs/many.json", [joblog("m1"), joblog("m3")]),
        [("joblogs m2", "only-in-database")],
    ),
    (
        "a rejected file was changed, and is still broken",
        lambda tree: write(tree, "joblogs/broken.json", "{{"),
        [("joblogs/broken.json", "source-changed")],
    ),
    (
        "a rejected file was mended",
        lambda tree: write(tree, "joblogs/broken.json", joblog("mended")),
        [("joblogs/broken.json", "source-changed")],
    ),
    ("a file has another date", lambda tree: touch(tree / "joblogs/j1.json"), []),
    (
        "a file is written in another way",
        lambda tree: write(tree, "patterns/p1.json", _otherwise(tree / "patterns/p1.json")),
        [],
    ),
    (
        "a list is in another order",
        lambda tree: write(tree, "joblogs/many.json", [joblog("m3"), joblog("m1"), joblog("m2")]),
        [],
    ),
    (
        "a file was moved",
        lambda tree: (tree / "joblogs/j1.json").rename(tree / "joblogs/elsewhere.json"),
        [],
    ),
]


def _otherwise(file: Path) -> bytes:
    document = json.loads(file.read_bytes())
    document["metadata"]["price"] = 2.0
    return json.dumps(dict(reversed(document.items())), indent=3).encode("utf-16")


@pytest.mark.parametrize(
    ("change", "expected"), [(c, e) for _, c, e in SINCE], ids=[name for name, _, _ in SINCE]
)
def test_change_of_the_source_is_seen(
    change: Callable[[Path], object], expected: list[tuple[str, str]], migrated: Path, database: Path
) -> None:
    change(migrated)
    result = verify(migrated, database)
    found = [one for one in differing(result) if one != KNOWN_REJECT]
    assert sorted(found) == sorted(expected)
    assert result.exit_code == (6 if expected else 0)


# what was done to the database since
# -------------------------------------------------------------------------

BEHIND: list[tuple[str, str, tuple[str, str], str]] = [
    (
        "a column",
        "UPDATE strip_families SET width_mm = 3",
        ("strip_families/f1.json", "row-changed"),
        "width_mm is 3.0 in the database, 2.5 here",
    ),
    (
        "a value deep in JSON",
        "UPDATE patterns SET metadata_json = json_set(metadata_json, '$.price', 3)",
        ("patterns/p1.json", "row-changed"),
        "metadata.price is 3 in the database, 2 here",
    ),
    (
        "a true that was a number",
        "UPDATE patterns SET geometry_json = json_set(geometry_json, '$.rings[0].segments', json('true'))",
        ("patterns/p1.json", "row-changed"),
        "geometry.rings[0].segments is true in the database, 24 here",
    ),
    (
        "a key of extra",
        "UPDATE joblogs SET extra_json = json_remove(extra_json, '$.colour') WHERE id = 'j1'",
        ("joblogs/j1.json", "row-changed"),
        'extra.colour is not in the database, "red" here',
    ),
    (
        "a derived column",
        "UPDATE joblogs SET duration_seconds = 21 WHERE id = 'j1'",
        ("joblogs/j1.json", "row-changed"),
        "duration_seconds is 21.0 in the database, 20.0 here",
    ),
    (
        "a time",
        "UPDATE joblogs SET created_at = '2023-01-01T00:00:00.000000Z' WHERE id = 'j1'",
        ("joblogs/j1.json", "row-changed"),
        "created_at is",
    ),
    (
        "a reference",
        "UPDATE joblogs SET pattern_id = NULL WHERE id = 'j1'",
        ("joblogs/j1.json", "row-changed"),
        'pattern_id is null in the database, "p1" here',
    ),
    (
        "JSON that cannot be read",
        "PRAGMA ignore_check_constraints = ON; UPDATE joblogs SET parameters_json = '{' WHERE id = 'j1'",
        ("joblogs/j1.json", "row-changed"),
        "parameters cannot be read in the database",
    ),
    ("a row", "DELETE FROM joblogs WHERE id = 'm2'", ("joblogs/many.json /1", "missing"), "its row is gone"),
    (
        "a row that nobody knows",
        "INSERT INTO joblogs (id, job_type, status, parameters_json) VALUES ('x', 'slice', 'pending', '{}')",
        ("joblogs x", "only-in-database"),
        "no document is on record",
    ),
]


@pytest.mark.parametrize(
    ("script", "place", "said"), [one[1:] for one in BEHIND], ids=[name for name, *_ in BEHIND]
)
def test_change_of_the_database_is_seen_with_its_field(
    script: str, place: tuple[str, str], said: str, migrated: Path, database: Path
) -> None:
    execute(database, script)
    result = verify(migrated, database)
    assert [one for one in differing(result) if one != KNOWN_REJECT] == [place]
    (different,) = [one for one in result.differing if one.state is not DocumentState.REJECTED]
    assert any(detail.startswith(said) for detail in different.details), different.details
    assert result.exit_code == 6


def test_json_that_is_only_written_in_another_way_is_equal(migrated: Path, database: Path) -> None:
    execute(database, """UPDATE patterns SET metadata_json = '{ "price": 2.0,  "maker": "own" }'""")
    assert verify(migrated, database).holds


# what the migration does itself is no difference
# -------------------------------------------------------------


def test_detached_and_later_attached_references_are_equal(tree: Path, database: Path) -> None:
    write(tree, "patterns/p1.json", pattern("p1", strip_family_id="late"))
    write(tree, "joblogs/j1.json", joblog("j1", plan_pattern_id="never"))
    migrate(tree, database)
    assert verify(tree, database).differing == []
    write(tree, "strip_families/late.json", family("late"))
    migrate(tree, database)
    assert verify(tree, database).differing == []
    execute(database, "DELETE FROM migration_pending_references")
    assert differing(verify(tree, database)) == [("joblogs/j1.json", "row-changed")]


@pytest.mark.parametrize("created_at", [None, "2025-01-01T00:00:00.000000Z", "2025-01-01"])
@pytest.mark.parametrize("path", ["joblogs/j1.json", "joblogs/j2.json"])
def test_replaced_row_that_kept_its_created_at_is_equal(
    path: str, created_at: str | None, tree: Path, database: Path
) -> None:
    write(tree, "joblogs/j1.json", joblog("j1", created_at="2024-01-01T00:00:00Z"))
    migrate(tree, database)
    write(tree, path, joblog("j1", job_type="batch", created_at=created_at))
    migrate(tree, database, on_conflict="replace")
    (kept,) = query(database, "SELECT created_at FROM joblogs")
    assert kept == ("2024-01-01T00:00:00.000000Z",)
    result = verify(tree, database)
    assert {state for _, state in differing(result)} <= {"conflict"}
    execute(database, "UPDATE joblogs SET job_type = 'contour'")
    assert (path, "row-changed") in differing(verify(tree, database))


def test_same_document_in_two_categories_is_equal(tree: Path, database: Path) -> None:
    plan = {
        "id": "w",
        "name": "Wheat",
        "rows": 3,
        "columns": 4,
        "materials": {"black": "ebony"},
        "totals": {"black": 3},
    }
    write(tree, "patterns/all.json", {"categories": {"torres": [plan], "hauser": [plan]}})
    migrate(tree, database)
    assert verify(tree, database).differing == []
    execute(database, "UPDATE patterns SET extra_json = json_set(extra_json, '$.category', 'ramirez')")
    assert differing(verify(tree, database)) == [("patterns/all.json /categories/torres/0", "row-changed")]


def test_encoding_that_was_named_for_the_run_is_known(tree: Path, database: Path) -> None:
    document = json.dumps(joblog("j1", notes="Mörtel"), ensure_ascii=False).encode("cp1252")
    write(tree, "joblogs/j1.json", document)
    migrate(tree, database, encoding="cp1252")
    assert verify(tree, database).differing == []
    assert rmos("verify", tree, "--database", database).returncode == 0


def test_copy_of_the_source_in_another_place_is_equal(migrated: Path, database: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(migrated, tmp_path / "moved"))
    result = verify(moved, database)
    assert differing(result) == [KNOWN_REJECT]
    assert result.migrated_from == str(migrated.resolve())
    assert result.source_fingerprint == verify(migrated, database).source_fingerprint


def test_each_of_two_sources_in_one_database_is_equal(migrated: Path, database: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(other, "joblogs/o1.json", joblog("o1"))
    migrate(other, database)
    assert verify(other, database).differing == []
    assert differing(verify(migrated, database)) == [KNOWN_REJECT]


@pytest.fixture
def shared(tree: Path, database: Path, tmp_path: Path) -> Path:
    """A second folder with a record that the first has too, with the same content; both were migrated."""
    other = tmp_path / "other"
    for folder in (tree, other):
        write(folder, "patterns/p.json", pattern("both"))
        write(folder, f"joblogs/{folder.name}.json", joblog(folder.name))
        migrate(folder, database)
    return other


@pytest.mark.parametrize("of_first", [True, False])
def test_record_that_another_folder_holds_too_is_not_only_in_the_database(
    of_first: bool, shared: Path, tree: Path, database: Path
) -> None:
    thinned = tree if of_first else shared
    (thinned / "patterns/p.json").unlink()
    assert verify(thinned, database).differing == []
    assert verify(shared if of_first else tree, database).differing == []


def test_record_that_no_folder_holds_any_more_is_only_in_the_database(
    shared: Path, tree: Path, database: Path
) -> None:
    for folder in (tree, shared):
        (folder / "patterns/p.json").unlink()
    assert differing(verify(tree, database)) == [("patterns both", "only-in-database")]


def test_record_that_the_other_folder_holds_otherwise_is_only_in_the_database(
    shared: Path, tree: Path, database: Path
) -> None:
    write(shared, "patterns/p.json", pattern("both", name="edited"))
    migrate(shared, database)
    (tree / "patterns/p.json").unlink()
    assert differing(verify(tree, database)) == [("patterns both", "only-in-database")]


def test_other_folder_that_is_out_of_reach_still_holds_what_it_held(
    shared: Path, tree: Path, database: Path
) -> None:
    shared.rename(shared.with_name("elsewhere"))
    (tree / "patterns/p.json").unlink()
    assert verify(tree, database).differing == []


@pytest.mark.parametrize(("first", "second"), [(5.0, 5), (5, 5.0)])
def test_equal_documents_in_two_spellings_are_equal(
    first: float, second: float, tree: Path, database: Path
) -> None:
    write(tree, "joblogs/a.json", joblog("j", pattern_id=first))
    write(tree, "joblogs/b.json", joblog("j", pattern_id=second))
    write(tree, "patterns/a.json", pattern("p") | {"ring_count": first})
    write(tree, "patterns/b.json", pattern("p") | {"ring_count": second})
    migrate(tree, database)
    assert verify(tree, database).differing == []
    execute(database, "UPDATE patterns SET ring_count = 6")
    assert {state for _, state in differing(verify(tree, database))} == {"row-changed"}


@pytest.mark.parametrize("on_conflict", ["keep", "replace"])
def test_row_whose_document_was_taken_out_is_not_accounted_for_by_one_in_conflict(
    on_conflict: str, tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", pattern("X"))
    write(tree, "patterns/b.json", pattern("X", name="other"))
    migrate(tree, database, on_conflict=on_conflict)
    winner = "a" if on_conflict == "keep" else "b"
    (tree / f"patterns/{winner}.json").unlink()
    assert ("patterns X", "only-in-database") in differing(verify(tree, database))


@pytest.mark.parametrize("extra", ["[1]", "1", "null", '"x"', '{"a":' * 300 + "1" + "}" * 300])
@pytest.mark.parametrize("copies", [1, 2])
def test_extra_that_is_no_object_is_a_changed_row(
    extra: str, copies: int, tree: Path, database: Path
) -> None:
    for number in range(copies):
        write(tree, f"patterns/{number}.json", pattern("X", lane="safe"))
    migrate(tree, database)
    execute(database, f"UPDATE patterns SET extra_json = '{extra}'")
    assert {state for _, state in differing(verify(tree, database))} == {"row-changed"}


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE migration_runs SET options_json = '[]'",
        """UPDATE migration_runs SET options_json = '{"encoding": "nosuch"}'""",
        "UPDATE patterns SET name = CAST(x'ff41' AS TEXT)",
        "DROP TABLE migration_rejects",
        "DROP TABLE migration_ledger",
        "ALTER TABLE patterns DROP COLUMN updated_at",
    ],
)
def test_database_that_other_hands_have_changed_ends_in_an_answer(
    script: str, migrated: Path, database: Path
) -> None:
    execute(database, script)
    done = rmos("verify", migrated, "--database", database)
    assert done.returncode in (0, 4, 6), done.stderr
    assert "Traceback" not in done.stderr


# the command
# -------------------------------------------------------------------------------------------------


def test_command_prints_the_certificate_and_saves_it(migrated: Path, database: Path, tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    done = rmos("verify", migrated, "--database", database, "--certificate", proof)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("EQUAL: 6 of 7 documents")
    certificate = json.loads(proof.read_text(encoding="utf-8"))
    assert certificate["schema"] == "rmos-migration/verification/1"
    assert certificate["source_fingerprint"] in done.stdout
    assert certificate["database_fingerprint"] in done.stdout
    assert certificate["totals"]["equal"] == 6
    assert certificate["entities"]["joblogs"]["rejected"] == 1
    assert (
        json.loads(rmos("verify", migrated, "--database", database, "--json").stdout).keys()
        == certificate.keys()
    )


def test_command_answers_six_and_names_what_differs(migrated: Path, database: Path) -> None:
    execute(database, "UPDATE strip_families SET width_mm = 3")
    done = rmos("verify", migrated, "--database", database)
    assert done.returncode == 6
    assert "strip_families/f1.json: width_mm is 3.0 in the database, 2.5 here" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("DIFFERENT: 1 row-changed")


@pytest.mark.parametrize(
    ("option", "limit", "code"),
    [
        ("--max-rejected", "0", 6),
        ("--max-rejected", "1", 0),
        ("--max-rejected", "50%", 0),
        ("--max-rejected", "1%", 6),
        ("--max-rejected", "few", 2),
        ("--max-conflict", "0", 0),
    ],
)
def test_limits_decide_what_is_allowed(
    option: str, limit: str, code: int, migrated: Path, database: Path
) -> None:
    assert rmos("verify", migrated, "--database", database, option, limit).returncode == code


def test_differences_can_be_allowed(migrated: Path, database: Path) -> None:
    (migrated / "joblogs/j1.json").unlink()
    assert verify(migrated, database).exit_code == 6
    assert verify(migrated, database, allow={"only-in-database": 1}).exit_code == 0
    assert verify(migrated, database, allow={"only-in-database": "10%"}).exit_code == 6
    with pytest.raises(ValueError, match="lost"):
        verify(migrated, database, allow={"lost": 1})


def test_verbose_tells_the_state_of_every_document(migrated: Path, database: Path) -> None:
    done = rmos("verify", migrated, "--database", database, "-v")
    assert len(done.stderr.splitlines()) == 7
    assert "joblogs/many.json /2 equal" in done.stderr


def test_fingerprints_change_with_what_they_stand_for(migrated: Path, database: Path) -> None:
    before = verify(migrated, database)
    again = verify(migrated, database)
    assert (before.source_fingerprint, before.database_fingerprint) == (
        again.source_fingerprint,
        again.database_fingerprint,
    )
    execute(database, "UPDATE joblogs SET duration_seconds = 21 WHERE id = 'j1'; VACUUM")
    write(migrated, "joblogs/j1.json", joblog("j1"))
    after = verify(migrated, database)
    assert after.source_fingerprint != before.source_fingerprint
    assert after.database_fingerprint != before.database_fingerprint


def test_verifying_changes_neither_source_nor_database(migrated: Path, database: Path) -> None:
    before = digests(migrated), database.read_bytes()
    verify(migrated, database)
    assert (digests(migrated), database.read_bytes()) == before


def test_file_that_may_not_be_read_now_is_unreadable(migrated: Path, database: Path) -> None:
    (migrated / "joblogs/j1.json").chmod(0)
    done = rmos("verify", migrated, "--database", database, "--json", before=without_root_powers)
    assert done.returncode == 6, done.stderr
    assert json.loads(done.stdout)["totals"]["unreadable"] == 1


def test_file_that_never_could_be_read_is_accounted_for(tree: Path, database: Path) -> None:
    os.mkfifo(tree / "joblogs/pipe.json")
    migrate(tree, database)
    assert differing(verify(tree, database)) == [("joblogs/pipe.json", "rejected")]


@pytest.mark.parametrize("arguments", [("no/such/folder",), (".", "--encoding", "martian")])
def test_call_that_cannot_be_carried_out_is_refused(
    arguments: tuple[str, ...], migrated: Path, database: Path
) -> None:
    done = rmos("verify", *arguments, "--database", database, cwd=migrated)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_database_that_is_not_there_is_refused(tree: Path, database: Path) -> None:
    assert rmos("verify", tree, "--database", database).returncode == 4


def test_documents_of_a_large_file_are_compared_in_batches(tree: Path, database: Path) -> None:
    documents: list[dict[str, Any]] = [joblog(f"j{number}") for number in range(3500)]
    write(tree, "joblogs/all.json", documents)
    migrate(tree, database)
    assert verify(tree, database).tallies.totals == {DocumentState.EQUAL: 3500}


# what could not be read
# ---------------------------------------------------------------------------------------


def test_folder_that_may_not_be_listed_now_is_a_difference_for_every_record_in_it(
    tree: Path, database: Path
) -> None:
    for number in range(3):
        write(tree, f"joblogs/sub/j{number}.json", joblog(f"j{number}"))
    write(tree, "joblogs/seen.json", joblog("seen"))
    migrate(tree, database)
    (tree / "joblogs/sub").chmod(0)
    done = rmos("verify", tree, "--database", database, "--json", before=without_root_powers)
    (tree / "joblogs/sub").chmod(0o755)
    result = json.loads(done.stdout)
    assert done.returncode == 6
    assert (result["totals"]["equal"], result["totals"]["unreadable"]) == (1, 3)
    assert result["totals"]["only-in-database"] == 0
    assert result["totals"]["not-looked-at"] == 1
    assert {one["record_id"] for one in result["differing"]} == {"j0", "j1", "j2", None}
    assert all("folder-not-looked-at" in one["details"][0] for one in result["differing"])


def test_folder_that_was_never_listed_stays_a_difference(tree: Path, database: Path) -> None:
    write(tree, "joblogs/sub/j.json", joblog("j")).parent.chmod(0)
    told = rmos("migrate", tree, "--database", database, before=without_root_powers)
    done = rmos("verify", tree, "--database", database, before=without_root_powers)
    (tree / "joblogs/sub").chmod(0o755)
    assert (told.returncode, done.returncode) == (1, 6)
    assert "DIFFERENT: 1 folder was not looked at" in done.stdout


def test_documents_of_one_file_that_may_not_be_read_are_each_told_of(tree: Path, database: Path) -> None:
    write(tree, "joblogs/all.json", [joblog("a"), joblog("b"), {"id": "c"}])
    migrate(tree, database)
    (tree / "joblogs/all.json").chmod(0)
    done = rmos("verify", tree, "--database", database, "--json", before=without_root_powers)
    result = json.loads(done.stdout)
    assert [(one["pointer"], one["state"]) for one in result["differing"]] == [
        ("/0", "unreadable"),
        ("/1", "unreadable"),
    ]


def test_unreadable_file_that_changed_since_has_another_fingerprint(tree: Path, database: Path) -> None:
    file = write(tree, "joblogs/j.json", joblog("j"))
    migrate(tree, database)
    prints = []
    for content in (joblog("j"), joblog("j", status="failed", note="longer")):
        file.chmod(0o644)
        write(tree, "joblogs/j.json", content).chmod(0)
        done = rmos("verify", tree, "--database", database, "--json", before=without_root_powers)
        assert done.returncode == 6
        prints.append(json.loads(done.stdout)["source_fingerprint"])
    assert prints[0] != prints[1]


def test_file_over_the_size_limit_is_never_the_same_without_a_hash(tree: Path, database: Path) -> None:
    file = tree / "joblogs/large.json"
    file.write_bytes(b" " * (SIZE_LIMIT + 1))
    migrate(tree, database)
    first = verify(tree, database)
    with file.open("ab") as grown:
        grown.write(b" ")
    second = verify(tree, database)
    assert (first.exit_code, second.exit_code) == (6, 6)
    assert first.source_fingerprint != second.source_fingerprint
    assert verify(tree, database, allow={"unreadable": 1}).exit_code == 0


def test_link_out_of_the_folder_stays_accounted_for(tree: Path, database: Path) -> None:
    (tree / "joblogs/link.json").symlink_to("/etc/hostname")
    migrate(tree, database)
    assert verify(tree, database).exit_code == 0
