"""Whether a file was taken out of its folder, or only cannot be seen."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from builders import without_root_powers
from rmos_migration.sources.paths import fitted_path
from rmos_migration.sources.source_files import is_gone, long_paths

ASK = (
    "import sys; from rmos_migration.sources.source_files import is_gone;"
    " print(is_gone(sys.argv[1], sys.argv[2]))"
)
PATH = "patterns/usb/2019/a.json"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A source with one file, three folders deep."""
    file = tmp_path / "legacy" / PATH
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    return tmp_path / "legacy"


def as_ordinary_user(source: Path, path: str) -> bool:
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(source), path],
        preexec_fn=without_root_powers,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout == "True\n"


def nothing(source: Path) -> None:
    pass


def the_file_deleted(source: Path) -> None:
    (source / PATH).unlink()


def its_folder_deleted(source: Path) -> None:
    (source / "patterns/usb/2019").rename(source.with_name("2019"))


def the_folder_above_deleted(source: Path) -> None:
    (source / "patterns/usb").rename(source.with_name("usb"))


def a_file_in_the_folders_place(source: Path) -> None:
    its_folder_deleted(source)
    (source / "patterns/usb/2019").write_text("")


def a_link_that_leads_there(source: Path) -> None:
    the_folder_above_deleted(source)
    (source / "patterns/usb").symlink_to(source.with_name("usb"))


def a_link_that_leads_nowhere(source: Path) -> None:
    the_folder_above_deleted(source)
    (source / "patterns/usb").symlink_to("/media/not-connected")


def a_folder_that_is_closed(source: Path) -> None:
    (source / "patterns/usb").chmod(0)


def a_folder_that_may_be_entered_but_not_listed(source: Path) -> None:
    the_file_deleted(source)
    (source / "patterns/usb/2019").chmod(0o111)


def the_whole_source_deleted(source: Path) -> None:
    source.rename(source.with_name("elsewhere"))


def a_file_in_the_sources_place(source: Path) -> None:
    the_whole_source_deleted(source)
    source.write_text("")


def nothing_mounted_there(source: Path) -> None:
    the_whole_source_deleted(source)
    source.mkdir()


def nothing_mounted_where_a_system_left_its_own(source: Path) -> None:
    nothing_mounted_there(source)
    (source / "lost+found").mkdir()
    (source / ".Trash-1000").mkdir()
    (source / "not connected.txt").write_text("")


def the_first_folder_renamed(source: Path) -> None:
    (source / "patterns").rename(source / "Patterns (2)")


def the_first_folder_deleted_beside_another(source: Path) -> None:
    (source / "patterns").rename(source.with_name("away"))
    (source / "joblogs.json").write_text("[]")


@pytest.mark.parametrize(
    ("done", "gone"),
    [
        (nothing, False),
        (the_file_deleted, True),
        (its_folder_deleted, True),
        (the_folder_above_deleted, True),
        (a_file_in_the_folders_place, True),
        (a_link_that_leads_there, False),
        (a_link_that_leads_nowhere, False),
        (a_folder_that_is_closed, False),
        (a_folder_that_may_be_entered_but_not_listed, False),
        (the_whole_source_deleted, False),
        (a_file_in_the_sources_place, False),
        (nothing_mounted_there, False),
        (nothing_mounted_where_a_system_left_its_own, False),
        (the_first_folder_renamed, True),
        (the_first_folder_deleted_beside_another, True),
    ],
)
def test_only_what_a_folder_that_can_be_listed_lacks_is_gone(
    done: Callable[[Path], None], gone: bool, source: Path
) -> None:
    done(source)
    try:
        assert as_ordinary_user(source, PATH) is gone
    finally:
        for folder in ("patterns/usb", "patterns/usb/2019"):
            if (source / folder).is_dir():
                (source / folder).chmod(0o755)


def test_what_was_passed_over_elsewhere_is_gone_alike(source: Path) -> None:
    assert is_gone(str(source), "rosettes/2019/x.json")
    (source / "rosettes").symlink_to(os.devnull + "/nowhere")
    assert not is_gone(str(source), "rosettes/2019/x.json")


@pytest.mark.parametrize("location", ["", "api:", "legacy", "."])
def test_what_lies_in_no_folder_is_not_gone(
    location: str, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(source if location in ("", ".") else source.parent)
    assert not is_gone(location, "patterns/usb/2019/b.json")


def a_long_one(source: Path) -> tuple[Path, str]:
    """A file whose path is too long for the ledger, and the path that the ledger has."""
    path = "patterns/" + "/".join(letter * 250 for letter in "abcde") + "/a.json"
    (source / path).parent.mkdir(parents=True)
    (source / path).write_text("{}")
    return source / path, fitted_path(path)


def test_long_paths_are_known_while_their_file_is_there(source: Path) -> None:
    file, path = a_long_one(source)
    assert path != file.relative_to(source).as_posix()
    assert path in (long_paths(str(source)) or ())
    assert not is_gone(str(source), path)
    file.unlink()
    assert path not in (long_paths(str(source)) or (path,))
    assert is_gone(str(source), path)


@pytest.mark.parametrize(
    "done",
    [
        the_whole_source_deleted,
        nothing_mounted_there,
        nothing_mounted_where_a_system_left_its_own,
        a_file_in_the_sources_place,
        a_link_that_leads_there,
        a_link_that_leads_nowhere,
    ],
)
def test_long_paths_are_not_known_where_something_is_out_of_reach(
    done: Callable[[Path], None], source: Path
) -> None:
    _, path = a_long_one(source)
    done(source)
    assert long_paths(str(source)) is None
    assert not is_gone(str(source), path)
