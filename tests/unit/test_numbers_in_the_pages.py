"""Numbers, names and variables that docs/security.md and docs/operating.md promise are those of the program.

What a bound does is tested where its subject is, often with a smaller one; here the bound itself is held.
"""

import re
from pathlib import Path

import pytest

from pages import ROOT
from powershell import Script
from rmos_migration.api import lanes, listeners, one_time_link, requests, security, timeouts, tokens
from rmos_migration.settings import SETTINGS_FILE, Settings
from rmos_migration.sources import folders, legacy_folder, read
from rmos_migration.store import pool, requirements
from rmos_migration.store.sqlite.file_state import patience

SECURITY = ROOT / "docs" / "security.md"
OPERATING = ROOT / "docs" / "operating.md"

WORDS = {2: "two", 4: "four", 8: "eight", 10: "ten", 30: "thirty"}
MEBIBYTE, KIBIBYTE = 1024**2, 1024


def text_of(page: Path) -> str:
    """A page in one line."""
    return " ".join(page.read_text(encoding="utf-8").split())


def word(number: float) -> str:
    return WORDS[int(number)]


BOUNDS = {
    "files": f"no more than {read.SIZE_LIMIT // MEBIBYTE} MiB of each is read",
    "questions": f"in the server after {word(lanes.QUESTION_SECONDS)} seconds,"
    f" or {word(pool.QUESTION_SECONDS)} where the answer is kept",
    "short tokens": f"{tokens.SHORTEST} characters, {tokens.FEWEST_DIFFERENT} of them different",
    "the key of the link": f"good once and for {word(one_time_link.GOOD_SECONDS / 60)} minutes",
    "requests": f"Bodies are at most {requests.LARGEST_BODY // MEBIBYTE} MiB,"
    f" heads {security.LARGEST_HEAD // KIBIBYTE} KiB,"
    f" and {security.MOST_AT_ONCE} requests are answered at a time",
    "connections": f"Where all {timeouts.MOST_CONNECTIONS} places are taken",
    "connections of one": f"may have {timeouts.MOST_OF_PEER} of them",
    "what costs": f"answered {word(lanes.COSTLY)} at a time, with {lanes.MOST_WAITING} waiting for up to"
    f" {word(lanes.WAITING_SECONDS)} seconds"
    f" and {word(lanes.QUESTION_SECONDS)} seconds for each answer's questions",
    "listeners": f"{listeners.MOST} may listen to the progress of a run,"
    f" and {word(listeners.KEPT)} more with the token for changes",
    "places to wait": f"who also have {word(lanes.KEPT)} more places to wait",
}


@pytest.mark.parametrize("bound", BOUNDS.values(), ids=BOUNDS)
def test_bounds_of_the_security_page_are_those_of_the_program(bound: str) -> None:
    assert bound in text_of(SECURITY)


def test_commands_give_up_after_the_minutes_that_the_page_says(tmp_path: Path) -> None:
    file = tmp_path / "rmos.db"
    file.write_bytes(b"")
    assert patience(file) == 120
    assert "in commands after two minutes, or more for a large file" in text_of(SECURITY)
    file.write_bytes(b"x" * 1_000_000)
    assert patience(file) > 120


NAMES = {
    "the settings": f"| `{SETTINGS_FILE}` |",
    "an export that goes on": f"| `{legacy_folder.UNFINISHED_MARK}` |",
    "the oldest SQLite": f"older than {requirements.OLDEST[0]}.{requirements.OLDEST[1]}",
    "the endings": ", ".join(f"`{ending}`" for ending in folders.READ_ENDINGS[:-1])
    + f" or `{folders.READ_ENDINGS[-1]}` are read",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_of_the_operating_page_are_those_of_the_program(name: str) -> None:
    assert name in text_of(OPERATING)


def test_the_operating_page_names_every_variable_and_every_setting() -> None:
    text = OPERATING.read_text(encoding="utf-8")
    own = {"database": "RMOS_DATABASE_URL"}
    variables = {own.get(name, f"RMOS_{name.upper()}") for name in Settings.model_fields}
    of_compose = {"RMOS_LEGACY_FOLDER"}
    assert set(re.findall(r"\bRMOS_[A-Z_]+", text)) == variables | of_compose
    (block,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    of_the_file = {name for name in Settings.model_fields if "token" not in name}
    assert set(re.findall(r"^(?:# )?(\w+) =", block, re.MULTILINE)) == of_the_file


def test_the_operating_page_names_parameters_that_the_script_has() -> None:
    script = Script(ROOT / "test_rmos_migration.ps1")
    (told,) = re.findall(r"the exit code is 1 if one failed\. (.*?) ##", text_of(OPERATING))
    named = re.findall(r"`-(\w+)`", told)
    assert named
    assert set(named) <= set(script.parameters)
