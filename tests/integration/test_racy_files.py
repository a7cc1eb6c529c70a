"""A file edited in the very moment it is read: the same size and time must not hide the edit."""

import os
from pathlib import Path

from builders import pattern, write
from rmos_migration import migrate


def test_an_edit_of_the_same_size_and_time_as_a_file_just_written_is_seen(tree: Path, database: Path) -> None:
    migrate(tree, database)  # makes the database, so that the next run reads at once
    file = write(tree, "patterns/a.json", pattern(name="first"))
    os.utime(file)
    written_at = file.stat().st_mtime_ns
    migrate(tree, database)
    write(tree, "patterns/a.json", pattern(name="fluke"))
    os.utime(file, ns=(written_at, written_at))
    assert migrate(tree, database).totals.conflicts == 1
