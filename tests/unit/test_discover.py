"""Which files of a source folder are read, in which order, and what is passed over."""

import inspect
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from rmos_migration.entities import BY_NAME, ENTITIES
from rmos_migration.errors import UsageError
from rmos_migration.sources.discover import Source

PATTERNS = BY_NAME["patterns"]


@pytest.fixture
def legacy(tmp_path: Path) -> Path:
    """A source with an empty folder of patterns."""
    (tmp_path / "legacy/patterns").mkdir(parents=True)
    return tmp_path / "legacy"


def paths(root: Path, folder: str = "patterns") -> list[str]:
    return [file.path for file in Source(root).files(BY_NAME[folder])]


def test_order_is_by_path_components_in_code_points(write: Any, legacy: Path) -> None:
    names = [
        "a-b.json",
        "a.json",
        "a/z.json",
        "a b/x.json",
        "B.json",
        "ä.json",
        "z.json",
        "a/b/c.json",
        "10.json",
        "9.json",
    ]
    for name in names:
        write(f"patterns/{name}", "{}")
    assert paths(legacy) == sorted((f"patterns/{name}" for name in names), key=lambda path: path.split("/"))


def test_two_walks_find_the_same_files_in_the_same_order(write: Any, legacy: Path) -> None:
    for number in range(30):
        write(f"patterns/{number % 7}/{number}.json", "{}")
    source = Source(legacy)
    first = list(source.files(PATTERNS))
    assert len(first) == 30
    assert list(source.files(PATTERNS)) == first
    assert source.count() == 30


@pytest.mark.parametrize("name", ["a.json", "b.JSON", "c.Json", "d.e.json", "with space.json", "übung.json"])
def test_json_files_are_read_in_any_case(name: str, write: Any, legacy: Path) -> None:
    write(f"patterns/{name}", "{}")
    source = Source(legacy)
    assert [file.path for file in source.files(PATTERNS)] == [f"patterns/{name}"]
    assert source.ignored.total() == 0


@pytest.mark.parametrize(
    "name", [".hidden.json", "._a.json", ".DS_Store", ".json", ".git/config.json", ".a/b/c.json"]
)
def test_hidden_files_and_folders_are_ignored_and_counted(name: str, write: Any, legacy: Path) -> None:
    write(f"patterns/{name}", "{}")
    source = Source(legacy)
    assert list(source.files(PATTERNS)) == []
    assert source.ignored == {"hidden": 1}


@pytest.mark.parametrize(
    "name",
    ["a.json~", "a.json.bak", "a.json.BAK", "a.json.orig", "a.json.old", "a.json.tmp", "a.json.swp",
     "a.bak.json", "a.BAK.json", "a.Old.JSON", "a~.json"],
)  # fmt: skip
def test_backup_copies_are_ignored_and_counted_in_any_case(name: str, write: Any, legacy: Path) -> None:
    write(f"patterns/{name}", "{}")
    source = Source(legacy)
    assert list(source.files(PATTERNS)) == []
    assert source.ignored == {"backup copy": 1}


def test_other_files_are_passed_over_and_named(write: Any, legacy: Path) -> None:
    names = ["Thumbs.db", "ajson", "b.json.gz", "json", "notes.txt", "sub/a.jsonx"]
    for name in names:
        write(f"patterns/{name}", "{}")
    source = Source(legacy)
    assert list(source.files(PATTERNS)) == []
    assert sorted(file.path for file in source.skipped()) == [f"patterns/{name}" for name in names]


def test_folder_named_like_a_file_is_walked(write: Any, legacy: Path) -> None:
    write("patterns/2019.json/a.json", "{}")
    write("patterns/old.bak/b.json", "{}")
    assert paths(legacy) == ["patterns/2019.json/a.json", "patterns/old.bak/b.json"]


def test_files_outside_the_folders_of_records_are_passed_over(write: Any, legacy: Path) -> None:
    for path in [
        "settings.json",
        "cam/profile.JSON",
        "cam/patterns/deep.json",
        "patterns/a.json",
        "joblogs/b.json",
    ]:
        write(path, "{}")
    source = Source(legacy)
    assert [file.path for entity in ENTITIES for file in source.files(entity)] == [
        "patterns/a.json",
        "joblogs/b.json",
    ]
    elsewhere = [file.path for file in source.skipped()]
    assert elsewhere == ["cam/patterns/deep.json", "cam/profile.JSON", "settings.json"]
    for path in elsewhere:
        source.ignore(path)
    assert source.ignored == {"outside the folders of records": 3}


def test_folder_that_is_not_there_holds_no_files(legacy: Path) -> None:
    assert paths(legacy, "joblogs") == []


def test_source_that_is_not_there_cannot_be_migrated(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Source(tmp_path / "nowhere")


def test_file_in_place_of_a_source_cannot_be_migrated(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("{}")
    with pytest.raises(UsageError):
        Source(tmp_path / "file")


@pytest.mark.parametrize("place", ["legacy/patterns", "."])
def test_neighbouring_folder_is_suggested_where_the_wrong_one_is_named(place: str, legacy: Path) -> None:
    with pytest.raises(UsageError) as caught:
        Source(legacy.parent / place)
    assert str(legacy) in caught.value.hint


def test_tree_deeper_than_recursion_allows_is_walked(write: Any, legacy: Path) -> None:
    path = "patterns/" + "d/" * 300 + "a.json"
    write(path, "{}")
    source = Source(legacy)
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 50)
    try:
        found = [file.path for file in source.files(PATTERNS)]
    finally:
        sys.setrecursionlimit(usual)
    assert found == [path]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux file names may hold any bytes")
def test_file_names_that_are_not_utf8_get_a_path_that_can_be_stored(legacy: Path) -> None:
    (legacy / "patterns" / os.fsdecode(b"caf\xe9.json")).write_text("{}")
    (file,) = Source(legacy).files(PATTERNS)
    assert file.path.encode().decode() == file.path == "patterns//caf\\xe9.json"
    assert Path(file.full).read_text() == "{}"
