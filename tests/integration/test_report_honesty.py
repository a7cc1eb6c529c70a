"""Reports of runs that kept nothing, were cut short, or left odd traces: nothing is claimed that is not
so."""

import json
from pathlib import Path
from typing import Any

import pytest

from builders import EXAMPLES, execute, family, joblog, pattern, query, records, rmos, write
from rmos_migration import Report, build_report, migrate
from rmos_migration.errors import DatabaseUnusable, UsageError
from rmos_migration.migrate import pipeline
from rmos_migration.migrate.observer import NullObserver
from rmos_migration.presentation.charts import outcome_bar
from rmos_migration.presentation.model import Counted
from rmos_migration.presentation.plain_text import columns
from rmos_migration.reports.files import write_reports
from rmos_migration.reports.formats import RENDERERS, Format


def said(report: Report) -> str:
    """What a report says in words at its head."""
    return " ".join([report.verdict, *report.advice])


@pytest.fixture
def partly_bad(tree: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five good families, then two bad jobs, in batches of two documents."""
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", 2)
    for number in range(5):
        write(tree, f"strip_families/{number}.json", family(f"f{number}"))
    for number in range(2):
        write(tree, f"joblogs/{number}.json", joblog(f"j{number}", parameters=7))
    return tree


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({}, "rolled_back"),
        ({"max_rejects": 0}, "failed"),
        ({"stop": lambda: 2}, "interrupted"),
    ],
)
def test_a_run_that_kept_nothing_does_not_say_that_anything_arrived(
    options: dict[str, Any], status: str, partly_bad: Path, database: Path
) -> None:
    migrate(partly_bad, database, all_or_nothing=True, **options)
    report = build_report(database)
    assert (report.run.status, report.run.is_kept) == (status, False)
    assert records(database, "strip_families") == {}
    for word in (" are in the database", "stays", "carry on", "carries on", "Nothing is lost"):
        assert word not in said(report)
    page = RENDERERS[Format.HTML](report)
    assert "would arrive" in page
    assert "migrated: new in the database" not in page


def test_a_run_that_was_cut_off_hard_still_says_why_documents_were_kept_out(
    partly_bad: Path, database: Path
) -> None:
    class Impatient(NullObserver):
        def noticed(self, diagnostics: list[Any]) -> None:
            if diagnostics:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate(partly_bad, database, all_or_nothing=True, observer=Impatient())
    report = build_report(database)
    assert report.run.status == "interrupted"
    assert len(report.kept_out or []) == report.run.totals.rejected > 0


def test_a_run_ended_by_its_limit_names_what_ended_it(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", "{")
    reports = tree.parent / "reports"
    rmos("migrate", tree, "--database", database, "--max-rejects", "0", "--report", reports)
    (file,) = reports.glob("*.json")
    report = json.loads(file.read_text())
    assert (report["run"]["totals"]["found"], len(report["kept_out"])) == (0, 1)
    assert report["kept_out"][0]["excerpt"]["lines"] == ["{"]
    text = RENDERERS[Format.TXT](build_report(database))
    assert "allow more with --max-rejects" in text
    assert "carries on" not in text
    assert "100 %" not in text
    assert "100 %" not in RENDERERS[Format.HTML](build_report(database))


def test_a_run_that_was_stopped_speaks_of_what_it_finished(partly_bad: Path, database: Path) -> None:
    migrate(partly_bad, database, stop=lambda: 2)
    report = build_report(database)
    assert "All 2 documents of these parts are in the database." in report.advice
    assert "Run the migration again: it carries on from there." in report.advice


def test_an_older_run_asks_for_nothing(tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree.parent)
    write(tree, "patterns/a.json", "{")
    for options in ({"stop": lambda: 2}, {}):
        migrate("legacy", database, **options)  # as it is typed
        assert "again" in said(build_report(database))
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)  # the same folder by its full name
    for run in (1, 2):
        assert "again" not in said(build_report(database, run))


def test_records_that_were_replaced_are_spoken_of(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    write(tree, "patterns/b.json", pattern(name="other"))
    migrate(tree, database, on_conflict="replace")
    assert "1 record is replaced by other content, as --on-conflict asks." in build_report(database).advice


def test_runs_that_kept_nothing_add_nothing_to_the_history(partly_bad: Path, database: Path) -> None:
    migrate(partly_bad, database, all_or_nothing=True)
    (run,) = build_report(database).history
    assert (run.totals.arrived, run.arrived) == (5, 0)
    done = rmos("migrate", partly_bad, "--database", database, "--all-or-nothing", "--max-rejects", "0")
    assert "in the database" not in done.stdout


def test_an_empty_folder_is_worth_a_question(tree: Path, database: Path) -> None:
    migrate(tree, database)
    report = build_report(database)
    assert f"No document was found in {tree}. Is it the right folder?" in said(report)
    assert 'class="verdict warn"' in RENDERERS[Format.HTML](report)


def test_a_rejected_document_is_not_given_the_id_of_the_version_before(tree: Path, database: Path) -> None:
    write(tree, "joblogs/l.json", [joblog("A"), joblog("B")])
    write(tree, "patterns/p.json", pattern("P"))
    migrate(tree, database)
    write(tree, "joblogs/l.json", [joblog("C", parameters=5), joblog("B", status="failed")])
    write(tree, "patterns/p.json", '{"id": "Q", oops')
    migrate(tree, database)
    kept_out = build_report(database).kept_out or []
    found = {(one.path, one.pointer): (one.record_id, one.generation) for one in kept_out}
    assert found["patterns/p.json", ""] == (None, None)
    assert found["joblogs/l.json", "/0"] == (None, None)


@pytest.mark.parametrize(
    "options", [["--dry-run"], ["--all-or-nothing"], ["--dry-run", "--max-rejects", "1"]]
)
def test_statistics_of_a_run_that_kept_nothing_send_nobody_to_look(
    options: list[str], tmp_path: Path, database: Path
) -> None:
    statistics = tmp_path / "stats.json"
    rmos("migrate", EXAMPLES / "messy_legacy", "--database", database, "--stats", statistics, *options)
    report = build_report(statistics=statistics)
    for form in (Format.HTML, Format.TXT):
        text = RENDERERS[form](report)
        for word in ("below", "rmos rejects", "carry on", "stays;", "Nothing is lost"):
            assert word not in text.replace("numbers below", "")


def test_statistics_know_what_the_options_made_an_error(tmp_path: Path, database: Path) -> None:
    options = ["--on-conflict", "reject", "--missing-references", "reject"]
    statistics = tmp_path / "stats.json"
    rmos("migrate", EXAMPLES / "messy_legacy", "--database", database, "--stats", statistics, *options)
    alone, whole = build_report(statistics=statistics), build_report(database)
    assert {(one.severity, one.code, one.count) for one in alone.noticed} == {
        (one.severity, one.code, one.count) for one in whole.noticed
    }
    assert alone.run.options == whole.run.options == {"on_conflict": "reject", "missing_references": "reject"}


def test_a_run_whose_place_is_not_known_is_compared_with_none(tree: Path, database: Path) -> None:
    for _ in range(2):
        migrate(tree, database)
    execute(database, "UPDATE migration_runs SET location = NULL")
    assert build_report(database).previous is None


def test_a_byte_order_mark_moves_no_caret(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", b'\xef\xbb\xbf{"name": "caf\xe9"}')
    migrate(tree, database)
    (one,) = build_report(database).kept_out or []
    assert one.excerpt is not None
    assert one.excerpt.lines[0][one.excerpt.column - 1] == "\ufffd"


@pytest.mark.parametrize("run", [10**20, -1, 0])
def test_a_number_that_no_run_can_have_is_refused(run: int, tree: Path, database: Path) -> None:
    migrate(tree, database)
    with pytest.raises(UsageError, match="there is no run"):
        build_report(database, run)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE migration_runs SET counts_json = 'null'",
        "UPDATE migration_runs SET counts_json = '[]'",
        "UPDATE migration_runs SET counts_json = '{\"totals\": []}'",
        'UPDATE migration_runs SET counts_json = \'{"totals": {"found": "many"}}\'',
        'UPDATE migration_runs SET counts_json = \'{"entities": {"patterns": null}}\'',
        'UPDATE migration_runs SET counts_json = \'{"files": "x"}\'',
        "UPDATE migration_runs SET counts_json = '{\"generations\": [1]}'",
        "UPDATE migration_runs SET options_json = '[]'",
        "PRAGMA ignore_check_constraints = ON;"
        " UPDATE migration_runs SET status = 'splendid', counts_json = '{'",
        "PRAGMA ignore_check_constraints = ON; UPDATE migration_diagnostics SET severity = 'dire'",
    ],
)
def test_odd_values_in_the_books_are_refused_in_words(change: str, tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", "{")
    migrate(tree, database)
    execute(database, change)
    with pytest.raises(DatabaseUnusable):
        build_report(database)
    done = rmos("report", "--database", database)
    assert (done.returncode, "Traceback" in done.stderr) == (4, False)


def test_what_a_later_version_noticed_is_told_without_explanation(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", "{")
    migrate(tree, database)
    execute(database, "UPDATE migration_diagnostics SET code = 'from-the-future', hint = NULL")
    report = build_report(database)
    assert [(one.code, one.explanation) for one in report.noticed] == [("from-the-future", "")]
    assert all("from-the-future" in RENDERERS[form](report) for form in Format)


def test_names_that_are_no_text_are_shown_as_escapes(tmp_path: Path) -> None:
    tree = Path(str(tmp_path) + "/w\udcffrk")
    write(tree, "patterns/a.json", "{")
    database = str(tmp_path) + "/e\udcff.db"
    for options in (["--dry-run"], []):
        done = rmos("migrate", tree, "--database", database, "--report", tmp_path / "reports", *options)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    (file,) = (tmp_path / "reports").glob("*run-1-*.json")
    report = json.loads(file.read_text(encoding="utf-8"))
    assert report["run"]["source"].endswith("w\\xffrk")
    assert "\\udcff" in report["database_url"]


@pytest.mark.parametrize("text", ["\u001b[31mred", "\u202egpj.exe", "\ufffe", "\u0001"])
def test_no_format_holds_what_steers_or_reorders(text: str, tree: Path, database: Path) -> None:
    geometry = {"rings": [{"radius_mm": 40, "width_mm": 2}]}
    write(tree, "patterns/a.json", pattern("a", name=text, geometry=geometry))
    migrate(tree, database)
    report = build_report(database)
    assert text not in RENDERERS[Format.HTML](report)
    assert text not in RENDERERS[Format.TXT](report)
    assert text not in rmos("draw", "a", "--database", database).stdout


def test_text_is_never_wider_than_80_columns(tree: Path, database: Path) -> None:
    wide = "木" * 300
    write(tree, "strip_families/a.json", family("a", material_type="Palisander " * 30))
    write(tree, f"strip_families/{wide[:60]}.json", family("b", material_type=wide, name=wide))
    write(tree, "patterns/a.json", f'{{"name": "{wide}", "a": NaN, "b": "{wide}"}}')
    write(tree, "patterns/b.json", '{"a": "' + "\u202e" * 200 + '", "b": NaN}')
    write(tree, "patterns/c.json", pattern("x" * 190, name="y" * 500))
    migrate(tree, database, max_rejects=10_000)
    text = RENDERERS[Format.TXT](build_report(database, with_audit=True))
    assert max(columns(line) for line in text.splitlines()) <= 80
    assert text.count("^") == 2


def test_a_name_with_two_blanks_keeps_them(tree: Path, database: Path) -> None:
    write(tree, "patterns/a  b.json", "{")
    migrate(tree, database)
    assert "patterns/a  b.json" in RENDERERS[Format.TXT](build_report(database))


def test_a_report_into_the_legacy_folder_is_refused(tree: Path, database: Path) -> None:
    for folder in (tree, tree / "patterns", tree / "joblogs/new"):
        done = rmos("migrate", tree, "--database", database, "--report", folder)
        assert (done.returncode, database.exists()) == (2, False)


def test_nothing_beside_a_database_is_written_over(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("a"))
    migrate(tree, database)
    execute(database, "PRAGMA journal_mode = WAL")
    for end in ("-wal", "-shm", "-journal", ".lock", ".token", ".reading-token"):
        beside = database.with_name(database.name + end)
        assert rmos("draw", "a", "--database", database, "--output", beside).returncode == 2
    document = tree / "patterns/a.json"
    assert rmos("draw", "a", "--database", database, "--output", document).returncode == 2
    assert json.loads(document.read_text())["id"] == "a"
    svg = database.with_name("a.svg")
    for _ in range(2):
        assert rmos("draw", "a", "--database", database, "--output", svg).returncode == 0


def test_one_reject_among_many_documents_is_seen_in_the_bar() -> None:
    bar = outcome_bar(
        Counted(found=100_000, migrated=99_999, unchanged=0, conflicts=0, rejected=1, success_rate=99.99)
    )
    widths = [float(part.split('"')[0]) for part in bar.split('width="')[1:]]
    assert widths[-1] == 1.5
    assert sum(widths) == pytest.approx(100)


@pytest.mark.parametrize("radius", [1, 2, 9])
def test_small_rosettes_do_not_blow_up_the_page(radius: float, tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("a", geometry={"rings": [{"radius_mm": radius, "width_mm": 1}]}))
    migrate(tree, database)
    page = RENDERERS[Format.HTML](build_report(database))
    bar = float(page.partition('<svg class="scale" width="')[2].partition('"')[0])
    assert bar <= 75


def test_a_report_that_was_cut_off_is_in_nobodys_way(tree: Path, database: Path, tmp_path: Path) -> None:
    migrate(tree, database)
    reports = tmp_path / "reports"
    reports.mkdir()
    report = build_report(database)
    stem = f"rmos-report-run-1-{report.made_at[:19].replace(':', '').replace('T', '-')}"
    (reports / f".rmos-{stem}.unfinished").write_text("")  # as a process that was killed leaves it
    files = write_reports(report, reports)
    assert {file.stem for file in files} == {stem}
    assert set(reports.iterdir()) == set(files)


def test_what_is_endless_is_shown_in_part_and_kept_whole_in_json(tree: Path, database: Path) -> None:
    for name, width in (("a", 2), ("b", 3)):
        rings = [{"radius_mm": 10 + number, "width_mm": width} for number in range(3000)]
        write(tree, f"patterns/{name}.json", pattern("twin", ring_count=3000, geometry={"rings": rings}))
    write(tree, "patterns/c.json", pattern("c", name="long " * 100_000))
    migrate(tree, database)
    report = build_report(database)
    ((message,),) = query(database, "SELECT message FROM migration_diagnostics WHERE code = 'id-conflict'")
    for form in (Format.HTML, Format.TXT):
        text = RENDERERS[form](report)
        assert len(text) < 100_000
        assert f"({len(message) - 500:,} more characters)" in " ".join(text.split())
    assert json.loads(RENDERERS[Format.JSON](report))["kept_out"][0]["notices"][0]["message"] == message
