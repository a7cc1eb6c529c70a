"""Places for tests: an empty legacy tree, and where its database goes."""

import os
from pathlib import Path

import pytest

from builders import DOMAIN_TABLES


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A legacy folder with the three entities' folders, empty."""
    legacy = tmp_path / "legacy"
    for name in DOMAIN_TABLES:
        (legacy / name).mkdir(parents=True)
    return legacy


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The path of a database that is not there yet, alone in its folder."""
    folder = tmp_path / "store"
    folder.mkdir()
    return folder / "rmos.db"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where RMOS_NO_SKIP is set, as in CI, a test that was skipped fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("RMOS_NO_SKIP") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
