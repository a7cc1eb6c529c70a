"""Nothing is written into a database that is not sound, and nobody is told that everything arrived in it."""

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from builders import (
    EXAMPLES,
    domain_rows,
    execute,
    pattern,
    query,
    records,
    rmos,
    started,
    workshop,
    write,
)
from rmos_migration import audit, migrate, verify
from rmos_migration.editing import edit
from rmos_migration.editing.refusals import InvalidRecord
from rmos_migration.entities import PATTERN
from rmos_migration.errors import DatabaseUnusable, RmosError
from rmos_migration.store.database import database_at
from rmos_migration.store.sqlite.lock import lock_path, write_lock
from rmos_migration.store.sqlite.seal import Seal, seal_of
from two_steps import older_database

SOURCE = EXAMPLES / "rmos_legacy"
PAGE = 4096


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with an example in it, to be copied."""
    database = tmp_path_factory.mktemp("filled") / "rmos.db"
    migrate(SOURCE, database)
    return database


@pytest.fixture
def sound(filled: Path, database: Path) -> Path:
    """A copy of the database that a test may spoil."""
    shutil.copyfile(filled, database)
    return database


def sqlite_says(database: Path) -> list[str]:
    """What SQLite itself finds in a copy of a file that it may write; else it would pass over the tables'
    rules."""
    copy = shutil.copyfile(database, database.with_name("looked-at.db"))
    try:
        with closing(sqlite3.connect(copy)) as connection:
            return [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
    except (
        sqlite3.Error,
        UnicodeDecodeError,
    ) as error:  # the latter for a damaged name in an error's message
        return [str(error)]


def zero(database: Path, page: int) -> None:
    with database.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(bytes(PAGE))


def refuses(database: Path, source: Path = SOURCE, **options: bool) -> bool:
    """Whether a migration is refused with exit 4, the file left as it is, and the way to go on named."""
    before = database.read_bytes()
    try:
        migrate(source, database, **options)  # type: ignore[arg-type]
    except RmosError as refusal:
        assert refusal.exit_code == 4, refusal
        assert refusal.hint
        assert database.read_bytes() == before
        return True
    return False


# damage
# ------------------------------------------------------------------------------------------------------


def pages_of(database: Path) -> dict[str, int]:
    """The first page of every table and index."""
    return dict(query(database, "SELECT name, rootpage FROM sqlite_master WHERE rootpage > 1"))


def test_no_table_and_no_index_may_have_a_page_of_zeros(sound: Path) -> None:
    raw = sound.read_bytes()
    for name, page in pages_of(sound).items():
        sound.write_bytes(raw)
        zero(sound, page)
        assert refuses(sound), name
        assert refuses(sound, dry_run=True), name


def test_any_page_of_zeros_is_refused_or_harmless(sound: Path) -> None:
    raw = sound.read_bytes()
    harmless = 0
    for page in range(2, len(raw) // PAGE + 1):
        sound.write_bytes(raw)
        zero(sound, page)
        if sqlite_says(sound) == ["ok"]:
            harmless += 1
        else:
            assert refuses(sound), page
    assert harmless <= 1


def spoilt(raw: bytes, dice: random.Random) -> bytes:
    made = bytearray(raw)
    kind = dice.choice(["bits", "bits", "block", "cut", "page", "swap"])
    if kind == "bits":
        for _ in range(dice.choice([1, 3, 30])):
            made[dice.randrange(100, len(made))] ^= 1 << dice.randrange(8)
    elif kind == "block":
        at = dice.randrange(100, len(made))
        made[at : at + 600] = dice.randbytes(min(600, len(made) - at))
    elif kind == "cut":
        del made[dice.randrange(100, len(made)) :]
    else:
        at, other = (dice.randrange(1, len(made) // PAGE) * PAGE for _ in range(2))
        made[at : at + PAGE] = raw[other : other + PAGE] if kind == "swap" else bytes(PAGE)
    return bytes(made)


@pytest.mark.parametrize("seed", range(4))
def test_random_damage_that_sqlite_sees_is_never_written_upon(seed: int, sound: Path) -> None:
    raw, dice = sound.read_bytes(), random.Random(seed)
    refused = 0
    for _ in range(40):
        sound.write_bytes(spoilt(raw, dice))
        if sqlite_says(sound) != ["ok"]:
            assert refuses(sound)
            refused += 1
    assert refused > 10


def test_a_damage_whose_time_was_set_back_is_seen(tree: Path, database: Path) -> None:
    workshop(tree, 30)
    migrate(tree, database)
    found = database.stat()
    zero(database, pages_of(database)["joblogs"])
    os.utime(database, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert refuses(database, tree)


@pytest.mark.parametrize("kept", [0.3, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_refused(kept: float, sound: Path) -> None:
    os.truncate(sound, int(sound.stat().st_size * kept) // PAGE * PAGE)
    assert refuses(sound)
    assert refuses(sound, dry_run=True)


@pytest.mark.parametrize("command", [["init"], ["migrate", SOURCE], ["doctor"], ["audit", "--repair"]])
def test_every_command_that_writes_and_the_doctor_refuse(command: list[str | Path], sound: Path) -> None:
    zero(sound, pages_of(sound)["joblogs"])
    before = sound.read_bytes()
    done = rmos(*command, "--database", sound)
    assert done.returncode == 4
    assert "Everything arrived" not in done.stdout
    assert "Traceback" not in done.stderr
    assert sound.read_bytes() == before


def test_the_dashboards_editor_refuses(sound: Path) -> None:
    zero(sound, pages_of(sound)["joblogs"])
    before = sound.read_bytes()
    fields = {"name": "new", "ring_count": 1, "geometry": {"rings": []}}
    with pytest.raises(DatabaseUnusable):
        edit.create(database_at(sound), PATTERN, fields, b"{}")
    assert sound.read_bytes() == before


def test_a_value_that_breaks_a_tables_own_rule_is_refused_until_its_row_is_mended(sound: Path) -> None:
    rows = domain_rows(sound)
    one = rows["joblogs"][0][0]
    execute(sound, "PRAGMA ignore_check_constraints = ON; UPDATE joblogs SET duration_seconds = -1")
    assert refuses(sound)
    assert {finding.code for finding in audit(sound).findings} >= {"value-range"}
    execute(sound, f"DELETE FROM joblogs WHERE id <> '{one}'; UPDATE joblogs SET duration_seconds = 1")
    assert migrate(SOURCE, sound).totals.migrated == len(rows["joblogs"]) - 1


# what is certified
# -------------------------------------------------------------------------------------------


def is_certified(database: Path) -> bool:
    """Whether a verification holds; one that cannot be made ends in exit 4, with the file left as it is."""
    before = database.read_bytes()
    try:
        return verify(SOURCE, database).holds
    except RmosError as refusal:
        assert refusal.exit_code == 4, refusal
        assert refusal.hint
        return False
    finally:
        assert database.read_bytes() == before


def test_nothing_is_certified_of_a_file_with_a_table_or_an_index_of_zeros(sound: Path) -> None:
    assert is_certified(sound)
    raw = sound.read_bytes()
    for name, page in pages_of(sound).items():
        sound.write_bytes(raw)
        zero(sound, page)
        assert not is_certified(sound), name


@pytest.mark.parametrize("index", ["idx_joblogs_pattern", "sqlite_autoindex_alembic_version_1"])
def test_the_command_answers_four_of_a_damaged_index(index: str, sound: Path) -> None:
    zero(sound, pages_of(sound)[index])
    done = rmos("verify", SOURCE, "--database", sound)
    assert done.returncode == 4
    assert "is not sound" in done.stderr
    assert "rmos audit" in done.stderr
    assert "EQUAL" not in done.stdout


def test_nothing_is_certified_where_the_damage_has_the_time_of_the_sound_file(
    tree: Path, database: Path
) -> None:
    workshop(tree, 30)
    migrate(tree, database)
    found = database.stat()
    zero(database, pages_of(database)["idx_joblogs_pattern"])
    os.utime(database, ns=(found.st_atime_ns, found.st_mtime_ns))
    with pytest.raises(DatabaseUnusable):
        verify(tree, database)


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_certified_of_random_damage_that_sqlite_sees(seed: int, sound: Path) -> None:
    raw, dice = sound.read_bytes(), random.Random(seed)
    for _ in range(30):
        sound.write_bytes(spoilt(raw, dice))
        if sqlite_says(sound) != ["ok"]:
            assert not is_certified(sound)


def test_an_index_that_lacks_entries_of_its_table_is_not_certified(sound: Path) -> None:
    script = (
        "PRAGMA writable_schema = ON;"
        " UPDATE sqlite_master SET sql = sql || {} WHERE name = 'idx_joblogs_pattern'"
    )
    execute(sound, script.format("' WHERE 1'"))
    execute(sound, "DELETE FROM joblogs WHERE id = (SELECT min(id) FROM joblogs)")
    assert not is_certified(sound)


def test_a_table_of_the_books_that_is_missing_is_not_certified(sound: Path) -> None:
    execute(sound, "DROP TABLE migration_pending_references")
    assert not is_certified(sound)


def test_what_acts_in_the_database_is_not_certified(sound: Path) -> None:
    for script in (script for scripts in FOREIGN.values() for script in scripts):
        copy = Path(shutil.copyfile(sound, sound.with_name("copy.db")))
        execute(copy, script)
        assert not is_certified(copy), script
        copy.unlink()


def test_a_database_without_its_lock_file_or_in_a_log_is_certified_like_any(sound: Path) -> None:
    assert not lock_path(sound).exists()
    assert is_certified(sound)
    with closing(sqlite3.connect(sound)) as writer:
        writer.execute("UPDATE migration_runs SET stopped_by = 'x'")
        writer.commit()
        assert sound.with_name("rmos.db-wal").stat().st_size
        assert verify(SOURCE, sound).holds


# what others put into it
# -------------------------------------------------------------------------------------

FOREIGN = {
    "trigger-found": [
        "CREATE TRIGGER t AFTER INSERT ON joblogs BEGIN DELETE FROM joblogs WHERE id = NEW.id; END",
        "CREATE TRIGGER t AFTER UPDATE ON migration_runs BEGIN DELETE FROM patterns; END",
        "CREATE TRIGGER t BEFORE INSERT ON patterns WHEN NEW.id LIKE 'x%' BEGIN SELECT RAISE(IGNORE); END",
        "CREATE TABLE mine (a); CREATE TRIGGER t AFTER INSERT ON mine BEGIN DELETE FROM joblogs; END",
    ],
    "view-found": [
        "CREATE VIEW v AS SELECT * FROM joblogs",
        "CREATE VIEW v AS SELECT 1 AS a",
        "CREATE VIRTUAL TABLE v USING fts5 (words)",
    ],
    "table-changed": [
        "PRAGMA writable_schema = ON; UPDATE sqlite_master"
        " SET sql = replace(sql, 'PRIMARY KEY (id)', 'PRIMARY KEY (id) ON CONFLICT IGNORE')"
        " WHERE name = 'joblogs'",
    ],
}


@pytest.mark.parametrize(
    ("code", "script"), [(code, script) for code, scripts in FOREIGN.items() for script in scripts]
)
def test_a_database_in_which_others_put_something_that_acts_is_refused(
    code: str, script: str, sound: Path
) -> None:
    execute(sound, script)
    assert refuses(sound)
    assert refuses(sound, dry_run=True)
    assert rmos("doctor", "--database", sound).returncode == 4
    result = audit(sound)
    assert not result.passed
    assert code in {finding.code for finding in result.findings if finding.severity == "error"}


@pytest.mark.usefixtures("two_steps")
def test_a_trigger_in_an_older_schema_is_refused_before_it_is_upgraded(database: Path) -> None:
    older_database(database)
    execute(database, "CREATE TRIGGER t AFTER INSERT ON patterns BEGIN DELETE FROM patterns; END")
    assert refuses(database)
    assert list(database.parent.glob("*.before-upgrade*")) == []


def test_it_is_taken_again_once_the_trigger_is_gone(sound: Path) -> None:
    execute(sound, FOREIGN["trigger-found"][0])
    assert refuses(sound)
    execute(sound, "DROP TRIGGER t")
    assert migrate(SOURCE, sound).exit_code == 0


# rows that are gone
# ------------------------------------------------------------------------------------------


def believing(database: Path) -> None:
    """Seal a file as it is now, as if this program had left it so."""
    seal = seal_of(database)
    assert seal is not None
    with write_lock(database, "a test") as held:
        held.leave(seal.text)


def test_a_settled_file_is_not_believed_where_its_row_is_lost_behind_the_index(
    tree: Path, database: Path
) -> None:
    workshop(tree, 500)
    migrate(tree, database)
    raw, pages = database.read_bytes(), pages_of(database)
    lost = 0
    for page in range(pages["joblogs"], len(raw) // PAGE + 1):
        database.write_bytes(raw)
        zero(database, page)
        if any("Tree" not in line or "joblogs" in line for line in sqlite_says(database)[:1]):
            believing(database)
            try:
                summary = migrate(tree, database, dry_run=True)
            except RmosError as refusal:
                assert refusal.exit_code == 4
                lost += 1
            else:
                assert len(records(database, "joblogs")) + summary.totals.migrated >= 300
    assert lost > 3


@pytest.mark.parametrize(
    "script", ["DELETE FROM joblogs", "DELETE FROM patterns", "DELETE FROM joblogs LIMIT 3"]
)
def test_rows_deleted_by_hand_are_made_again(script: str, tree: Path, database: Path) -> None:
    workshop(tree, 60)
    migrate(tree, database)
    before = domain_rows(database)
    execute(database, script.replace(" LIMIT 3", " WHERE id IN (SELECT id FROM joblogs LIMIT 3)"))
    assert migrate(tree, database).exit_code == 0
    assert domain_rows(database) == before


# no false alarm
# ----------------------------------------------------------------------------------------------

KILLED_IN_ITS_MIDDLE = """
import os, signal, sys
from rmos_migration import migrate
from rmos_migration.migrate.observer import NullObserver

class Observer(NullObserver):
    def advanced(self, counts):
        if counts.totals.found > 1000:
            os.kill(os.getpid(), signal.SIGKILL)

migrate(sys.argv[1], sys.argv[2], observer=Observer())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_database_that_a_killed_run_left_with_its_log_is_taken(tree: Path, database: Path) -> None:
    workshop(tree, 1500)
    with started(sys.executable, "-c", KILLED_IN_ITS_MIDDLE, tree, database) as process:
        process.wait(60)
    assert database.with_name("rmos.db-wal").stat().st_size
    assert rmos("doctor", "--database", database).returncode == 0
    assert migrate(tree, database, dry_run=True).exit_code == 0
    assert migrate(tree, database).exit_code == 0
    assert len(records(database, "joblogs")) == 900


def copied(database: Path) -> Path:
    return Path(shutil.copy2(database, database.with_name("copy.db")))


def copied_with_its_lock(database: Path) -> Path:
    shutil.copy2(lock_path(database), database.with_name("copy.db.lock"))
    return copied(database)


def put_back(database: Path) -> Path:
    shutil.move(copied(database), database)
    return database


def backed_up(database: Path) -> Path:
    database_at(database).back_up(database.with_name("copy.db"))
    return database.with_name("copy.db")


def changed_with(script: str) -> Callable[[Path], Path]:
    def change(database: Path) -> Path:
        execute(database, script)
        return database

    return change


HARMLESS = {
    "copied": copied,
    "copied with its lock": copied_with_its_lock,
    "put back": put_back,
    "backed up": backed_up,
    "vacuumed": changed_with("VACUUM"),
    "analysed": changed_with("ANALYZE"),
    "in another journal mode": changed_with("PRAGMA journal_mode = DELETE"),
    "with an index of the user's": changed_with("CREATE INDEX mine ON joblogs (job_type, lower(id))"),
    "with a table of the user's": changed_with("CREATE TABLE notes (a TEXT REFERENCES patterns)"),
    "with a row changed": changed_with("UPDATE patterns SET name = name || '!'"),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_what_is_sound_is_taken(change: Callable[[Path], Path], tree: Path, database: Path) -> None:
    workshop(tree, 30)
    migrate(tree, database)
    changed = change(database)
    write(tree, "patterns/more.json", pattern("more"))
    assert migrate(tree, changed).totals.migrated == 1
    assert rmos("doctor", "--database", changed).returncode == 0


@pytest.mark.usefixtures("two_steps")
def test_an_upgraded_database_is_taken(tree: Path, database: Path) -> None:
    older_database(database)
    workshop(tree, 10)
    assert migrate(tree, database).exit_code == 0
    assert migrate(tree, database).exit_code == 0


# the seal
# ----------------------------------------------------------------------------------------------------


def left(database: Path) -> str:
    with write_lock(database, "a test") as held:
        held.leave(held.left)
        return held.left


def test_every_run_that_ends_as_it_should_seals_the_file(tree: Path, database: Path) -> None:
    workshop(tree, 10)
    for options in ({}, {}, {"dry_run": True}, {"all_or_nothing": True}):
        migrate(tree, database, **options)  # type: ignore[arg-type]
        seal = seal_of(database)
        assert seal is not None
        assert left(database) == seal.text


def test_a_dry_run_leaves_the_time_of_the_file(tree: Path, database: Path) -> None:
    workshop(tree, 10)
    migrate(tree, database)
    before = database.stat().st_mtime_ns
    migrate(tree, database, dry_run=True)
    assert database.stat().st_mtime_ns == before


def test_an_edit_that_is_refused_leaves_the_seal(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    seal = left(database)
    fields = {
        "name": "x",
        "ring_count": 1,
        "geometry": {"rings": []},
        "strip_family_id": "nowhere",
    }
    with pytest.raises(InvalidRecord):
        edit.create(database_at(database), PATTERN, fields, b"{}")
    assert left(database) == seal != ""


def test_a_write_in_the_same_tick_of_the_clock_breaks_the_seal(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    for number in range(10):
        migrate(tree, database)
        with database.open("r+b") as file:
            file.seek(24)
            file.write(number.to_bytes(4, "big"))
        seal = seal_of(database)
        assert seal is not None
        assert left(database) not in ("", seal.text)


def test_a_file_with_a_log_beside_it_has_no_seal(tree: Path, database: Path) -> None:
    migrate(tree, database)
    database.with_name("rmos.db-wal").write_bytes(b"log")
    assert seal_of(database) is None


def test_a_time_in_the_future_is_not_settled() -> None:
    now = time.time_ns()
    assert not Seal(1, 1, now + 10**12, now).is_settled
    assert not Seal(1, 1, now, now).is_settled
    assert Seal(1, 1, now - 10**10, now).is_settled


def test_the_holder_of_a_lock_that_was_just_taken_is_not_called_a_seal(tree: Path, database: Path) -> None:
    migrate(tree, database)
    done = rmos("doctor", "--database", database, "--json")
    assert {check["name"]: check["state"] for check in json.loads(done.stdout)["checks"]}["lock"] == "ok"
    assert "sound, " not in done.stdout
