"""The worked example "Add a verb" of CONTRIBUTING.md, done as it says to a copy of the program."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest

import rmos_migration
from builders import EXAMPLES, environment

PACKAGE = Path(rmos_migration.__file__).parent
GUIDE = EXAMPLES.parent / "CONTRIBUTING.md"
STEP = re.compile(r"^\d\. `([\w/]+\.py)`.*?```python\n(.*?)   ```", re.MULTILINE | re.DOTALL)
BEFORE = '    "draw": '
"""The verb in the list before which the new one goes."""

Rmos = Callable[..., str]


@pytest.fixture
def rmos(tmp_path: Path) -> Rmos:
    """Runs the program with the verb of the guide in it."""
    package = tmp_path / "rmos_migration"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    guide = GUIDE.read_text(encoding="utf-8").partition("## Add a verb")[2].partition("\n## ")[0]
    (listed, line), (module, code) = [(package / file, dedent(code)) for file, code in STEP.findall(guide)]
    text = listed.read_text(encoding="utf-8")
    assert text.count(BEFORE) == 1
    listed.write_text(text.replace(BEFORE, indent(line, "    ") + BEFORE), encoding="utf-8")
    module.write_text(code, encoding="utf-8")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "rmos_migration", *arguments],
            cwd=tmp_path,
            env={**environment(), "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_verb_of_the_contributing_guide_works_as_it_stands_there(rmos: Rmos) -> None:
    rmos("migrate", os.fspath(EXAMPLES / "rmos_legacy"))
    counts = json.loads(rmos("jobs", "--json"))["jobs"]
    total = json.loads(rmos("status", "--json"))["records"]["joblogs"]
    assert sum(counts.values()) == total > 0
    lines = rmos("jobs").splitlines()
    assert [line.split() for line in lines[1:]] == [[name, f"{count}"] for name, count in counts.items()]
    assert re.search(r"^  jobs +Count the jobs by status\.$", rmos("--help"), re.MULTILINE)
    told = rmos("jobs", "--help")
    assert "Count the jobs by status." in told
    assert "rmos jobs --json                    for a script" in told
