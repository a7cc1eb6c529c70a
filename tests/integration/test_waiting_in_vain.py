"""What waits in vain, because other hands changed rows, is mended by the next run: the audit's hint is
true."""

from collections.abc import Callable
from pathlib import Path

import pytest

from builders import execute, family, joblog, kept, noticed, pattern, query, records, rmos, write
from rmos_migration import audit, migrate

WAITING = "SELECT entity, record_id, field, target_id FROM migration_pending_references ORDER BY 1, 2, 3"


@pytest.fixture
def waiting(tree: Path, database: Path) -> Path:
    """A database in which a pattern and two jobs wait for records that are not there."""
    write(tree, "patterns/a.json", pattern("p1", strip_family_id="f1"))
    write(tree, "joblogs/a.json", joblog("j1", pattern_id="p9", strip_family_id="f9"))
    write(tree, "joblogs/b.json", joblog("j2", pattern_id="p9"))
    migrate(tree, database)
    assert len(query(database, WAITING)) == 4
    return database


def found(database: Path) -> set[str]:
    return {finding.code for finding in audit(database).findings if finding.severity == "error"}


@pytest.mark.parametrize("is_there", [True, False], ids=["its file is there", "its file is gone"])
@pytest.mark.parametrize(("entity", "record_id", "left"), [("joblogs", "j1", 2), ("patterns", "p1", 3)])
def test_a_row_deleted_by_other_hands_leaves_nothing_waiting(
    entity: str, record_id: str, left: int, is_there: bool, tree: Path, waiting: Path
) -> None:
    execute(waiting, f"DELETE FROM {entity} WHERE id = '{record_id}'")
    assert "reference-waits" in found(waiting)
    if not is_there:
        (tree / entity / "a.json").unlink()
    migrate(tree, waiting)
    assert "reference-waits" not in found(waiting)
    assert len(query(waiting, WAITING)) == (4 if is_there else left)


def test_repairing_forgets_what_waits_for_a_record_that_is_gone(waiting: Path) -> None:
    execute(waiting, "DELETE FROM joblogs WHERE id = 'j1'")
    done = rmos("audit", "--repair", "--database", waiting)
    assert "forgot 2 waiting references" in done.stdout + done.stderr
    assert "reference-waits" not in found(waiting)
    assert len(query(waiting, WAITING)) == 2


def test_a_record_that_came_without_this_program_is_attached(tree: Path, waiting: Path) -> None:
    execute(
        waiting,
        "INSERT INTO patterns (id, pattern_type, geometry_json) VALUES ('p9', 'generic', '{}')",
    )
    assert "reference-waits" in found(waiting)
    summary = migrate(tree, waiting)
    assert [records(waiting, "joblogs")[one]["pattern_id"] for one in ("j1", "j2")] == ["p9", "p9"]
    assert [one for one in noticed(waiting, summary.run_id) if one[1] == "reference-attached"] == [
        ("joblogs", "reference-attached", "info")
    ] * 2
    assert "reference-waits" not in found(waiting)


CHANGES: dict[str, Callable[[Path], None]] = {
    "given another reference": lambda database: execute(
        database,
        "INSERT INTO patterns (id, pattern_type, geometry_json) VALUES ('x', 'generic', '{}');"
        "UPDATE joblogs SET pattern_id = 'x' WHERE id = 'j2'",
    ),
    "of an unknown field": lambda database: execute(
        database, "INSERT INTO migration_pending_references VALUES ('joblogs', 'j2', 'mood', 'm')"
    ),
    "of an unknown entity": lambda database: execute(
        database, "INSERT INTO migration_pending_references VALUES ('tools', 't', 'pattern_id', 'p')"
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_other_waiting_references_that_cannot_be_met_are_forgotten(
    change: Callable[[Path], None], tree: Path, waiting: Path
) -> None:
    change(waiting)
    assert "reference-waits" in found(waiting)
    migrate(tree, waiting)
    assert "reference-waits" not in found(waiting)


def test_what_waits_rightly_goes_on_waiting_and_is_attached_when_its_record_comes(
    tree: Path, waiting: Path
) -> None:
    before = query(waiting, WAITING)
    migrate(tree, waiting)
    assert query(waiting, WAITING) == before
    write(tree, "strip_families/f.json", family("f1"))
    migrate(tree, waiting)
    assert records(waiting, "patterns")["p1"]["strip_family_id"] == "f1"
    assert query(waiting, WAITING) == [one for one in before if one[1] != "p1"]


def test_a_dry_run_mends_nothing(tree: Path, waiting: Path) -> None:
    execute(waiting, "DELETE FROM joblogs WHERE id = 'j1'")
    before = kept(waiting)
    migrate(tree, waiting, dry_run=True)
    assert kept(waiting) == before
