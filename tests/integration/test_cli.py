"""The command line: verbs, exit codes, what goes to stdout and what to stderr."""

import json
from pathlib import Path

import pytest

from builders import EXAMPLES, fates, query, records, rmos
from rmos_migration import __version__, migrate

TIDY, MESSY = EXAMPLES / "rmos_legacy", EXAMPLES / "messy_legacy"
VERBS = (
    *("migrate", "inspect", "audit", "verify", "report", "status", "history", "rejects"),
    *("draw", "export", "schema", "init", "doctor"),
)


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the messy example in it."""
    database = tmp_path_factory.mktemp("cli") / "rmos.db"
    migrate(MESSY, database)
    return database


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    done = rmos(verb, "--help")
    assert done.returncode == 0
    assert f"{verb} [OPTIONS]" in done.stdout
    assert done.stderr == ""


def test_the_help_names_every_verb_and_every_exit_code() -> None:
    done = rmos("--help")
    assert done.returncode == 0
    assert all(verb in done.stdout for verb in VERBS)
    assert all(str(code) in done.stdout for code in (0, 1, 2, 3, 4, 5, 6, 130, 143))


def test_the_version_is_that_of_the_package() -> None:
    done = rmos("--version")
    assert (done.returncode, done.stdout.split()) == (0, ["rmos", __version__])


def test_a_clean_run_exits_with_0(tmp_path: Path) -> None:
    assert rmos("migrate", TIDY, "--database", tmp_path / "rmos.db").returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["migrate", "missing-folder"],
        ["migrate", str(EXAMPLES)],
        ["migrate", str(TIDY), "--encoding", "klingon"],
        ["migrate", str(TIDY), "--encoding", "base64"],
        ["migrate", str(TIDY), "--on-conflict", "merge"],
        ["migrate", str(TIDY), "--missing-references", "invent"],
        ["migrate", str(TIDY), "--max-rejects", "some"],
        ["migrate", str(TIDY), str(MESSY)],
        ["history", "--limit", "0"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_exits_with_2_and_leaves_nothing(arguments: list[str], tmp_path: Path) -> None:
    done = rmos(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_nearly_right_brings_the_right_one_to_mind() -> None:
    assert str(MESSY) in rmos("migrate", EXAMPLES).stderr


@pytest.mark.parametrize("verb", ["status", "history", "rejects"])
def test_without_a_database_readers_exit_with_4_and_make_none(verb: str, tmp_path: Path) -> None:
    done = rmos(verb, cwd=tmp_path)
    assert done.returncode == 4
    assert "rmos migrate" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "schema"),
    [
        (["status"], "rmos-migration/status/1"),
        (["history"], "rmos-migration/history/1"),
        (["rejects"], "rmos-migration/rejects/1"),
        (["doctor"], "rmos-migration/doctor/1"),
        (["migrate", str(MESSY), "--dry-run"], "rmos-migration/run-summary/1"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_json_is_one_document_that_names_its_schema(arguments: list[str], schema: str, messy: Path) -> None:
    done = rmos(*arguments, "--database", messy, "--json")
    assert done.returncode in (0, 1)
    assert json.loads(done.stdout)["schema"] == schema
    assert done.stderr == ""


def test_the_summary_as_json_has_everything_that_was_promised(tmp_path: Path) -> None:
    done = rmos("migrate", MESSY, "--database", tmp_path / "rmos.db", "--json")
    summary = json.loads(done.stdout)
    assert summary.keys() >= {
        "schema",
        "run_id",
        "status",
        "dry_run",
        "source",
        "database",
        "started_at",
        "finished_at",
        "duration_seconds",
        "documents_per_second",
        "entities",
        "totals",
        "success_rate",
        "files",
        "diagnostics",
        "balanced",
    }
    assert summary["totals"] == {
        "found": 61,
        "migrated": 44,
        "unchanged": 1,
        "conflicts": 1,
        "rejected": 15,
        "skipped": 2,
        "failed": 15,
    }
    assert summary["success_rate"] == pytest.approx((44 + 1) / 61 * 100, abs=0.01)
    assert summary["diagnostics"].keys() == {"error", "warning", "info"}


def test_the_statistics_file_is_the_summary(tmp_path: Path) -> None:
    stats = tmp_path / "stats.json"
    done = rmos("migrate", MESSY, "--database", tmp_path / "rmos.db", "--json", "--stats", stats)
    assert json.loads(stats.read_bytes()) == json.loads(done.stdout)


def test_a_messy_run_exits_with_1_and_says_what_became_of_everything(tmp_path: Path) -> None:
    done = rmos("migrate", MESSY, "--database", tmp_path / "rmos.db")
    assert done.returncode == 1
    rows = [line.split()[-5:] for line in done.stdout.splitlines()]
    for counts in ("13 9 1 0 3", "21 11 0 1 9", "27 24 0 0 3", "61 44 1 1 15"):
        assert counts.split() in rows
    assert "patterns/trailing-comma.json:8:79 error D202 json-syntax" in done.stderr
    assert "json-syntax" not in done.stdout
    assert "→" in done.stderr


def test_quiet_shows_one_line_of_what_did_not_arrive(tmp_path: Path) -> None:
    done = rmos("migrate", MESSY, "--database", tmp_path / "rmos.db", "-q")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "of 61 documents found: 15 rejected, 1 in conflict; to see more: rmos rejects" in line


def test_quiet_still_shows_what_ended_the_run(tmp_path: Path) -> None:
    done = rmos("migrate", tmp_path / "missing", "-q")
    assert done.returncode == 2
    assert done.stderr


def test_verbose_shows_infos_too(tmp_path: Path) -> None:
    plain = rmos("migrate", TIDY, "--database", tmp_path / "a.db")
    verbose = rmos("migrate", TIDY, "--database", tmp_path / "b.db", "-v")
    assert "time-without-zone" not in plain.stderr
    assert "time-without-zone" in verbose.stderr


def test_a_long_list_says_how_many_more_there_are(tree: Path, database: Path) -> None:
    for number in range(50):
        (tree / f"patterns/{number}.json").write_text("{")
    shown = rmos("migrate", tree, "--database", database).stderr
    listed = shown.count("json-syntax")
    assert 0 < listed < 50
    assert str(50 - listed) in shown.splitlines()[-2] + shown.splitlines()[-1]


def test_log_lines_are_json_objects(tmp_path: Path) -> None:
    done = rmos("--log-json", "--log-level", "debug", "migrate", MESSY, "--database", tmp_path / "a.db", "-q")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert {line["level"] for line in lines} >= {"info", "debug"}
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)


def test_options_reach_the_run(tmp_path: Path) -> None:
    database = tmp_path / "rmos.db"
    done = rmos(
        *("migrate", MESSY, "--database", database, "--json", "--on-conflict", "reject"),
        *("--missing-references", "reject", "--encoding", "cp1252", "--max-rejects", "50%", "--rehash"),
    )
    assert json.loads(done.stdout)["totals"]["rejected"] == 16
    assert fates(database)["joblogs/pattern-unknown.json"] == ("rejected", "reference-missing")
    assert fates(database)["strip_families/cp1252-bytes.json"] == ("migrated", None)
    (options,) = query(database, "SELECT options_json FROM migration_runs")[0]
    assert json.loads(options) == {
        "dry_run": False,
        "all_or_nothing": False,
        "on_conflict": "reject",
        "missing_references": "reject",
        "max_rejects": "50%",
        "encoding": "cp1252",
        "rehash": True,
    }


def test_a_limit_exceeded_exits_with_1_and_says_why(tmp_path: Path) -> None:
    done = rmos("migrate", MESSY, "--database", tmp_path / "rmos.db", "--max-rejects", "2", "--json")
    summary = json.loads(done.stdout)
    assert (done.returncode, summary["status"]) == (1, "failed")
    assert summary["stopped_by"]


def test_all_or_nothing_exits_with_1_and_keeps_nothing(tmp_path: Path) -> None:
    done = rmos("migrate", MESSY, "--database", tmp_path / "rmos.db", "--all-or-nothing", "--json")
    assert (done.returncode, json.loads(done.stdout)["status"]) == (1, "rolled_back")
    assert records(tmp_path / "rmos.db", "patterns") == {}


def test_history_lists_runs_newest_first_without_dry_runs(tmp_path: Path) -> None:
    database = tmp_path / "rmos.db"
    migrate(TIDY, database)
    migrate(TIDY, database, dry_run=True)
    migrate(MESSY, database)
    runs = json.loads(rmos("history", "--database", database, "--json").stdout)["runs"]
    assert [(run["id"], run["status"]) for run in runs] == [(2, "completed_with_rejects"), (1, "completed")]
    limited = json.loads(rmos("history", "--database", database, "--json", "--limit", "1").stdout)["runs"]
    assert [run["id"] for run in limited] == [2]


def test_status_counts_what_is_there_and_what_waits(messy: Path) -> None:
    status = json.loads(rmos("status", "--database", messy, "--json").stdout)
    assert status["records"] == {"strip_families": 9, "patterns": 11, "joblogs": 24}
    assert (status["rejected"], status["pending_references"]) == (15, 1)
    assert status["last_run"]["status"] == "completed_with_rejects"
