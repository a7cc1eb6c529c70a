"""Modules that lie in the folder one stands in, such as a legacy folder from a stick: none of them is
executed."""

import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import typer

from builders import EXAMPLES, environment, started
from rmos_migration.cli.app import app
from serving import MIGRATION, TOKEN, Served, at_the_end

COMMAND = shutil.which("rmos", path=Path(sys.executable).parent) or "rmos"
"""What users call. ``python -m`` looks into the current folder before anything of ours runs."""

ENDS_BADLY = "raise SystemExit('executed from the current folder')\n"
NOTES_IT = "import os; open({marker!r}, 'a').write(__name__ + '\\n')\n"


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A legacy folder with modules of the name of every module that the program or Python could ask for."""
    folder = tmp_path / "hostile"
    shutil.copytree(EXAMPLES / "rmos_legacy", folder)
    text = NOTES_IT.format(marker=str(tmp_path / "executed")) + ENDS_BADLY
    names = {*sys.stdlib_module_names, *packages_distributions(), "sitecustomize", "usercustomize"}
    for name in sorted(names):
        if name in ("multiprocessing", "rmos_migration", "sqlalchemy"):  # packages, as well as files
            (folder / name).mkdir()
            (folder / name / "__init__.py").write_text(text)
        else:
            (folder / f"{name}.py").write_text(text)
    return folder


def executed(folder: Path) -> list[str]:
    marker = folder.with_name("executed")
    return marker.read_text().split() if marker.exists() else []


VERBS = [
    ("migrate", ".", "--dry-run"),
    ("migrate", ".", "--report", "../reports", "--stats", "../stats.json"),
    ("inspect", "patterns"),
    ("audit",),
    ("verify", "."),
    ("report", "--output", "../reports"),
    ("status",),
    ("history",),
    ("rejects", "--save", "../rejects"),
    ("draw", "pat-uke-rope", "--output", "../rosette.svg"),
    ("token", "--new"),
    ("token",),
    ("export", "../export"),
    ("backup", "../backup.db"),
    ("schema", "pattern"),
    ("init",),
    ("doctor",),
]


def test_no_verb_executes_what_lies_in_the_current_folder(hostile: Path) -> None:
    for verb in VERBS:
        settings = environment(RMOS_DATABASE_URL="../rmos.db", RMOS_SOURCE=".")
        done = subprocess.run(
            [COMMAND, *verb], cwd=hostile, env=settings, capture_output=True, text=True, check=False
        )
        assert (done.returncode, executed(hostile)) == (0, []), (verb, done.stderr)
    assert hostile.with_name("rosette.svg").read_text().startswith("<")


def test_every_verb_is_among_them() -> None:
    verbs = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert verbs.keys() - {verb for verb, *_ in VERBS} == {"serve"}, "which has a test of its own"


def test_a_run_of_the_server_executes_nothing_of_the_folder_it_was_started_in(hostile: Path) -> None:
    command = [COMMAND, "serve", "--port", "0", "--no-browser", "--database", "../rmos.db", "--source", "."]
    with started(*command, cwd=hostile, RMOS_TOKEN=TOKEN) as process:
        assert process.stdout is not None
        url = next(word for word in process.stdout.readline().split() if word.startswith("http://"))
        with Served(url, process.pid).client() as caller:
            for order in ({"dry_run": True}, {}):
                assert caller.post(f"{MIGRATION}/runs", json=order).status_code == 202
                at_the_end(caller)
            assert caller.get(f"{MIGRATION}/status").json()["entity_counts"]["total"] > 0
        process.terminate()
        process.communicate(timeout=30)
    assert executed(hostile) == []
