"""A message that speaks of two places speaks of the file's own lines and columns, wherever the document
stands."""

import json
import os
from pathlib import Path

import pytest

from builders import joblog, query, rmos, write
from rmos_migration import migrate

A = json.dumps(joblog("a"))
C = '{"id": "c", "job_type": "slice", "parameters": {}, "x": 1, "x": 2}'


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (f"[{A}, {C}]", (1, len(A) + 4 + C.index('"x": 1'))),
        (f"[\n{A},\n  {C}]", (3, 3 + C.index('"x": 1'))),
        (f"{A}\n  {C}\n", (2, 3 + C.index('"x": 1'))),
        (f'{{"runs": [{A},\n{C}]}}', (2, 1 + C.index('"x": 1'))),
        (C, (1, 1 + C.index('"x": 1'))),
    ],
)
def test_first_place_of_a_key_that_stands_twice_is_that_in_the_file(
    text: str, first: tuple[int, int], tree: Path, database: Path
) -> None:
    write(tree, "joblogs/all.json", text)
    migrate(tree, database)
    ((message,),) = query(
        database, "SELECT message FROM migration_diagnostics WHERE code = 'json-duplicate-key'"
    )
    assert message.endswith(f"first at line {first[0]}, column {first[1]}")


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_a_pipe_in_place_of_a_record_holds_nothing_up(
    dry: tuple[str, ...], tree: Path, database: Path
) -> None:
    write(tree, "joblogs/a.json", joblog("a"))
    os.mkfifo(tree / "joblogs/f.json")
    os.mkfifo(tree.parent / "outside")
    (tree / "joblogs/z.json").symlink_to(tree.parent / "outside")
    done = rmos("migrate", tree, "--database", database, *dry, timeout=60)
    assert done.returncode == 1
    assert "joblogs/f.json error F104" in done.stderr
