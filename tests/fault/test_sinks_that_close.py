"""A stdout or stderr that is closed, full, or left by its reader: the run and its other results are whole, the exit code tells."""

import os
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import pytest
from campaign.counting import Campaign
from campaign.scenarios import SCENARIOS, Scenario, Stage, stage_for
from campaign.trials import Program, share_of, spread

from builders import RMOS, environment

KIND = "stdout or stderr closed, full or left"

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux's /dev/full"),
]

TRIALS = 120
READER_LEFT, MACHINE = 141, 5

VERBOSE = tuple(
    Scenario(f"migrate{more}", f"{one.arguments[:-3]} {more}", one.prepare, one.findings, one.code)
    for one in SCENARIOS[:1]
    for more in ("", "-v", "--json", "--json -v")
)
AS_JSON = tuple(
    Scenario(f"{one.name} as JSON", f"{one.arguments} --json", one.prepare, one.findings, one.code)
    for one in SCENARIOS
    if one.name in ("export", "certificate")
)
WITH_RESULTS = [
    *VERBOSE,
    *AS_JSON,
    *(one for one in SCENARIOS if one.name not in ("migrate, report, stats", "init", "upgrade", "replace")),
]
WAYS = ("closed", "full", "left", "left later")
STREAMS = (("stdout",), ("stderr",), ("stdout", "stderr"))
CHOICES = [(one, way, streams) for one in WITH_RESULTS for way in WAYS for streams in STREAMS]


def test_what_is_printed_and_the_other_results_do_not_hang_on_each_other(
    arena: Path, undisturbed: Program, campaign: Campaign
) -> None:
    stages: dict[str, Stage] = {}
    chosen = [CHOICES[number - 1] for number in spread(len(CHOICES), share_of(TRIALS))]
    for number, (scenario, way, streams) in enumerate(chosen):
        if scenario.name not in stages:
            stages[scenario.name] = stage_for(scenario, arena / "sinks", undisturbed)
        stage = stages[scenario.name]
        stage.fresh()
        usual = stage.program.run(*scenario.command(stage), cwd=stage.folder)
        assert usual.code == scenario.code, usual
        stage.fresh()
        code, said = _run(scenario.command(stage), way, streams, Random(number))
        said_usually = {"stdout": usual.out, "stderr": usual.err}
        right = _right_codes(scenario, way, [name for name in streams if said_usually[name].strip()])
        found = [] if code in right else [f"it ended with {code}, not {right}: {said[-400:]}"]
        if "Traceback" in said:
            found.append(said[-800:])
        found += scenario.findings(stage, True)
        campaign.trial(f"{scenario.name}: {' and '.join(streams)} {way}", found)
    campaign.check()


def _right_codes(scenario: Scenario, way: str, lost: list[str]) -> set[int]:
    """What the exit code may be, where something was lost in these streams; what stderr is for is not a result.

    A reader who left does not hide that documents were rejected.
    """
    if way == "closed" or not lost:
        return {scenario.code}
    code = MACHINE if way == "full" else scenario.code or READER_LEFT
    if way == "left later" or "stdout" not in lost:
        return {scenario.code, code}
    return {code}


def _run(command: list[str], way: str, streams: tuple[str, ...], dice: Random) -> tuple[int, str]:
    """Run a command with streams that fail; its exit code, and what came through the others."""
    places: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    line = [*RMOS, *command]
    if way == "closed":
        closing = " ".join({"stdout": ">&-", "stderr": "2>&-"}[name] for name in streams)
        line = ["sh", "-c", f'exec "$@" {closing}', "sh", *line]
    full = os.open("/dev/full", os.O_WRONLY) if way == "full" else None
    places |= dict.fromkeys(streams, full) if full is not None else {}
    with subprocess.Popen(line, env=environment(), stdin=subprocess.DEVNULL, **places) as process:
        if way.startswith("left"):
            for name in streams:
                stream = getattr(process, name)
                if way == "left later":
                    stream.read(dice.choice([1, 40, 300]))
                stream.close()
                setattr(process, name, None)
        out, err = process.communicate(timeout=120)
    if full is not None:
        os.close(full)
    return process.returncode, ((out or b"") + (err or b"")).decode("utf-8", "replace")
