"""Links inside the source are followed at most once; links that leave it are refused."""

from pathlib import Path
from typing import Any

import pytest

from rmos_migration.entities import BY_NAME
from rmos_migration.sources.discover import Source


@pytest.fixture
def legacy(tmp_path: Path) -> Path:
    (tmp_path / "legacy/patterns").mkdir(parents=True)
    return tmp_path / "legacy"


def found(source: Source, folder: str = "patterns") -> list[tuple[str, str | None]]:
    """Path and problem of each file, in order."""
    return [
        (file.path, file.problem.code if file.problem else None) for file in source.files(BY_NAME[folder])
    ]


def test_link_to_a_file_elsewhere_in_the_source_is_read(write: Any, legacy: Path) -> None:
    target = write("shared/rope.json", '{"shared": 1}')
    (legacy / "patterns/rope.json").symlink_to(target)
    (file,) = Source(legacy).files(BY_NAME["patterns"])
    assert (file.path, file.problem) == ("patterns/rope.json", None)
    assert Path(file.full).read_text() == '{"shared": 1}'


def test_link_to_a_folder_elsewhere_in_the_source_is_walked(write: Any, legacy: Path) -> None:
    write("shared/2019/rope.json", "{}")
    (legacy / "patterns/old").symlink_to("../shared")
    assert found(Source(legacy)) == [("patterns/old/2019/rope.json", None)]


def test_second_link_to_the_same_target_is_not_followed(write: Any, legacy: Path) -> None:
    write("shared/rope.json", "{}")
    (legacy / "patterns/a").symlink_to("../shared")
    (legacy / "patterns/b").symlink_to("../shared")
    source = Source(legacy)
    assert found(source) == [("patterns/a/rope.json", None)]
    assert [(n.code, n.location.path) for n in source.notices] == [("link-not-followed", "patterns/b")]


def test_link_to_a_file_that_is_read_anyway_is_not_followed(write: Any, legacy: Path) -> None:
    write("patterns/z.json", "{}")
    (legacy / "patterns/a.json").symlink_to("z.json")
    source = Source(legacy)
    assert found(source) == [("patterns/z.json", None)]
    assert [(n.code, n.location.path) for n in source.notices] == [("link-not-followed", "patterns/a.json")]


@pytest.mark.parametrize("name", ["rope.json.v2", "rope.dat", "rope.json.bak", ".rope.json"])
def test_link_to_a_file_that_is_not_read_under_its_own_name_is_read(
    name: str, write: Any, legacy: Path
) -> None:
    write(f"patterns/{name}", "{}")
    (legacy / "patterns/rope.json").symlink_to(name)
    assert found(Source(legacy)) == [("patterns/rope.json", None)]


@pytest.mark.parametrize("target", [".", "..", "../..", "sub", "../shared"])
def test_loops_of_links_end(target: str, write: Any, legacy: Path) -> None:
    write("patterns/sub/a.json", "{}")
    write("shared/b.json", "{}")
    (legacy / "patterns/sub/loop").symlink_to(legacy / "patterns/sub" / target)
    (legacy / "shared/back").symlink_to(legacy / "patterns")
    (legacy / "shared/self").symlink_to(legacy / "shared")
    paths = [path for path, problem in found(Source(legacy)) if problem is None]
    assert "patterns/sub/a.json" in paths
    assert len(paths) == len(set(paths)) <= 2


def test_links_that_chase_each_other_lead_nowhere(legacy: Path) -> None:
    (legacy / "patterns/a.json").symlink_to("b.json")
    (legacy / "patterns/b.json").symlink_to("a.json")
    assert found(Source(legacy)) == [
        ("patterns/a.json", "file-unreadable"),
        ("patterns/b.json", "file-unreadable"),
    ]


def test_link_to_nothing_is_reported(legacy: Path) -> None:
    (legacy / "patterns/gone.json").symlink_to("nowhere.json")
    assert found(Source(legacy)) == [("patterns/gone.json", "file-unreadable")]


@pytest.mark.parametrize("is_relative", [True, False])
def test_link_to_a_file_outside_is_refused(is_relative: bool, write: Any, legacy: Path) -> None:
    secret = legacy.parent / "secret.json"
    secret.write_text("{}")
    (legacy / "patterns/a.json").symlink_to("../../secret.json" if is_relative else secret)
    assert found(Source(legacy)) == [("patterns/a.json", "file-outside")]


def test_link_to_a_folder_outside_is_refused(legacy: Path) -> None:
    outside = legacy.parent / "legacy-2"
    outside.mkdir()
    (outside / "a.json").write_text("{}")
    (legacy / "patterns/more").symlink_to(outside)
    (legacy / "patterns/chain").symlink_to("more")
    assert found(Source(legacy)) == [("patterns/chain", "file-outside"), ("patterns/more", "file-outside")]


def test_folder_of_records_that_is_a_link_to_the_outside_is_refused(legacy: Path) -> None:
    outside = legacy.parent / "elsewhere"
    outside.mkdir()
    (legacy / "joblogs").symlink_to(outside)
    assert found(Source(legacy), "joblogs") == [("joblogs", "file-outside")]


def test_folder_of_records_that_is_a_link_inside_is_walked(write: Any, legacy: Path) -> None:
    write("jobs-2019/a.json", "{}")
    (legacy / "joblogs").symlink_to("jobs-2019")
    assert found(Source(legacy), "joblogs") == [("joblogs/a.json", None)]


def test_source_itself_may_be_a_link(write: Any, legacy: Path) -> None:
    write("patterns/a.json", "{}")
    (legacy.parent / "link").symlink_to(legacy)
    assert found(Source(legacy.parent / "link")) == [("patterns/a.json", None)]
    assert Source(legacy.parent / "link").location == Source(legacy).location


def test_link_to_what_is_no_json_is_ignored_and_counted(write: Any, legacy: Path) -> None:
    (legacy / "patterns/readme.txt").symlink_to(write("readme.txt", "hello"))
    source = Source(legacy)
    assert found(source) == []
    assert source.ignored.total() == 1
