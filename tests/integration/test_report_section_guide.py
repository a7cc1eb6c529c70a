"""The worked example "Add a report section" of CONTRIBUTING.md, done as it says to a copy of the program."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent, indent

import rmos_migration
from builders import EXAMPLES

PACKAGE = Path(rmos_migration.__file__).parent
GUIDE = EXAMPLES.parent / "CONTRIBUTING.md"
STEP = re.compile(r"^\d\. `([\w/]+\.py)`.*?```python\n(.*?)   ```", re.MULTILINE | re.DOTALL)
BESIDE = {
    "reports/model.py": "    audit: Audit | None = None\n",
    "reports/database_now.py": '        "gallery": _gallery(snapshot),\n',
    "reports/sections/__init__.py": "    WORKSHOP,\n",
}
"""The line before which each step's code goes, with the indentation that it takes there."""

SURROUNDED = re.compile(r".*[({]\n    \.\.\.,\n(.*)[)}]\n", re.DOTALL)
"""Code that shows what it stands in: three dots for what comes before it."""

PROGRAM = """
import json, sys
from rmos_migration import build_report, migrate
from rmos_migration.reports.formats import RENDERERS, json_schema

migrate(sys.argv[1], "rmos.db")
report = build_report("rmos.db")
print(json.dumps({form.value: view(report) for form, view in RENDERERS.items()} | {"schema": json_schema()}))
"""


def test_report_section_of_the_contributing_guide_works_as_it_stands_there(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "rmos_migration", ignore=shutil.ignore_patterns("__pycache__"))
    guide = GUIDE.read_text(encoding="utf-8").partition("## Add a report section")[2].partition("\n## ")[0]
    steps = STEP.findall(guide)
    assert [file for file, _ in steps] == list(BESIDE)
    for file, code in steps:
        changed, line = tmp_path / "rmos_migration" / file, BESIDE[file]
        text, code = changed.read_text(encoding="utf-8"), dedent(code)
        if shown := SURROUNDED.fullmatch(code):
            code = dedent(shown[1])
        assert text.count(line) == 1
        blanks = line[: -len(line.lstrip())]
        changed.write_text(text.replace(line, indent(code, blanks) + line), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(EXAMPLES / "rmos_legacy")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    counts = json.loads(said["json"])["job_types"]
    assert sum(counts.values()) == json.loads(said["json"])["database"]["records"]["joblogs"] > 0
    assert "job_types" in said["schema"]["properties"]
    for kind, number in counts.items():
        assert f'data-count="job-types.{kind}">{number}<' in said["html"]
    assert 0 < said["html"].index('id="job-types-title"') < said["html"].index('id="workshop-title"')
    assert 0 < said["txt"].index("\nJobs by type\n") < said["txt"].index("\nIn the database now\n")
