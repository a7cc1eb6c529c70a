"""For each rule of the audit a database with exactly its fault, which that rule reports and no other."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from builders import execute, family, joblog, pattern, query, rmos, write
from rmos_migration import migrate
from rmos_migration.audit.auditor import audit_database
from rmos_migration.audit.repair import repair
from rmos_migration.audit.result import AuditResult, RuleState
from rmos_migration.audit.rule import Finding
from rmos_migration.audit.rules import RULES
from rmos_migration.errors import DatabaseUnusable
from rmos_migration.store.database import database_at

pytestmark = pytest.mark.usefixtures("two_steps_throughout")  # a schema may be outdated, or lack a step

RINGS = [
    {"radius_mm": 45.5, "width_mm": 3.0, "segments": 24, "tile_length_mm": 11.9},
    {"radius_mm": 49.0, "width_mm": 3.5, "segments": 30},
]
DONE = {
    "start_time": "2024-05-01T10:00:00",
    "end_time": "2024-05-01T10:20:00",
    "duration_seconds": 1200,
    "results": {"waste_percentage": 4.5},
    "created_at": "2024-05-01T10:00:00Z",
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without any fault."""
    folder = tmp_path_factory.mktemp("sound")
    tree = folder / "legacy"
    write(tree, "strip_families/f1.json", family("f1"))
    write(tree, "strip_families/f2.json", family("f2"))
    for name in ("p1", "p2"):
        document = pattern(name, strip_family_id="f1", ring_count=2, geometry={"rings": RINGS})
        write(tree, f"patterns/{name}.json", document)
    for name in ("j1", "j2", "j3"):
        write(tree, f"joblogs/{name}.json", joblog(name, pattern_id="p1", strip_family_id="f2", **DONE))
    assert migrate(tree, folder / "rmos.db").totals.migrated == 7
    return folder / "rmos.db"


@pytest.fixture
def faulty(sound: Path, database: Path) -> Path:
    """A copy of the sound database, to plant a fault in."""
    return Path(shutil.copyfile(sound, database))


def audited(database: Path, **options: Any) -> AuditResult:
    return audit_database(database_at(database), **options)


def reporting(result: AuditResult) -> set[str]:
    """The codes of the rules that found something."""
    return {finding.code for finding in result.findings}


# faults
# ------------------------------------------------------------------------------------------------------

Fault = Callable[[sqlite3.Connection], object]


def sql(script: str) -> Fault:
    """A fault made by a script, past checks and references."""
    return lambda connection: connection.executescript(f"PRAGMA ignore_check_constraints = ON; {script}")


def redefined(table: str, old: str, new: str, script: str = "", *, restore: bool = True) -> Fault:
    """A fault made while a table has another definition."""

    def plant(connection: sqlite3.Connection) -> None:
        place = Path(connection.execute("PRAGMA database_list").fetchone()[2])
        ((before,),) = query(place, "SELECT sql FROM sqlite_master WHERE name = ?", table)
        assert old in before
        _redefine(place, table, before.replace(old, new))
        if script:
            with closing(sqlite3.connect(place)) as other:
                other.executescript(script)
        if restore:
            _redefine(place, table, before)

    return plant


def _redefine(place: Path, table: str, definition: str) -> None:
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (definition, table))
        connection.commit()


def row_missing_from_an_index(connection: sqlite3.Connection) -> None:
    index = "name = 'idx_joblogs_status'"
    place = connection.execute("PRAGMA database_list").fetchone()[2]
    hidden = connection.execute(f"SELECT * FROM sqlite_master WHERE {index}").fetchone()
    for script, values in (
        (f"DELETE FROM sqlite_master WHERE {index}", ()),
        ("UPDATE joblogs SET status = 'failed' WHERE id = 'j1'", ()),
        ("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", hidden),
    ):
        with closing(sqlite3.connect(place)) as other:
            other.execute("PRAGMA writable_schema = ON")
            other.execute(script, values)
            other.commit()


def much_deleted(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE shavings (dust)")
    connection.execute("INSERT INTO shavings VALUES (zeroblob(4000000))")
    connection.commit()
    connection.execute("DROP TABLE shavings")


def set_column(table: str, column: str, value: str, record: str) -> Fault:
    return sql(f"UPDATE {table} SET {column} = {value} WHERE id = '{record}'")


def renamed_job(new: str) -> Fault:
    return sql(
        f"UPDATE joblogs SET id = {new} WHERE id = 'j2';"
        f"UPDATE migration_ledger SET record_id = {new} WHERE record_id = 'j2'"
    )


def geometry(rings: str) -> Fault:
    return set_column("patterns", "geometry_json", f"""'{{"rings": [{rings}]}}'""", "p2")


def rings(first: str, second: str) -> Fault:
    return geometry(f"{{{first}}}, {{{second}}}")


def counts(entity: str, **wrong: Any) -> Fault:
    """Counts of a run that are wrong for one kind of record, and in the totals so that these are the sum."""

    def plant(connection: sqlite3.Connection) -> None:
        told = json.loads(connection.execute("SELECT counts_json FROM migration_runs").fetchone()[0])
        told["entities"][entity] |= wrong
        for outcome in wrong:
            numbers = [tally[outcome] for tally in told["entities"].values()]
            if all(isinstance(number, int) for number in numbers):
                told["totals"][outcome] = sum(numbers)
        connection.execute("UPDATE migration_runs SET counts_json = ?", (json.dumps(told),))

    return plant


OUTER = '"radius_mm": 60, "width_mm": 3'
ENTRY = (
    "INSERT INTO migration_ledger (source_id, path, pointer, entity, outcome, code, run_id)"
    " VALUES (1, 'joblogs/j3.json', '/0', 'joblogs', "
)

FAULTS: list[tuple[str, Fault]] = [
    ("file-damaged", row_missing_from_an_index),
    ("file-unmarked", sql("PRAGMA application_id = 0")),
    ("file-free-pages", much_deleted),
    ("schema-version-missing", sql("DELETE FROM schema_version")),
    ("schema-version-missing", sql("DROP TABLE schema_version")),
    (
        "schema-outdated",
        sql("DELETE FROM schema_version WHERE version > 1; UPDATE alembic_version SET version_num = '0001'"),
    ),
    ("schema-history", sql("DELETE FROM schema_version WHERE version = 1")),
    ("schema-history", sql("UPDATE schema_version SET applied_at = 'last winter' WHERE version = 1")),
    ("schema-history", sql("DROP TABLE alembic_version")),
    ("table-missing", sql("DROP TABLE migration_rejects")),
    ("table-missing", sql("DROP TABLE migration_pending_references")),
    ("column-missing", sql("ALTER TABLE joblogs DROP COLUMN updated_at")),
    ("column-missing", sql("ALTER TABLE joblogs RENAME COLUMN metadata_json TO notes_json")),
    ("table-changed", redefined("joblogs", "STRICT", "", restore=False)),
    ("table-changed", redefined("strip_families", "width_mm > 0", "width_mm > -1", restore=False)),
    (
        "table-changed",
        redefined("patterns", "REFERENCES strip_families (id)", "REFERENCES joblogs (id)", restore=False),
    ),
    ("table-changed", sql("ALTER TABLE joblogs ADD COLUMN mood TEXT")),
    ("index-missing", sql("DROP INDEX idx_joblogs_status")),
    ("index-missing", sql("DROP INDEX idx_ledger_record")),
    (
        "index-changed",
        sql("DROP INDEX idx_joblogs_status; CREATE INDEX idx_joblogs_status ON joblogs (job_type)"),
    ),
    (
        "trigger-found",
        sql("CREATE TRIGGER haunted AFTER UPDATE ON joblogs BEGIN DELETE FROM joblogs WHERE 0; END"),
    ),
    ("trigger-found", sql("CREATE TABLE a (b); CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END")),
    ("view-found", sql("CREATE VIEW everything AS SELECT * FROM joblogs")),
    ("view-found", sql("CREATE VIRTUAL TABLE words USING fts5 (word)")),
    (
        "value-missing",
        redefined(
            "joblogs",
            "job_type TEXT NOT NULL",
            "job_type TEXT",
            "UPDATE joblogs SET job_type = NULL WHERE id = 'j1'",
        ),
    ),
    ("value-lost", set_column("patterns", "name", "NULL", "p1")),
    ("value-lost", set_column("strip_families", "material_type", "NULL", "f1")),
    (
        "value-type",
        redefined(
            "joblogs",
            "STRICT",
            "",
            "UPDATE joblogs SET duration_seconds = 'a while' WHERE id = 'j1'",
        ),
    ),
    ("value-range", set_column("joblogs", "duration_seconds", "-1", "j1")),
    ("value-range", set_column("strip_families", "width_mm", "9e999", "f1")),
    ("value-range", set_column("patterns", "ring_count", "0", "p1")),
    ("value-word", set_column("joblogs", "status", "'finished'", "j1")),
    ("text-blank", set_column("strip_families", "name", "'  '", "f1")),
    ("text-blank", set_column("joblogs", "job_type", "'sl' || char(0) || 'ice'", "j1")),
    ("text-not-unicode", set_column("patterns", "name", "CAST(x'526f7065ff' AS TEXT)", "p1")),
    ("id-invalid", renamed_job("'j' || char(10) || '2'")),
    ("id-invalid", renamed_job("''")),
    ("id-blanks", renamed_job("' j2'")),
    ("id-look-alike", renamed_job("'J1'")),
    ("material-variants", set_column("strip_families", "material_type", "'Wood'", "f1")),
    ("material-variants", set_column("strip_families", "material_type", "'wood '", "f1")),
    ("reference-broken", set_column("joblogs", "pattern_id", "'nobody'", "j1")),
    ("reference-broken", sql("UPDATE migration_ledger SET run_id = 99 WHERE record_id = 'j1'")),
    ("ring-family-missing", rings('"strip_family_id": "ghost"', OUTER)),
    ("time-not-utc", set_column("joblogs", "created_at", "'2024-05-01 10:00:00'", "j1")),
    ("time-not-utc", set_column("patterns", "updated_at", "'2024-02-30T10:00:00.000000Z'", "p1")),
    ("time-not-iso", set_column("joblogs", "start_time", "'1 May, ten o''clock'", "j1")),
    (
        "time-order",
        sql(
            "UPDATE patterns SET created_at = '2024-05-01T10:00:00.000000Z',"
            " updated_at = '2024-04-01T10:00:00.000000Z' WHERE id = 'p1'"
        ),
    ),
    ("time-future", set_column("patterns", "created_at", "'2999-01-01T00:00:00.000000Z'", "p1")),
    (
        "time-future",
        sql("UPDATE joblogs SET start_time = '2999-01-01T10:00:00', end_time = NULL, status = 'running'"),
    ),
    ("job-unfinished", set_column("joblogs", "end_time", "NULL", "j1")),
    ("job-unfinished", set_column("joblogs", "duration_seconds", "NULL", "j1")),
    ("job-end-before-start", set_column("joblogs", "end_time", "'2024-05-01T09:20:00'", "j1")),
    ("job-duration-differs", set_column("joblogs", "duration_seconds", "12", "j1")),
    ("json-unreadable", set_column("joblogs", "parameters_json", """'{"blade": '""", "j1")),
    ("json-not-a-number", set_column("joblogs", "results_json", """'{"waste": NaN}'""", "j1")),
    ("json-not-a-number", set_column("joblogs", "metadata_json", """'{"a": 1e999}'""", "j1")),
    ("json-kind", set_column("joblogs", "parameters_json", "'[]'", "j1")),
    ("json-kind", set_column("strip_families", "strips_json", "'{}'", "f1")),
    ("ring-radius", rings('"radius_mm": 4, "width_mm": 2', OUTER)),
    ("ring-width", rings('"radius_mm": 45, "width_mm": 0.5', OUTER)),
    ("ring-tiles", rings('"radius_mm": 45, "width_mm": 3, "tile_length_mm": 0.3', OUTER)),
    ("ring-segments", rings('"radius_mm": 45, "width_mm": 3, "segments": 0', OUTER)),
    ("rings-overlap", rings('"radius_mm": 59, "width_mm": 3', OUTER)),
    ("ring-count-differs", geometry(f"{{{OUTER}}}")),
    ("number-in-quotes", rings('"radius_mm": "34", "width_mm": 3', OUTER)),
    ("number-in-quotes", set_column("strip_families", "strips_json", """'[{"length_mm": "600"}]'""", "f1")),
    ("number-in-quotes", rings('"radius_mm": "34,5"', OUTER)),
    (
        "powershell-list",
        set_column(
            "patterns", "geometry_json", """'{"rings": {"value": [{"radius_mm": 34}], "Count": 1}}'""", "p2"
        ),
    ),
    ("powershell-list", rings('"column": {"strips": {"value": [], "Count": 0}}, "radius_mm": 34', OUTER)),
    (
        "powershell-list",
        set_column("strip_families", "strips_json", """'[{"value": [], "Count": 0}]'""", "f1"),
    ),
    ("strip-width", set_column("strip_families", "width_mm", "25.4", "f1")),
    ("waste-impossible", set_column("joblogs", "results_json", """'{"waste_percentage": 101}'""", "j1")),
    ("row-without-ledger", sql("DELETE FROM migration_ledger WHERE record_id = 'j1'")),
    (
        "row-without-ledger",
        sql("INSERT INTO patterns (id, pattern_type, geometry_json) VALUES ('p9', 'generic', '{}')"),
    ),
    ("ledger-without-row", sql("DELETE FROM joblogs WHERE id = 'j1'")),
    (
        "reject-books-differ",
        sql("INSERT INTO migration_rejects VALUES (1, 'joblogs/x.json', '', 1, 'x', x'')"),
    ),
    (
        "reference-waits",
        sql("INSERT INTO migration_pending_references VALUES ('joblogs', 'j1', 'pattern_id', 'p2')"),
    ),
    (
        "reference-waits",
        sql("INSERT INTO migration_pending_references VALUES ('joblogs', 'j9', 'pattern_id', 'p9')"),
    ),
    (
        "reference-waits",
        sql("INSERT INTO migration_pending_references VALUES ('joblogs', 'j1', 'pattern_id', 'nowhere')"),
    ),
    (
        "reference-waits",
        sql("INSERT INTO migration_pending_references VALUES ('tools', 't1', 'handle', 'h1')"),
    ),
    (
        "ledger-ambiguous",
        sql(
            "INSERT INTO migration_ledger"
            " (source_id, path, pointer, entity, record_id, outcome, content_sha256, run_id)"
            " VALUES (1, 'joblogs/x.json', '', 'joblogs', 'j1', 'unchanged', 'another', 1)"
        ),
    ),
    ("ledger-derived", sql("UPDATE migration_ledger SET derived = '[1]' WHERE record_id = 'j1'")),
    ("ledger-derived", sql("""UPDATE migration_ledger SET derived = '["mood"]' WHERE record_id = 'j1'""")),
    (
        "run-unbalanced",
        sql(
            "UPDATE migration_runs SET counts_json = json_set(counts_json, '$.entities.joblogs.migrated', 2)"
        ),
    ),
    ("run-unbalanced", sql("UPDATE migration_runs SET counts_json = '[]'")),
    ("run-unbalanced", counts("joblogs", migrated=8, rejected=-5)),
    ("run-unbalanced", counts("patterns", found=-2, migrated=-2)),
    ("run-unbalanced", counts("patterns", skipped=-1)),
    ("run-unbalanced", counts("joblogs", migrated=3.0)),
    ("run-unbalanced", counts("joblogs", migrated="3")),
    ("run-unbalanced", counts("joblogs", migrated=None)),
    ("run-unbalanced", sql("UPDATE migration_runs SET counts_json = NULL")),
    ("book-value", sql("UPDATE migration_runs SET status = 'done'")),
    ("book-value", sql("UPDATE migration_runs SET options_json = '{'")),
    ("book-value", sql("UPDATE migration_ledger SET outcome = 'arrived' WHERE record_id = 'j1'")),
    (
        "book-value",
        sql(
            "INSERT INTO migration_diagnostics (run_id, path, pointer, code, severity, message)"
            " VALUES (1, '', '', 'x', 'bad', '')"
        ),
    ),
    (
        "book-value",
        redefined(
            "migration_runs", "source TEXT NOT NULL", "source TEXT", "UPDATE migration_runs SET source = NULL"
        ),
    ),
    ("run-times", sql("UPDATE migration_runs SET finished_at = '2001-01-01T00:00:00.000000Z'")),
    ("run-times", sql("UPDATE migration_runs SET finished_at = NULL")),
    ("run-times", sql("UPDATE migration_runs SET started_at = '1 May'")),
    ("run-times", sql("UPDATE migration_runs SET finished_at = finished_at || ' UTC'")),
    ("run-times", sql("UPDATE migration_runs SET duration_seconds = -3")),
    ("run-left-running", sql("UPDATE migration_runs SET status = 'running'")),
    ("document-kept-out", sql(f"{ENTRY} 'conflict', 'id-conflict', 1)")),
]

OF_SEVERAL_RULES: list[tuple[str, Fault]] = [
    ("ledger-without-row", sql("UPDATE migration_ledger SET entity = 'rosettes' WHERE record_id = 'j1'")),
    ("book-value", sql("UPDATE migration_runs SET counts_json = '{'")),
    ("book-value", sql("UPDATE migration_ledger SET derived = '[' WHERE record_id = 'j1'")),
]
"""Faults that another rule reports as well; who follows the hint of the one is rid of both."""


def test_sound_database_passes_every_rule(sound: Path) -> None:
    result = audited(sound)
    assert result.findings == []
    assert {checked.state for checked in result.rules} == {RuleState.PASSED}
    assert result.passed
    assert result.records == {"strip_families": 2, "patterns": 2, "joblogs": 3}


@pytest.mark.parametrize(("code", "plant"), FAULTS, ids=[code for code, _ in FAULTS])
def test_fault_is_reported_by_its_rule_and_no_other(code: str, plant: Fault, faulty: Path) -> None:
    with closing(sqlite3.connect(faulty)) as connection:
        plant(connection)
        connection.commit()
    before = faulty.read_bytes()
    result = audited(faulty)
    assert reporting(result) == {code}
    assert result.passed is (RULES[code].severity != "error")
    assert faulty.read_bytes() == before


def test_a_fault_is_planted_for_every_rule() -> None:
    assert {code for code, _ in FAULTS} == set(RULES)


@pytest.fixture(params=["error", "warning"])
def strictness(request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param


@pytest.mark.parametrize("code", ["value-range", "strip-width"])
def test_command_answers_what_it_found(code: str, strictness: str, faulty: Path) -> None:
    plant = next(plant for planted, plant in FAULTS if planted == code)
    with closing(sqlite3.connect(faulty)) as connection:
        plant(connection)
        connection.commit()
    done = rmos("audit", "--database", faulty, "--fail-on", strictness)
    fails = code == "value-range" or strictness == "warning"
    assert done.returncode == int(fails)
    assert done.stdout.splitlines()[-1].startswith("FAILED" if fails else "PASSED")
    assert code in done.stdout


# hints, followed to the letter
# -------------------------------------------------------------------------------

Remedy = Callable[[Path, Path, list[Finding]], object]
"""What a hint says is to be done: with the legacy folder, the database, and what the rule found."""


def migrated(**options: Any) -> Remedy:
    return lambda tree, database, _: migrate(tree, database, **options)


def repaired(_: Path, database: Path, __: list[Finding]) -> None:
    repair(database_at(database))


def made_anew(tree: Path, database: Path, _: list[Finding]) -> None:
    """Migrate into another file, which takes the place of the one that cannot be mended."""
    migrate(tree, database.with_name("new.db"))
    for file in database.parent.glob("rmos.db*"):
        file.unlink()
    shutil.move(database.with_name("new.db"), database)


def by_hand(*statements: str) -> Remedy:
    """Do what the hint says with the sqlite3 tool, for every finding."""

    def mend(_: Path, database: Path, findings: list[Finding]) -> None:
        for one in findings:
            place = {"table": one.table, "record": one.record.replace("'", "''"), "column": one.column}
            for statement in statements:
                execute(database, statement.format(**place))

    return mend


def first(*remedies: Remedy) -> Remedy:
    """One after the other."""

    def mend(tree: Path, database: Path, findings: list[Finding]) -> None:
        for remedy in remedies:
            remedy(tree, database, findings)

    return mend


DELETE = "DELETE FROM {table} WHERE id = '{record}'"
row_made_anew = first(by_hand(DELETE), migrated())


def document_corrected(tree: Path, database: Path, findings: list[Finding]) -> None:
    """Write the document with other content, which is right, and migrate it as the hint says."""
    for one in findings:
        (file,) = (file for file in (tree / one.table).iterdir() if file.stem == one.record)
        write(tree, f"{one.table}/{file.name}", json.loads(file.read_bytes()) | {"notes": "corrected"})
    migrate(tree, database, on_conflict="replace")


def every_family_corrected(tree: Path, database: Path, _: list[Finding]) -> None:
    for name in ("f1", "f2"):
        write(tree, f"strip_families/{name}.json", family(name, notes="corrected"))
    migrate(tree, database, on_conflict="replace")


def migrated_if_taken(tree: Path, database: Path, findings: list[Finding]) -> None:
    with suppress(DatabaseUnusable):  # a row of the books that leads nowhere has to be deleted first
        migrated()(tree, database, findings)


def referring_rows_made_anew(tree: Path, database: Path, _: list[Finding]) -> None:
    left = [one for one in audited(database).findings if one.code == "reference-broken"]
    of_records = by_hand("DELETE FROM {table} WHERE id = '{record}'")
    of_books = by_hand("DELETE FROM {table} WHERE source_id || ' ' || path || ' ' || pointer = '{record}'")
    for one in left:
        (of_books if one.table == "migration_ledger" else of_records)(tree, database, [one])
    migrate(tree, database)


def rows_nobody_wrote_deleted(tree: Path, database: Path, _: list[Finding]) -> None:
    left = [one for one in audited(database).findings if one.code == "row-without-ledger"]
    by_hand(DELETE)(tree, database, left)


def left_of_files_that_are_gone_deleted(_: Path, database: Path, __: list[Finding]) -> None:
    for one in audited(database).findings:
        for table in ("migration_rejects", "migration_ledger"):
            execute(database, f"DELETE FROM {table} WHERE path = '{one.record}'")


def thing_dropped(_: Path, database: Path, findings: list[Finding]) -> None:
    for one in findings:
        execute(database, f"DROP {'TABLE' if 'virtual' in one.message else 'VIEW'} {one.table}")


def set_right(tree: Path, database: Path, findings: list[Finding]) -> None:
    values = {"status": "'failed'", "options_json": "'{}'", "counts_json": "NULL, status = 'failed'"}
    for one in findings:
        if one.table == "migration_runs":
            value = values.get(one.column, "'as in the backup'")
            execute(database, f"UPDATE {one.table} SET {one.column} = {value}")
        elif one.table == "migration_diagnostics":
            execute(database, f"UPDATE {one.table} SET severity = 'warning' WHERE id = {one.record}")
        else:
            execute(database, f"DELETE FROM {one.table} WHERE record_id = 'j1'")
    migrate(tree, database)


def compacted(_: Path, database: Path, __: list[Finding]) -> None:
    execute(database, f"VACUUM INTO '{database.with_name('compact.db')}'")
    shutil.move(database.with_name("compact.db"), database)


REMEDIES: dict[str, Remedy] = {
    "file-damaged": made_anew,
    "file-unmarked": repaired,
    "schema-version-missing": made_anew,
    "schema-history": made_anew,
    "table-missing": made_anew,
    "column-missing": made_anew,
    "table-changed": made_anew,
    "index-missing": repaired,
    "index-changed": first(by_hand("DROP INDEX {record}"), repaired),
    "value-missing": row_made_anew,
    "value-lost": row_made_anew,
    "value-type": row_made_anew,
    "value-range": row_made_anew,
    "value-word": row_made_anew,
    "text-blank": row_made_anew,
    "text-not-unicode": row_made_anew,
    "id-invalid": row_made_anew,
    "id-blanks": row_made_anew,
    "id-look-alike": row_made_anew,
    "material-variants": every_family_corrected,
    "reference-broken": first(migrated_if_taken, referring_rows_made_anew),
    "time-not-utc": row_made_anew,
    "time-not-iso": row_made_anew,
    "time-order": first(document_corrected, row_made_anew),
    "json-unreadable": row_made_anew,
    "json-not-a-number": row_made_anew,
    "json-kind": row_made_anew,
    "ring-radius": document_corrected,
    "ring-width": document_corrected,
    "ring-tiles": document_corrected,
    "ring-segments": document_corrected,
    "rings-overlap": document_corrected,
    "ring-count-differs": document_corrected,
    "number-in-quotes": document_corrected,
    "powershell-list": document_corrected,
    "strip-width": document_corrected,
    "waste-impossible": document_corrected,
    "ring-family-missing": document_corrected,
    "time-future": first(document_corrected, row_made_anew),
    "job-unfinished": document_corrected,
    "job-end-before-start": document_corrected,
    "job-duration-differs": document_corrected,
    "row-without-ledger": first(migrated(rehash=True), rows_nobody_wrote_deleted),
    "ledger-without-row": migrated(rehash=True),
    "ledger-ambiguous": first(by_hand(DELETE), migrated(rehash=True)),
    "ledger-derived": migrated(rehash=True),
    "reject-books-differ": first(migrated(rehash=True), left_of_files_that_are_gone_deleted),
    "reference-waits": migrated(),
    "run-left-running": migrated(),
    "document-kept-out": migrated(),
    "trigger-found": by_hand("DROP TRIGGER {record}"),
    "view-found": thing_dropped,
    "book-value": set_right,
    "file-free-pages": compacted,
}


NO_REMEDY = {
    "schema-outdated": "this database only claims to be older;"
    " one that is gets upgraded in test_older_schema.py",
    "run-unbalanced": "what a run counted is history; the hint asks for a report of the fault",
    "run-times": "what a clock said is history, too",
}
"""Rules whose hint cannot be followed here, and why."""


def test_every_hint_is_followed() -> None:
    assert REMEDIES.keys() | NO_REMEDY.keys() == set(RULES)


@pytest.mark.parametrize(
    ("code", "plant"),
    [fault for fault in FAULTS + OF_SEVERAL_RULES if fault[0] not in NO_REMEDY],
    ids=[code for code, _ in FAULTS + OF_SEVERAL_RULES if code not in NO_REMEDY],
)
def test_who_follows_the_hint_is_rid_of_the_finding(
    code: str, plant: Fault, sound: Path, faulty: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(faulty)) as connection:
        plant(connection)
        connection.commit()
    tree = Path(shutil.copytree(sound.parent / "legacy", tmp_path / "legacy"))
    execute(faulty, f"UPDATE migration_sources SET location = '{tree}'")
    REMEDIES[code](tree, faulty, audited(faulty).findings)
    assert audited(faulty).findings == [], RULES[code].hint
    assert migrate(tree, faulty).exit_code == 0
    assert audited(faulty).findings == []
