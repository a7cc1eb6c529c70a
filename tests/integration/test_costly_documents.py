"""Files that are small on the disk and huge in memory: named and left out, while everything else arrives."""

import json
import resource
import sys
from pathlib import Path

import pytest

from builders import pattern, query, rmos, write
from rmos_migration import migrate
from rmos_migration.sources.cost import MOST_CONTAINERS, refused_for_cost

HALF_A_GIGABYTE = 600 * 1024 * 1024

COSTLY = {
    "lists": "[" + "[]," * 5_200_000 + "[]]",
    "objects": "[" + "{}," * 5_200_000 + "{}]",
    "numbers": "[" + "1000," * 3_100_000 + "1]",
    "texts": "[" + '"ab",' * 3_100_000 + "1]",
    "keys": "{" + ",".join(f'"{number:x}":0' for number in range(1_500_000)) + "}",
    "a list of lists": "[" * 500 + "[]," * 5_000_000 + "[]" + "]" * 500,
}


def small() -> None:
    """For a child process: give it little room for addresses."""
    resource.setrlimit(resource.RLIMIT_AS, (HALF_A_GIGABYTE, HALF_A_GIGABYTE))


@pytest.mark.skipif(sys.platform != "linux", reason="the address space is bounded on Linux")
@pytest.mark.parametrize("kind", sorted(COSTLY))
def test_a_costly_file_ends_no_run(kind: str, tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("a"))
    write(tree, "patterns/costly.json", COSTLY[kind])
    write(tree, "patterns/z.json", pattern("z"))
    done = rmos("migrate", tree, "--database", database, before=small)
    assert done.returncode == 1, (done.returncode, done.stderr[-500:])
    assert "patterns/costly.json" in done.stderr
    assert query(database, "SELECT id FROM patterns ORDER BY id") == [("a",), ("z",)]


def test_the_file_is_named_with_what_it_holds(tree: Path, database: Path) -> None:
    write(tree, "patterns/costly.json", COSTLY["lists"])
    assert migrate(tree, database).totals.rejected == 1
    (code, message), *_ = query(database, "SELECT code, message FROM migration_diagnostics")
    assert code == "file-too-large"
    assert "5,200,002 lists and objects" in message


@pytest.mark.parametrize(
    "text",
    [
        '["' + "[" * (MOST_CONTAINERS + 10) + '"]',
        '["\\"' + "{" * (MOST_CONTAINERS + 10) + '"]',
        "[" * MOST_CONTAINERS,
        json.dumps([[number, number + 1] for number in range(200_000)]),
    ],
    ids=["brackets in a text", "brackets behind a quote", "just so many", "points"],
)
def test_what_can_be_held_is_not_refused(text: str) -> None:
    assert refused_for_cost(text.encode()) is None


def test_one_more_is_refused() -> None:
    assert refused_for_cost(b"[" * (MOST_CONTAINERS + 1)) is not None
