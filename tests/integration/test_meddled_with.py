"""Another program changes the database while a run writes: nothing is lost, and nobody certifies what nobody
checked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from builders import execute, joblog, pattern, query, records, write
from rmos_migration import migrate
from rmos_migration.diagnostics import Diagnostic
from rmos_migration.editing import edit
from rmos_migration.entities import PATTERN
from rmos_migration.errors import DatabaseUnusable
from rmos_migration.migrate import pipeline
from rmos_migration.migrate.observer import NullObserver
from rmos_migration.migrate.outcome import RunCounts
from rmos_migration.store.database import database_at
from rmos_migration.store.sqlite.lock import write_lock
from rmos_migration.store.sqlite.seal import seal_of


@pytest.fixture(autouse=True)
def batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", 1)


class Meddler(NullObserver):
    """Does something once so many documents were found, or when the folder's notices are told at the end."""

    def __init__(self, deed: Callable[[], None], documents: int) -> None:
        self.deed, self.documents, self.is_done = deed, documents, False

    def advanced(self, counts: RunCounts) -> None:
        if counts.totals.found == self.documents:
            self.do()

    def noticed(self, diagnostics: list[Diagnostic]) -> None:
        if self.documents == -1 and not diagnostics:
            self.do()

    def do(self) -> None:
        if not self.is_done:
            self.is_done = True
            self.deed()


def is_sealed(database: Path) -> bool:
    seal = seal_of(database)
    with write_lock(database, "a test") as held:
        held.leave(held.left)
        return seal is not None and held.left == seal.text


def meddled_with(tree: Path, database: Path, script: str, documents: int = 1) -> None:
    migrate(tree, database, observer=Meddler(lambda: execute(database, script), documents))


FOREIGN = {
    "trigger on a record's table": (
        "CREATE TRIGGER t AFTER INSERT ON joblogs BEGIN DELETE FROM joblogs WHERE id = NEW.id; END",
        "the trigger t on joblogs",
    ),
    "trigger that drops silently": (
        "CREATE TRIGGER t BEFORE INSERT ON patterns BEGIN SELECT RAISE(IGNORE); END",
        "the trigger t on patterns",
    ),
    "trigger on the runs": (
        "CREATE TRIGGER t AFTER UPDATE ON migration_runs BEGIN DELETE FROM patterns; END",
        "the trigger t on migration_runs",
    ),
    "trigger on a table of the user's": (
        "CREATE TABLE mine (a); CREATE TRIGGER t AFTER INSERT ON mine BEGIN DELETE FROM joblogs; END",
        "the trigger t on mine",
    ),
    "view": ("CREATE VIEW v AS SELECT * FROM joblogs", "the view v"),
    "virtual table": ("CREATE VIRTUAL TABLE v USING fts5 (words)", "the virtual table v"),
}


def workshop_of_five(tree: Path) -> None:
    for one in ("p1", "p2", "p3"):
        write(tree, f"patterns/{one}.json", pattern(one))
    for one in ("j1", "j2"):
        write(tree, f"joblogs/{one}.json", joblog(one, pattern_id="p1"))


@pytest.mark.parametrize(("script", "said"), FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("documents", [1, 4, 5])
def test_what_acts_in_the_database_ends_the_run_before_a_document_is_lost(
    documents: int, script: str, said: str, tree: Path, database: Path
) -> None:
    workshop_of_five(tree)
    with pytest.raises(DatabaseUnusable, match=said) as refusal:
        meddled_with(tree, database, script, documents)
    assert refusal.value.hint
    (status,) = query(database, "SELECT status FROM migration_runs")[0]
    assert status in ("running", "failed")
    assert len(records(database, "patterns")) + len(records(database, "joblogs")) == documents
    assert not is_sealed(database)
    with pytest.raises(DatabaseUnusable):
        migrate(tree, database)
    name = query(database, "SELECT type, name FROM sqlite_master WHERE name IN ('t', 'v')")[0]
    execute(database, "DROP {} {}".format("TABLE" if name[0] == "table" else name[0].upper(), name[1]))
    assert migrate(tree, database).exit_code == 0
    assert len(records(database, "patterns")) + len(records(database, "joblogs")) == 5


def test_a_trigger_that_came_and_went_between_two_batches_did_nothing(tree: Path, database: Path) -> None:
    workshop_of_five(tree)
    meddled_with(tree, database, f"{FOREIGN['trigger on the runs'][0]}; DROP TRIGGER t")
    assert len(records(database, "joblogs")) == 2
    assert not is_sealed(database)


@pytest.mark.parametrize("documents", [1, 4, 5, -1])
@pytest.mark.parametrize(
    "script",
    [
        "UPDATE patterns SET name = name || '!'",
        "DELETE FROM joblogs",
        "CREATE TABLE notes (a)",
        "CREATE INDEX mine ON joblogs (job_type)",
    ],
)
def test_what_another_program_wrote_meanwhile_is_not_sealed(
    script: str, documents: int, tree: Path, database: Path
) -> None:
    workshop_of_five(tree)
    meddled_with(tree, database, script, documents)
    assert not is_sealed(database)
    assert migrate(tree, database).exit_code == 0
    assert is_sealed(database)


def test_who_only_reads_meanwhile_costs_no_seal(tree: Path, database: Path) -> None:
    workshop_of_five(tree)
    migrate(tree, database, observer=Meddler(lambda: query(database, "SELECT * FROM patterns") and None, 2))
    assert is_sealed(database)


def test_a_row_that_breaks_its_tables_rules_meanwhile_is_found_by_the_next_run(
    tree: Path, database: Path
) -> None:
    workshop_of_five(tree)
    script = "PRAGMA ignore_check_constraints = ON; UPDATE patterns SET ring_count = -1"
    meddled_with(tree, database, script, 3)
    with pytest.raises(DatabaseUnusable, match="breaks the table's own rules"):
        migrate(tree, database)


def test_an_edit_seals_what_it_wrote(tree: Path, database: Path) -> None:
    workshop_of_five(tree)
    migrate(tree, database)
    fields = {"name": "new", "ring_count": 1, "geometry": {"rings": []}}
    edit.create(database_at(database), PATTERN, fields, b"{}")
    assert is_sealed(database)
