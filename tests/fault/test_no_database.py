"""What is no database of this program is refused with one clear line, and stays as it is."""

import shutil
from pathlib import Path

import pytest

from builders import EXAMPLES, execute, rmos
from rmos_migration import migrate


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a database in order."""
    database = tmp_path_factory.mktemp("sound") / "rmos.db"
    migrate(EXAMPLES / "older_workshop", database)
    return database.read_bytes()


@pytest.mark.parametrize(
    "content", [b"", b"S", b"Maple and walnut.\n" * 500, b"SQLite format 3\0" + bytes(4080)]
)
def test_what_is_no_database_is_refused(content: bytes, database: Path) -> None:
    database.write_bytes(content)
    done = rmos("audit", "--database", database)
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 2
    assert database.read_bytes() == content


def test_newer_schema_is_refused(sound: bytes, database: Path, tmp_path: Path) -> None:
    database.write_bytes(sound)
    execute(database, "INSERT INTO schema_version VALUES (99, '2099-01-01T00:00:00.000000Z', 'the future')")
    before = shutil.copyfile(database, tmp_path / "before.db").read_bytes()
    done = rmos("audit", "--database", database)
    assert done.returncode == 4
    assert "schema 99" in done.stderr
    assert database.read_bytes() == before
