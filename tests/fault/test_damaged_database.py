"""An audit of a damaged file: findings or exit 4 and one clear line, never a traceback, and the file stays as it is."""

import random
import shutil
from pathlib import Path

import pytest

from builders import EXAMPLES, execute, rmos
from rmos_migration import audit, migrate
from rmos_migration.errors import RmosError

SPOILED = 150


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a database in order."""
    database = tmp_path_factory.mktemp("sound") / "rmos.db"
    migrate(EXAMPLES / "older_workshop", database)
    return database.read_bytes()


def spoilt(raw: bytes, dice: random.Random) -> bytes:
    """A database's bytes with some of them changed, lost or overwritten, past the first hundred."""
    made = bytearray(raw)
    kind = dice.choice(["bits", "bits", "bits", "block", "cut", "page", "schema"])
    if kind == "bits":
        for _ in range(dice.choice([1, 3, 30])):
            made[dice.randrange(100, len(made))] ^= 1 << dice.randrange(8)
    elif kind == "block":
        at = dice.randrange(100, len(made))
        made[at : at + 600] = dice.randbytes(min(600, len(made) - at))
    elif kind == "cut":
        del made[dice.randrange(100, len(made)) :]
    elif kind == "page":
        at = dice.randrange(1, len(made) // 4096) * 4096
        made[at : at + 4096] = bytes(4096)
    else:
        for _ in range(5):
            made[dice.randrange(100, 8 * 4096)] = dice.randrange(256)
    return bytes(made)


def test_no_damage_ends_in_anything_but_findings_or_a_refusal(sound: bytes, database: Path) -> None:
    dice = random.Random(4)
    answers = {"findings": 0, "refused": 0, "passed": 0}
    for number in range(SPOILED):
        raw = spoilt(sound, dice)
        database.write_bytes(raw)
        for name in ("-wal", "-shm"):
            database.with_name(database.name + name).unlink(missing_ok=True)
        try:
            answers["passed" if audit(database).passed else "findings"] += 1
        except RmosError as refused:
            assert refused.exit_code == 4, (number, refused)
            assert refused.message
            answers["refused"] += 1
        assert database.read_bytes() == raw
    assert min(answers.values()) > SPOILED // 20


@pytest.mark.fault
@pytest.mark.parametrize("seed", range(6))
def test_command_says_one_clear_line_or_shows_findings(seed: int, sound: bytes, database: Path) -> None:
    database.write_bytes(spoilt(sound, random.Random(100 + seed)))
    done = rmos("audit", "--database", database)
    assert done.returncode in (0, 1, 4)
    assert "Traceback" not in done.stdout + done.stderr
    if done.returncode == 4:
        assert len(done.stderr.splitlines()) == 2
    else:
        assert done.stdout.splitlines()[-1].startswith(("PASSED", "FAILED"))


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
