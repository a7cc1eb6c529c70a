"""What is measured: every way of loading, and this migrator's other runs."""

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

from .contenders import COLUMNS, ONE_TABLE, Safety, floor, row_per_commit, sqlite_utils

CAN_EMPTY_CACHE = hasattr(os, "posix_fadvise")
"""Whether this system can be told to forget a file it holds in memory."""


class Before(Enum):
    """What the database holds before the measured run."""

    NOTHING = "there is no database"
    OTHERS = "a few other documents"
    ALL = "all documents of the tree"


@dataclass(frozen=True)
class Case:
    """One thing to measure; ``load`` takes folder and database and returns the documents handled correctly.

    ``share``: the part of the tree's size that is loaded, where the whole would take too long. ``keeps``:
    whether the documents are in the database afterwards. ``cold``: whether the files are dropped from the
    system's cache first. ``mixed``: whether half of the documents are in the forms of older programs.
    """

    name: str
    title: str
    load: Callable[[Path, Path], int]
    share: float = 1
    before: Before = Before.NOTHING
    keeps: bool = True
    cold: bool = False
    mixed: bool = False


def migrated(source: Path, database: Path, *, dry_run: bool = False) -> int:
    """Migrate with this migrator, full strictness; how many documents arrived."""
    from rmos_migration import migrate  # here, so that its memory is not counted with the others'

    return migrate(source, database, dry_run=dry_run).totals.migrated


def unchanged(source: Path, database: Path, *, dry_run: bool = False) -> int:
    """Migrate again; how many documents were found to be there already."""
    from rmos_migration import migrate

    return migrate(source, database, dry_run=dry_run).totals.unchanged


def verified(source: Path, database: Path) -> int:
    """Compare the source with the database; how many documents are equal."""
    from rmos_migration import verify

    result = verify(source, database)
    return result.tallies.documents - len(result.differing)


def audited(_: Path, database: Path) -> int:
    """Audit the database with every rule; how many records it looked at, none if anything was found."""
    from rmos_migration import audit

    result = audit(database)
    return 0 if result.findings else sum(result.records.values())


def checked_by_sqlite(_: Path, database: Path) -> int:
    """SQLite's own checks of pages, indexes, constraints and references; how many documents there are.

    The larger cache and the mapped file gained 0 to 5 %; nothing else there is to set did anything.
    """
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("PRAGMA mmap_size = 1000000000")
    sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    whole = connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    return rows(database) if sound and whole else 0


_EVERYWHERE = (
    Case("ours", "rmos-migration", migrated),
    Case("floor", "floor: one insert, no safety", partial(floor, safety=Safety.FASTEST)),
    Case("floor-safe", "floor, as safe as ours", partial(floor, safety=Safety.SAFE)),
    Case("sqlite-utils", "sqlite-utils, no safety", partial(sqlite_utils, safety=Safety.FASTEST)),
    Case("sqlite-utils-safe", "sqlite-utils, as safe as ours", partial(sqlite_utils, safety=Safety.SAFE)),
    Case(
        "row-per-commit", "row per commit, as safe as ours", partial(row_per_commit, safety=Safety.SAFE), 0.1
    ),
    Case(
        "row-default",
        "row per commit, SQLite's defaults",
        partial(row_per_commit, safety=Safety.DEFAULT),
        0.1,
    ),
    Case("row-loose", "row per commit, may lose some", partial(row_per_commit, safety=Safety.LOOSE), 0.1),
    Case("mixed", "ours, half of older generations", migrated, mixed=True),
    Case("second", "ours, second run", unchanged, before=Before.ALL),
    Case("dry", "ours, dry run, no database yet", partial(migrated, dry_run=True), keeps=False),
    Case(
        "dry-others",
        "ours, dry run, database of others",
        partial(migrated, dry_run=True),
        before=Before.OTHERS,
        keeps=False,
    ),
    Case(
        "dry-second",
        "ours, dry run, all there already",
        partial(unchanged, dry_run=True),
        before=Before.ALL,
        keeps=False,
    ),
)
_WITH_CACHE_CONTROL = (
    Case("ours-cold", "ours, cold file cache", migrated, cold=True),
    Case("floor-cold", "floor, cold file cache", partial(floor, safety=Safety.FASTEST), cold=True),
)

LARGE = (
    Case("ours-large", "rmos-migration", migrated),
    Case("verify", "ours, verify", verified, before=Before.ALL),
    Case("audit", "ours, audit with every rule", audited, before=Before.ALL),
    Case("check", "SQLite's integrity and reference checks", checked_by_sqlite, before=Before.ALL),
)
"""What is measured on the large tree: what the database's soundness costs."""

SPEED = _EVERYWHERE + (_WITH_CACHE_CONTROL if CAN_EMPTY_CACHE else ())
"""What is measured on the usual tree."""

CASES = {case.name: case for case in SPEED + LARGE}
"""Every case this system can measure, by name."""


def rows(database: Path) -> int:
    """How many documents a database holds, whichever case made it; 0 where there is none."""
    if not database.exists():
        return 0
    connection = sqlite3.connect(database)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    counts = [
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in tables & {ONE_TABLE, *COLUMNS}
    ]
    connection.close()
    return sum(counts)
