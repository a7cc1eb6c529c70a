"""SIGKILL at every write, sync, rename and unlink: what is there is whole, and the same command given again
finishes."""

from pathlib import Path

import pytest
from campaign import oracle
from campaign.counting import Campaign
from campaign.scenarios import SCENARIOS, Scenario, Stage, finishes, stage_for
from campaign.trials import KILL_BEFORE, KILL_HALF, Done, Plan, Program, share_of, spread

KIND = "killed at a write, sync, rename or unlink"

pytestmark = pytest.mark.fault

FIRST = 30
"""The calls of every command that are all tried: while a database or a file is made, each leaves something
else."""
MOST = 60
"""Kills of one way in one command, where it makes more calls than that."""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_what_a_killed_command_leaves_is_whole_and_the_next_one_finishes(
    scenario: Scenario, arena: Path, disturbed: Program, campaign: Campaign
) -> None:
    stage = stage_for(scenario, arena / "kills", disturbed)
    legacy = oracle.digest(stage.legacy)
    stage.fresh()
    calls = disturbed.run(*scenario.command(stage), cwd=arena, plan=Plan(str(stage.store))).calls
    assert calls > 5
    for way, name in ((KILL_BEFORE, "before"), (KILL_HALF, "in the middle of")):
        for number in _chosen(calls):
            stage.fresh()
            plan = Plan(str(stage.store), way, number)
            done = disturbed.run(*scenario.command(stage), cwd=arena, plan=plan)
            campaign.trial(f"{name} call {number} of {calls}", _after_a_kill(scenario, stage, done))
    assert oracle.digest(stage.legacy) == legacy
    campaign.check()


def _chosen(calls: int) -> list[int]:
    """Return the numbers of the calls to kill at: the first ones, and others evenly spread; a share of them,
    else."""
    rest = spread(max(calls - FIRST, 0), MOST - FIRST)
    numbers = [*range(1, min(calls, FIRST) + 1), *(FIRST + number for number in rest)]
    return [numbers[place - 1] for place in spread(len(numbers), share_of(len(numbers)))]


def _after_a_kill(scenario: Scenario, stage: Stage, done: Done) -> list[str]:
    found = [] if done.code == -9 else [f"it was not killed: {done.code} {done.err}"]
    found += scenario.findings(stage, False)
    left = [name for name in oracle.leftovers(stage.store) if name.count("/") < 2]
    doctor = stage.program.run("doctor", "-d", stage.database, cwd=stage.folder)
    if doctor.crashed or doctor.code not in (0, 4):
        found.append(f"doctor ended with {doctor.code}: {doctor.err[-300:]}")
    unnamed = [name for name in left if name not in doctor.out.replace("\n", "")]
    found += [f"doctor does not name {name}" for name in unnamed]
    return found + finishes(scenario, stage)


def test_a_migration_that_is_killed_again_and_again_arrives_in_the_end(
    arena: Path, disturbed: Program, campaign: Campaign
) -> None:
    stage = stage_for(SCENARIOS[0], arena / "again", disturbed)
    stage.fresh()
    for number in range(20, 20 + 15 * max(share_of(20), 3), 15):
        plan = Plan(str(stage.store), KILL_HALF, number)
        disturbed.run(*SCENARIOS[0].command(stage), cwd=arena, plan=plan)
        campaign.trial(f"in the middle of call {number}", SCENARIOS[0].findings(stage, False))
    campaign.trial("the last one", finishes(SCENARIOS[0], stage))
    campaign.check()
