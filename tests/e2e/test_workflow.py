"""The workflow is well formed, gives nothing away, and runs what .ci/run runs."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
FILE = ROOT / ".github" / "workflows" / "rmos_migration.yml"
WORKFLOW = YAML(typ="safe", pure=True).load(FILE)
LINUX, WINDOWS = WORKFLOW["jobs"]["linux"], WORKFLOW["jobs"]["windows"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SHELLS = {"powershell", "pwsh"}


def checked(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What a tool of this environment says."""
    found = shutil.which(tool, path=str(Path(sys.executable).parent))
    assert found is not None
    return subprocess.run(
        [found, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def runs(job: dict[str, Any]) -> list[str]:
    """The lines that the steps of a job run."""
    return [line for step in job["steps"] for line in step.get("run", "").splitlines()]


def makes(text: str) -> list[str]:
    return [line for line in map(str.strip, text.splitlines()) if line.startswith("make ")]


def uploads() -> dict[str, dict[str, Any]]:
    """The steps of the Linux job that keep something, by the name under which they do."""
    steps = [step for step in LINUX["steps"] if step.get("uses", "").startswith("actions/upload-artifact@")]
    return {step["with"]["name"]: step for step in steps}


def pins(name: str) -> dict[str, str]:
    lock = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", lock, re.MULTILINE))


# form and safety
# ---------------------------------------------------------------------------------------------


def against_schema(file: Path) -> subprocess.CompletedProcess[str]:
    return checked("check-jsonschema", "--builtin-schema", "vendor.github-workflows", file)


def test_workflow_fits_its_schema(tmp_path: Path) -> None:
    done = against_schema(FILE)
    assert done.returncode == 0, done.stdout
    spoiled = tmp_path / FILE.name
    spoiled.write_text(FILE.read_text(encoding="utf-8").replace("runs-on:", "runs-in:"), encoding="utf-8")
    assert against_schema(spoiled).returncode == 1


def test_workflow_offers_nothing_to_attack(tmp_path: Path) -> None:
    options = ("--offline", "--no-progress", "--no-config", "--no-ignores", "--persona", "auditor")
    done = checked("zizmor", *options, FILE)
    assert done.returncode == 0, done.stdout
    spoiled = tmp_path / FILE.name
    spoiled.write_text(
        FILE.read_text(encoding="utf-8").replace("persist-credentials: false", "persist-credentials: true"),
        encoding="utf-8",
    )
    assert checked("zizmor", *options, spoiled).returncode > 10


def test_actions_are_pinned_by_commit_with_the_version_beside() -> None:
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert len(lines) == sum("uses" in step for job in WORKFLOW["jobs"].values() for step in job["steps"])
    pinned = [
        re.fullmatch(r"\s+uses: (actions/[a-z-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)", line) for line in lines
    ]
    assert all(pinned)
    assert len({found.groups() for found in pinned if found}) == 3


def test_nothing_is_permitted_but_to_read_the_sources() -> None:
    assert WORKFLOW["permissions"] == {}
    assert all(job["permissions"] == {"contents": "read"} for job in WORKFLOW["jobs"].values())


def test_every_job_has_an_end_and_a_shell_of_its_own() -> None:
    for job in WORKFLOW["jobs"].values():
        assert 0 < job["timeout-minutes"] <= 60
        assert job["defaults"]["run"]["shell"]


def test_no_step_may_fail_or_be_left_out() -> None:
    for job in WORKFLOW["jobs"].values():
        assert not {"if", "continue-on-error"} & job.keys()
        for step in job["steps"]:
            assert "continue-on-error" not in step
            assert step.get("if", "always()") == "always()"


def test_a_newer_push_ends_the_older_run() -> None:
    assert WORKFLOW["concurrency"]["cancel-in-progress"] is True
    assert "github.ref" in WORKFLOW["concurrency"]["group"]
    assert set(WORKFLOW["on"]) == {"push", "pull_request", "workflow_dispatch"}


# Linux
# -------------------------------------------------------------------------------------------------------


def test_linux_job_runs_what_ci_runs_but_the_demo() -> None:
    script = makes((ROOT / ".ci" / "run").read_text(encoding="utf-8"))
    assert runs(LINUX) == [
        line for line in script if line not in ("make demo", *runs(WORKFLOW["jobs"]["lowest"]))
    ]


def test_lowest_versions_are_tested_where_they_have_wheels() -> None:
    assert runs(WORKFLOW["jobs"]["lowest"]) == ["make lowest"]


@pytest.mark.parametrize("line", runs(LINUX))
def test_verb_is_there(line: str) -> None:
    done = subprocess.run([*line.split(), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_tests_of_the_workflow_may_not_be_skipped() -> None:
    assert LINUX["env"]["RMOS_NO_SKIP"] == "1"
    assert "export RMOS_NO_SKIP=1" in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_pythons_are_among_those_that_are_promised() -> None:
    promised = SpecifierSet(PROJECT["project"]["requires-python"])
    pythons = LINUX["strategy"]["matrix"]["python"]
    assert all(isinstance(python, str) and python in promised for python in pythons)
    assert f">={pythons[0]}" == str(promised)
    assert LINUX["strategy"]["fail-fast"] is False


def test_summary_is_made_and_everything_kept_whatever_has_failed() -> None:
    (summary,) = (step for step in LINUX["steps"] if step.get("run") == "make pipeline-summary")
    assert all(step["if"] == "always()" for step in (summary, *uploads().values()))


def test_reports_are_kept_longer_than_the_database() -> None:
    kept = {name.partition("-python-")[0]: step["with"] for name, step in uploads().items()}
    assert {name: of_one["retention-days"] for name, of_one in kept.items()} == {
        "reports-and-logs": 30,
        "database": 7,
    }
    assert all(of_one["if-no-files-found"] == "error" for of_one in kept.values())
    assert kept["database"]["path"] == "build/pipeline/rmos.db"


def test_artifacts_of_two_pythons_have_two_names() -> None:
    assert all(name.endswith("-python-${{ matrix.python }}") for name in uploads())


# Windows
# -----------------------------------------------------------------------------------------------------


def scripts() -> dict[str, set[str]]:
    """The scripts that the Windows job runs, with the shells under which it does."""
    found: dict[str, set[str]] = {}
    for step in WINDOWS["steps"]:
        if named := re.match(r"\./(\S+\.ps1)\b", step.get("run", "")):
            found.setdefault(named[1], set()).add(step["shell"])
    return found


def test_scripts_run_under_both_shells() -> None:
    assert scripts() == {
        "tools/check_powershell.ps1": SHELLS,
        "test_rmos_migration.ps1": SHELLS,
        "deploy/nightly_audit.ps1": SHELLS,
    }


@pytest.mark.parametrize("script", scripts())
def test_script_is_there(script: str) -> None:
    assert (ROOT / script).is_file()


def test_test_script_says_what_it_does_and_tests_what_was_installed() -> None:
    lines = [line for line in runs(WINDOWS) if "test_rmos_migration" in line]
    assert len(lines) == 2
    assert all("-Verbose" in line and "-Rmos (Get-Command rmos).Source" in line for line in lines)


def test_only_what_is_locked_is_installed() -> None:
    installs = [line for line in runs(WINDOWS) if "pip install" in line]
    assert installs.pop() == "python -m pip install --no-deps --no-build-isolation ."
    locks = [re.fullmatch(r"python -m pip install --require-hashes -r (\S+)", line) for line in installs]
    assert all(locks)
    assert all((ROOT / found[1]).is_file() for found in locks if found)


def test_lock_of_the_build_is_what_the_build_needs_in_the_versions_of_the_other_locks() -> None:
    build, development = pins("build.txt"), pins("dev.txt")
    needed = {Requirement(line).name for line in PROJECT["build-system"]["requires"]}
    assert PROJECT["dependency-groups"]["build"] == PROJECT["build-system"]["requires"]
    assert needed <= set(build)
    assert {name: development[name] for name in build if name in development} == {
        name: version for name, version in build.items() if name in development
    }
