"""The program with a second step of its schema, as long as it has only one: so that upgrading can be tried.

``data/two_steps`` holds that history: a first step that leaves something out, and one that adds it.
Once the program has two steps of its own, this can go.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from builders import execute
from rmos_migration.store import schema

FOLDER = Path(__file__).parent / "data" / "two_steps"


@contextmanager
def program_of_two_steps() -> Iterator[None]:
    """Have the second step in this process and in all that it starts, until the block ends."""
    path = os.pathsep.join(filter(None, (str(FOLDER), os.environ.get("PYTHONPATH"))))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(schema, "STEPS", FOLDER)
        patched.setattr(schema, "CURRENT_VERSION", 2)
        patched.setenv("PYTHONPATH", path)
        yield


def older_database(database: Path) -> None:
    """Make a database of the first of two steps; the program must have the second."""
    assert schema.STEPS == FOLDER, "the test needs the fixture two_steps"
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection, connection.begin():
        schema.upgrade(connection, "0001")
    engine.dispose()
    execute(database, "PRAGMA journal_mode = WAL")
