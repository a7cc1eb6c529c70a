"""A dry run writes nothing, and foretells the real run."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from builders import (
    EXAMPLES,
    digests,
    execute,
    family,
    joblog,
    pattern,
    query,
    workshop,
    write,
)
from rmos_migration import RunSummary, migrate
from rmos_migration.migrate import pipeline
from two_steps import older_database

MESSY = EXAMPLES / "messy_legacy"


def foretold(summary: RunSummary) -> tuple[object, ...]:
    """What a dry run promises of the real one."""
    counts = summary.counts
    return summary.status, summary.exit_code, counts.entities, counts.codes, counts.severities, counts.files


def disorder(tree: Path) -> None:
    """Duplicates, conflicts, rejects, references that lead nowhere, and a few plain documents."""
    write(tree, "strip_families/a.json", family("f1"))
    write(tree, "strip_families/b.json", family("f1"))
    write(tree, "strip_families/c.json", family("f1", name="other"))
    write(tree, "strip_families/d.json", family("f2", strip_width_mm=0))
    write(tree, "patterns/a.json", pattern("p1", strip_family_id="f2"))
    write(tree, "patterns/b.json", pattern("p1", name="other"))
    write(tree, "patterns/c.json", pattern("p1", strip_family_id="f2"))
    write(tree, "patterns/d.json", "{")
    write(tree, "joblogs/a.json", joblog("j1", pattern_id="p1", strip_family_id="lost"))
    write(tree, "joblogs/b.json", {"type": "slice"})


def test_a_dry_run_without_a_database_makes_none(database: Path) -> None:
    summary = migrate(MESSY, database, dry_run=True)
    assert summary.totals.found == 61
    assert summary.run_id is None
    assert list(database.parent.iterdir()) == []


def test_a_dry_run_on_an_empty_file_leaves_it_empty(database: Path) -> None:
    database.touch()
    migrate(MESSY, database, dry_run=True)
    assert database.read_bytes() == b""
    assert list(database.parent.iterdir()) == [database]


def test_a_dry_run_leaves_the_database_as_it_is_byte_for_byte(database: Path) -> None:
    migrate(EXAMPLES / "rmos_legacy", database)
    before = digests(database.parent)
    summary = migrate(MESSY, database, dry_run=True, on_conflict="replace")
    assert summary.totals.migrated > 0
    after = digests(database.parent)
    assert after.pop("rmos.db.lock")
    before.pop("rmos.db.lock")
    assert after == before


def test_a_dry_run_leaves_no_run_behind(database: Path) -> None:
    migrate(EXAMPLES / "rmos_legacy", database)
    migrate(MESSY, database, dry_run=True)
    assert query(database, "SELECT count(*) FROM migration_runs") == [(1,)]
    assert query(database, "SELECT count(*) FROM migration_sources") == [(1,)]


def test_a_large_dry_run_leaves_the_database_as_it_is(tree: Path, database: Path) -> None:
    write(tree, "strip_families/first.json", family())
    migrate(tree, database)
    before = digests(database.parent)["rmos.db"]
    long_text = "wood " * 4000
    for number in range(1200):  # more than the page cache holds, so that SQLite writes some of it out early
        write(tree, f"patterns/{number}.json", pattern(f"p{number}", notes=long_text))
    assert migrate(tree, database, dry_run=True).totals.migrated == 1200
    assert digests(database.parent)["rmos.db"] == before
    assert query(database, "SELECT count(*) FROM patterns") == [(0,)]


def test_a_dry_run_leaves_the_log_of_a_killed_run_alone(tree: Path, database: Path, tmp_path: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    killed = tmp_path / "killed"
    killed.mkdir()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE patterns SET name = 'in the log'")
        connection.commit()
        for name in ("rmos.db", "rmos.db-wal"):
            shutil.copy(database.with_name(name), killed / name)
    before = digests(killed)
    assert (killed / "rmos.db-wal").stat().st_size > 0
    write(tree, "patterns/b.json", pattern("p2"))
    summary = migrate(tree, killed / "rmos.db", dry_run=True)
    assert (summary.totals.migrated, summary.totals.unchanged) == (1, 1)
    assert digests(killed)["rmos.db"] == before["rmos.db"]
    assert query(killed / "rmos.db", "SELECT id, name FROM patterns") == [("p1", "in the log")]


def test_a_dry_run_leaves_a_database_without_a_log_as_it_is(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    execute(database, "PRAGMA journal_mode = DELETE")
    before = digests(database.parent)["rmos.db"]
    assert migrate(tree, database, dry_run=True).totals.unchanged == 1
    assert digests(database.parent)["rmos.db"] == before


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"on_conflict": "replace"},
        {"on_conflict": "reject"},
        {"missing_references": "reject"},
        {"all_or_nothing": True},
    ],
    ids=str,
)
def test_the_real_run_does_what_the_dry_run_foretold(
    size: int,
    options: dict[str, object],
    tree: Path,
    database: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", size)
    disorder(tree)
    without_database = foretold(migrate(tree, database, dry_run=True, **options))  # type: ignore[arg-type]
    assert without_database == foretold(migrate(tree, database, **options))  # type: ignore[arg-type]
    write(tree, "patterns/a.json", pattern("p1", name="edited"))
    write(tree, "strip_families/d.json", family("f2"))
    with_database = foretold(migrate(tree, database, dry_run=True, **options))  # type: ignore[arg-type]
    assert with_database == foretold(migrate(tree, database, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", ["0", "2", "5%", "40%"])
def test_a_dry_run_stops_at_the_reject_limit_like_the_real_run(
    limit: str, tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", 2)
    disorder(tree)
    foreseen = migrate(tree, database, dry_run=True, max_rejects=limit)
    assert foretold(foreseen) == foretold(migrate(tree, database, max_rejects=limit))


def test_the_messy_workshop_ends_as_foretold(database: Path) -> None:
    foreseen = foretold(migrate(MESSY, database, dry_run=True))
    assert foreseen == foretold(migrate(MESSY, database))
    assert foretold(migrate(MESSY, database, dry_run=True)) == foretold(migrate(MESSY, database))


@pytest.mark.usefixtures("two_steps")
def test_a_dry_run_on_an_older_schema_foretells_and_upgrades_nothing(tree: Path, database: Path) -> None:
    older_database(database)
    workshop(tree, 20)
    before = digests(database.parent)
    foreseen = foretold(migrate(tree, database, dry_run=True))
    after = digests(database.parent)
    assert after.pop("rmos.db.lock", None) is not None
    assert after == before
    assert foreseen == foretold(migrate(tree, database))


def test_a_dry_run_waits_for_nobody(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    with closing(sqlite3.connect(database)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM patterns").fetchall()
        assert migrate(tree, database, dry_run=True).totals.unchanged == 1
