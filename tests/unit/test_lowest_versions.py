"""The lowest versions that pyproject.toml allows are those that ``make lowest`` installs and tests."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parent.parent.parent


def lower_bounds() -> dict[str, Version]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [Requirement(text) for text in project["dependencies"] + project["optional-dependencies"]["dev"]]
    return {
        one.name: Version(bound.version) for one in named for bound in one.specifier if bound.operator == ">="
    }


def test_each_lower_bound_is_the_version_that_is_tested() -> None:
    locked = (ROOT / "requirements/lowest.txt").read_text()
    tested = {
        name: Version(version)
        for name, version in re.findall(r"^([a-z0-9-]+)==([^\s;]+)", locked, re.MULTILINE)
    }
    bounds = lower_bounds()
    assert len(bounds) > 30
    assert {name: tested.get(name) for name in bounds} == bounds
