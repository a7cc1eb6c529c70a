"""rmos audit as people and programs use it: what it prints, writes, remembers and mends."""

import gc
import json
import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from jsonschema.validators import validator_for
from lxml import etree

from builders import (
    EXAMPLES,
    environment,
    execute,
    joblog,
    query,
    raw_controls,
    rmos,
    without_root_powers,
    write,
)
from rmos_migration import audit, migrate
from rmos_migration.audit.rules import FAMILIES, RULES
from rmos_migration.errors import DatabaseUnusable, UsageError
from rmos_migration.store.sqlite.lock import write_lock

SCHEMAS = Path(__file__).parent.parent / "data" / "schemas"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def messy(database: Path) -> Path:
    """The messy example in a database, with an index dropped and forty impossible durations."""
    migrate(EXAMPLES / "messy_legacy", database)
    execute(
        database,
        """DROP INDEX idx_joblogs_status;
        PRAGMA ignore_check_constraints = ON;
        UPDATE joblogs SET duration_seconds = -1;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
        INSERT INTO joblogs (id, job_type, status, parameters_json, duration_seconds)
        SELECT 'planted-' || i, 'slice', 'planned', '{}', -1 FROM n""",
    )
    return database


def findings(document: dict[str, object]) -> list[dict[str, str]]:
    return [finding for rule in document["rules"] for finding in rule["findings"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("example", ["rmos_legacy", "messy_legacy", "older_workshop"])
def test_every_example_passes(example: str, database: Path) -> None:
    migrate(EXAMPLES / example, database)
    assert audit(database).passed


def test_example_in_order_has_no_finding_at_all(database: Path) -> None:
    migrate(EXAMPLES / "rmos_legacy", database)
    assert audit(database, fail_on="warning").findings == []


def test_text_shows_twenty_findings_of_a_rule_and_says_how_many_more(messy: Path) -> None:
    done = rmos("audit", "--database", messy)
    assert done.returncode == 1
    assert "joblogs 24" not in done.stdout
    assert "strip families 9 · patterns 11 · joblogs 64" in done.stdout
    assert done.stdout.count("duration_seconds is -1") == 20
    assert "… and 44 more" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("FAILED: ")
    assert raw_controls(done.stdout) == set()


def test_json_holds_every_finding(messy: Path) -> None:
    done = rmos("audit", "--database", messy, "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert document["schema"] == "rmos-migration/audit/1"
    assert document["passed"] is False
    assert sum(finding["code"] == "value-range" for finding in findings(document)) == 64
    assert len({finding["fingerprint"] for finding in findings(document)}) == len(findings(document))
    assert {rule["code"] for rule in document["rules"]} == set(RULES)


def test_sarif_is_valid_and_names_every_finding(messy: Path, tmp_path: Path) -> None:
    target = tmp_path / "audit.sarif"
    done = rmos("audit", "--database", messy, "--format", "sarif", "--output", target)
    assert done.returncode == 1
    assert done.stdout.startswith("FAILED")
    log = json.loads(target.read_text(encoding="utf-8"))
    schema = json.loads((SCHEMAS / "sarif-2.1.0-rtm.4.json").read_text(encoding="utf-8"))
    validator = validator_for(schema)
    assert [error.message for error in validator(schema).iter_errors(log)] == []
    (run,) = log["runs"]
    results = run["results"]
    assert {result["ruleId"] for result in results} >= {"value-range", "index-missing", "document-kept-out"}
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in results)
    assert len(results) == len(audit(messy).findings)


def test_junit_is_valid_and_fails_the_rules_that_fail(messy: Path, tmp_path: Path) -> None:
    target = tmp_path / "audit.xml"
    assert rmos("audit", "--database", messy, "--format", "junit", "--output", target).returncode == 1
    document = etree.parse(target)
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))
    assert schema.validate(document), schema.error_log
    failed = {case.get("name") for case in document.iterfind(".//testcase[failure]")}
    assert failed == {"value-range", "index-missing", "row-without-ledger"}
    assert len(document.findall(".//testcase")) == len(RULES)
    (text,) = [case.findtext("failure") for case in document.iterfind(".//testcase[@name='value-range']")]
    assert len((text or "").splitlines()) == 64


def test_formats_stay_valid_where_rules_cannot_run_and_names_are_hostile(
    tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, "joblogs/j.json", joblog("j1", status="completed"))
    migrate(tree, database)
    execute(
        database,
        """DROP TABLE migration_rejects;
        UPDATE joblogs SET id = 'j' || char(27) || '[31m<b>' || char(65534) || '&"' || CAST(x'ff' AS TEXT)""",
    )
    schema = json.loads((SCHEMAS / "sarif-2.1.0-rtm.4.json").read_text(encoding="utf-8"))
    for form, check in (
        ("sarif", lambda raw: validator_for(schema)(schema).validate(json.loads(raw))),
        (
            "junit",
            lambda raw: etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd")).assertValid(
                etree.fromstring(raw)
            ),
        ),
        ("json", json.loads),
    ):
        target = tmp_path / f"audit.{form}"
        done = rmos("audit", "--database", database, "--format", form, "--output", target)
        assert done.returncode == 1
        assert done.stderr == ""
        check(target.read_bytes())
    text = rmos("audit", "--database", database)
    assert "could not be run" in text.stdout
    assert raw_controls(text.stdout) == set()


def test_baseline_silences_what_is_known_and_nothing_else(messy: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    assert rmos("audit", "--database", messy, "--format", "json", "--output", known).returncode == 1
    quiet = rmos("audit", "--database", messy, "--baseline", known, "--fail-on", "warning")
    assert quiet.returncode == 0
    assert "known findings left out" in quiet.stdout.splitlines()[-1]
    execute(messy, "DROP INDEX idx_joblogs_pattern")
    louder = rmos("audit", "--database", messy, "--baseline", known, "--format", "json")
    assert louder.returncode == 1
    assert [finding["record"] for finding in findings(json.loads(louder.stdout))] == ["idx_joblogs_pattern"]


def test_result_under_a_baseline_is_a_baseline_that_knows_both(messy: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    rmos("audit", "--database", messy, "--format", "json", "--output", first)
    execute(messy, "DROP INDEX idx_joblogs_pattern")
    rmos("audit", "--database", messy, "--format", "json", "--baseline", first, "--output", second)
    assert audit(messy, baseline=second, fail_on="warning").passed


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"schema": "rmos-migration/audit/1"}', "\xff", "[" * 100_000]
)
def test_what_is_no_baseline_is_refused(content: str, messy: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    known.write_text(content, encoding="latin-1")
    done = rmos("audit", "--database", messy, "--baseline", known)
    assert done.returncode == 2
    assert str(known) in done.stderr
    assert "Traceback" not in done.stderr


def test_rules_and_families_can_be_chosen_and_skipped(messy: Path) -> None:
    schema = {rule.code for family in FAMILIES if family.name == "schema" for rule in family.rules}
    chosen = audit(messy, rules=["schema", "value-range"], skip=["index-missing"])
    assert {checked.rule.code for checked in chosen.rules} == (schema | {"value-range"}) - {"index-missing"}
    with pytest.raises(UsageError, match="there is no rule shema"):
        audit(messy, rules=["shema"])
    assert rmos("audit", "--database", messy, "--rules", "shema").returncode == 2


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_rule_is_explained(code: str) -> None:
    rule = RULES[code]
    assert rule.title
    assert rule.explanation.endswith(".")
    assert rule.hint
    assert not rule.hint.endswith(".")


def test_explain_tells_what_a_rule_means_and_lists_them_all() -> None:
    one = rmos("audit", "--explain", "job-unfinished")
    assert RULES["job-unfinished"].explanation in one.stdout
    every = rmos("audit", "--explain", "all")
    assert all(code in every.stdout for code in RULES)
    assert rmos("audit", "--explain", "job-unfinishd").returncode == 2


def test_repair_makes_missing_indexes_after_a_backup(database: Path) -> None:
    migrate(EXAMPLES / "rmos_legacy", database)
    execute(
        database, "DROP INDEX idx_joblogs_status; DROP INDEX idx_ledger_record; PRAGMA application_id = 0"
    )
    assert not audit(database).passed
    done = rmos("audit", "--database", database, "--repair")
    assert done.returncode == 0, done.stderr
    assert "made the index idx_joblogs_status" in done.stderr
    assert audit(database, fail_on="warning").findings == []
    backup = database.with_name(f"{database.name}.before-repair")
    assert str(backup) in done.stderr
    assert {finding.code for finding in audit(backup).findings} == {"index-missing", "file-unmarked"}
    assert query(database, "SELECT count(*) FROM sqlite_stat1")[0][0] > 0


def test_repair_waits_for_nobody(messy: Path) -> None:
    with write_lock(messy, "a test"):
        done = rmos("audit", "--database", messy, "--repair")
    assert done.returncode == 3
    assert not messy.with_name(f"{messy.name}.before-repair").exists()


def test_audit_beside_a_writer_says_nothing_of_its_run(messy: Path) -> None:
    execute(messy, "UPDATE migration_runs SET status = 'running'")
    with write_lock(messy, "a test"):
        assert "run-left-running" not in {finding.code for finding in audit(messy).findings}
    assert "run-left-running" in {finding.code for finding in audit(messy).findings}


def test_old_name_is_the_same_command(messy: Path) -> None:
    done = subprocess.run(
        [sys.executable, "tools/rmos_migration_audit.py", "--database", str(messy)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("FAILED")


def test_output_that_cannot_be_written_is_the_machines_failure(messy: Path, tmp_path: Path) -> None:
    done = rmos("audit", "--database", messy, "--output", tmp_path / "no" / "such" / "folder.txt")
    assert done.returncode == 5
    assert "could not be written" in done.stderr


def test_database_that_is_not_there_is_refused(database: Path) -> None:
    with pytest.raises(DatabaseUnusable):
        audit(database)
    assert rmos("audit", "--database", database).returncode == 4
    assert list(database.parent.iterdir()) == []


@pytest.mark.usefixtures("two_steps")
def test_older_schema_is_a_finding_and_not_touched(messy: Path, tmp_path: Path) -> None:
    older = shutil.copyfile(messy, tmp_path / "older.db")
    execute(
        older, "DELETE FROM schema_version WHERE version > 1; UPDATE alembic_version SET version_num = '0001'"
    )
    before = older.read_bytes()
    assert "schema-outdated" in {finding.code for finding in audit(older).findings}
    assert older.read_bytes() == before


def test_reject_whose_file_was_taken_out_is_told_no_more(tree: Path, database: Path) -> None:
    write(tree, "joblogs/broken.json", "{")
    migrate(tree, database)
    assert [finding.code for finding in audit(database).findings] == ["document-kept-out"]
    (tree / "joblogs/broken.json").unlink()
    assert audit(database).findings == []


def peak_of_audit(database: Path) -> int:
    """The most bytes that Python held during an audit."""
    tracemalloc.start()
    try:
        assert audit(database).passed
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_rows(tree: Path, database: Path) -> None:
    write(tree, "joblogs/j.json", joblog("j1", status="planned"))
    migrate(tree, database)
    audit(database)  # what is made once
    copy = """WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})
        INSERT INTO {table} SELECT {columns} FROM {table}, n WHERE {which}"""
    peaks = []
    for first, last in ((1, 2_000), (2_001, 20_000)):
        execute(
            database,
            copy.format(
                first=first, last=last, table="joblogs", which="id = 'j1'",
                columns="'copy-' || i, job_type, status, pattern_id, strip_family_id, start_time, end_time,"
                " duration_seconds, parameters_json, results_json, metadata_json, extra_json, created_at,"
                " updated_at",
            ),
        )  # fmt: skip
        execute(
            database,
            copy.format(
                first=first, last=last, table="migration_ledger", which="record_id = 'j1'",
                columns="source_id, path, '/' || i, entity, 'copy-' || i, generation, outcome, code, derived,"
                " run_id, file_sha256, content_sha256, size_bytes, mtime_ns",
            ),
        )  # fmt: skip
        peaks.append(peak_of_audit(database))
    few, many = peaks
    assert many - few < 500_000


def test_source_out_of_reach_ends_no_audit_and_hides_no_reject(tmp_path: Path, database: Path) -> None:
    legacy = tmp_path / "home" / "legacy"
    write(legacy, "joblogs/broken.json", "{")
    migrate(legacy, database)
    for closed in (legacy, legacy.parent):
        closed.chmod(0)
        done = rmos("audit", "--database", database, before=without_root_powers)
        closed.chmod(0o755)
        assert "Traceback" not in done.stderr
        assert "document-kept-out" in done.stdout
        assert "1 warning" in done.stdout


def test_database_in_a_folder_that_cannot_be_looked_into(messy: Path) -> None:
    messy.parent.chmod(0)
    done = rmos("audit", "--database", messy, before=without_root_powers)
    messy.parent.chmod(0o755)
    assert done.returncode == 5
    assert "Traceback" not in done.stderr


def test_database_in_a_folder_that_may_not_be_written_to(database: Path) -> None:
    migrate(EXAMPLES / "rmos_legacy", database)
    database.chmod(0o444)
    database.parent.chmod(0o555)
    done = rmos("audit", "--database", database, before=without_root_powers)
    proof = rmos("verify", EXAMPLES / "rmos_legacy", "--database", database, before=without_root_powers)
    database.parent.chmod(0o755)
    assert (done.returncode, proof.returncode) == (0, 0), done.stderr


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_full_disk_behind_the_output_is_the_machines_failure(form: str, messy: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "rmos_migration", "audit", "--database", str(messy), "--format", form],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 5
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["json", "sarif", "junit"])
def test_formats_for_programs_are_utf_8_whatever_the_terminal_speaks(form: str, messy: Path) -> None:
    named = messy.rename(messy.with_name("Mörtel 😀 #1.db"))
    done = subprocess.run(
        [sys.executable, "-m", "rmos_migration", "audit", "--database", str(named), "--format", form],
        env=environment(PYTHONIOENCODING="cp1252"),
        capture_output=True,
        check=False,
    )
    if form == "junit":
        assert "Mörtel 😀" in etree.fromstring(done.stdout).get("name")
    else:
        assert json.loads(done.stdout.decode("utf-8"))


def test_repair_mends_what_it_can_and_says_what_it_cannot(database: Path) -> None:
    migrate(EXAMPLES / "rmos_legacy", database)
    execute(
        database,
        "DROP INDEX idx_joblogs_status; DROP INDEX idx_joblogs_pattern; CREATE TABLE idx_joblogs_status (a)",
    )
    done = rmos("audit", "--database", database, "--repair")
    assert done.returncode == 1
    assert "made the index idx_joblogs_pattern" in done.stderr
    assert "idx_joblogs_status could not be made" in done.stderr


@pytest.mark.parametrize(
    "script",
    [
        "PRAGMA writable_schema = ON; UPDATE sqlite_master"
        " SET sql = replace(sql, 'STRICT', '') WHERE name = 'schema_version'",
        "CREATE VIEW oddity AS SELECT * FROM no_such_table",
        "UPDATE migration_runs SET counts_json = '{\"entities\": 3}'",
        "UPDATE migration_sources SET location = char(0)",
        "UPDATE migration_sources SET location = ''",
        "DELETE FROM migration_sources",
        "UPDATE patterns SET extra_json = 'null'",
        "UPDATE migration_ledger SET derived = '[1]'",
    ],
)
def test_oddities_end_in_findings(script: str, messy: Path) -> None:
    execute(messy, script)
    done = rmos("audit", "--database", messy)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines()[-1].startswith("FAILED")


def test_null_in_a_json_column_is_found(database: Path) -> None:
    migrate(EXAMPLES / "rmos_legacy", database)
    execute(database, "UPDATE patterns SET extra_json = 'null' WHERE id IN (SELECT min(id) FROM patterns)")
    assert {finding.code for finding in audit(database).findings} == {"json-kind"}


def test_many_audits_in_one_process_leave_nothing_behind(database: Path) -> None:
    migrate(EXAMPLES / "rmos_legacy", database)
    audit(database)
    before = len(gc.get_objects())
    for _ in range(80):
        audit(database)
    assert len(gc.get_objects()) - before < 200_000  # each leaves some 6,000 until Python looks for cycles


@pytest.mark.parametrize("verb", ["audit --output", "verify --certificate", "migrate --stats"])
def test_result_is_never_written_over_a_database(verb: str, database: Path) -> None:
    migrate(EXAMPLES / "rmos_legacy", database)
    before = database.read_bytes()
    name, option = verb.split()
    source = [] if name == "audit" else [EXAMPLES / "rmos_legacy"]
    done = rmos(name, *source, "--database", database, option, database)
    assert done.returncode == 2
    assert "is a database" in done.stderr
    assert database.read_bytes() == before


def test_statistics_are_not_written_over_the_database_that_was_just_made(database: Path) -> None:
    done = rmos("migrate", EXAMPLES / "rmos_legacy", "--database", database, "--stats", database)
    assert done.returncode == 2
    assert audit(database).passed
