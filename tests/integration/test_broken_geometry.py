"""A pattern whose geometry other hands broke is said to be that, and not to lack rings."""

from pathlib import Path

import pytest

from builders import execute, pattern, rmos, write
from rmos_migration import migrate


@pytest.mark.parametrize("stored", ["{", "[1, 2]", "null", '"rings"', "NaN", '{"rings": [}'])
def test_drawing_a_broken_geometry_leads_to_the_audit(stored: str, tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("p"))
    migrate(tree, database)
    execute(database, f"PRAGMA ignore_check_constraints = ON; UPDATE patterns SET geometry_json = '{stored}'")
    done = rmos("draw", "p", "--database", database)
    assert done.returncode == 1
    assert "p: its geometry is not a JSON object: see rmos audit" in done.stderr
    assert "lists no rings" not in done.stderr


def test_a_geometry_without_rings_is_still_one(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("p", geometry={}))
    migrate(tree, database)
    done = rmos("draw", "p", "--database", database)
    assert "its geometry is no JSON object" not in done.stderr
