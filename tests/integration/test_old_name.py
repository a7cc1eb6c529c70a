"""tools/rmos_migrate_json_to_sqlite.py: the name the first migration had, and the same code."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from builders import EXAMPLES, domain_rows, environment, rmos

TOOL = Path(__file__).parents[2] / "tools" / "rmos_migrate_json_to_sqlite.py"


def tool(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(TOOL), *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with a legacy tree where the first migration looked for it."""
    shutil.copytree(EXAMPLES / "rmos_legacy", tmp_path / "data/rmos_legacy")
    return tmp_path


def test_without_arguments_it_migrates_the_usual_folder(shop: Path) -> None:
    done = tool(cwd=shop)
    assert done.returncode == 0, done.stderr
    assert rmos("migrate", EXAMPLES / "rmos_legacy", "--database", shop / "other.db").returncode == 0
    assert domain_rows(shop / "rmos.db") == domain_rows(shop / "other.db")


def test_with_a_folder_it_migrates_that(tmp_path: Path) -> None:
    done = tool(EXAMPLES / "messy_legacy", cwd=tmp_path)
    assert done.returncode == 1
    assert len(domain_rows(tmp_path / "rmos.db")["joblogs"]) == 24


@pytest.mark.parametrize("arguments", [["--dry-run"], ["data/rmos_legacy", "--dry-run"]])
def test_a_dry_run_makes_no_database(arguments: list[str], shop: Path) -> None:
    done = tool(*arguments, cwd=shop)
    assert done.returncode == 0
    assert "97" in done.stdout
    assert [path.name for path in shop.iterdir()] == ["data"]


def test_help_is_help(tmp_path: Path) -> None:
    done = tool("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "--dry-run" in done.stdout


def test_without_the_usual_folder_it_exits_with_2(tmp_path: Path) -> None:
    assert tool(cwd=tmp_path).returncode == 2
