"""rmos report, rmos migrate --report, rmos draw and the old tool: which files they write, and how they
refuse."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import pytest

from builders import (
    EXAMPLES,
    RMOS,
    digests,
    environment,
    execute,
    family,
    migrate_messy,
    pattern,
    raw_controls,
    rmos,
    write,
)
from rmos_migration import build_report, migrate
from rmos_migration.reports.files import write_reports
from rmos_migration.reports.formats import Format

TOOL = Path(__file__).parents[2] / "tools" / "rmos_migration_report.py"
NAME = re.compile(r"rmos-report-(run-\d+|dry-run)-\d{4}-\d\d-\d\d-\d{6}(-\d+)?\.(json|html|txt)")


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the messy example in it."""
    database = tmp_path_factory.mktemp("report") / "rmos.db"
    migrate_messy(database)
    return database


def test_without_options_the_last_run_is_printed_as_text(messy: Path) -> None:
    done = rmos("report", "--database", messy)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("RMOS migration report\n=====")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert raw_controls(done.stdout) == set()


def test_json_is_printed_for_programs(messy: Path) -> None:
    done = rmos("report", "1", "--database", messy, "--format", "json", "--with-audit")
    report = json.loads(done.stdout)
    assert (report["schema"], report["run"]["id"]) == ("rmos-migration/report/1", 1)
    assert report["audit"]["passed"]


def test_files_are_named_by_run_and_time_and_their_names_are_printed(messy: Path, tmp_path: Path) -> None:
    done = rmos("report", "--database", messy, "--output", tmp_path / "new/reports")
    written = sorted(map(str, (tmp_path / "new/reports").iterdir()))
    assert sorted(done.stdout.splitlines()) == written
    assert [Path(file).suffix for file in written] == [".html", ".json", ".txt"]
    assert all(NAME.fullmatch(Path(file).name) for file in written)
    assert len({Path(file).stem for file in written}) == 1


@pytest.mark.parametrize(
    ("wanted", "written"),
    [("all", {".json", ".html", ".txt"}), ("html", {".html"}), ("TXT, json", {".txt", ".json"})],
)
def test_only_the_formats_that_were_asked_for_are_written(
    wanted: str, written: set[str], messy: Path, tmp_path: Path
) -> None:
    assert rmos("report", "--database", messy, "--output", tmp_path, "--format", wanted).returncode == 0
    assert {file.suffix for file in tmp_path.iterdir()} == written


def test_a_report_is_never_written_over_another(messy: Path, tmp_path: Path) -> None:
    report = build_report(messy)
    first = write_reports(report, tmp_path)
    before = digests(tmp_path)
    second = write_reports(report, tmp_path, [Format.HTML])
    third = write_reports(report, tmp_path)
    assert second[0].stem == f"{first[0].stem}-2"
    assert third[0].stem == f"{first[0].stem}-3"
    assert {name: digest for name, digest in digests(tmp_path).items() if name in before} == before
    assert len(digests(tmp_path)) == 7


def test_reports_written_at_once_all_stay(messy: Path, tmp_path: Path) -> None:
    report = build_report(messy)
    with ThreadPoolExecutor(8) as pool:
        written = [*pool.map(lambda _: write_reports(report, tmp_path), range(8))]
    files = [file for files in written for file in files]
    assert len(set(files)) == 24
    assert sorted(files) == sorted(tmp_path.iterdir())
    assert {file.stat().st_size > 0 for file in files} == {True}
    assert {len({file.stem for file in of_one}) for of_one in written} == {1}


def test_others_may_read_a_report_as_any_file(messy: Path, tmp_path: Path) -> None:
    (file,) = write_reports(build_report(messy), tmp_path, [Format.TXT])
    other = tmp_path / "other"
    other.write_text("")
    assert file.stat().st_mode == other.stat().st_mode


def test_a_migration_leaves_its_report(tree: Path, database: Path, tmp_path: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    done = rmos("migrate", tree, "--database", database, "--report", tmp_path / "reports")
    assert done.returncode == 0
    files = sorted((tmp_path / "reports").iterdir())
    assert [file.name.startswith("rmos-report-run-1-") for file in files] == [True] * 3
    assert all(f"report: {file}" in done.stdout for file in files)


def test_what_one_might_mail_names_folder_and_database_only_as_they_were_named(
    tree: Path, database: Path
) -> None:
    """The whole place of the folder stands in one thing alone, which is for programs."""
    write(tree, "patterns/kept-out.json", "{")
    work = tree.parent
    named = ("--database", database.relative_to(work))
    done = rmos("migrate", tree.name, *named, "--report", "reports", "--stats", "stats.json", cwd=work)
    assert done.returncode == 1
    texts = [file.read_text() for file in (*(work / "reports").iterdir(), work / "stats.json")]
    assert len(texts) == 4
    texts += [done.stdout, done.stderr, rmos("rejects", *named, cwd=work).stdout]
    for text in texts:
        assert str(work) not in text
    assert all("kept-out.json" in text for text in (*texts[:3], texts[-1]))
    listed = json.loads(rmos("rejects", "--json", *named, cwd=work).stdout)["rejects"]
    assert [one["source"] for one in listed] == [str(tree)]


def test_a_dry_run_leaves_a_report_and_nothing_else(tree: Path, database: Path, tmp_path: Path) -> None:
    write(tree, "patterns/a.json", "{")
    done = rmos(
        "migrate", tree, "--database", database, "--dry-run", "--report", tmp_path / "reports", "--json"
    )
    assert (done.returncode, database.exists()) == (1, False)
    assert json.loads(done.stdout)["dry_run"]
    (file,) = (tmp_path / "reports").glob("rmos-report-dry-run-*.json")
    (kept_out,) = json.loads(file.read_text())["kept_out"]
    assert (kept_out["path"], kept_out["excerpt"]["lines"]) == ("patterns/a.json", ["{"])


def test_the_old_tool_reports_from_a_statistics_file(tmp_path: Path, database: Path) -> None:
    rmos("migrate", EXAMPLES / "rmos_legacy", "--database", database, "--stats", tmp_path / "stats.json")

    def tool(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(TOOL), *arguments],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    printed = tool("stats.json")
    assert (printed.returncode, printed.stderr) == (0, "")
    assert "Everything arrived." in printed.stdout
    assert tool("stats.json", "--output", "reports").returncode == 0
    assert len(list((tmp_path / "reports").iterdir())) == 3
    assert "STATS_FILE" in tool("--help").stdout
    assert tool("absent.json").returncode == 2


def test_a_report_into_the_folder_it_is_about_is_refused(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    done = rmos("report", "--database", database, "--output", tree / "patterns")
    assert (done.returncode, [file.name for file in (tree / "patterns").iterdir()]) == (2, ["a.json"])


def test_the_report_is_written_although_the_statistics_cannot_be(tree: Path, database: Path) -> None:
    reports = tree.parent / "reports"
    missing = tree.parent / "missing/stats.json"
    done = rmos("migrate", tree, "--database", database, "--stats", missing, "--report", reports)
    assert (done.returncode, len(list(reports.iterdir()))) == (5, 3)
    assert "the migration itself is kept" in done.stderr


def test_quiet_is_quiet(tree: Path, database: Path) -> None:
    done = rmos("migrate", tree, "--database", database, "--report", tree.parent / "reports", "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--format", "pdf"],
        ["--format", ""],
        ["--format", "xml,all"],
        ["--from", "stats.json/x"],
        ["99999999999999999999"],
        ["--format", ","],
        ["--format", "json,html"],
        ["99"],
        ["0"],
        ["one"],
        ["--from", "absent.json"],
        ["--from", "."],
        ["--from", "stats.json", "1"],
        ["--from", "stats.json", "--with-audit"],
        ["--from", "stats.json", "--database", "x.db"],
        ["--output", "stats.json"],
    ],
)
def test_a_wrong_call_is_refused(arguments: list[str], messy: Path, tmp_path: Path) -> None:
    (tmp_path / "stats.json").write_text("{}")
    before = digests(tmp_path), digests(messy.parent)
    done = rmos("report", *arguments, cwd=tmp_path, env=environment(RMOS_DATABASE_URL=str(messy)))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert (digests(tmp_path), digests(messy.parent)) == before


SUMMARY = {
    "schema": "rmos-migration/run-summary/1", "run_id": 1, "status": "completed", "dry_run": False,
    "source": "s", "database": "d", "started_at": "2026-01-05T10:00:00.000000Z",
    "finished_at": "2026-01-05T10:00:01.000000Z", "duration_seconds": 1.0, "documents_per_second": 0,
    "entities": {}, "totals": {}, "stopped_by": "",
    "files": {"found": 0, "read": 0, "unread": 0, "ignored": {}}, "generations": {}, "codes": {},
}  # fmt: skip


TALLY = {"found": 5, "migrated": 5, "unchanged": 0, "conflicts": 0, "rejected": 0}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\xfd",
        b"{",
        b"[]",
        b"null",
        b'{"schema": "rmos-migration/audit/1"}',
        json.dumps(SUMMARY | {"run_id": "7"}).encode(),
        json.dumps(SUMMARY | {"status": "splendid"}).encode(),
        json.dumps(SUMMARY | {"duration_seconds": float("nan")}).encode(),
        json.dumps(SUMMARY | {"duration_seconds": -1}).encode(),
        json.dumps(SUMMARY | {"entities": {"patterns": {"found": -1}}}).encode(),
        json.dumps(SUMMARY | {"entities": {"patterns": TALLY | {"migrated": 6}}}).encode(),
        json.dumps(SUMMARY | {"entities": {"patterns": TALLY | {"found": True}}}).encode(),
        json.dumps(SUMMARY | {"entities": {"patterns": TALLY | {"found": 10**320}}}).encode(),
        json.dumps(SUMMARY | {"source": "Grün"}, ensure_ascii=False).encode("cp1252"),
        json.dumps(SUMMARY | {"codes": {"json-syntax": 1e300}}).encode(),
        json.dumps(SUMMARY | {"source": "\ud800"}).encode(),
        json.dumps({key: value for key, value in SUMMARY.items() if key != "files"}).encode(),
    ],
)
def test_what_is_no_statistics_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "stats.json"
    file.write_bytes(content)
    done = rmos("report", "--from", file)
    assert done.returncode == 2
    assert "is not the statistics of a run" in done.stderr
    assert "Traceback" not in done.stderr


def test_statistics_may_come_through_a_pipe(tmp_path: Path, database: Path) -> None:
    summary = rmos("migrate", EXAMPLES / "rmos_legacy", "--database", database, "--json").stdout
    done = subprocess.run(
        [*RMOS, "report", "--from", "/dev/stdin"],
        input=summary,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "All 97 documents are in the database." in done.stdout


def test_a_file_too_large_for_statistics_is_not_read_to_its_end() -> None:
    done = rmos("report", "--from", "/dev/zero")
    assert (done.returncode, "too large" in done.stderr) == (2, True)


def test_a_database_that_is_not_there_is_no_report(tmp_path: Path) -> None:
    for command in (["report"], ["draw", "p"]):
        done = rmos(*command, "--database", tmp_path / "absent.db")
        assert (done.returncode, "Traceback" in done.stderr) == (4, False)


# drawings


@pytest.fixture
def drawn(tree: Path, database: Path) -> Path:
    """A database with patterns that can and cannot be drawn."""
    write(tree, "strip_families/f.json", family("f", strips=[{"species": "ebony"}]))
    geometry = {"rings": [{"radius_mm": 40, "width_mm": 4, "segments": 12}, {"width_mm": 2}]}
    write(tree, "patterns/a.json", pattern("böse/<id>", strip_family_id="f", geometry=geometry, name="<b>&"))
    write(tree, "patterns/b.json", pattern("flat", geometry={"rows": 2, "columns": 3}))
    migrate(tree, database)
    return database


def test_a_pattern_is_drawn_into_a_file_or_to_stdout(drawn: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    done = rmos("draw", "böse/<id>", "--database", drawn, "--output", file)
    assert (done.returncode, done.stdout) == (0, "")
    assert "ring 2 does not say where it lies" in done.stderr
    printed = rmos("draw", "böse/<id>", "--database", drawn)
    assert printed.stdout == file.read_text()
    root = ElementTree.fromstring(printed.stdout)
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "<b>&: 1 ring, 84 mm"
    assert "#26201c" in printed.stdout


def test_a_pattern_without_rings_says_why_it_is_not_drawn(drawn: Path, tmp_path: Path) -> None:
    done = rmos("draw", "flat", "--database", drawn, "--output", tmp_path / "a.svg")
    assert (done.returncode, done.stdout, list(tmp_path.glob("*.svg"))) == (1, "", [])
    assert "a matrix of rows and columns, without rings" in done.stderr


def test_a_drawing_is_refused_for_an_unknown_pattern_or_over_a_database(drawn: Path) -> None:
    before = digests(drawn.parent)
    assert rmos("draw", "nobody", "--database", drawn).returncode == 2
    assert rmos("draw", "böse/<id>", "--database", drawn, "--output", drawn).returncode == 2
    missing = rmos("draw", "böse/<id>", "--database", drawn, "--output", drawn / "x/a.svg")
    assert missing.returncode == 5
    assert digests(drawn.parent)[drawn.name] == before[drawn.name]


def test_a_report_that_the_database_prevents_is_told_as_what_it_is(
    tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, "patterns/p.json", pattern())
    migrate(tree, database)
    execute(database, "UPDATE migration_runs SET counts_json = '[1]'")
    stats = tmp_path / "stats.json"
    done = rmos("migrate", tree, "--database", database, "--report", tmp_path / "reports", "--stats", stats)
    assert done.returncode == 4
    assert "it must be a JSON object" in done.stderr
    assert "the migration itself is kept; see: rmos audit" in done.stderr
    assert "space" not in done.stderr
    assert json.loads(stats.read_text())["status"] == "completed"


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are set the POSIX way")
def test_a_page_that_cannot_be_written_keeps_no_other_format_back(
    tree: Path, database: Path, tmp_path: Path
) -> None:
    import resource

    write(tree, "patterns/p.json", pattern())
    stats = tmp_path / "stats.json"
    assert rmos("migrate", tree, "--database", database, "--stats", stats).returncode == 0
    done = rmos(
        *("report", "--from", stats, "--output", tmp_path / "reports"),
        before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (15_000, 15_000)),
    )
    assert done.returncode == 5
    assert "File too large" in done.stderr
    assert sorted(file.suffix for file in (tmp_path / "reports").iterdir()) == [".json", ".txt"]
