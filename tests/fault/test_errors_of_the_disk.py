"""EIO, ENOSPC, EINTR and EMFILE at each call: the exit code tells, nothing is called damaged, and the next
run finishes."""

import errno
from pathlib import Path

import pytest
from campaign.counting import Campaign
from campaign.scenarios import SCENARIOS, Scenario, Stage, finishes, stage_for
from campaign.trials import (
    CHANGES,
    CREATE,
    FAIL_ON,
    FAIL_ONCE,
    NAME,
    OPEN,
    READ,
    SYNC,
    TRUNCATE,
    WRITE,
    Done,
    Plan,
    Program,
    is_whole_campaign,
    share_of,
    spread,
)

KIND = "EIO, ENOSPC, EINTR or EMFILE from a call"

pytestmark = pytest.mark.fault

ERRORS = (
    (errno.EIO, FAIL_ONCE, CHANGES | OPEN),
    (errno.EIO, FAIL_ON, CHANGES | OPEN),
    (errno.EIO, FAIL_ONCE, READ),
    (errno.EIO, FAIL_ON, READ),
    (errno.ENOSPC, FAIL_ONCE, WRITE | CREATE | NAME | TRUNCATE),
    (errno.ENOSPC, FAIL_ON, WRITE | CREATE | NAME | TRUNCATE),
    (errno.EMFILE, FAIL_ONCE, OPEN | CREATE),
    (errno.EMFILE, FAIL_ON, OPEN | CREATE),
    (errno.EINTR, FAIL_ONCE, WRITE | SYNC | OPEN | CREATE | READ),
)
EACH = 6
"""Trials of each error in each command."""

MACHINE = 5
"""How a command ends that could not write; where it could finish all the same, with its usual code."""
WHERE_READING_FAILS = {1, 4, MACHINE}
"""A page that cannot be read is damage for SQLite, and may be told, and found, as such."""
NOT_DAMAGED = ("damage", "malformed", "not a database", "restore")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_an_error_of_the_disk_is_told_as_what_it_is(
    scenario: Scenario, arena: Path, disturbed: Program, campaign: Campaign
) -> None:
    stage = stage_for(scenario, arena / "errors", disturbed)
    chosen = ERRORS if is_whole_campaign() else ERRORS[SCENARIOS.index(scenario) % 3 :: 3]
    for error, way, kinds in chosen:
        stage.fresh()
        plan = Plan(str(stage.store), kinds=kinds)
        calls = disturbed.run(*scenario.command(stage), cwd=stage.folder, plan=plan).calls
        for number in spread(calls, share_of(EACH)):
            stage.fresh()
            plan = Plan(str(stage.store), way, number, error, kinds)
            done = disturbed.run(*scenario.command(stage), cwd=stage.folder, plan=plan)
            name = f"{errno.errorcode[error]} {'once' if way == FAIL_ONCE else 'on'} at {number} of {calls}"
            campaign.trial(name, _after_an_error(scenario, stage, done, is_a_read=kinds == READ))
    campaign.check()


def _after_an_error(scenario: Scenario, stage: Stage, done: Done, *, is_a_read: bool) -> list[str]:
    """What is wrong."""
    found = []
    telling = WHERE_READING_FAILS if is_a_read else {MACHINE}
    if done.crashed or done.code not in {scenario.code, *telling}:
        found.append(f"it ended with {done.code}: {(done.out + done.err)[-400:]}")
    if done.code == scenario.code and done.err.startswith("error"):
        found.append(f"the code does not tell what stderr does: {done.err[-400:]}")
    if not is_a_read and any(word in done.err for word in NOT_DAMAGED):
        found.append(f"it was called damaged: {done.err[-400:]}")
    found += scenario.findings(stage, done.code == scenario.code and not done.err.startswith("error"))
    return found + finishes(scenario, stage)
