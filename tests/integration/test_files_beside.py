"""What lies beside a database, and what of it one may take away: the table of docs/operating.md."""

import os
import re
import shutil
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from builders import EXAMPLES, domain_rows, execute, rmos
from pages import ROOT
from rmos_migration import audit
from serving_processes import serving
from two_steps import older_database

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="about files as POSIX has them"),
    pytest.mark.usefixtures("two_steps_throughout"),
]

TABLE = [
    re.findall(r"`([^`]+)`", line.split("|")[1])
    for line in (ROOT / "docs" / "operating.md").read_text(encoding="utf-8").splitlines()
    if line.startswith(("| `rmos.", "| `."))
]
NAMES = [name.replace("…", "*") for names in TABLE for name in names]
"""The names of the table, each a pattern."""


def unknown(folder: Path) -> list[str]:
    """Names in a folder that the table does not have."""
    return [name for name in os.listdir(folder) if not any(fnmatchcase(name, one) for one in NAMES)]


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was upgraded, filled and repaired, all by commands."""
    database = tmp_path_factory.mktemp("store") / "rmos.db"
    older_database(database)
    named = ("--database", database)
    assert rmos("init", *named).returncode == 0
    assert rmos("migrate", EXAMPLES / "rmos_legacy", *named).returncode == 0
    execute(database, "DROP INDEX idx_joblogs_status")
    assert rmos("audit", "--repair", *named).returncode == 0
    return database


def test_whatever_lies_beside_a_database_stands_in_the_table(used: Path) -> None:
    with serving(used, "--browser", token=None, BROWSER="true") as served:
        assert served.get("/readyz").status == 200
        assert served.get("/api/rmos/stores/patterns").json()["total"] > 0
        while_it_runs = set(os.listdir(used.parent))
        assert unknown(used.parent) == []
    assert unknown(used.parent) == []
    assert {
        "rmos.db", "rmos.db.lock", "rmos.db.token", "rmos.db.reading-token", "rmos.db.before-upgrade-from-1",
        "rmos.db.before-repair",
    } <= set(os.listdir(used.parent))  # fmt: skip
    assert {"rmos.db-wal", "rmos.db-shm"} < while_it_runs
    assert {re.sub(r"open-.*\.", "open-….", name) for name in while_it_runs} >= {"rmos.db.open-….html"}
    assert not list(used.parent.glob("*.html"))


def test_all_is_in_the_one_file_while_nothing_runs(used: Path, tmp_path: Path) -> None:
    for verb in ("status", "audit"):
        assert rmos(verb, "--database", used).returncode == 0
    log = used.with_name("rmos.db-wal")
    assert not log.exists() or log.stat().st_size == 0
    copy = Path(shutil.copyfile(used, tmp_path / "copy.db"))
    assert audit(copy).passed
    assert domain_rows(copy) == domain_rows(used)


@pytest.mark.parametrize("number", [1, 2])
def test_copies_that_an_earlier_version_left_unfinished_are_named(number: int, used: Path) -> None:
    left = [used.with_name(f"rmos.db.before-repair.{one:08}.unfinished") for one in range(number)]
    for file in left:
        file.write_bytes(b"half")
    said = rmos("doctor", "--database", used).stdout
    assert all(str(file) in said for file in left)
    assert "look whether each is whole" in said
    for file in left:
        file.unlink()
