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
