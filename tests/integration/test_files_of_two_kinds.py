"""A file that holds documents of two kinds is to be split: moved as a whole, it would go in a circle."""

import json
from pathlib import Path
from typing import Any

import pytest

from builders import family, joblog, pattern, query, write
from rmos_migration import migrate

HINTS = "SELECT pointer, hint FROM migration_diagnostics WHERE code = 'wrong-folder' ORDER BY id"
ALONE = "move this document, without the others beside it, to a file in the folder"


@pytest.mark.parametrize(
    ("folder", "written", "hints"),
    [
        ("patterns", [pattern(), joblog()], {"/1": f"{ALONE} joblogs"}),
        ("joblogs", [pattern(), joblog()], {"/0": f"{ALONE} patterns"}),
        ("patterns", {"patterns": [pattern()], "joblogs": [joblog()]}, {"/joblogs/0": f"{ALONE} joblogs"}),
        ("joblogs", {"patterns": [pattern()], "joblogs": [joblog()]}, {"/patterns/0": f"{ALONE} patterns"}),
        ("patterns", {"p1": pattern(), "j1": joblog(), "p2": pattern("p2")}, {"/j1": f"{ALONE} joblogs"}),
        (
            "strip_families",
            [pattern(), joblog()],
            {"/0": f"{ALONE} patterns", "/1": f"{ALONE} joblogs"},
        ),
        ("joblogs", [family(), {"x": 1}], {"/0": f"{ALONE} strip_families"}),
        (
            "patterns",
            [joblog("a"), joblog("b")],
            dict.fromkeys(("/0", "/1"), "move the file to the folder joblogs"),
        ),
        ("patterns", joblog(), {"": "move the file to the folder joblogs"}),
        ("patterns", {"joblogs": [joblog()]}, {"/joblogs/0": "move the file to the folder joblogs"}),
    ],
)
def test_way_out_leads_out(
    folder: str, written: Any, hints: dict[str, str], tree: Path, database: Path
) -> None:
    write(tree, f"{folder}/mixed.json", written)
    migrate(tree, database)
    assert dict(query(database, HINTS)) == hints


def test_lines_of_two_kinds(tree: Path, database: Path) -> None:
    lines = [json.dumps(joblog("a")), json.dumps(pattern("b")), json.dumps(joblog("c"))[:-4]]
    write(tree, "joblogs/mixed.jsonl", "\n".join(lines))
    migrate(tree, database)
    assert dict(query(database, HINTS)) == {"/1": f"{ALONE} patterns"}


def test_following_the_hints_ends(tree: Path, database: Path) -> None:
    write(tree, "patterns/mixed.json", [pattern(), joblog()])
    migrate(tree, database)
    write(tree, "patterns/mixed.json", [pattern()])
    write(tree, "joblogs/mixed.json", [joblog()])
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.rejected) == (0, 0)


@pytest.mark.parametrize(
    ("name", "written", "looks", "parts"),
    [
        (
            "mixed.json",
            [pattern(), joblog()],
            "patterns and joblogs",
            "patterns/mixed.json and joblogs/mixed.json",
        ),
        (
            "mixed.json",
            {"joblogs": [joblog()], "patterns": [pattern()]},
            "joblogs and patterns",
            "joblogs/mixed.json and patterns/mixed.json",
        ),
        (
            "old/all.txt",
            [family(), pattern(), joblog()],
            "strip families and patterns and joblogs",
            "strip_families/all.json and patterns/all.json and joblogs/all.json",
        ),
    ],
)
def test_file_that_is_not_looked_at_is_to_be_split(
    name: str, written: Any, looks: str, parts: str, tree: Path, database: Path
) -> None:
    write(tree, name, json.dumps(written))
    write(tree, "patterns/p.json", pattern("p"))
    migrate(tree, database)
    ((message, hint),) = query(
        database, "SELECT message, hint FROM migration_diagnostics WHERE code = 'records-not-looked-at'"
    )
    assert f"this looks like {looks}, but" in message
    assert f"split the file into {parts}," in hint


def test_record_with_a_snapshot_of_another_is_one_kind(tree: Path, database: Path) -> None:
    write(tree, "mixed.json", [joblog("a", parameters={"pattern": pattern(), "blade": 1}), joblog("b")])
    write(tree, "patterns/p.json", pattern("p"))
    migrate(tree, database)
    ((hint,),) = query(
        database, "SELECT hint FROM migration_diagnostics WHERE code = 'records-not-looked-at'"
    )
    assert hint.startswith("did you mean joblogs/mixed.json?")
