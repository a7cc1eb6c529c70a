"""The documentation is what the code says, and its examples work."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from fastapi import APIRouter

from builders import pattern, write
from rmos_migration import generations, migrate
from rmos_migration.api.app import create_app
from rmos_migration.api.requests import Parameters
from serving import MIGRATION, TestClient, serving

ROOT = Path(__file__).parents[2]


def test_generated_pages_are_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, "tools/make_docs.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_generation_of_the_contributing_guide_works_as_it_stands_there(tmp_path: Path) -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Add a generation")[2]
    (sample,) = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)
    (code,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    file = tmp_path / "band_plan.py"
    file.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(f"{generations.__name__}.band_plan", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    document = json.loads(sample)
    (form,) = module.FORMATS
    made = form.normalise(document, "rope")
    assert form.evidence(document) == ("bandplan", "title", "outline")
    assert made.errors == []
    assert made.values | {"extra": None} == {
        "id": "rope",
        "name": "Rope and waves",
        "pattern_type": "generic",
        "ring_count": 3,
        "geometry": {"outer_mm": 52, "inner_mm": 43},
        "strip_family_id": None,
        "metadata": None,
        "extra": None,
        "created_at": None,
        "updated_at": None,
    }
    assert made.values["extra"] == document


def test_route_of_the_contributing_guide_works_as_it_stands_there(tmp_path: Path) -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = guide.partition("## Add a REST route")[2].partition("\n## ")[0]
    router = APIRouter(prefix=MIGRATION, dependencies=[Parameters])
    names = {"router": router, "__name__": "guide"}
    for code in re.findall(r"```python\n(.*?)```", section, re.DOTALL):
        exec(dedent(code), names)
    write(tmp_path / "legacy", "patterns/a.json", pattern("a", strip_family_id="has not come"))
    migrate(tmp_path / "legacy", tmp_path / "rmos.db")
    with TestClient(create_app(serving(tmp_path / "rmos.db"), [router]), "http://127.0.0.1") as calling:
        assert calling.get(f"{MIGRATION}/pending").json() == {"success": True, "total": 1}
        assert calling.get(f"{MIGRATION}/pending?x=1").status_code == 422
        assert f"{MIGRATION}/pending" in calling.get("/openapi.json").json()["paths"]
