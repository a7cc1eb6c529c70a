"""The pipeline over sample data is green where all is well, and each of its stages is not where something is
amiss."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORKFLOW = (ROOT / ".github/workflows/rmos_migration.yml").read_text("utf-8")
VERBS = re.findall(r"run: make pipeline-(\S+)", WORKFLOW)
"""The stages, as the workflow names them."""


def pipeline(stage: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Carry out a stage in a folder."""
    env = {name: value for name, value in os.environ.items() if name != "GITHUB_STEP_SUMMARY"} | more
    command = [sys.executable, "-m", "tools.pipeline", stage, "--folder", str(folder)]
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", timeout=120, check=False
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a pipeline that went through, and what it said."""
    folder = tmp_path_factory.mktemp("pipeline") / "whole"
    done = pipeline("all", folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder, done.stdout


@pytest.fixture
def copy(whole: tuple[Path, str], tmp_path: Path) -> Path:
    """That folder, to be spoiled; without the sample data, which are many files."""
    return shutil.copytree(whole[0], tmp_path / "copy", ignore=shutil.ignore_patterns("legacy", "elsewhere"))


def result(folder: Path, stage: str) -> dict:
    return json.loads((folder / "results" / f"{stage}.json").read_text(encoding="utf-8"))


def execute(folder: Path, script: str) -> None:
    with closing(sqlite3.connect(folder / "rmos.db")) as connection:
        connection.executescript(script)


def retold(folder: Path, stage: str) -> None:
    """Let a stage have told of one pattern more."""
    told = result(folder, stage)
    told["figures"]["counts"]["patterns"]["migrated"] += 1
    (folder / "results" / f"{stage}.json").write_text(json.dumps(told), encoding="utf-8")


# where all is well
# -------------------------------------------------------------------------------------------


def test_whole_pipeline_runs_what_the_workflow_runs_in_its_order(whole: tuple[Path, str]) -> None:
    folder, said = whole
    assert [line.partition(":")[0] for line in said.splitlines()] == VERBS
    assert all(result(folder, stage)["passed"] for stage in VERBS[:-1])
    assert {file.stem for file in (folder / "logs").iterdir()} >= {"migrate", "verify", "sqlite", "api"}


def test_what_the_workflow_keeps_is_there(whole: tuple[Path, str]) -> None:
    kept = set(re.findall(r"build/pipeline/(\S+)", WORKFLOW))
    assert kept == {"summary.md", "reports", "results", "logs", "rmos.db"}
    assert kept <= {file.name for file in whole[0].iterdir()}


def test_every_planted_fault_ends_as_it_must(whole: tuple[Path, str]) -> None:
    folder, _ = whole
    with closing(sqlite3.connect(folder / "rmos.db")) as connection:
        ends = dict(
            connection.execute(
                "SELECT path, outcome FROM migration_ledger WHERE path LIKE '%/planted/%'"
            ).fetchall()
        )
        rejects = dict(connection.execute("SELECT path, code FROM migration_rejects").fetchall())
    assert len(ends) == 11
    assert ends["patterns/planted/one-id-2.json"] == "conflict"
    assert rejects["patterns/planted/broken.json"] == "json-syntax"
    assert len(rejects) == 6


def test_summary_has_the_numbers_of_the_run(whole: tuple[Path, str]) -> None:
    page = (whole[0] / "summary.md").read_text(encoding="utf-8")
    assert page.startswith("## Migration of sample data: passed\n")
    assert "| total | 2,011 | 2,003 | 1 | 1 | 6 |" in page
    assert "| equal | 2,004 |" in page
    assert page.count("| passed |") == len(VERBS) - 1


def test_summary_is_added_to_that_of_the_job(copy: Path, tmp_path: Path) -> None:
    of_the_job = tmp_path / "of-the-job.md"
    of_the_job.write_text("said before\n", encoding="utf-8")
    assert pipeline("summary", copy, GITHUB_STEP_SUMMARY=str(of_the_job)).returncode == 0
    page = (copy / "summary.md").read_text(encoding="utf-8")
    assert of_the_job.read_text(encoding="utf-8") == "said before\n" + page


def test_nothing_that_is_kept_holds_a_token(whole: tuple[Path, str]) -> None:
    assert not list(whole[0].glob("*.token"))


def test_pipeline_begins_anew_and_leaves_what_is_not_its_own(copy: Path) -> None:
    (copy / "letter.txt").write_text("mine", encoding="utf-8")
    assert pipeline("sample", copy).returncode == 0
    assert {file.name for file in copy.iterdir()} == {"legacy", "results", "logs", "letter.txt"}
    assert [file.name for file in (copy / "results").iterdir()] == ["sample.json"]


# where something is amiss
# ------------------------------------------------------------------------------------


def no_room(folder: Path) -> None:
    shutil.rmtree(folder / "legacy")
    (folder / "legacy").write_text("a file where the folder should be", encoding="utf-8")


def database_there(folder: Path) -> None:
    assert (folder / "rmos.db").exists()


def no_database(folder: Path) -> None:
    for file in folder.glob("rmos.db*"):
        file.unlink()


def document_missing(folder: Path) -> None:
    (folder / "legacy/patterns/planted/one-id-1.json").unlink()


def document_missing_from_the_first(folder: Path) -> None:
    no_database(folder)
    document_missing(folder)


def another_fault(folder: Path) -> None:
    no_database(folder)
    (folder / "legacy/patterns/planted/broken.json").write_text('{"id": "planted-broken"}', encoding="utf-8")


def dry_run_told_otherwise(folder: Path) -> None:
    no_database(folder)
    retold(folder, "dry-run")


def migration_told_otherwise(folder: Path) -> None:
    retold(folder, "migrate")


def second_run_told_otherwise(folder: Path) -> None:
    retold(folder, "duplicates")


def row_missing(folder: Path) -> None:
    execute(folder, "DELETE FROM joblogs WHERE id = 'planted-job'")


def reference_broken(folder: Path) -> None:
    execute(folder, "UPDATE joblogs SET pattern_id = 'nowhere' WHERE id = 'planted-job'")


def index_missing(folder: Path) -> None:
    execute(folder, "DROP INDEX idx_joblogs_status")


def version_missing(folder: Path) -> None:
    execute(folder, "DELETE FROM schema_version")


AMISS: list[tuple[str, Callable[[Path], None], str]] = [
    ("sample", no_room, "legacy"),
    ("dry-run", database_there, "there is a database already"),
    ("dry-run", document_missing_from_the_first, "counts"),
    ("migrate", dry_run_told_otherwise, "as in the dry run"),
    ("migrate", another_fault, "codes"),
    ("audit", reference_broken, "rmos audit ended with 1"),
    ("verify", row_missing, "rmos verify ended with 6"),
    ("reports", migration_told_otherwise, "counts of the report"),
    ("duplicates", document_missing, "second run"),
    ("sqlite", row_missing, "1200"),
    ("sqlite", reference_broken, "foreign_key_check"),
    ("sqlite", index_missing, "indexes"),
    ("sqlite", version_missing, "schema_version"),
    ("sqlite", migration_told_otherwise, "602"),
    ("sqlite", no_database, "rmos.db"),
    ("api", row_missing, "1200"),
    ("api", second_run_told_otherwise, "last run"),
]
READ_THE_SAMPLE = {"sample", "dry-run", "migrate", "verify", "duplicates"}


@pytest.mark.parametrize(
    ("stage", "spoil", "told"),
    AMISS,
    ids=[f"{stage}-{spoil.__name__}".replace("_", "-") for stage, spoil, _ in AMISS],
)
def test_stage_fails_with_a_sentence_that_the_summary_repeats(
    stage: str, spoil: Callable[[Path], None], told: str, copy: Path, whole: tuple[Path, str]
) -> None:
    if stage in READ_THE_SAMPLE:
        shutil.copytree(whole[0] / "legacy", copy / "legacy")
    spoil(copy)
    done = pipeline(stage, copy)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{stage}: failed: ")
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert result(copy, stage)["passed"] is False
    summary = pipeline("summary", copy)
    assert summary.returncode == 1
    assert f"{stage}: {stage} has failed" in summary.stderr
    assert f"| {stage} | **failed** |" in (copy / "summary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("stage", ["sample", "verify", "api"])
def test_summary_fails_where_a_result_is_missing(stage: str, copy: Path) -> None:
    (copy / "results" / f"{stage}.json").unlink()
    done = pipeline("summary", copy)
    assert done.returncode == 1
    assert f"there is no result of {stage}" in done.stderr


@pytest.mark.parametrize("stage", ["sample", "dry-run", "migrate"])
def test_summary_fails_where_numbers_contradict_each_other(stage: str, copy: Path) -> None:
    retold(copy, stage)
    done = pipeline("summary", copy)
    assert done.returncode == 1
    assert "against what was planted" in done.stderr


def test_summary_of_nothing_fails_and_is_written(tmp_path: Path) -> None:
    assert pipeline("summary", tmp_path / "nothing").returncode == 1
    page = (tmp_path / "nothing" / "summary.md").read_text(encoding="utf-8")
    assert page.count("**failed**") == len(VERBS) - 1


def test_a_stage_that_fails_ends_the_pipeline_with_a_summary(tmp_path: Path) -> None:
    folder = tmp_path / "blocked"
    (folder / "rmos.db").mkdir(parents=True)  # what is no file cannot be cleared away
    done = pipeline("all", folder)
    assert done.returncode == 1
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["sample", "summary"]
    assert (folder / "summary.md").is_file()


def test_a_stage_does_not_run_without_those_before_it(tmp_path: Path) -> None:
    done = pipeline("audit", tmp_path)
    assert done.returncode == 1
    assert "run make pipeline-migrate" in done.stderr
