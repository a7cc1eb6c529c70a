"""Connections that stay open: they see what others do to the file meanwhile, also where they cannot be noted beside it."""

import os
from pathlib import Path
from typing import Any

import pytest

from builders import execute, pattern, write
from rmos_migration import migrate
from rmos_migration.errors import DatabaseUnusable
from rmos_migration.store import queries
from rmos_migration.store.standing import Readers


def patterns(readers: Readers) -> int:
    with readers.reading() as connection:
        return queries.entity_counts(connection)["patterns"]


def test_a_folder_that_may_only_be_read_does_not_make_the_answers_old(
    tree: Path, database: Path, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_reading(path: Any, mode: int) -> bool:
        return mode != os.W_OK

    with monkeypatch.context() as patched:
        patched.setattr(os, "access", only_reading)
        before = readers.moment()
        assert patterns(readers) == 1
    write(tree, "patterns/q.json", pattern("p2"))
    migrate(tree, database)
    monkeypatch.setattr(os, "access", only_reading)
    assert patterns(readers) == 2
    assert readers.moment() != before


def test_a_connection_that_was_open_before_an_upgrade_is_not_lent_out(
    database: Path, readers: Readers
) -> None:
    assert patterns(readers) == 1
    execute(database, "INSERT INTO schema_version VALUES (99, '2026-01-01T00:00:00.000000Z', 'newer')")
    with pytest.raises(DatabaseUnusable):
        patterns(readers)
