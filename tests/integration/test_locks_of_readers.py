"""Looking at a database file must not take away the locks that SQLite holds on it in the same process."""

from pathlib import Path

from builders import family, pattern, rmos, write
from rmos_migration import migrate
from rmos_migration.store import records
from rmos_migration.store.database import database_at
from rmos_migration.store.snapshot import Snapshot


def test_an_open_reader_sees_what_other_processes_write_after_the_file_was_examined(
    tree: Path, database: Path
) -> None:
    write(tree, "strip_families/f.json", family())
    migrate(tree, database)
    place = database_at(database)
    with place.connect_pooled() as connection:
        assert records.entity_counts(Snapshot(connection))["patterns"] == 0
        connection.rollback()
        place.inspect()
        write(tree, "patterns/p.json", pattern())
        for arguments in (
            ["--dry-run"],
            [],
        ):  # each is the only one that it knows of, and tidies up when it ends
            assert rmos("migrate", tree, "--database", database, *arguments).returncode == 0
        assert records.entity_counts(Snapshot(connection))["patterns"] == 1
