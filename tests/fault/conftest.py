"""The campaign's process, its folder, and the table of trials and failures at the end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from campaign.counting import Campaign, table
from campaign.trials import Program, build_library, fast_folder, program


@pytest.fixture(scope="session")
def arena() -> Iterator[Path]:
    """A folder for the trials, on a disk in memory where there is one."""
    with fast_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def disturbed(arena: Path) -> Iterator[Program]:
    """The program, with the library of faults loaded."""
    library = build_library(arena)
    with program(arena, library) as running:
        yield running


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program as it is, for trials that need no faults in its calls."""
    with program(tmp_path_factory.mktemp("program"), None) as running:
        yield running


@pytest.fixture(autouse=True)
def surroundings(request: pytest.FixtureRequest) -> None:
    """Bring about what a scenario needs."""
    scenario = request.getfixturevalue("scenario") if "scenario" in request.fixturenames else None
    if scenario is not None and scenario.fixture:
        request.getfixturevalue(scenario.fixture)


@pytest.fixture
def campaign(request: pytest.FixtureRequest, record_property: Any) -> Iterator[Campaign]:
    """The trials of one test; its module's ``KIND`` names their row in the table."""
    made = Campaign(request.module.KIND)
    yield made
    record_property("campaign", (made.kind, made.trials, len(made.failures)))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the table, as docs/reliability.md shows it."""
    reports = [one for several in terminalreporter.stats.values() for one in several]
    ended = (one for one in reports if getattr(one, "when", "") == "teardown")
    counted = [value for one in ended for name, value in one.user_properties if name == "campaign"]
    if counted:
        for line in ("", *table(counted)):
            terminalreporter.write_line(line)
