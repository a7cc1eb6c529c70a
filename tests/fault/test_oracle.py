"""The oracle itself, on faults that were planted: it must name each of them, and nothing where there is
none."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from campaign import oracle
from campaign.corruption import Truth, truth_of
from campaign.powercut import CREATE, LINK, OPEN, RENAME, SYNC, SYNC_ALL, WRITE, Disk, Event
from campaign.workshop import Workshop, build, changed

from builders import rmos

WORKSHOP = build()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database into which the workshop was migrated, and an export of it."""
    folder = tmp_path_factory.mktemp("whole")
    WORKSHOP.write(folder / "legacy")
    assert rmos("migrate", folder / "legacy", "-d", folder / "rmos.db", "-q").returncode == 1
    assert rmos("export", folder / "saved", "-d", folder / "rmos.db").returncode == 0
    return folder


@pytest.fixture
def database(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(whole / "rmos.db", tmp_path / "rmos.db"))


def found(database: Path, *, finished: bool = True, workshop: Workshop = WORKSHOP, batch: int = 10) -> str:
    return "; ".join(oracle.database_findings(database, workshop, finished=finished, batch=batch))


def test_nothing_is_found_where_nothing_is_wrong(database: Path) -> None:
    assert found(database) == ""
    assert found(database, finished=False) == ""


PLANTED = [
    ("DELETE FROM joblogs WHERE id = 'j7'", "lost: the ledger says that joblogs j7 is there"),
    ("DELETE FROM migration_ledger WHERE path = 'joblogs/007.json'", "the row joblogs j7 has no entry"),
    ("DELETE FROM migration_ledger WHERE path = 'joblogs/007.json'; DELETE FROM joblogs WHERE id = 'j7'",
     "lost: joblogs/007.json is not in the ledger"),
    ("UPDATE patterns SET name = 'pattern 3 ' WHERE id = 'p3'", "patterns p3: name is"),
    ("UPDATE strip_families SET width_mm = 2.5000000000000004 WHERE id = 'f0'",
     "strip_families f0: width_mm is"),
    ("UPDATE joblogs SET parameters_json = json_set(parameters_json, '$.marks[2]', 1) WHERE id = 'j5'",
     "joblogs j5: parameters_json is"),
    ("UPDATE joblogs SET results_json = '{}' WHERE id = 'j5'", "joblogs j5: results_json is"),
    ("UPDATE joblogs SET pattern_id = NULL WHERE id = 'j5'", "joblogs j5: pattern_id is"),
    ("UPDATE joblogs SET pattern_id = 'none' WHERE id = 'j5'", "a reference of joblogs leads nowhere"),
    ("UPDATE migration_ledger SET file_sha256 = 'forged' WHERE path = 'patterns/004.json'",
     "falsely told: the ledger has patterns/004.json with bytes that no file had"),
    ("UPDATE migration_ledger SET outcome = 'rejected' WHERE path = 'patterns/004.json'",
     "falsely told: patterns/004.json is rejected, not migrated"),
    ("UPDATE migration_ledger SET outcome = 'migrated', record_id = 'p0'"
     " WHERE path = 'patterns/900-taken.json'",
     "doubled: two documents are on record for the row patterns p0"),
    ("UPDATE migration_ledger SET record_id = 'p5' WHERE path = 'patterns/004.json'",
     "falsely told: patterns/004.json is record p5"),
    ("UPDATE migration_ledger SET entity = 'joblogs' WHERE path = 'patterns/901-cut.json'",
     "falsely told: patterns/901-cut.json is filed under joblogs"),
    ("INSERT INTO patterns SELECT 'double', name, pattern_type, ring_count, geometry_json, strip_family_id,"
     " metadata_json, extra_json, created_at, updated_at FROM patterns WHERE id = 'p3'",
     "the row patterns double has no entry"),
    ("INSERT INTO migration_ledger SELECT 1, 'joblogs/007.json', '/0', entity, record_id, generation,"
     " outcome, code, derived, run_id, file_sha256, content_sha256, size_bytes, mtime_ns"
     " FROM migration_ledger WHERE path = 'joblogs/007.json'",
     "doubled: joblogs/007.json stands 2 times in the ledger"),
    ("UPDATE migration_rejects SET body = substr(body, 2) WHERE path = 'patterns/901-cut.json'",
     "lost: the bytes of patterns/901-cut.json, which was rejected, were not kept"),
    ("DELETE FROM migration_rejects WHERE path = 'joblogs/020-begun.json'",
     "lost: the bytes of joblogs/020-begun.json"),
    ("UPDATE migration_ledger SET outcome = 'conflict' WHERE path = 'joblogs/000-empty.json'",
     "falsely told: bytes of joblogs/000-empty.json are kept as rejected"),
    ("DELETE FROM migration_diagnostics WHERE path = 'patterns/900-taken.json'",
     "nothing tells why patterns/900-taken.json was not loaded"),
    ("UPDATE migration_runs SET status = 'running'", "the last run is not on record as finished"),
    ("UPDATE migration_runs SET status = 'rolled_back'", "run 1 is rolled_back"),
    ("UPDATE migration_runs SET counts_json = json_set(counts_json, '$.totals.found', 81)",
     "falsely told: run 1 says that it finished 81 documents"),
    ("UPDATE migration_runs SET counts_json = json_set(counts_json, '$.totals.migrated', 79)",
     "falsely told: the runs say that 79 documents were migrated, the ledger 78"),
    ("INSERT INTO migration_pending_references VALUES ('joblogs', 'j5', 'pattern_id', 'p5')",
     "1 references wait for what is there"),
    ("DROP TABLE migration_rejects", "half a schema: migration_rejects missing"),
    ("PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = 'idx_joblogs_status'",
     "integrity: "),
]  # fmt: skip


@pytest.mark.parametrize(("script", "named"), PLANTED)
def test_a_planted_fault_is_named(script: str, named: str, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(script)
    assert named in found(database)


def without(database: Path, paths: list[str]) -> None:
    """Take documents out of a database as if they had never arrived."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for path in paths:
            where = "WHERE path = ?", (path,)
            entity, id_ = path.split("/")[0], "SELECT record_id FROM migration_ledger WHERE path = ?"
            connection.execute(f"DELETE FROM {entity} WHERE id = ({id_})", (path,))
            for table in ("migration_ledger", "migration_rejects", "migration_diagnostics"):
                connection.execute(f"DELETE FROM {table} {where[0]}", where[1])
        count = connection.execute(
            "SELECT count(*) FROM migration_ledger WHERE outcome = 'migrated'"
        ).fetchone()[0]
        sql = (
            "UPDATE migration_runs SET status = 'running',"
            " counts_json = json_set(counts_json, '$.totals.migrated', ?)"
        )
        connection.execute(sql, (count,))


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        (slice(40, None), ""),
        (slice(43, None), "half a batch: 3 of 4 documents of joblogs from number 40 on"),
        (slice(30, 40), "a batch of joblogs from number 40 on is there, and one before it is not"),
        (slice(5, 6), "half a batch: 9 of 10"),
    ],
)
def test_half_a_batch_is_named(missing: slice, named: str, database: Path) -> None:
    jobs = [one.path for one in WORKSHOP.of("joblogs")]
    without(database, jobs[missing])
    said = found(database, finished=False)
    assert named in said if named else said == ""
    assert "lost" in found(database)


def test_a_run_that_says_it_finished_too_early_is_named(database: Path) -> None:
    without(database, [one.path for one in WORKSHOP.of("joblogs")][40:])
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE migration_runs SET status = 'completed'")
    assert "falsely told: the last run finished" in found(database, finished=False)


def test_half_a_replacement_is_named(database: Path) -> None:
    before, after = build(taken=False), changed(build(taken=False))
    said = oracle.database_findings(database, after, before, finished=False, batch=10)
    assert all("900-taken" in one or "82 documents" in one for one in said), said
    one = next(one for one in after.documents if before.by_path()[one.path] != one and one.row is not None)
    assert one.row is not None
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"UPDATE {one.entity} SET name = ? WHERE id = ?", (one.row["name"], one.row["id"]))
    said = oracle.database_findings(database, after, before, finished=False, batch=10)
    assert any(f"{one.entity} {one.row['id']}: name is" in wrong for wrong in said)


@pytest.mark.parametrize("length", [0, 100, 5000, 60_000])
def test_a_database_that_was_cut_off_is_named(length: int, database: Path) -> None:
    database.write_bytes(database.read_bytes()[:length])
    assert found(database)


def test_a_database_that_is_gone_is_named(database: Path) -> None:
    database.unlink()
    assert found(database) == "there is no database"


@pytest.mark.parametrize(
    ("plant", "named"),
    [
        (lambda saved: (saved / "patterns/p3.json").unlink(), "1 records are missing"),
        (lambda saved: (saved / "patterns/p3.json").write_bytes(b""), "p3.json is not whole"),
        (lambda saved: _cut(saved / "joblogs/j9.json"), "j9.json is not whole"),
        (lambda saved: _rename(saved / "joblogs/j9.json", name="j10"), "1 records are missing"),
        (lambda saved: _value(saved / "strip_families/f1.json", "width_mm", 3), "f1.json: width_mm is 3"),
        (
            lambda saved: (saved / ".rmos-export-unfinished").touch(),
            "it is finished, and marked as unfinished",
        ),
    ],
)
def test_a_fault_in_an_export_is_named(
    plant: Callable[[Path], None], named: str, whole: Path, tmp_path: Path
) -> None:
    saved = shutil.copytree(whole / "saved", tmp_path / "saved")
    assert oracle.export_findings(saved, WORKSHOP, finished=True) == []
    plant(saved)
    assert named in "; ".join(oracle.export_findings(saved, WORKSHOP, finished=True))


def test_half_an_export_must_be_marked(whole: Path, tmp_path: Path) -> None:
    saved = shutil.copytree(whole / "saved", tmp_path / "saved")
    (saved / "patterns/p3.json").unlink()
    assert oracle.export_findings(saved, WORKSHOP, finished=False)
    (saved / ".rmos-export-unfinished").touch()
    assert oracle.export_findings(saved, WORKSHOP, finished=False) == []


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-30])


def _rename(file: Path, *, name: str) -> None:
    _value(file, "id", name)


def _value(file: Path, key: str, value: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | {key: value}))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b""),
        ("a.json", b'{"a": 1'),
        ("a.json", b'{"a": 1}\n\0\0\0'),
        ("a.html", b"<!doctype html>\n<html><body>"),
        ("a.html", bytes(4096)),
        ("a.txt", b"the last line was never fin"),
        ("a.txt", b""),
    ],
)
def test_half_a_result_is_named(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert oracle.result_findings(tmp_path / name, finished=False)


def test_a_result_that_is_missing_or_old_is_named(tmp_path: Path) -> None:
    result = tmp_path / "a.json"
    assert oracle.result_findings(result, finished=True) == ["a.json is not there"]
    assert oracle.result_findings(result, finished=False, old=b"{}\n") == ["a.json is not there"]
    result.write_bytes(b"{}\n")
    assert oracle.result_findings(result, finished=True, old=b"{}\n") == ["a.json is the old one"]
    assert oracle.result_findings(result, finished=False, old=b"{}\n") == []


@pytest.mark.parametrize(
    ("script", "truth"),
    [
        ("VACUUM", Truth.HARMLESS),
        ("UPDATE joblogs SET status = 'failed' WHERE id = 'j3'", Truth.VALUES),
        ("DELETE FROM joblogs WHERE id = 'j3'", Truth.VALUES),
        ("UPDATE migration_runs SET source = 'elsewhere'", Truth.BOOKS),
        ("CREATE VIEW strange AS SELECT 1", Truth.BOOKS),
        ("UPDATE joblogs SET pattern_id = 'none' WHERE id = 'j3'", Truth.REFERENCES),
        ("DROP TABLE joblogs", Truth.REFERENCES),
        (
            "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = 'idx_joblogs_status'",
            Truth.DAMAGED,
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_known(script: str, truth: Truth, database: Path, whole: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.executescript(script)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert truth_of(database, whole / "rmos.db") is truth


# the disk after a power cut
# --------------------------------------------------------------------------------------


def images(root: Path, *events: Event) -> set[tuple[tuple[str, bytes | None], ...]]:
    """What many power cuts leave after these events in an empty folder."""
    root.mkdir()
    made = set()
    for seed in range(300):
        disk = Disk.holding(root, root)
        for event in events:
            disk.do(event)
        left = disk.after_a_cut(Random(seed))
        made.add(tuple((Path(name).name, content) for name, content in left.items() if name != str(root)))
    return made


def events_of(root: Path) -> tuple[Event, ...]:
    new, name = str(root / "new"), str(root / "name")
    return (
        Event(CREATE, 3, 0, new, b""),
        Event(OPEN, 3, 0, new, b""),
        Event(WRITE, 3, 0, "", b"a" * 600),
        Event(SYNC, 3, 0, "", b""),
        Event(RENAME, -1, 0, new, name.encode()),
        Event(OPEN, 4, 0, str(root), b""),
        Event(SYNC, 4, 0, "", b""),
    )


def test_what_is_synced_with_its_folder_stays(tmp_path: Path) -> None:
    root = tmp_path / "disk"
    assert images(root, *events_of(root)) == {(("name", b"a" * 600),)}


def test_what_is_synced_with_its_file_system_stays(tmp_path: Path) -> None:
    root = tmp_path / "disk"
    unsynced = [event for event in events_of(root) if event.what != SYNC]
    assert images(root, *unsynced, Event(SYNC_ALL, 4, 0, "", b"")) == {(("name", b"a" * 600),)}


def test_a_file_that_is_not_synced_may_be_empty_half_zeros_or_whole(tmp_path: Path) -> None:
    root = tmp_path / "disk"
    written = [event for event in events_of(root) if (event.what, event.descriptor) != (SYNC, 3)]
    left = {dict(image).get("name") for image in images(root, *written)}
    assert left >= {b"", b"a" * 600, bytes(600), b"a" * 512, bytes(512) + b"a" * 88}


def test_a_name_whose_folder_is_not_synced_may_be_lost_or_kept(tmp_path: Path) -> None:
    root = tmp_path / "disk"
    left = images(root, *events_of(root)[:-2])
    assert left >= {(), (("name", b"a" * 600),), (("new", b"a" * 600),)}
    link = Event(LINK, -1, 0, str(root / "new"), str(root / "name").encode())
    shutil.rmtree(root)
    left = {frozenset(dict(image)) for image in images(root, *events_of(root)[:4], link)}
    assert left == {frozenset(names) for names in ((), ("new",), ("name",), ("new", "name"))}
