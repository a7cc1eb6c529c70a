"""A stdout or stderr that is closed, full, or left by its reader: the run and its other results are whole,
the exit code tells."""

import os
import subprocess
from pathlib import Path
from random import Random
from threading import Thread

import pytest
from campaign.counting import Campaign
from campaign.scenarios import SCENARIOS, Scenario, Stage, stage_for
from campaign.trials import Done, Program, share_of, spread

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
    stages: dict[str, tuple[Stage, Done]] = {}
    chosen = [CHOICES[number - 1] for number in spread(len(CHOICES), share_of(TRIALS))]
    for number, (scenario, way, streams) in enumerate(chosen):
        if scenario.name not in stages:
            stages[scenario.name] = _as_usual(scenario, arena / "sinks", undisturbed)
        stage, usual = stages[scenario.name]
        stage.fresh()
        run = _run_closed if way == "closed" else _run
        code, said = run(stage, scenario.command(stage), way, streams, Random(number))
        said_usually = {"stdout": usual.out, "stderr": usual.err}
        right = _right_codes(scenario, way, [name for name in streams if said_usually[name].strip()])
        found = [] if code in right else [f"it ended with {code}, not {right}: {said[-400:]}"]
        if "Traceback" in said:
            found.append(said[-800:])
        found += scenario.findings(stage, True)
        campaign.trial(f"{scenario.name}: {' and '.join(streams)} {way}", found)
    campaign.check()


def _as_usual(scenario: Scenario, folder: Path, program: Program) -> tuple[Stage, Done]:
    """Bring a scenario to where it begins, and let it run once undisturbed."""
    stage = stage_for(scenario, folder, program)
    stage.fresh()
    usual = program.run(*scenario.command(stage), cwd=stage.folder)
    assert usual.code == scenario.code, usual
    return stage, usual


def _right_codes(scenario: Scenario, way: str, lost: list[str]) -> set[int]:
    """What the exit code may be, where something was lost in these streams; what stderr is for is not a
    result.

    A reader who left does not hide that documents were rejected.
    """
    if way == "closed" or not lost:
        return {scenario.code}
    code = MACHINE if way == "full" else scenario.code or READER_LEFT
    if way == "left later" or "stdout" not in lost:
        return {scenario.code, code}
    return {code}


def _run(
    stage: Stage, command: list[str], way: str, streams: tuple[str, ...], dice: Random
) -> tuple[int, str]:
    """Run a command with streams that fail; its exit code, and what came through the others."""
    places = dict.fromkeys(streams, "/dev/full")
    readers = []
    if way != "full":
        places = {name: str(stage.folder / name) for name in streams}
        for name in streams:
            reads = dice.choice([1, 40, 300]) if way == "left later" else 0
            readers.append(Thread(target=_read_some, args=(places[name], reads), daemon=True))
            Path(places[name]).unlink(missing_ok=True)
            os.mkfifo(places[name])
            readers[-1].start()
    done = stage.program.run(*command, cwd=stage.folder, streams=places)
    for reader in readers:
        reader.join(60)
    return done.code, done.out + done.err


def _read_some(pipe: str, count: int) -> None:
    """Read so many bytes from a pipe, as soon as there is a writer, and leave."""
    with open(pipe, "rb") as stream:
        stream.read(count)


def _run_closed(
    stage: Stage,
    command: list[str],
    way: str,
    streams: tuple[str, ...],
    dice: Random,
) -> tuple[int, str]:
    """Start a command with streams that are closed: Python has none for them then, which no child of it
    has."""
    closing = " ".join({"stdout": ">&-", "stderr": "2>&-"}[name] for name in streams)
    line = ["sh", "-c", f'exec "$@" {closing}', "sh", *RMOS, *command]
    done = subprocess.run(
        line,
        cwd=stage.folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")
