"""Files that may hold records and are not read where they are: told of everywhere, and never passed off as
arrived."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from builders import family, joblog, pattern, records, rmos, without_root_powers, write
from rmos_migration import migrate, verify
from rmos_migration.errors import UsageError
from rmos_migration.sources.signatures import SIGNATURES


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """A legacy folder with one record of each kind."""
    tree = tmp_path / "legacy"
    write(tree, "strip_families/f1.json", family("f1"))
    write(tree, "patterns/p1.json", pattern("p1", strip_family_id="f1"))
    write(tree, "joblogs/j1.json", joblog("j1", pattern_id="p1"))
    return tree


def unseen(database: Path) -> list[tuple[str, str]]:
    told = json.loads(rmos("rejects", "--database", database, "--json").stdout)["not_looked_at"]
    return [(one["path"], one["code"]) for one in told]


@pytest.mark.parametrize(
    ("usual", "name"),
    [
        ("patterns", "pattern"),
        ("patterns", "Patterns"),
        ("patterns", "PATTERNS"),
        ("patterns", "patterns 2"),
        ("patterns", "patterns (3)"),
        ("patterns", "patternss"),
        ("patterns", "Pattern-2"),
        ("strip_families", "strip-families"),
        ("strip_families", "strip families"),
        ("strip_families", "StripFamilies"),
        ("strip_families", "strip_family"),
        ("strip_families", "Strip Familys"),
        ("strip_families", "STRIPFAMILY_02"),
        ("joblogs", "JobLogs"),
        ("joblogs", "job logs"),
        ("joblogs", "Job-Log"),
        ("joblogs", "JOB_LOGS 12"),
    ],
)
def test_a_folder_is_known_by_its_name_however_it_is_spelled(
    usual: str, name: str, workshop: Path, database: Path
) -> None:
    (workshop / usual).rename(workshop / name)
    summary = migrate(workshop, database)
    assert (summary.exit_code, summary.totals.migrated) == (0, 3)
    assert summary.counts.codes["name-recognised"] == 1
    assert verify(workshop, database).holds
    assert rmos("audit", "--database", database).returncode == 0


@pytest.mark.parametrize("name", ["Patterns.json", "pattern.JSON", "patterns 2.jsonl", "PATTERN.ndjson"])
def test_a_file_in_the_legacy_folder_itself_is_known_by_its_name_as_well(
    name: str, workshop: Path, database: Path
) -> None:
    write(workshop, name, json.dumps(pattern("p2")))
    summary = migrate(workshop, database)
    assert (summary.exit_code, summary.totals.migrated) == (0, 4)


def test_two_folders_of_one_kind_are_both_read(workshop: Path, database: Path) -> None:
    write(workshop, "Patterns/p2.json", pattern("p2"))
    write(workshop, "patterns 2/p3.json", pattern("p3"))
    write(workshop, "patterns 2/p1.json", pattern("p1", strip_family_id="f1"))
    summary = migrate(workshop, database)
    assert summary.entities["patterns"].migrated == 3
    assert summary.entities["patterns"].unchanged == 1
    assert summary.exit_code == 0
    assert migrate(workshop, database).totals.unchanged == 6
    assert verify(workshop, database).holds


def test_a_folder_of_a_usual_name_is_not_remarked_on(workshop: Path, database: Path) -> None:
    assert "name-recognised" not in migrate(workshop, database).counts.codes


def as_gzip(text: str) -> bytes:
    return gzip.compress(text.encode())


RECORD = json.dumps(pattern("elsewhere"))
STRAYS: list[tuple[str, str | bytes]] = [
    ("patterns/x.json.txt", RECORD),
    ("patterns/x.txt", RECORD),
    ("patterns/x", RECORD),
    ("patterns/x.JSON.TXT", RECORD.encode("utf-16")),
    ("patterns/unmarked.txt", RECORD.encode("utf-16-le")),
    ("patterns/2019/x.dat", "\ufeff\n  " + RECORD),
    ("patterns/cut-off.txt", RECORD[:-20]),
    ("my-export.json", json.dumps([joblog("x"), joblog("y")])),
    ("export.jsonl", f"{RECORD}\n{RECORD}\n"),
    ("export.ndjson", json.dumps(joblog("x")) + "\n" + json.dumps(joblog("y"))),
    ("rosettes/2020/x.json", RECORD),
    ("backup of 2019/patterns/x.json", RECORD),
    ("all.json", json.dumps({"patterns": [pattern("a"), pattern("b")]})),
    ("broken.json", '{"ring_count": 3, "pattern_type": "rope", "geometry": {}, "name": "cut of'),
]


@pytest.mark.parametrize(("path", "content"), STRAYS, ids=[path for path, _ in STRAYS])
def test_records_where_they_are_not_read_are_told_of(
    path: str, content: str | bytes, workshop: Path, database: Path
) -> None:
    write(workshop, path, content)
    done = rmos("migrate", workshop, "--database", database)
    assert done.returncode == 1
    assert "Everything arrived" not in done.stdout
    assert "3 documents arrived; 1 file was not looked at." in done.stdout
    assert f"{path} warning F110" in done.stderr
    assert "did you mean" in done.stderr
    assert unseen(database) == [(path, "records-not-looked-at")]


@pytest.mark.parametrize(
    "path",
    [
        "patterns/x.json.gz",
        "legacy.zip",
        "patterns/old.7z",
        "joblogs/2020/jobs.TAR.GZ",
        "years/a.tgz",
        "x.rar",
    ],
)
def test_an_archive_is_told_of_wherever_it_lies(path: str, workshop: Path, database: Path) -> None:
    write(workshop, path, as_gzip(RECORD))
    summary = migrate(workshop, database)
    assert (summary.exit_code, summary.counts.files.not_looked_at) == (1, 1)
    assert unseen(database) == [(path, "archive-not-looked-at")]


def test_files_are_told_of_as_archives_where_other_files_are_packed_in_them(
    workshop: Path, database: Path
) -> None:
    for number, one in enumerate(SIGNATURES):
        (workshop / f"packed{number:02}").write_bytes((b"a" * one.at + one.mark).ljust(300, b"b"))
    migrate(workshop, database)
    packing = [f"packed{number:02}" for number, one in enumerate(SIGNATURES) if one.packs]
    assert unseen(database) == [(path, "archive-not-looked-at") for path in packing]


def test_an_archive_that_lost_its_ending_is_told_of(workshop: Path, database: Path) -> None:
    shutil.make_archive(str(workshop / "packed"), "zip", workshop / "patterns")
    (workshop / "packed.zip").rename(workshop / "packed")
    migrate(workshop, database)
    assert unseen(database) == [("packed", "archive-not-looked-at")]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("package.json", '{"name": "dashboard", "version": "1.0.0", "scripts": {"start": "node ."}}'),
        ("patterns/notes.txt", "the herringbone wants thinner strips"),
        ("patterns/picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("patterns/prices.xlsx", b"PK\x03\x04" + bytes(100)),
        ("patterns/list.txt", "[1, 2, 3]"),
        ("settings/theme.json", '{"dark": true}'),
        ("patterns/README.md", f"A record looks like this:\n\n    {RECORD}\n"),
        (".trash/x.json", RECORD),
        ("patterns/.x.json", RECORD),
        ("patterns/x.json.bak", RECORD),
        ("patterns/x.json~", RECORD),
    ],
)
def test_what_holds_no_records_does_not_spoil_a_run(
    path: str, content: str | bytes, workshop: Path, database: Path
) -> None:
    write(workshop, path, content)
    summary = migrate(workshop, database)
    assert (summary.exit_code, summary.counts.files.not_looked_at) == (0, 0)
    assert verify(workshop, database).holds


def test_hidden_files_and_backup_copies_are_named_in_the_report(
    workshop: Path, database: Path, tmp_path: Path
) -> None:
    write(workshop, "patterns/x.json.bak", RECORD)
    write(workshop, "patterns/.x.json", RECORD)
    rmos("migrate", workshop, "--database", database, "--report", tmp_path / "reports")
    report = json.loads(next((tmp_path / "reports").glob("*.json")).read_text())
    assert report["files"]["ignored_paths"] == {
        "backup copy": ["patterns/x.json.bak"],
        "hidden": ["patterns/.x.json"],
    }
    text = rmos("report", "--database", database).stdout
    assert "patterns/x.json.bak" in " ".join(text.split())


@pytest.fixture
def with_strays(workshop: Path) -> Path:
    """A legacy folder of which two files are not looked at."""
    write(workshop, "rosettes/x.json", RECORD)
    write(workshop, "patterns.zip", b"PK\x03\x04")
    return workshop


def test_what_was_not_looked_at_stands_in_every_result(
    with_strays: Path, database: Path, tmp_path: Path
) -> None:
    done = rmos("migrate", with_strays, "--database", database, "--json", "--report", tmp_path / "r")
    summary = json.loads(done.stdout)
    assert (done.returncode, summary["status"], summary["files"]["not_looked_at"]) == (
        1,
        "completed_with_rejects",
        2,
    )
    report = json.loads(next((tmp_path / "r").glob("*.json")).read_text())
    assert [one["path"] for one in report["not_looked_at"]] == ["patterns.zip", "rosettes/x.json"]
    assert report["verdict"] == "3 documents arrived; 2 files were not looked at."
    for form in ("*.txt", "*.html"):
        assert "rosettes/x.json" in next((tmp_path / "r").glob(form)).read_text()
    told = rmos("rejects", "--database", database)
    assert "2 files were not looked at." in told.stdout
    only = rmos("rejects", "--database", database, "--code", "archive-not-looked-at").stdout
    assert ("patterns.zip" in only, "rosettes/x.json" in only) == (True, False)
    assert rmos("migrate", with_strays, "--database", database, "-v").stderr.count("not-looked-at") == 2


def test_dry_run_says_the_same_and_writes_nothing(with_strays: Path, database: Path) -> None:
    done = rmos("migrate", with_strays, "--database", database, "--dry-run")
    assert done.returncode == 1
    assert "3 documents arrived; 2 files were not looked at." in done.stdout
    assert not database.exists()


def test_all_or_nothing_keeps_nothing_where_files_were_not_looked_at(
    with_strays: Path, database: Path
) -> None:
    summary = migrate(with_strays, database, all_or_nothing=True)
    assert (summary.exit_code, summary.status) == (1, "rolled_back")
    assert len(unseen(database)) == 2


def test_verify_counts_them_as_not_accounted_for(with_strays: Path, database: Path) -> None:
    migrate(with_strays, database)
    done = rmos("verify", with_strays, "--database", database)
    assert done.returncode == 6
    assert "DIFFERENT: 2 files were not looked at." in done.stdout
    assert rmos("verify", with_strays, "--database", database, "--max-not-looked-at", "2").returncode == 0
    result = verify(with_strays, database)
    assert result.as_json()["totals"]["not-looked-at"] == 2
    assert result.tallies.documents == 3


def test_inspect_names_them(with_strays: Path) -> None:
    done = rmos("inspect", with_strays, "--json")
    assert done.returncode == 1
    told = [Path(one["path"]).name for one in json.loads(done.stdout)["not_looked_at"]]
    assert told == ["patterns.zip", "x.json"]
    assert "2 files were not looked at" in rmos("inspect", with_strays).stdout


def test_what_was_moved_to_its_place_is_no_longer_told_of(with_strays: Path, database: Path) -> None:
    migrate(with_strays, database)
    (with_strays / "rosettes/x.json").rename(with_strays / "patterns/x.json")
    (with_strays / "patterns.zip").unlink()
    assert unseen(database) == []
    assert migrate(with_strays, database).exit_code == 0
    assert verify(with_strays, database).holds


@pytest.mark.parametrize("above", ["", "data", "home/data"])
def test_a_folder_named_too_high_gets_the_right_one_named(
    above: str, tmp_path: Path, monkeypatch: Any
) -> None:
    write(tmp_path, "home/data/rmos_legacy/patterns/p.json", pattern())
    monkeypatch.chdir(tmp_path / "home")
    named = {"": Path("."), "data": Path("data"), "home/data": tmp_path / "home/data"}[above]
    with pytest.raises(UsageError) as refused:
        migrate(named, tmp_path / "rmos.db")
    assert "did you mean" in refused.value.hint
    assert refused.value.hint.endswith("data/rmos_legacy?")


@pytest.mark.parametrize("name", ["legacy.zip", "legacy.tar.gz", "LEGACY.7Z"])
def test_an_archive_named_as_the_source_is_called_one(name: str, tmp_path: Path) -> None:
    write(tmp_path, name, b"PK\x03\x04")
    with pytest.raises(UsageError, match="is an archive"):
        migrate(tmp_path / name, tmp_path / "rmos.db")


def test_a_file_named_as_the_source_is_called_a_file(tmp_path: Path) -> None:
    write(tmp_path, "p.json", pattern())
    with pytest.raises(UsageError, match="is a file"):
        migrate(tmp_path / "p.json", tmp_path / "rmos.db")


# what a review found
# ------------------------------------------------------------------------------------------


def test_what_is_read_through_a_link_was_looked_at(tmp_path: Path, database: Path) -> None:
    tree = tmp_path / "legacy"
    write(tree, "real/p1.json", pattern("p1"))
    (tree / "patterns").symlink_to("real")
    write(tree, "kept/jobs.json", joblog("j1"))
    (tree / "joblogs.json").symlink_to("kept/jobs.json")
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.migrated) == (0, 2)
    assert summary.counts.files.ignored == {}
    assert verify(tree, database).holds


def test_what_cannot_be_looked_at_outside_the_folders_is_told_of(workshop: Path, database: Path) -> None:
    write(workshop, "extra/p.json", pattern("p2")).parent.chmod(0)
    write(workshop, "top.json", pattern("p3")).chmod(0)
    write(workshop, "picture.png", b"\x89PNG").chmod(0)
    done = rmos("migrate", workshop, "--database", database, before=without_root_powers)
    (workshop / "extra").chmod(0o755)
    assert done.returncode == 1
    assert "3 documents arrived; 1 file and 1 folder were not looked at." in done.stdout
    assert unseen(database) == [
        ("extra", "folder-not-looked-at"),
        ("top.json", "unreadable-not-looked-at"),
    ]


def test_hint_never_leads_over_a_file_that_is_there(workshop: Path, database: Path) -> None:
    write(workshop, "patterns/p1.txt", pattern("p2"))
    write(workshop, "data/patterns/y.json", pattern("y"))
    told = rmos("migrate", workshop, "--database", database).stderr
    assert "patterns/p1.json is there already" in told
    assert "did you mean patterns/y.json?" in told


def hints(database: Path) -> dict[str, str]:
    told = json.loads(rmos("rejects", "--database", database, "--json").stdout)["not_looked_at"]
    return {one["path"]: one["hint"] for one in told}


@pytest.mark.parametrize(
    ("paths", "places"),
    [
        (["old/foo.json", "new/foo.json"], ["patterns/old/foo.json", "patterns/new/foo.json"]),
        (["old/P1.json"], ["patterns/old/P1.json"]),
        (["a/patterns/y.json", "b/patterns/y.json"], ["patterns/a/y.json", "patterns/b/y.json"]),
        (["a/pattern/y.json", "a/patterns/y.json"], ["patterns/a/y.json", "patterns/a/patterns/y.json"]),
        (["patterns/y.txt", "patterns/y.dat"], ["patterns/y.txt.json", "patterns/y.dat.json"]),
        (["patterns/p1.txt"], ["patterns/p1.txt.json"]),
        (["p1.json"], ["patterns/p1-2.json"]),
        (["joblogs/p1.txt"], ["patterns/joblogs/p1.json"]),
        (["y.old.txt"], ["patterns/y-old.json"]),
    ],
)
def test_advice_on_records_elsewhere_never_leads_one_over_another(
    paths: list[str], places: list[str], workshop: Path, database: Path
) -> None:
    for number, path in enumerate(paths):
        write(workshop, path, pattern(f"q{number}"))
    migrate(workshop, database)
    told = hints(database)
    for path, place in zip(paths, places, strict=True):
        assert f"mean {place}?" in told[path] or f"move it to {place}," in told[path], told
        (workshop / place).parent.mkdir(parents=True, exist_ok=True)
        assert not (workshop / place).exists()
        (workshop / path).rename(workshop / place)
    summary = migrate(workshop, database)
    assert (summary.exit_code, summary.totals.found) == (0, 3 + len(paths)), "the advice helps"


def test_ignored_files_are_named_in_order_and_the_first_of_them(workshop: Path, database: Path) -> None:
    for number in range(130):
        write(workshop, f"patterns/.h{number:03}.json", "{}")
    named = migrate(workshop, database).counts.files.ignored_paths["hidden"]
    assert named == [f"patterns/.h{number:03}.json" for number in range(100)]


def test_foreign_json_is_looked_at_in_a_sample(workshop: Path, database: Path) -> None:
    foreign = {f"k{number}": {"x": number, "values": [{"a": 1}] * 3} for number in range(20_000)}
    write(workshop, "measurements.json", foreign)
    write(workshop, "late.json", [*({"x": 1} for _ in range(500)), joblog("last")])
    migrate(workshop, database)
    assert unseen(database) == [("late.json", "records-not-looked-at")]


@pytest.mark.parametrize("ending", ["jsonl", "ndjson", "NDJSON"])
def test_lines_are_lines_under_every_name_for_them(ending: str, workshop: Path, database: Path) -> None:
    write(workshop, f"patterns/one.{ending}", json.dumps(pattern("") | {"id": None}))
    write(workshop, f"joblogs/some.{ending}", f"{json.dumps(joblog('a'))}\noops\n{json.dumps(joblog('b'))}\n")
    summary = migrate(workshop, database)
    assert (summary.totals.migrated, summary.totals.rejected) == (6, 1)
    assert {"one-0"} <= set(records(database, "patterns"))
