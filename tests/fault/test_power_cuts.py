"""A power cut at any moment, worked out from what a command wrote: nothing promised is lost, nothing else is
half there."""

import shutil
from pathlib import Path
from random import Random

import pytest
from campaign import oracle
from campaign.counting import Campaign
from campaign.powercut import Disk, put, read_record
from campaign.scenarios import SCENARIOS, Scenario, Stage, finishes, stage_for
from campaign.trials import Plan, Program, share_of

KIND = "power cut, emulated over what was written"

pytestmark = pytest.mark.fault

CUTS = 125
"""In each command; every fifth comes after it said that it had finished."""

DATABASES = (".db", ".db-wal", ".db-shm", ".db.lock", "-journal")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_a_power_cut_takes_nothing_that_was_promised(
    scenario: Scenario, arena: Path, disturbed: Program, campaign: Campaign
) -> None:
    stage = stage_for(scenario, arena / "cuts", disturbed)
    stage.fresh()
    record = stage.folder / "record"
    done = disturbed.run(
        *scenario.command(stage), cwd=stage.folder, plan=Plan(str(stage.store), record=str(record))
    )
    assert done.code == scenario.code
    events = read_record(record)
    trials = share_of(CUTS)
    for number in range(trials):
        cut = len(events) if number % 5 == 2 else number * len(events) // trials
        disk = Disk.holding(stage.template, stage.store)
        for event in events[:cut]:
            disk.do(event)
        image = disk.after_a_cut(Random(f"{scenario.name} {number}"))
        for event in events[cut:]:
            disk.do(event)
        shutil.rmtree(stage.store)
        put(image, stage.store)
        found = _halves(stage, disk.as_seen(), finished=cut == len(events))
        found += scenario.findings(stage, cut == len(events))
        campaign.trial(
            f"cut {number}, after {cut} of {len(events)} events", found + finishes(scenario, stage)
        )
    campaign.check()


def _halves(stage: Stage, in_the_end: dict[str, bytes], *, finished: bool) -> list[str]:
    """Files that are neither as they were nor as the command left them; databases are looked at otherwise."""
    found = []
    for file in sorted(path for path in stage.store.rglob("*") if path.is_file()):
        name = str(file.relative_to(stage.store))
        is_hidden = file.name.startswith(".rmos-") or name in oracle.leftovers(stage.store)
        is_hidden |= any(map(oracle.is_marked, file.parents))
        if is_hidden or file.name.endswith(DATABASES) or ".db.before-" in file.name:
            continue
        old = stage.template / name
        allowed = [in_the_end.get(str(file))]
        if not finished and old.exists():
            allowed.append(old.read_bytes())
        found += oracle.byte_findings(file, allowed, name)
    if finished:
        there = {str(path) for path in stage.store.rglob("*")}
        gone = (name for name in in_the_end.keys() - there if not name.endswith(("-wal", "-shm", ".lock")))
        found += [f"{name} is not there" for name in sorted(gone)]
    return found
