"""What is named as the legacy folder and is none: refused with what it is, and with what was probably
meant."""

import json
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from builders import environment, joblog, pattern, rmos, without_root_powers, write
from rmos_migration import migrate, verify
from rmos_migration.errors import UsageError

JOBS = [joblog("a"), joblog("b")]

MISPLACED = [
    ("all.json", JOBS, "all.json looks like joblogs", "joblogs/all.json"),
    ("pattern.json.txt", pattern(), "pattern.json.txt looks like a pattern", "patterns/pattern.json"),
    ("rosettes/x.json", pattern(), "rosettes/x.json looks like a pattern", "patterns/x.json"),
    ("x.txt", pattern(), "x.txt looks like a pattern", "patterns/x.json"),
    ("export 2019/jobs", JOBS, "export 2019/jobs looks like joblogs", "joblogs/jobs.json"),
]


@pytest.fixture
def done(tree: Path, database: Path) -> Path:
    """A database of another folder, to verify against."""
    write(tree, "patterns/p.json", pattern())
    migrate(tree, database)
    return database


@pytest.mark.parametrize(("path", "content", "named", "wanted"), MISPLACED, ids=[one[0] for one in MISPLACED])
@pytest.mark.parametrize("call", [migrate, verify])
def test_folder_with_nothing_but_misplaced_records_is_refused_by_naming_them(
    call: Callable[..., object],
    path: str,
    content: object,
    named: str,
    wanted: str,
    done: Path,
    tmp_path: Path,
) -> None:
    source = tmp_path / "misplaced"
    write(source, path, json.dumps(content))
    with pytest.raises(UsageError, match="holds none of the folders") as refused:
        call(source, done)
    assert named in refused.value.message
    assert f"did you mean {source / wanted}?" in refused.value.hint
    (source / path).parent.mkdir(parents=True, exist_ok=True)
    (source / wanted).parent.mkdir(parents=True, exist_ok=True)
    (source / path).rename(source / wanted)
    assert migrate(source, tmp_path / "fresh.db").exit_code == 0, "the advice helps"


RIVALS: list[list[str]] = [
    ["old/foo.json", "new/foo.json"],
    ["old/Foo.json", "new/foo.JSON"],
    ["a/b/foo.json", "c/b/foo.json"],
    ["a/foo.json", "b/foo.json", "b/x/a/foo.json"],
    ["foo.txt", "foo.json.txt", "foo.dat"],
    ["2019/foo.json.txt", "2020/foo.txt"],
    ["old/caf\u00e9.json", "new/cafe\u0301.json"],
    ["foo.bak.txt", "foo~.txt"],
]


@pytest.mark.parametrize("paths", RIVALS, ids=str)
def test_no_two_misplaced_files_are_sent_to_one_place(paths: list[str], tmp_path: Path) -> None:
    source = tmp_path / "h"
    for number, path in enumerate(paths):
        write(source, path, pattern(f"p{number}"))
    with pytest.raises(UsageError) as refused:
        migrate(source, tmp_path / "rmos.db")
    wanted = refused.value.hint.removeprefix("did you mean ").partition("?")[0].split(", ")
    assert len(wanted) == len(paths)
    moved_in_turn(source, dict(zip(sorted(paths, key=lambda path: path.split("/")), wanted, strict=True)))
    assert migrate(source, tmp_path / "rmos.db").totals.migrated == len(paths), "the advice helps"


def moved_in_turn(source: Path, moves: dict[str, str]) -> None:
    """Follow the advice, as on a system that tells neither capitals nor the forms of an accent apart."""
    places = [unicodedata.normalize("NFC", place).casefold() for place in moves.values()]
    assert len(places) == len(set(places)), places
    for path, place in moves.items():
        target = source / place
        assert not target.exists()
        target.parent.mkdir(parents=True, exist_ok=True)
        (source / path).rename(target)


def test_misplaced_files_of_one_name_keep_the_folders_they_are_in(tmp_path: Path) -> None:
    for number, folder in enumerate(("old", "new")):
        write(tmp_path / "h", f"{folder}/foo.json", pattern(f"p{number}"))
    with pytest.raises(UsageError) as refused:
        migrate(tmp_path / "h", tmp_path / "rmos.db")
    places = ", ".join(str(tmp_path / f"h/patterns/{folder}/foo.json") for folder in ("new", "old"))
    assert f"did you mean {places}? Move them there" in refused.value.hint


def test_inspecting_such_a_folder_says_so_too(tmp_path: Path) -> None:
    for path, content, named, _ in (MISPLACED[0], MISPLACED[1]):
        folder = tmp_path / path
        write(folder, path, json.dumps(content))
        told = rmos("inspect", folder)
        assert (told.returncode, named in told.stderr, "did you mean" in told.stderr) == (1, True, True)


def test_of_many_misplaced_files_the_first_are_named(tmp_path: Path) -> None:
    for number in range(9):
        write(tmp_path / "misplaced", f"export-{number}.json", pattern(f"p{number}"))
    with pytest.raises(UsageError) as refused:
        migrate(tmp_path / "misplaced", tmp_path / "rmos.db")
    assert refused.value.message.count("looks like") == 5
    assert refused.value.message.endswith("and there is more")


def test_folder_with_nothing_but_an_archive_is_told_to_unpack_it(tmp_path: Path) -> None:
    write(tmp_path / "misplaced", "legacy.zip", b"PK\x03\x04")
    with pytest.raises(UsageError, match=r"legacy\.zip is an archive") as refused:
        migrate(tmp_path / "misplaced", tmp_path / "rmos.db")
    assert "unpack it" in refused.value.hint


def test_folder_without_any_record_is_refused_as_before(tmp_path: Path) -> None:
    write(tmp_path / "photos", "package.json", {"name": "x", "version": "1"})
    write(tmp_path / "photos", "a.txt", "dear diary")
    with pytest.raises(UsageError) as refused:
        migrate(tmp_path / "photos", tmp_path / "rmos.db")
    assert "looks like" not in refused.value.message


@pytest.mark.parametrize("mode", [0, 0o111, 0o444])
@pytest.mark.parametrize("verb", ["migrate", "verify", "inspect"])
def test_folder_that_may_not_be_listed_is_refused_in_words(
    verb: str, mode: int, done: Path, tree: Path
) -> None:
    tree.chmod(mode)
    try:
        more = [] if verb == "inspect" else ["--database", done]
        told = rmos(verb, tree, *more, before=without_root_powers)
    finally:
        tree.chmod(0o755)
    assert told.returncode == 5
    assert f"error: the folder {tree} cannot be listed: Permission denied" in told.stderr
    assert "→ run rmos as the user" in told.stderr
    assert "Usage:" not in told.stderr


def test_folder_behind_one_that_may_not_be_entered_is_no_missing_one(done: Path, tree: Path) -> None:
    tree.parent.chmod(0)
    try:
        told = rmos("inspect", tree, before=without_root_powers)
    finally:
        tree.parent.chmod(0o755)
    assert told.returncode != 0
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("verb", ["migrate", "verify", "inspect"])
@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_not_taken_for_the_current_folder(
    name: str, verb: str, done: Path, tree: Path
) -> None:
    told = rmos(verb, name, *([] if verb == "inspect" else ["--database", done]), cwd=tree)
    assert (told.returncode, "the name is empty" in told.stderr) == (2, True), told.stderr


@pytest.mark.parametrize("verb", ["migrate", "verify"])
@pytest.mark.parametrize("name", ["", "  "])
def test_nor_where_the_settings_file_names_it(name: str, verb: str, done: Path, tree: Path) -> None:
    write(tree, "rmos.toml", f'source = "{name}"')
    told = rmos(verb, "--database", done, cwd=tree)
    assert (told.returncode, "the name is empty" in told.stderr) == (2, True), told.stderr


def test_nor_where_the_environment_names_it_by_a_blank(done: Path, tree: Path) -> None:
    told = rmos("migrate", "--database", done, cwd=tree, env=environment(RMOS_SOURCE=" "))
    assert (told.returncode, "the name is empty" in told.stderr) == (2, True), told.stderr


@pytest.mark.parametrize("name", ["O'Brien's guitars", "a $HOME `x` b", '"quoted"', "plain"])
def test_command_that_is_advised_takes_the_folder_as_it_is_named(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    folder.chmod(0)
    told = rmos("migrate", folder, before=without_root_powers, cwd=tmp_path)
    command = " ".join(told.stderr.split()).partition("else: ")[2].rpartition(")")[0]
    subprocess.run(["bash", "-c", command], check=True)
    assert folder.stat().st_mode & 0o500 == 0o500


@pytest.mark.parametrize("call", [migrate, verify])
def test_nor_is_it_by_the_python_api(
    call: Callable[..., object], done: Path, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    with pytest.raises(UsageError, match="the name is empty"):
        call("", done)


def test_link_that_leads_nowhere_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "legacy").symlink_to("/media/not-connected")
    with pytest.raises(UsageError, match=r"a link that leads nowhere \(to /media/not-connected\)") as refused:
        migrate(tmp_path / "legacy", tmp_path / "rmos.db")
    assert "connect the disk" in refused.value.hint


@pytest.mark.parametrize("name", ["patterns/p.json", "patterns"])
def test_what_lies_in_a_legacy_folder_leads_to_it(name: str, done: Path, tree: Path) -> None:
    with pytest.raises(UsageError) as refused:
        migrate(tree / name, done)
    assert refused.value.hint == f"did you mean {tree}?"


def test_file_that_is_named_like_the_legacy_folder_is_called_a_file(tmp_path: Path) -> None:
    write(tmp_path, "data/rmos_legacy", "")
    with pytest.raises(UsageError, match="is a file, not a folder"):
        migrate(tmp_path / "data/rmos_legacy", tmp_path / "rmos.db")


# quiet
# --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("patterns/x.json", "{", "of 2 documents found: 1 rejected; to see more: rmos rejects"),
        ("patterns/z.json", json.dumps(pattern(name="other")), "1 in conflict; to see more: rmos rejects"),
        (
            "rosettes/x.json",
            json.dumps(pattern("q")),
            "of 1 document found: 1 file was not looked at; to see",
        ),
    ],
)
@pytest.mark.parametrize("option", [[], ["--dry-run"], ["--all-or-nothing"]], ids=str)
def test_quiet_says_in_one_line_what_did_not_arrive(
    option: list[str], path: str, content: str, said: str, tree: Path, database: Path
) -> None:
    write(tree, "patterns/p.json", pattern())
    write(tree, path, content)
    told = rmos("migrate", tree, "--database", database, "-q", *option)
    assert (told.returncode, told.stdout, len(told.stderr.splitlines())) == (1, "", 1)
    wanted = said.partition(";")[0] if option else said
    assert wanted in told.stderr
    assert ("the same command without -q" in told.stderr) is bool(option)


def test_quiet_says_why_a_run_was_ended(tree: Path, database: Path) -> None:
    write(tree, "patterns/x.json", "{")
    told = rmos("migrate", tree, "--database", database, "-q", "--max-rejects", "0")
    assert (told.returncode, told.stdout, len(told.stderr.splitlines())) == (1, "", 1)
    assert "--max-rejects 0" in told.stderr


def test_quiet_is_quiet_where_everything_arrived(tree: Path, database: Path) -> None:
    write(tree, "patterns/p.json", pattern())
    told = rmos("migrate", tree, "--database", database, "-q")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


def test_quiet_with_json_prints_nothing_beside_it(tree: Path, database: Path) -> None:
    write(tree, "patterns/x.json", "{")
    told = rmos("migrate", tree, "--database", database, "-q", "--json")
    assert (json.loads(told.stdout)["totals"]["rejected"], told.stderr) == (1, "")


# links in the source
# --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a", "z", "joblogs"])
def test_link_to_itself_does_not_hide_what_else_lies_in_the_source(
    name: str, tmp_path: Path, database: Path
) -> None:
    write(tmp_path / "legacy", "patterns/p.json", pattern())
    (tmp_path / "legacy" / name).symlink_to(name)
    assert migrate(tmp_path / "legacy", database).totals.migrated == 1


def test_source_with_nothing_but_a_dead_link_to_its_records_tells_of_the_link(
    tmp_path: Path, database: Path
) -> None:
    (tmp_path / "legacy").mkdir()
    (tmp_path / "legacy/patterns").symlink_to("/media/not-connected")
    summary = migrate(tmp_path / "legacy", database)
    assert (summary.exit_code, summary.counts.folders_not_looked_at) == (1, 1)
