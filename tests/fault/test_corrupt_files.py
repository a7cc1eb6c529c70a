"""Spoilt databases under every verb: no traceback, the right exit code; the damaged is not called sound, nor
the sound damaged."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from campaign.corruption import Truth, spoil, truth_of
from campaign.counting import Campaign
from campaign.scenarios import Scenario, Stage, stage_for
from campaign.trials import Done, Program, share_of

KIND = "spoilt database under a verb"

pytestmark = pytest.mark.fault

IMAGES = 300
PARTS = 6
"""The images are looked at in so many tests."""

LOOKING = (
    *(
        "audit",
        "status",
        "history",
        "rejects",
        "doctor",
        "report",
        "verify {legacy}",
        "migrate {legacy} --dry-run",
    ),
    *("export {store}/saved-{n}", "export {store}/as-it-was-{n} -f source", "backup {store}/saved-{n}.db"),
)
"""Verbs that leave the database as it is."""
WRITING = ("init", "migrate {legacy} -q")
CODES = {0, 1, 2, 4, 6}
REFUSING = {
    "audit": (1, 4),
    "verify": (4, 6),
    "backup": (4,),
    "migrate": (4,),
    "doctor": (4,),
}
"""How verbs that vouch for the file must end where SQLite finds something in it."""


@pytest.fixture
def stage(arena: Path, undisturbed: Program, request: pytest.FixtureRequest) -> Iterator[Stage]:
    scenario = Scenario("corrupt", "", Stage.migrated, lambda stage, finished: [])
    folder = arena / f"corrupt-{request.node.callspec.params['part']}"
    yield stage_for(scenario, folder, undisturbed)
    shutil.rmtree(folder)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_spoilt_database_is_told_as_what_it_is(part: int, stage: Stage, campaign: Campaign) -> None:
    usual = _all_verbs(stage, 0)
    sound = stage.template / "rmos.db"
    for number in range(part, share_of(IMAGES), PARTS):
        spoilt = stage.folder / "spoilt.db"
        how = spoil(sound, spoilt, number)
        truth = truth_of(spoilt, sound)
        for verb, (done, changed) in _all_verbs(stage, number, spoilt).items():
            found = _verdict(verb, done, usual[verb][0], truth)
            if changed:
                found.append("the file was changed")
            campaign.trial(f"image {number} ({how}; {truth.name}): {verb}", found)
    campaign.check()


def _all_verbs(stage: Stage, number: int, spoilt: Path | None = None) -> dict[str, tuple[Done, bool]]:
    """How each verb ends on a database, and whether a verb that only looks has changed it."""
    said = {}
    for verb in (*LOOKING, *WRITING):
        if verb == LOOKING[0] or verb in WRITING:
            stage.fresh()
            for name in ("rmos.db-wal", "rmos.db-shm"):
                (stage.store / name).unlink(missing_ok=True)
            if spoilt is not None:
                shutil.copyfile(spoilt, stage.database)
        before = _digest(stage.database)
        words = verb.format(store=stage.store, legacy=stage.legacy, n=number).split()
        done = stage.program.run(*words, "-d", stage.database, cwd=stage.folder)
        said[verb] = (done, verb in LOOKING and _digest(stage.database) != before)
    return said


def _verdict(verb: str, done: Done, usual: Done, truth: Truth) -> list[str]:
    said = f"{done.code}: {(done.out[-300:] if done.code in (0, 1) else '')} {done.err[-300:]}"
    if done.crashed:
        return [f"it ended with {done.code}: {done.err[-700:]}"]
    if done.code not in CODES:
        return [f"it ended with {said}"]
    name = verb.split()[0]
    if truth is Truth.DAMAGED and name in REFUSING:
        return [f"it did not see the damage: {said}"] if done.code not in REFUSING[name] else []
    if truth is Truth.VALUES and name == "verify" and done.code not in REFUSING[name]:
        return [f"it did not see the changed value: {said}"]
    if truth is Truth.REFERENCES and name in ("audit", "verify") and done.code not in REFUSING[name]:
        return [f"it did not see what is missing: {said}"]
    if truth is Truth.HARMLESS and done.code != usual.code:
        return [f"nothing is wrong with the file, and it said {said}"]
    return []


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
