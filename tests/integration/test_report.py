"""What a report says is what the database holds, whatever the run; nothing in it is made up."""

import json
import shutil
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from builders import EXAMPLES, digests, execute, family, joblog, pattern, query, rmos, touch, workshop, write
from reading_reports import in_html, in_json, in_text
from rmos_migration import Report, build_report, migrate
from rmos_migration.audit.rules import RULES
from rmos_migration.errors import UsageError
from rmos_migration.migrate import pipeline
from rmos_migration.reports import not_loaded
from rmos_migration.reports.build import report_of_dry_run
from rmos_migration.reports.model import Change
from rmos_migration.reports.recorder import RunRecorder

OUTCOMES = ("found", "migrated", "unchanged", "conflicts", "rejected")


def expected_numbers(database: Path, run_id: int) -> dict[str, float]:
    """What a report of a run must say, read with nothing but SQL."""
    ((counts,),) = query(database, "SELECT counts_json FROM migration_runs WHERE id = ?", run_id)
    counts = json.loads(counts)
    tallies = {**counts["entities"], "total": counts["totals"]}
    numbers: dict[str, float] = {}
    for name, tally in tallies.items():
        numbers |= {f"{name}.{outcome}": tally[outcome] for outcome in OUTCOMES}
        arrived = tally["migrated"] + tally["unchanged"]
        numbers[f"{name}.success_rate"] = arrived * 10_000 // tally["found"] / 100 if tally["found"] else 100
    numbers |= {f"generations.{name}": count for name, count in counts["generations"].items()}
    noticed = "SELECT severity, code, count(*) FROM migration_diagnostics WHERE run_id = ? GROUP BY 1, 2"
    numbers |= {
        f"noticed.{severity}.{code}": count for severity, code, count in query(database, noticed, run_id)
    }
    kept_out = tallies["total"]["conflicts"] + tallies["total"]["rejected"]
    if kept_out:
        numbers["kept_out"] = kept_out
    for table in ("strip_families", "patterns", "joblogs"):
        ((numbers[f"records.{table}"],),) = query(database, f"SELECT count(*) FROM {table}")
    numbers["patterns"] = numbers["records.patterns"]
    by_value = {
        "materials": "SELECT lower(coalesce(material_type, '')), count(*) FROM strip_families GROUP BY 1",
        "rings": "SELECT coalesce(ring_count, ''), count(*) FROM patterns GROUP BY 1",
        "statuses": "SELECT status, count(*) FROM joblogs GROUP BY 1",
    }
    for key, sql in by_value.items():
        numbers |= {f"{key}.{value}": count for value, count in query(database, sql)}
    return numbers


def common(numbers: dict[str, float], expected: dict[str, float]) -> dict[str, float]:
    """The numbers, without those that only this format shows."""
    return {key: value for key, value in numbers.items() if key in expected}


@pytest.fixture
def messy(database: Path) -> Path:
    """A database with two runs over the messy example."""
    migrate(EXAMPLES / "messy_legacy", database)
    migrate(EXAMPLES / "messy_legacy", database)
    return database


@pytest.mark.parametrize("run_id", [1, 2])
@pytest.mark.parametrize("example", ["messy_legacy", "rmos_legacy", "older_workshop"])
def test_every_number_in_three_formats_is_that_of_the_database(
    example: str, run_id: int, database: Path
) -> None:
    migrate(EXAMPLES / example, database)
    migrate(EXAMPLES / example, database)
    report = build_report(database, run_id)
    expected = expected_numbers(database, run_id)
    of_json = in_json(report)
    assert of_json == expected | {"kept_out": expected.get("kept_out", 0)}
    assert common(in_html(report), expected) == expected
    del expected["patterns"]  # the text counts them among the records
    assert common(in_text(report), expected) == expected


def test_a_clean_second_run_shows_100_percent(database: Path) -> None:
    for _ in range(2):
        migrate(EXAMPLES / "rmos_legacy", database)
    report = build_report(database)
    assert report.run.totals.success_rate == 100
    assert (report.run.totals.migrated, report.run.totals.unchanged) == (0, 97)
    assert report.verdict == "Everything arrived."
    assert report.advice == ["All 97 documents are in the database, as before."]
    assert (report.previous and report.previous.run.id, report.kept_out) == (1, [])


def test_only_a_whole_success_is_100_percent(tree: Path, database: Path) -> None:
    write(tree, "joblogs/all.json", [*(joblog(f"j{number}") for number in range(20_000)), 7])
    report = migrate(tree, database)
    assert report.success_rate == 99.99
    assert build_report(database).run.totals.success_rate == 99.99


def test_each_document_that_was_kept_out_is_named_with_its_reasons(messy: Path) -> None:
    report = build_report(messy)
    kept_out = report.kept_out or []
    ledger = query(
        messy,
        "SELECT path, pointer, outcome, code, record_id, generation, entity FROM migration_ledger"
        " WHERE outcome IN ('rejected', 'conflict')",
    )
    found = [
        (one.path, one.pointer, one.outcome, one.notices[0].code, one.record_id, one.generation, one.entity)
        for one in kept_out
    ]
    assert sorted(found) == sorted(ledger)
    assert all(notice.message and notice.hint for one in kept_out for notice in one.notices)


def place_of(report: Report, path: str) -> tuple[str, int | None, int | None, str]:
    """Code, line and column of a document's first fault, and the character over the caret."""
    (one,) = [document for document in report.kept_out or [] if document.path == path]
    notice, excerpt = one.notices[0], one.excerpt
    shown = ""
    if excerpt is not None:
        assert (excerpt.line, notice.path) == (notice.line, path)
        shown = excerpt.lines[excerpt.line - excerpt.first_line][excerpt.column - 1 :][:6]
    return notice.code, notice.line, notice.column, shown


@pytest.mark.parametrize(
    ("content", "code", "line", "column", "shown"),
    [
        ('{\n  "name": "n",\n  "a": NaN\n}', "json-not-a-number", 3, 8, "NaN"),
        ('{\r\n\t"name": "Grün", "a": NaN}', "json-not-a-number", 2, 23, "NaN}"),
        ('{"a": "木木木", "b": NaN}'.encode("utf-16"), "json-not-a-number", 1, 19, "NaN}"),
        ('\ufeff{"a": Infinity}', "json-not-a-number", 1, 7, "Infini"),
        ("{\n" + " " * 90_000 + '"a": NaN}', "json-not-a-number", 2, 90_006, "NaN}"),
        (b'{"name": "caf\xe9"}', "encoding-unknown", 1, 14, '\ufffd"}'),
        ('{"a": 1, "a": 2}', "json-duplicate-key", 1, 10, '"a": 2'),
        (json.dumps(pattern(ring_count=0), indent=1), "field-invalid", 4, 2, '"ring_'),
        ("", "file-empty", 1, 1, ""),
        ('\n\n  {"zebra": 1}', "not-a-record", 3, 3, '{"zebr'),
    ],
)
def test_the_caret_stands_under_the_fault(
    content: str | bytes, code: str, line: int, column: int, shown: str, tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", content)
    migrate(tree, database)
    assert place_of(build_report(database), "patterns/a.json") == (code, line, column, shown)


def test_a_fault_inside_a_file_of_several_has_its_place_in_that_file(tree: Path, database: Path) -> None:
    lines = [json.dumps(joblog("a")), '  {"id": "b", "job_type": NaN}', json.dumps(joblog("c", parameters=7))]
    write(tree, "joblogs/log.jsonl", "\n".join(lines))
    write(
        tree,
        "patterns/list.json",
        "[\n" + ",\n".join(json.dumps(pattern(ring_count=n)) for n in (1, 0)) + "]",
    )
    migrate(tree, database)
    report = build_report(database)
    found = {
        (one.path, one.pointer): (one.notices[0].line, one.excerpt and one.excerpt.line)
        for one in report.kept_out or []
    }
    assert found == {
        ("joblogs/log.jsonl", "/1"): (2, 2),
        ("joblogs/log.jsonl", "/2"): (3, 3),
        ("patterns/list.json", "/1"): (3, 3),
    }


def test_an_excerpt_is_never_of_another_version_of_the_file(tree: Path, database: Path) -> None:
    twins = [pattern("twin"), pattern("twin", name="other")]
    edited = write(tree, "patterns/edited.json", twins)
    gone = write(tree, "patterns/gone.json", [pattern("gone"), pattern("gone", name="other")])
    same = write(tree, "patterns/same.json", [pattern("same"), pattern("same", name="other")])
    migrate(tree, database)
    edited.write_text(json.dumps([pattern("new"), *twins], indent=2))
    touch(edited)
    gone.unlink()
    (tree / "patterns/gone.json").symlink_to(same)
    report = build_report(database)
    lines = {one.path: one.excerpt is not None for one in report.kept_out or []}
    assert lines == {"patterns/edited.json": False, "patterns/gone.json": False, "patterns/same.json": True}


def test_the_bytes_of_a_rejected_file_are_there_although_the_file_is_gone(tree: Path, database: Path) -> None:
    file = write(tree, "patterns/a.json", '{"a": NaN}')
    migrate(tree, database)
    file.unlink()
    assert place_of(build_report(database), "patterns/a.json") == ("json-not-a-number", 1, 7, "NaN}")


def test_the_run_before_is_compared(tree: Path, database: Path) -> None:
    for name in ("mended", "removed", "stays"):
        write(tree, f"patterns/{name}.json", "{")
    write(tree, "patterns/good.json", pattern("good"))
    migrate(tree, database)
    write(tree, "patterns/mended.json", pattern("mended"))
    (tree / "patterns/removed.json").unlink()
    write(tree, "patterns/new.json", "[")
    migrate(tree, database)
    previous = build_report(database).previous
    assert previous is not None
    assert (previous.run.id, previous.run.totals.rejected) == (1, 3)
    assert previous.kept_out == Change(newly=1, still=1, no_longer=2)
    assert build_report(database, 1).previous is None


def test_runs_over_other_folders_are_not_compared(tree: Path, tmp_path: Path, database: Path) -> None:
    other = tmp_path / "other"
    write(other, "patterns/a.json", pattern("o"))
    for source in (tree, other, tree):
        migrate(source, database)
    assert [(run.id, run.source) for run in build_report(database).history] == [
        (3, str(tree)), (2, str(other)), (1, str(tree))
    ]  # fmt: skip
    previous = build_report(database, 3).previous
    assert previous is not None
    assert previous.run.id == 1
    assert build_report(database, 2).previous is None


def test_an_older_run_is_reported_as_it_was(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", [pattern("p", ring_count=0), pattern("q"), {"zebra": 1}])
    migrate(tree, database)
    before = build_report(database, 1)
    write(tree, "patterns/a.json", pattern("p"))
    migrate(tree, database)
    after = build_report(database, 1)
    told = [
        (one.path, one.pointer, one.outcome, [n.message for n in one.notices])
        for one in before.kept_out or []
    ]
    assert len(told) == 2
    assert [
        (one.path, one.pointer, one.outcome, [n.message for n in one.notices]) for one in after.kept_out or []
    ] == told
    assert after.run == before.run
    assert after.entities == before.entities


def test_a_dry_run_reports_what_the_real_run_reports(tmp_path: Path, database: Path) -> None:
    source, witness = tmp_path / "messy", RunRecorder()
    shutil.copytree(EXAMPLES / "messy_legacy", source)
    (source / "patterns/elsewhere").mkdir()
    (source / "patterns/elsewhere/linked.json").symlink_to(write(tmp_path, "messy/kept/far.json", "{"))
    summary = migrate(source, database, dry_run=True, observer=witness)
    before = report_of_dry_run(summary, witness)
    migrate(source, database)
    after = build_report(database)
    assert before.kept_out == after.kept_out
    assert place_of(before, "patterns/elsewhere/linked.json")[1:] == (1, 2, "")
    assert before.noticed == after.noticed
    assert (before.entities, before.files, before.generations) == (
        after.entities,
        after.files,
        after.generations,
    )
    assert (before.run.id, before.made_from, before.database) == (None, "dry run", None)
    assert before.verdict.startswith("Dry run, nothing was written.")


def test_a_run_that_was_undone_has_its_excerpts_all_the_same(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", '{"a": NaN}')
    reports = tree.parent / "reports"
    rmos("migrate", tree, "--database", database, "--all-or-nothing", "--report", reports)
    (file,) = reports.glob("*.json")
    (one,) = json.loads(file.read_text())["kept_out"]
    assert (one["notices"][0]["column"], one["excerpt"]["lines"]) == (7, ['{"a": NaN}'])


def test_a_ledger_that_leads_out_of_the_source_shows_nothing(tree: Path, database: Path) -> None:
    outside = write(tree.parent, "secret.txt", '["secret", {"id": "twin"}]')
    write(tree, "patterns/a.json", [pattern("twin"), pattern("twin", name="other")])
    migrate(tree, database)
    digest = sha256(outside.read_bytes()).hexdigest()
    for path in ("patterns/../../secret.txt", str(outside)):
        execute(
            database,
            f"""
            UPDATE migration_ledger SET path = '{path}', file_sha256 = '{digest}';
            UPDATE migration_diagnostics SET path = '{path}';
            """,
        )
        (one,) = build_report(database).kept_out or []
        assert (one.path, one.excerpt) == (path, None)


def test_statistics_alone_tell_the_counts(tmp_path: Path, database: Path) -> None:
    statistics = tmp_path / "stats.json"
    rmos("migrate", EXAMPLES / "messy_legacy", "--database", database, "--stats", statistics)
    alone, whole = build_report(statistics=statistics), build_report(database)
    assert (alone.entities, alone.files, alone.generations) == (
        whole.entities,
        whole.files,
        whole.generations,
    )
    assert {(one.code, one.count) for one in alone.noticed} == {
        (one.code, one.count) for one in whole.noticed
    }
    assert (alone.verdict, alone.made_from, alone.kept_out) == (whole.verdict, "statistics", None)
    for numbers in (in_json(alone), in_html(alone), in_text(alone)):
        assert numbers["total.found"] == 61
        assert numbers["noticed.error.field-invalid"] == 2


def test_statistics_that_powershell_wrote_are_read(tmp_path: Path, database: Path) -> None:
    done = rmos("migrate", EXAMPLES / "rmos_legacy", "--database", database, "--json")
    statistics = tmp_path / "stats.json"
    statistics.write_bytes(done.stdout.replace("\n", "\r\n").encode("utf-16"))
    assert build_report(statistics=statistics).run.totals.found == 97


def test_the_audit_is_in_it_if_asked_for(messy: Path) -> None:
    assert build_report(messy).audit is None
    audit = build_report(messy, with_audit=True).audit
    assert audit is not None
    assert audit.passed
    assert audit.rules == len(RULES)
    assert Counter(finding.severity for finding in audit.findings) == {"warning": audit.warnings}
    execute(messy, "DELETE FROM migration_ledger WHERE outcome = 'migrated'")
    broken = build_report(messy, with_audit=True).audit
    assert broken is not None
    assert not broken.passed


@pytest.mark.parametrize(
    ("options", "status", "verdict"),
    [
        ({"all_or_nothing": True}, "rolled_back", "Nothing was kept"),
        ({"max_rejects": 3}, "failed", "The run was ended."),
        ({"stop": lambda: 15}, "interrupted", "Stopped before the end"),
    ],
)
def test_a_run_without_a_good_end_says_so(
    options: dict[str, Any], status: str, verdict: str, database: Path
) -> None:
    summary = migrate(EXAMPLES / "messy_legacy", database, **options)
    report = build_report(database)
    assert report.run.status == status
    assert report.verdict.startswith(verdict)
    assert report.run.totals.found == summary.totals.found
    assert (report.run.stopped_by == "") == (status == "rolled_back")
    for numbers in (in_json(report), in_html(report), in_text(report)):
        assert numbers["total.found"] == summary.totals.found


def test_a_run_that_lost_its_process_is_reported_as_interrupted(messy: Path) -> None:
    execute(messy, "UPDATE migration_runs SET status = 'running', counts_json = NULL WHERE id = 2")
    report = build_report(messy)
    assert (report.run.status, report.run.totals.found, report.entities) == ("interrupted", 0, {})
    assert in_html(report)["total.found"] == 0
    assert report.previous is not None
    assert report.previous.kept_out is None


def test_nothing_found_is_said_in_words(tree: Path, database: Path) -> None:
    migrate(tree, database)
    report = build_report(database)
    assert (report.verdict, report.run.totals.success_rate) == ("There was nothing to migrate.", 100)


def test_a_report_of_no_run_is_refused(tree: Path, database: Path) -> None:
    rmos("init", "--database", database)
    with pytest.raises(UsageError, match="no run yet"):
        build_report(database)
    migrate(tree, database)
    with pytest.raises(UsageError, match="there is no run 7"):
        build_report(database, 7)


def test_a_report_changes_nothing(messy: Path) -> None:
    before = digests(messy.parent)["rmos.db"], digests(EXAMPLES)
    build_report(messy, with_audit=True)
    assert (digests(messy.parent)["rmos.db"], digests(EXAMPLES)) == before


def test_many_rejects_are_all_counted_and_all_in_json(
    tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", 100)
    monkeypatch.setattr(not_loaded, "EXCERPTS", 50)
    write(tree, "patterns/list.json", [{"zebra": number} for number in range(700)])
    for number in range(120):
        write(tree, f"joblogs/{number:03}.json", "{")
    migrate(tree, database)
    report = build_report(database)
    for numbers in (in_json(report), in_html(report), in_text(report)):
        assert numbers["kept_out"] == 820
    kept_out = report.kept_out or []
    assert sum(one.excerpt is not None for one in kept_out if one.path.startswith("joblogs")) == 50
    assert all(one.excerpt is not None for one in kept_out if one.path == "patterns/list.json")


def test_patterns_are_drawn_with_the_colours_of_their_families(tree: Path, database: Path) -> None:
    write(tree, "strip_families/f.json", family("f", strips=[{"species": "ebony"}, {"species": "holly"}]))
    geometry = {"rings": [{"radius_mm": 40, "width_mm": 3, "segments": 24}]}
    write(tree, "patterns/p.json", pattern("p", strip_family_id="f", geometry=geometry, ring_count=2))
    migrate(tree, database)
    gallery = build_report(database).gallery
    assert gallery is not None
    (one,) = gallery.rosettes
    assert (one.diameter_mm, one.rings[0].colours) == (83, ["#26201c", "#f3eedd"])
    assert one.remarks == [
        "the order of its strips is not recorded: shown one after another",
        "it says 2 rings and describes 1",
    ]


def test_a_gallery_is_no_longer_than_a_page_can_bear(tree: Path, database: Path) -> None:
    workshop(tree, 1000)
    migrate(tree, database)
    gallery = build_report(database).gallery
    assert gallery is not None
    assert (gallery.total, len(gallery.rosettes)) == (300, 240)


def test_what_other_hands_left_in_a_geometry_is_no_obstacle(messy: Path) -> None:
    execute(
        messy,
        """
        PRAGMA ignore_check_constraints = ON;
        UPDATE patterns SET geometry_json = '[]' WHERE id = 'p-basket';
        UPDATE patterns SET geometry_json = '{a: 1, rings: 0x10}' WHERE id = 'p-brass-rail';
        UPDATE strip_families SET strips_json = '7', extra_json = '"x"';
        """,
    )
    gallery = build_report(messy).gallery
    assert gallery is not None
    drawn = {one.id: one.diameter_mm for one in gallery.rosettes}
    assert (drawn["p-basket"], drawn["p-brass-rail"]) == (None, None)
    assert drawn["p-bubinga"] is not None
