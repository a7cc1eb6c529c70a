"""Places for tests: an empty legacy tree, and where its database goes; and how examples are made up."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from builders import DOMAIN_TABLES, Here, pattern, write
from rmos_migration import migrate
from rmos_migration.cli.app import run
from rmos_migration.store.pool import ReadPool
from rmos_migration.store.sqlite.database import SqliteDatabase
from two_steps import program_of_two_steps

# Examples judge behaviour, not the speed of the machine, and a test run tries the same ones each time. New
# ones are looked for by ``make fault``: what that finds is to become a test of its own.
settings.register_profile(
    "unhurried",
    parent=settings.default,
    deadline=None,
    derandomize=not os.environ.get("RMOS_CAMPAIGNS"),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("unhurried")


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


@pytest.fixture
def two_steps() -> Iterator[None]:
    """Let the program have a second step of its schema, here and in every process: it can upgrade a database
    then."""
    with program_of_two_steps():
        yield


@pytest.fixture(scope="module")
def two_steps_throughout() -> Iterator[None]:
    """As ``two_steps``, in all tests of a module."""
    with program_of_two_steps():
        yield


@pytest.fixture
def readers(tree: Path, database: Path) -> Iterator[ReadPool]:
    """The connections of a server to a database with one pattern."""
    write(tree, "patterns/p.json", pattern())
    migrate(tree, database)
    found = ReadPool(SqliteDatabase(database))
    yield found
    found.close()


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Runs the command in this process: its exit code, and all that it said."""

    def run_here(*arguments: str | Path) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["rmos", *map(str, arguments)])
        code = run()
        said = capsys.readouterr()
        return code, said.out + said.err

    return run_here


def pytest_configure() -> None:
    """Let signals do what they do at a terminal, also in the background or under nohup: what is started
    inherits that."""
    for name, usual in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where RMOS_NO_SKIP is set, as in CI, a test that was skipped fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("RMOS_NO_SKIP") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
