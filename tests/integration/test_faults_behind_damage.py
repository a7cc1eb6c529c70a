"""Where odd values in a database are looked for, a fault of the program is not taken for one, nor an odd
value for a fault."""

import sys
from pathlib import Path

import pytest

from builders import execute, joblog, pattern, query, rmos, started, write
from rmos_migration import migrate

PLANTED = """
import importlib, sys
owner = importlib.import_module("rmos_migration.{module}")

def planted(*given, **named):
    raise {error}

owner.{name} = planted
sys.argv[0] = "rmos"
from rmos_migration.__main__ import main
main()
"""

DEEP = "[" * 300 + "]" * 300
ODD = ("no JSON {", "[]", "[1]", "3", "null", '"text"', '{"a": ' + DEEP + "}", "[" * 2000 + "]" * 2000)
"""What other hands may write into a JSON column; of the last two, Python could read the one and not the
other."""


def with_fault(module: str, name: str, error: str, *arguments: str | Path) -> tuple[int, str]:
    """Exit code and stderr of a command in which a function of the program raises what it should not."""
    code = PLANTED.format(module=module, name=name, error=error)
    with started(sys.executable, "-c", code, *arguments) as process:
        _, said = process.communicate(timeout=60)
    return process.returncode, said


@pytest.fixture
def changed(tree: Path, database: Path) -> Path:
    """A database whose rows and counts are not as they were, though nothing is odd about them."""
    for name in ("a", "b"):  # the second is unchanged: its row is the first one's
        write(tree, f"patterns/{name}.json", pattern("p1", metadata={"a": 1}))
    write(tree, "patterns/c.json", pattern("p2"))
    migrate(tree, database)
    execute(database, "UPDATE patterns SET metadata_json = '{\"a\": 2}', name = 'other'")
    counts = "json_set(counts_json, '$.entities.patterns.migrated', 7)"
    execute(database, f"UPDATE migration_runs SET counts_json = {counts}")
    return database


FAULTS = (
    ("exporting.canonical", "canonical_document", "export {out}"),
    ("exporting.canonical", "text_of", "export {out}"),
    ("exporting.canonical", "differences", "export {out}"),
    ("exporting.canonical", "rebuild", "export {out} -f source"),
    ("exporting.source", "content_sha256", "export {out} -f source"),
    ("verify.comparison", "rebuild", "verify {tree}"),
    ("verify.comparison", "content_sha256", "verify {tree}"),
    ("migrate.differences", "canonical", "verify {tree}"),
    ("migrate.differences", "shown_apart", "verify {tree}"),
    ("audit.rules.runs", "_words", "audit"),
)


@pytest.mark.parametrize(
    "error", ["AttributeError('planted')", "TypeError('planted')", "KeyError('planted')"]
)
@pytest.mark.parametrize(("module", "name", "verb"), FAULTS, ids=lambda one: str(one).partition(" ")[0])
def test_a_fault_of_the_program_is_not_told_as_damage(
    module: str, name: str, verb: str, error: str, changed: Path, tree: Path, tmp_path: Path
) -> None:
    words = verb.format(out=tmp_path / "out", tree=tree).split()
    code, said = with_fault(module, name, error, *words, "--database", changed)
    assert code == 70, said
    assert "Traceback" in said
    assert "planted" in said


def test_a_fault_in_taking_the_category_off_is_not_told_as_damage(
    changed: Path, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rmos_migration.entities import PATTERN
    from rmos_migration.verify import comparison

    execute(changed, "UPDATE patterns SET extra_json = '{\"a\": 1}'")
    row = query(changed, "SELECT * FROM patterns")[0]
    monkeypatch.setattr(comparison, "CATEGORY", [])  # no key of a dictionary
    with pytest.raises(TypeError):
        comparison._without_category(PATTERN, row)


VERBS = (
    *("export {out}/a", "export {out}/b -f source", "verify {tree}", "audit", "rejects", "status", "history"),
    *("migrate {tree} --on-conflict replace --dry-run", "migrate {tree} --on-conflict replace"),
)


@pytest.mark.parametrize("column", ["extra_json", "metadata_json", "geometry_json"])
@pytest.mark.parametrize("number", range(len(ODD)))
def test_an_odd_value_is_not_told_as_a_fault(
    number: int, column: str, changed: Path, tree: Path, tmp_path: Path
) -> None:
    odd = ODD[number].replace("'", "''")
    execute(changed, f"PRAGMA ignore_check_constraints = ON; UPDATE patterns SET {column} = '{odd}'")
    for verb in VERBS:
        done = rmos(*verb.format(out=tmp_path, tree=tree).split(), "--database", changed)
        assert done.returncode in (0, 1, 4, 6), done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", range(len(ODD)))
def test_an_odd_value_of_the_ledger_is_not_told_as_a_fault(
    number: int, changed: Path, tree: Path, tmp_path: Path
) -> None:
    odd = ODD[number].replace("'", "''")
    for table, column in (("migration_ledger", "derived"), ("migration_runs", "options_json")):
        execute(changed, f"PRAGMA ignore_check_constraints = ON; UPDATE {table} SET {column} = '{odd}'")
    for verb in VERBS:
        done = rmos(*verb.format(out=tmp_path, tree=tree).split(), "--database", changed)
        assert done.returncode in (0, 1, 4, 6), done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("odd", ["no JSON {", "[1]", '{"a": ' + DEEP + "}"])
def test_a_record_that_waits_with_an_odd_value_is_not_told_as_a_fault(
    odd: str, tree: Path, database: Path
) -> None:
    write(tree, "joblogs/j.json", joblog(pattern_id="p9"))
    migrate(tree, database)
    assert query(database, "SELECT field FROM migration_pending_references") == [("pattern_id",)]
    execute(database, f"PRAGMA ignore_check_constraints = ON; UPDATE joblogs SET extra_json = '{odd}'")
    write(tree, "patterns/p.json", pattern("p9"))
    done = rmos("migrate", tree, "--database", database)
    assert done.returncode == 4, done.stderr
    assert "joblogs" in done.stderr
    assert "Traceback" not in done.stderr
