"""Connections that stay open: they see what others do to the file meanwhile, also where they cannot be noted
beside it."""

import os
from pathlib import Path
from typing import Any

import pytest

from builders import execute, pattern, write
from rmos_migration import migrate
from rmos_migration.errors import DatabaseUnusable, TookTooLong
from rmos_migration.store import records
from rmos_migration.store.pool import ReadPool


def patterns(readers: ReadPool) -> int:
    with readers.reading() as snapshot:
        return records.entity_counts(snapshot)["patterns"]


def test_a_folder_that_may_only_be_read_does_not_make_the_answers_old(
    tree: Path, database: Path, readers: ReadPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_reading(path: Any, mode: int) -> bool:
        return mode != os.W_OK

    with monkeypatch.context() as patched:
        patched.setattr(os, "access", only_reading)
        before = readers.data_version()
        assert patterns(readers) == 1
    write(tree, "patterns/q.json", pattern("p2"))
    migrate(tree, database)
    monkeypatch.setattr(os, "access", only_reading)
    assert patterns(readers) == 2
    assert readers.data_version() != before


def test_a_connection_that_was_open_before_an_upgrade_is_not_lent_out(
    database: Path, readers: ReadPool
) -> None:
    assert patterns(readers) == 1
    execute(database, "INSERT INTO schema_version VALUES (99, '2026-01-01T00:00:00.000000Z', 'newer')")
    with pytest.raises(DatabaseUnusable):
        patterns(readers)


def test_an_answer_that_is_none_does_not_cost_the_connection(database: Path, readers: ReadPool) -> None:
    readers.harmless = (LookupError,)
    lent = []
    for error in (LookupError, KeyError, LookupError):
        with pytest.raises(error), readers.reading() as snapshot:
            lent.append(snapshot.connection)
            raise error
    assert len(set(map(id, lent))) == 1
    assert patterns(readers) == 1


@pytest.mark.parametrize("error", [ValueError(), TookTooLong("too long"), KeyboardInterrupt()])
def test_whatever_else_is_raised_costs_it(readers: ReadPool, error: BaseException) -> None:
    readers.harmless = (LookupError,)
    with pytest.raises(type(error)), readers.reading() as snapshot:
        raise error
    assert snapshot.connection.closed
    assert patterns(readers) == 1


def test_what_is_seen_at_once_is_what_is_seen_with_patience(database: Path, readers: ReadPool) -> None:
    assert readers.data_version_at_once() is None  # nobody has looked yet
    before = readers.data_version()
    assert readers.data_version_at_once() == before
    execute(database, "UPDATE patterns SET name = 'another'")
    assert readers.data_version_at_once() is None
    assert readers.data_version() != before
    assert readers.data_version_at_once() == readers.data_version()
