"""tools/record_behaviour: what it records is the same each time, and hides nothing but what must vary."""

import os
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rmos_migration import __version__

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT))

from tools.record_behaviour.normalise import AFTER_CHANGES, MEMBERS, RULES, Normaliser  # noqa: E402
from tools.record_behaviour.workshops import NAMES, edit, plant  # noqa: E402

TODAY = datetime.now(UTC)
STAMP = f"{TODAY:%Y-%m-%dT%H:%M:%S.%f}Z"


@pytest.fixture
def normaliser(tmp_path: Path) -> Normaliser:
    return Normaliser(tmp_path, TODAY.replace(hour=0, minute=0, second=0), __version__)


def seen(folder: Path) -> dict[str, tuple[int, bytes]]:
    """The time of everything but folders, and what is in files."""
    return {
        os.fsencode(file.relative_to(folder)).hex(): (file.lstat().st_mtime_ns, content(file))
        for file in folder.rglob("*")
        if file.is_symlink() or not file.is_dir()
    }


def content(file: Path) -> bytes:
    return file.read_bytes() if stat.S_ISREG(file.lstat().st_mode) else b""


@pytest.mark.skipif(sys.platform != "linux", reason="it plants names and pipes that only Linux has")
@pytest.mark.parametrize("name", NAMES)
def test_a_workshop_is_the_same_each_time_before_and_after_its_edits(name: str, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        workshop = plant(name, tmp_path / folder)
        planted = seen(workshop.tree)
        edit(workshop)
        assert seen(workshop.tree) != planted
    assert seen(tmp_path / "one") == seen(tmp_path / "two")


def test_times_of_now_lose_their_digits_and_keep_their_form(normaliser: Normaliser) -> None:
    assert normaliser.text(f"at {STAMP}") == "at ####-##-##T##:##:##.######Z"
    assert normaliser.text(f"{TODAY:rmos-%Y%m%d-%H%M%S}.db") == "rmos-########-######.db"
    assert normaliser.text("at 2019-05-04T10:11:12Z") == "at 2019-05-04T10:11:12Z"


def test_the_folder_and_the_version_are_replaced(normaliser: Normaliser, tmp_path: Path) -> None:
    said = normaliser.text(f"{tmp_path}/rmos.db by {__version__}, not by 7{__version__}")
    assert said == f"<work>/rmos.db by <program's version>, not by 7{__version__}"


def test_how_long_a_run_took_is_hidden_and_how_long_a_job_took_is_not(normaliser: Normaliser) -> None:
    run = {"started_at": STAMP, "duration_seconds": 0.25, "documents_per_second": 300}
    said = normaliser.json([run, {"start_time": "2019-05-04", "duration_seconds": 0.25}])
    assert said.count("0.25") == 1
    assert "300" not in said


def test_every_normalisation_has_a_reason() -> None:
    assert all(rule.reason for rule in (*MEMBERS, *RULES, *AFTER_CHANGES))
