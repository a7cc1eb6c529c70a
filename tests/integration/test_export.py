"""rmos export writes the database back: as rows spelled out, or as the documents were."""

import json
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from test_corpus import CORPUS, ROWS, placed

from builders import (
    EXAMPLES,
    RMOS,
    digests,
    domain_rows,
    entries,
    execute,
    family,
    joblog,
    migrate_messy,
    pattern,
    query,
    records,
    rmos,
    started,
    without_root_powers,
    workshop,
    write,
)
from returning import (
    assert_documents_are_back,
    assert_equal_rows,
    assert_the_same_rows,
    migrated_again,
    waiting,
)
from rmos_migration import ExportResult, export, migrate
from rmos_migration.errors import EnvironmentFailure, UsageError
from rmos_migration.exporting import canonical
from rmos_migration.sources.legacy_folder import UNFINISHED_MARK
from two_steps import older_database

WORKSHOPS = ["rmos_legacy", "messy_legacy", "older_workshop"]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where to export to; not there yet."""
    return tmp_path / "out"


def check_canonical(database: Path, out: Path) -> None:
    result = export(database, out)
    assert result.missing == ()
    rows = sum(len(found) for found in domain_rows(database).values())
    assert (result.totals.records, result.files) == (rows, rows)
    again = migrated_again(out, database)
    assert_the_same_rows(database, again)
    assert {entry["outcome"] for entry in entries(again)} <= {"migrated"}
    assert [(e["record_id"], json.loads(e["derived"] or "[]")) for e in entries(again)] == [
        (document["id"], document["derived"])
        for file in sorted(out.rglob("*.json"), key=lambda file: file.parts)
        for document in [json.loads(file.read_bytes())]
    ]


def check_source(database: Path, tree: Path, out: Path) -> ExportResult:
    result = export(database, out, format="source")
    count = assert_documents_are_back(database, tree, out)
    assert result.totals.documents == count
    assert_equal_rows(database, migrated_again(out, database))
    return result


# whole workshops


@pytest.mark.parametrize("name", WORKSHOPS)
def test_canonical_export_of_an_example_migrates_again_to_exactly_the_same_rows(
    name: str, database: Path, out: Path
) -> None:
    migrate(EXAMPLES / name, database)
    check_canonical(database, out)


@pytest.mark.parametrize("name", WORKSHOPS)
def test_source_export_of_an_example_holds_its_documents_as_they_were(
    name: str, database: Path, out: Path
) -> None:
    migrate(EXAMPLES / name, database)
    result = check_source(database, EXAMPLES / name, out)
    in_conflict = query(database, "SELECT count(*) FROM migration_ledger WHERE outcome = 'conflict'")[0][0]
    assert [one.reason for one in result.missing] == ["id-conflict"] * in_conflict


@pytest.mark.parametrize("name", WORKSHOPS)
def test_what_was_kept_out_is_kept_out_of_a_source_export_for_the_same_reasons(
    name: str, database: Path, out: Path
) -> None:
    migrate(EXAMPLES / name, database)
    export(database, out, format="source")
    again = migrated_again(out, database)
    kept_out = "SELECT path, pointer, code FROM migration_ledger WHERE outcome = 'rejected' ORDER BY 1, 2"
    assert query(again, kept_out) == query(database, kept_out)


@pytest.mark.parametrize("name", WORKSHOPS)
def test_export_of_an_export_is_the_export_again(name: str, database: Path, out: Path) -> None:
    migrate(EXAMPLES / name, database)
    export(database, out / "first")
    again = migrated_again(out / "first", database)
    export(again, out / "second")
    export(again, out / "third", format="source")
    assert digests(out / "second") == digests(out / "third") == digests(out / "first")


if ROWS:  # without the corpus there is nothing to test, and nothing is skipped

    @pytest.fixture
    def corpus(tmp_path: Path) -> Path:
        """The corpus as one legacy folder."""
        legacy = tmp_path / "legacy"
        for row in ROWS:
            (legacy / placed(row["path"])).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(CORPUS / row["path"], legacy / placed(row["path"]))
        return legacy

    def test_canonical_export_of_the_corpus_gives_exactly_the_same_rows(
        corpus: Path, database: Path, out: Path
    ) -> None:
        migrate(corpus, database)
        check_canonical(database, out)

    def test_source_export_of_the_corpus_holds_its_documents_as_they_were(
        corpus: Path, database: Path, out: Path
    ) -> None:
        migrate(corpus, database)
        check_source(database, corpus, out)

    @pytest.mark.parametrize(
        "row", [row for row in ROWS if row["class"] == "migrate"], ids=lambda row: row["path"]
    )
    def test_document_of_the_corpus_comes_back_alone(
        row: dict[str, str], tmp_path: Path, database: Path, out: Path
    ) -> None:
        legacy = tmp_path / "legacy"
        target = legacy / placed(row["path"])
        target.parent.mkdir(parents=True)
        shutil.copyfile(CORPUS / row["path"], target)
        migrate(legacy, database)
        check_source(database, legacy, out)
        check_canonical(database, out.with_name("canonical"))


# what a canonical document carries


def test_detached_references_wait_again_and_are_attached_when_the_parent_arrives(
    tree: Path, database: Path, out: Path
) -> None:
    for number, more in enumerate(
        [
            {"pattern_id": "p1", "strip_family_id": "f1", "operator": "Ana"},
            {"plan_pattern_id": "p1"},
            {"pattern_id": None, "plan_pattern_id": "p1"},
            {"pattern_id": "p1", "plan_pattern_id": "other"},
            {"pattern_id": 1},
        ]
    ):
        write(tree, f"joblogs/{number}.json", joblog(f"j{number}", **more))
    ring = {"radius_mm": 45, "strip_family_id": "f1"}
    write(tree, "patterns/rings.json", pattern("p9", geometry={"rings": [ring, ring]}))
    migrate(tree, database)
    check_canonical(database, out)
    assert len(waiting(database)) == 7
    document = json.loads((out / "joblogs/j0.json").read_bytes())
    assert (document["pattern_id"], document["extra"]) == ("p1", {"operator": "Ana"})
    write(tree, "strip_families/f.json", family())
    write(tree, "patterns/p.json", pattern("p1", strip_family_id="f1"))
    write(tree, "patterns/q.json", pattern("1"))
    migrate(tree, database)
    export(database, out.with_name("parents"))
    for file in out.with_name("parents").rglob("*/[fp1]*.json"):
        shutil.copy(file, out / file.parent.name)
    assert_the_same_rows(database, migrated_again(out, database))


def test_created_at_that_was_kept_on_replacing_is_still_kept(tree: Path, database: Path, out: Path) -> None:
    write(tree, "joblogs/a.json", joblog(created_at="2024-01-01T00:00:00.000000Z"))
    write(tree, "joblogs/b.json", joblog("j2", created_at="2024-01-01"))
    migrate(tree, database)
    write(
        tree, "joblogs/a.json", joblog(created_at="2025-05-05T00:00:00.000000Z", pattern_id="nobody", note=1)
    )
    write(tree, "joblogs/b.json", joblog("j2", mood="calm"))
    migrate(tree, database, on_conflict="replace")
    assert {row["created_at"][:4] for row in records(database, "joblogs").values()} == {"2024"}
    check_canonical(database, out)
    result = export(database, out.with_name("source"), format="source")
    assert (result.missing, assert_documents_are_back(database, tree, out.with_name("source"))) == ((), 2)


def test_canonical_document_that_replaces_a_row_is_taken_at_its_word(
    tree: Path, database: Path, out: Path, tmp_path: Path
) -> None:
    write(tree, "joblogs/a.json", joblog(start_time="2025-05-05"))
    migrate(tree, database)
    export(database, out)
    older = database.with_name("older.db")
    write(tmp_path / "old", "joblogs/a.json", joblog(created_at="2020-01-01"))
    migrate(tmp_path / "old", older)
    migrate(out, older, on_conflict="replace")
    assert_the_same_rows(database, older)


def test_rows_that_nest_as_deep_as_a_document_may_come_back(tree: Path, database: Path, out: Path) -> None:
    deep: Any = "bottom"
    for _ in range(63):
        deep = {"below": deep}
    text = json.dumps({"rings": deep["below"]})
    stump = json.dumps({"rings": "System.Object[]"})
    write(tree, "patterns/deep.json", pattern("deep", geometry=deep, notes=deep))
    write(tree, "patterns/text.json", pattern("text") | {"geometry": None, "geometry_json": text})
    write(tree, "patterns/stump.json", pattern("stump") | {"geometry": None, "geometry_json": stump})
    assert migrate(tree, database).totals.migrated == 3
    check_canonical(database, out)
    check_source(database, tree, out.with_name("source"))
    again = migrated_again(out, database)
    export(again, out.with_name("second"), format="source")
    assert digests(out.with_name("second")) == digests(out)


IDS = [
    "rose", "Rose", "ROSE", "rose.", " rose", "rose ", "röse", "ro\u0308se", "a/b", "a\\b", "..", ".", "con",
    "nul.v2", "COM1", "rose.bak", "rose~", ".hidden", "x" * 200, "x" * 199 + "y", "rose-0123456789abcdef",
    "月", "日", "%41", "a:b", "-", "rose?",
]  # fmt: skip


def test_every_id_has_a_file_of_its_own_that_any_system_can_hold(
    tree: Path, database: Path, out: Path
) -> None:
    write(tree, "patterns/all.json", [pattern(one) for one in IDS])
    migrate(tree, database)
    check_canonical(database, out)
    names = [file.name for file in (out / "patterns").iterdir()]
    assert len({name.casefold() for name in names}) == len(names) == len(IDS)
    assert all(name.isascii() and len(name) < 120 and not name.startswith(".") for name in names)
    assert "rose.json" in names


# rows whose documents are no longer in place


def test_rows_whose_document_is_gone_or_broken_or_changed_are_written_beside_the_tree(
    tree: Path, database: Path, out: Path
) -> None:
    for name in ("gone", "broken", "edited", "stays"):
        write(tree, f"patterns/{name}.json", pattern(name))
    write(tree, "patterns/list.json", [pattern("first"), pattern("second")])
    write(tree, "patterns/rmos-export/real.json", pattern("real"))
    migrate(tree, database)
    write(tree, "patterns/broken.json", '{"name": NaN}')
    write(tree, "patterns/edited.json", pattern("edited", name="Edited"))
    write(tree, "patterns/list.json", [pattern("second")])
    migrate(tree, database)
    execute(database, "UPDATE migration_ledger SET pointer = 'gone:gone' WHERE record_id = 'gone'")
    result = export(database, out, format="source")
    assert [(one.path, one.reason) for one in result.missing] == [("patterns/edited.json", "id-conflict")]
    assert (out / "patterns/broken.json").read_bytes() == b'{"name": NaN}'
    assert not (out / "patterns/edited.json").exists()
    beside = {file.stem for file in (out / "patterns/rmos-export-2").iterdir()}
    assert beside == {"gone", "broken", "edited", "first"}
    assert_equal_rows(database, migrated_again(out, database))


def test_rows_that_no_ledger_knows_are_exported_all_the_same(database: Path, tree: Path, out: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    execute(
        database,
        "INSERT INTO strip_families (id, name, strips_json) VALUES ('by-hand', 'Mine', '[]');"
        "DELETE FROM migration_ledger; DELETE FROM migration_sources;",
    )
    check_canonical(database, out)
    result = export(database, out.with_name("source"), format="source")
    assert (result.totals.records, result.missing) == (2, ())
    assert_the_same_rows(database, migrated_again(out.with_name("source"), database))


def test_row_changed_by_hand_is_exported_as_it_is_and_named(database: Path, tree: Path, out: Path) -> None:
    write(tree, "patterns/a.json", pattern())
    write(tree, "patterns/b.json", pattern("p2"))
    migrate(tree, database)
    execute(
        database, "UPDATE patterns SET name = 'Changed' WHERE id = 'p1'; DELETE FROM patterns WHERE id = 'p2'"
    )
    result = export(database, out, format="source")
    assert [one.reason for one in result.missing] == ["row-changed", "row-gone"]
    assert json.loads((out / "patterns/a.json").read_bytes())["name"] == "Changed"
    assert_the_same_rows(database, migrated_again(out, database))


def test_trees_of_several_sources_stay_apart(tmp_path: Path, database: Path, out: Path) -> None:
    write(tmp_path / "one", "patterns/a.json", pattern(strip_family_id="f1"))
    write(tmp_path / "two", "strip_families/a.json", family())
    write(tmp_path / "two", "patterns/a.json", pattern("p2"))
    for name in ("one", "two"):
        migrate(tmp_path / name, database)
    assert export(database, out, format="source").missing == ()
    assert sorted(digests(out)) == [
        "source-1/patterns/a.json",
        "source-2/patterns/a.json",
        "source-2/strip_families/a.json",
    ]
    again = database.with_name("again.db")
    for number in (1, 2):
        migrate(out / f"source-{number}", again)
    assert_equal_rows(database, again)


# the folder


def test_folder_that_is_not_empty_is_left_alone(database: Path, out: Path) -> None:
    migrate(EXAMPLES / "rmos_legacy", database)
    write(out, "mine.txt", "mine")
    with pytest.raises(UsageError):
        export(database, out)
    with pytest.raises(UsageError):
        export(database, out / "mine.txt")
    assert sorted(digests(out)) == ["mine.txt"]


def test_empty_folder_is_taken(database: Path, out: Path) -> None:
    migrate(EXAMPLES / "rmos_legacy", database)
    out.mkdir()
    assert export(database, out).files == 97


def test_disk_that_fails_ends_the_export_and_leaves_no_unfinished_file(
    database: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(EXAMPLES / "rmos_legacy", database)
    written: list[Path] = []
    link = os.link

    def full_at_the_tenth(made: Path, target: Path, **how: bool) -> None:
        if len(written) == 10:
            raise OSError(28, "No space left on device")
        written.append(target)
        link(made, target, **how)

    def full(*_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full_at_the_tenth)
    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(EnvironmentFailure, match=r"cannot be written: No space"):
        export(database, out)
    assert {file for file in out.rglob("*") if file.is_file()} == set(written)
    assert out / UNFINISHED_MARK in written


@pytest.mark.parametrize(
    "path",
    [
        "../escape.json", "patterns/../../escape.json", "/etc/escape.json", "C:/escape.json",
        "C:\\escape.json", "patterns//..", "patterns//\\x2e\\x2e/escape.json", "patterns//\\x2fescape.json",
        "patterns/a\0b.json", "patterns/./a.json", "", "patterns", "other/a.json",
        "patterns/" + "x" * 300 + ".json", "patterns///a.json", "patterns//", "patterns//\\xff\\x00.json",
    ],
)  # fmt: skip
def test_path_that_somebody_tampered_with_never_leads_out_of_the_folder(
    path: str, tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, "patterns/a.json", pattern())
    migrate(tree, database)
    tampered = database.with_name("kept-out.db")
    write(tree, "patterns/a.json", '{"name": NaN}')
    migrate(tree, tampered)
    quoted = path.replace("\0", "'||char(0)||'")
    for place in (database, tampered):
        execute(place, f"UPDATE migration_ledger SET path = '{quoted}'")
        execute(place, f"UPDATE migration_rejects SET path = '{quoted}'")
    before = {file for file in tmp_path.rglob("*") if database.parent not in file.parents}
    one, other = tmp_path / "deep/down/one", tmp_path / "deep/down/other"
    assert export(database, one, format="source").totals.records == 1
    assert [missing.reason for missing in export(tampered, other, format="source").missing] == [
        "name-refused"
    ]
    after = {file for file in tmp_path.rglob("*") if database.parent not in file.parents} - before
    written = {str(file.relative_to(tmp_path / "deep/down")) for file in after if file.is_file()}
    assert written == {"one/patterns/rmos-export/p1.json"}
    assert_the_same_rows(database, migrated_again(one, database))


@pytest.mark.parametrize("pointer", ["a", "/0/" + "1/" * 5000, "/999999", "/~", "//", "gone", "/0\0"])
def test_pointer_that_somebody_tampered_with_costs_no_row(
    pointer: str, tree: Path, database: Path, out: Path
) -> None:
    write(tree, "patterns/a.json", [pattern("p1"), pattern("p2"), pattern("p3")])
    migrate(tree, database)
    quoted = pointer.replace("\0", "'||char(0)||'")
    execute(database, f"UPDATE migration_ledger SET pointer = '{quoted}' WHERE pointer = '/1'")
    export(database, out, format="source")
    assert_the_same_rows(database, migrated_again(out, database))


@pytest.mark.skipif(os.name == "nt", reason="Windows names are text")
def test_names_that_are_no_text_come_back_as_the_bytes_they_were(
    tree: Path, database: Path, out: Path
) -> None:
    names = [b"caf\xe9.json", b"back\\slash\xff.json", b"caf\\xe9.json"]
    for number, name in enumerate(names):
        (tree / "patterns" / os.fsdecode(name)).write_text(json.dumps(pattern(f"p{number}")))
    folder = tree / "patterns" / os.fsdecode(b"old\xe4")
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps(pattern("p9")))
    migrate(tree, database)
    assert export(database, out, format="source").missing == ()
    assert sorted(os.listdir(os.fsencode(out / "patterns"))) == sorted([*names, b"old\xe4"])
    assert_equal_rows(database, migrated_again(out, database))


# the command


def test_command_says_what_it_wrote_and_what_is_missing(database: Path, out: Path) -> None:
    migrate_messy(database)
    done = rmos("export", out, "--database", database, "--format", "source")
    assert done.returncode == 1
    assert "60 files written" in done.stdout
    assert "patterns/same-id-other-content-2.json id-conflict" in done.stderr
    again = rmos("export", out, "--database", database)
    assert (again.returncode, again.stdout) == (2, "")
    assert "not empty" in again.stderr


def test_command_answers_with_one_json_document(database: Path, out: Path) -> None:
    migrate_messy(database)
    before = digests(database.parent)
    done = rmos("export", out, "--database", database, "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert (answer["schema"], answer["format"]) == ("rmos-migration/export/1", "canonical")
    assert answer["entities"]["patterns"] == {"documents": 0, "records": 11, "kept_out": 0, "missing": 0}
    assert (answer["totals"]["records"], answer["files"], answer["missing"]) == (44, 44, [])
    assert digests(database.parent)["rmos.db"] == before["rmos.db"]


@pytest.mark.usefixtures("two_steps")
def test_without_a_usable_database_no_folder_is_made(tmp_path: Path, database: Path, out: Path) -> None:
    assert rmos("export", out, "--database", database).returncode == 4
    older_database(database)
    assert rmos("export", out, "--database", database).returncode == 4
    assert not out.exists()


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_place_that_may_not_be_written_to_is_an_environment_failure(tmp_path: Path, database: Path) -> None:
    migrate_messy(database)
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    done = rmos("export", locked / "out", "--database", database, before=without_root_powers)
    assert done.returncode == 5
    assert "cannot be made" in done.stderr


def test_export_that_is_killed_leaves_only_whole_files(database: Path, tree: Path, out: Path) -> None:
    workshop(tree, 2000)
    migrate(tree, database)
    with started(*RMOS, "export", out, "--database", database) as process:
        while len(list(out.rglob("*.json"))) < 300 and process.poll() is None:
            time.sleep(0.01)
        process.kill()
        process.wait()
    found = list(out.rglob("*.json"))
    assert len(found) >= 300
    assert all(json.loads(file.read_bytes())["id"] for file in found)


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_export_that_is_stopped_says_that_the_folder_is_not_complete(
    database: Path, tree: Path, out: Path
) -> None:
    workshop(tree, 3000)
    migrate(tree, database)
    with started(*RMOS, "export", out, "--database", database) as process:
        while not (out / UNFINISHED_MARK).exists() and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "not complete" in said
    assert not list(out.rglob("*.tmp"))


def test_document_that_was_never_read_is_named_with_its_source(
    tmp_path: Path, database: Path, out: Path
) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, f"patterns/{name}.json", pattern(name))
    write(tmp_path / "two", "patterns/large.json", b" " * (16 * 1024 * 1024 + 1))
    for name in ("one", "two"):
        migrate(tmp_path / name, database)
    (missing,) = export(database, out, format="source").missing
    assert missing[:4] == (2, "patterns/large.json", "", "patterns")
    assert missing.reason == "unreadable"


def test_export_sees_one_state_of_the_database(
    tree: Path, database: Path, out: Path, monkeypatch: Any
) -> None:
    workshop(tree, 1500)
    migrate(tree, database)
    before = database.with_name("before.db")
    shutil.copy(database, before)
    real, count = canonical.write_new, iter(range(10**6))

    def while_others_write(target: Path, content: bytes, mode: int) -> None:
        if next(count) == 100:
            execute(database, "DELETE FROM joblogs; UPDATE patterns SET name = 'Changed'")
        real(target, content, mode)

    monkeypatch.setattr(canonical, "write_new", while_others_write)
    export(database, out)
    assert_the_same_rows(before, migrated_again(out, database))


@pytest.mark.parametrize("format_", ["canonical", "source"])
@pytest.mark.parametrize(
    "change",
    [
        """extra_json = '{"a": 123456789012345678901234567890}'""",
        """extra_json = '{"a": 1e400}'""",
        """extra_json = '{"a": "\\ud800"}'""",
        "extra_json = '[1]'",
        "geometry_json = '" + '{"a":' * 200 + "1" + "}" * 200 + "'",
        "name = ' '",
        "created_at = '2024-01-01 10:00:00'",
    ],
)
def test_row_that_a_migration_would_not_take_is_named_and_costs_no_other(
    change: str, format_: str, tree: Path, database: Path, out: Path
) -> None:
    for name in ("a", "b", "c"):
        write(tree, f"patterns/{name}.json", pattern(name))
    migrate(tree, database)
    execute(database, f"UPDATE patterns SET {change} WHERE id = 'b'")
    done = rmos("export", out, "--database", database, "--format", format_)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "b" in done.stderr
    assert {"a.json", "c.json"} <= {file.name for file in (out / "patterns").iterdir()}


@pytest.mark.parametrize("extra", ["'{}'", """'{"strip_family_id": "f1"}'"""])
def test_harmless_extra_of_other_hands_comes_back(extra: str, tree: Path, database: Path, out: Path) -> None:
    write(tree, "strip_families/f1.json", family("f1"))
    write(tree, "patterns/p.json", pattern("p", strip_family_id="f1"))
    migrate(tree, database)
    execute(database, f"UPDATE patterns SET extra_json = {extra}")
    assert export(database, out).missing == ()
    assert_equal_rows(database, migrated_again(out, database))


def test_ledger_of_other_hands_ends_no_export(tree: Path, database: Path, out: Path) -> None:
    write(tree, "patterns/p.json", pattern("p"))
    migrate(tree, database)
    execute(database, "PRAGMA ignore_check_constraints = ON; UPDATE migration_ledger SET derived = '{bad'")
    assert export(database, out).missing == ()
    execute(database, "DELETE FROM migration_sources")
    assert rmos(
        "export", out.with_name("again"), "--database", database, "--format", "source"
    ).returncode in (0, 1)


def test_export_into_a_legacy_folder_is_refused(tree: Path, database: Path) -> None:
    write(tree, "patterns/p.json", pattern("p"))
    migrate(tree, database)
    done = rmos("export", tree / "patterns" / "saved", "--database", database)
    assert done.returncode == 2
    assert not (tree / "patterns" / "saved").exists()


def test_export_migrated_into_its_own_database_says_that_all_is_there(
    tree: Path, database: Path, out: Path
) -> None:
    write(tree, "patterns/p.json", pattern("p", lane="safe"))
    migrate(tree, database)
    before = domain_rows(database)
    export(database, out)
    done = rmos("migrate", out, "--database", database)
    assert "is there already, with these very values" in done.stderr
    assert domain_rows(database) == before
