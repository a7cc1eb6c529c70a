"""Files that are small on the disk and huge in memory: named and left out, while everything else arrives."""

import json
import resource
import sys
from pathlib import Path

import pytest

from builders import pattern, query, rmos, write
from rmos_migration.sources.cost import rejected_for_cost

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


@pytest.mark.parametrize(
    "text",
    [
        '["' + "[" * 8_000_000 + '"]',
        '["\\"' + "{" * 8_000_000 + '"]',
        json.dumps([[one, one] for one in range(200_000)]),
    ],
    ids=["brackets in a text", "brackets behind a quote", "points"],
)
def test_what_can_be_held_is_not_refused(text: str) -> None:
    assert rejected_for_cost(text.encode()) is None
