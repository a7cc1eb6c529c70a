"""Who reads a database that other hands changed is told so, wherever its numbers stand, and is not told that
all is well."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from builders import execute, joblog, pattern, query, rmos, workshop, write
from rmos_migration import build_report, migrate
from rmos_migration.api.app import create_app
from rmos_migration.cli.app import app
from rmos_migration.editing import edit
from rmos_migration.entities import PATTERN
from rmos_migration.errors import DatabaseUnusable
from rmos_migration.reports.formats import RENDERERS, Format
from rmos_migration.store.checks import doubts
from rmos_migration.store.database import database_at
from rmos_migration.web.pages import page_routers
from rmos_migration.web.rendering import problem_page
from serving import TestClient, serving

PAGE = 4096
JOB = "(SELECT min(id) FROM joblogs)"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of 300 records, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    workshop(folder / "legacy", 300)
    migrate(folder / "legacy", folder / "rmos.db")
    return folder / "rmos.db"


@pytest.fixture
def meddled(filled: Path, database: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copyfile(filled, database))


def script(text: str) -> Callable[[Path], None]:
    return lambda database: execute(database, text)


def zeroed(page_of: Callable[[Path], int]) -> Callable[[Path], None]:
    def zero(database: Path) -> None:
        page = page_of(database)
        with database.open("r+b") as file:
            file.seek((page - 1) * PAGE)
            file.write(bytes(PAGE))

    return zero


def root_of(name: str) -> Callable[[Path], int]:
    return lambda database: query(database, "SELECT rootpage FROM sqlite_master WHERE name = ?", name)[0][0]


def leaf_of(name: str) -> Callable[[Path], int]:
    """The first page of rows below the root of a table."""

    def find(database: Path) -> int:
        begin = (root_of(name)(database) - 1) * PAGE
        raw = database.read_bytes()[begin : begin + PAGE]
        cell = int.from_bytes(raw[12:14], "big")
        return int.from_bytes(raw[cell : cell + 4], "big")

    return find


MEDDLING: dict[str, tuple[Callable[[Path], None], str]] = {
    "a trigger": (
        script("CREATE TRIGGER t AFTER INSERT ON joblogs BEGIN DELETE FROM joblogs WHERE id = NEW.id; END"),
        "the trigger t on joblogs is not ours",
    ),
    "a view": (script("CREATE VIEW v AS SELECT * FROM joblogs"), "the view v is not ours"),
    "a virtual table": (
        script("CREATE VIRTUAL TABLE v USING fts5 (words)"),
        "the virtual table v is not ours",
    ),
    "a table that drops rows": (
        script(
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'PRIMARY KEY (id)',"
            " 'PRIMARY KEY (id) ON CONFLICT IGNORE') WHERE name = 'joblogs'"
        ),
        "the table joblogs was changed",
    ),
    "a table dropped": (
        script("DROP TABLE migration_rejects"),
        "the table migration_rejects is missing",
    ),
    "a row deleted": (
        script(f"DELETE FROM joblogs WHERE id = {JOB}"),
        "1 of the joblogs that arrived is gone",
    ),
    "all rows deleted": (script("DELETE FROM joblogs"), "180 of the joblogs that arrived are gone"),
    "a parent deleted": (
        script("DELETE FROM patterns WHERE id = 'p1'"),
        "1 of the patterns that arrived is gone; 2 references lead nowhere",
    ),
    "a parent's id changed": (
        script("UPDATE patterns SET id = 'other' WHERE id = 'p1'"),
        "1 of the patterns is of no document that is on record; 2 references lead nowhere",
    ),
    "a reference changed": (
        script(f"UPDATE joblogs SET pattern_id = 'nobody' WHERE id = {JOB}"),
        "1 reference leads nowhere",
    ),
    "a row added": (
        script("INSERT INTO patterns (id, pattern_type, geometry_json) VALUES ('x', 'generic', '{}')"),
        "1 of the patterns is of no document that is on record",
    ),
    "the ledger emptied": (
        script("DELETE FROM migration_ledger"),
        "180 of the joblogs are of no document that is on record",
    ),
    "a page of rows zeroed": (zeroed(leaf_of("joblogs")), "the joblogs cannot be counted"),
    "a table's first page zeroed": (zeroed(root_of("joblogs")), "the joblogs cannot be counted"),
    "a key's index zeroed": (
        zeroed(root_of("sqlite_autoindex_joblogs_1")),
        "the joblogs cannot be counted",
    ),
}


def said_by(*arguments: str | Path) -> str:
    """What a command of the program prints about a database."""
    command, database, *options = arguments
    done = CliRunner().invoke(app, [str(command), "--database", str(database), *map(str, options)])
    assert done.exit_code in (0, 4), done.exception
    return done.stdout


def status_of(database: Path) -> tuple[str, Any]:
    return said_by("status", database), json.loads(said_by("status", database, "--json"))


@pytest.mark.parametrize(("meddle", "said"), MEDDLING.values(), ids=MEDDLING)
def test_status_says_what_speaks_against_its_numbers(
    meddle: Callable[[Path], None], said: str, meddled: Path
) -> None:
    meddle(meddled)
    text, told = status_of(meddled)
    assert said in "; ".join(told["doubts"])
    assert "do not rely on these numbers" in text
    assert "see: rmos audit" in text


@pytest.mark.parametrize(("meddle", "said"), MEDDLING.values(), ids=MEDDLING)
def test_no_report_says_that_everything_is_in_a_database_that_others_changed(
    meddle: Callable[[Path], None], said: str, meddled: Path
) -> None:
    meddle(meddled)
    try:
        report = build_report(meddled)
    except DatabaseUnusable as refusal:
        assert "rmos audit" in refusal.hint
        return
    assert said in "; ".join(report.doubts)
    assert report.verdict == "Everything arrived. But the database is no longer as this program left it."
    assert "See: rmos audit." in report.advice[0]
    assert "in the database" not in " ".join(report.advice)
    assert 'class="verdict bad"' in RENDERERS[Format.HTML](report)


@pytest.mark.parametrize(("meddle", "said"), MEDDLING.values(), ids=MEDDLING)
def test_the_dashboards_first_page_says_it_too(
    meddle: Callable[[Path], None], said: str, meddled: Path
) -> None:
    meddle(meddled)
    served = create_app(serving(meddled), page_routers(), problem_page)
    with TestClient(served, "http://127.0.0.1", raise_server_exceptions=False) as calling:
        answer = calling.get("/")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))
    if answer.status_code == 200:
        assert said in text
        assert "Everything arrived. But the database is no longer" in text
        assert "are in the database" not in text
    else:
        assert answer.status_code == 503
        assert "Everything arrived" not in text


@pytest.mark.parametrize(("meddle", "said"), MEDDLING.values(), ids=MEDDLING)
def test_the_doctor_knows_it_from_the_soundness_or_from_the_records(
    meddle: Callable[[Path], None], said: str, meddled: Path
) -> None:
    meddle(meddled)
    checks = json.loads(said_by("doctor", meddled, "--json"))["checks"]
    found = {check["name"]: check for check in checks if check["state"] != "ok"}
    assert found.keys() & {"soundness", "records"}
    if "records" in found:
        assert said in found["records"]["text"]
        assert found["records"]["hint"] == "see: rmos audit"


def test_nothing_speaks_against_what_this_program_left(meddled: Path) -> None:
    assert build_report(meddled).doubts == []
    text, told = status_of(meddled)
    assert told["doubts"] == []
    assert "rely" not in text
    assert said_by("doctor", meddled).count("ok   records: ") == 1


def test_rows_that_wait_or_were_replaced_and_records_of_the_dashboard_are_no_reason_to_doubt(
    tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", pattern("a"))
    write(tree, "patterns/b.json", pattern("a", name="other"))
    write(tree, "patterns/c.json", pattern("c"))
    write(tree, "joblogs/j.json", joblog("j", pattern_id="later"))
    write(tree, "joblogs/k.json", "{")
    migrate(tree, database, on_conflict="replace")
    place = database_at(database)
    edit.create(place, PATTERN, {"name": "new", "ring_count": 1, "geometry": {"rings": []}}, b"{}")
    edit.delete(place, PATTERN, "c")
    migrate(tree, database)
    with place.read() as snapshot:
        assert doubts(snapshot) == []


@pytest.mark.parametrize("verb", ["status", "doctor", "report", "history", "rejects"])
def test_a_view_in_a_table_s_place_is_told_of_and_nothing_is_read_from_it(verb: str, meddled: Path) -> None:
    script("ALTER TABLE joblogs RENAME TO j2; CREATE VIEW joblogs AS SELECT * FROM j2 WHERE 0")(meddled)
    done = rmos(verb, "--database", meddled)
    assert done.returncode == 4
    assert "joblogs is a view, where a table of this program must be" in done.stdout + done.stderr
    assert "rmos audit" in done.stdout + done.stderr
