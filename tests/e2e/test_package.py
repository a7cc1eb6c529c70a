"""What is in the wheel and in the source archive, and what they say of themselves. ``make package`` tries
them out."""

import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterable
from email.message import Message
from email.parser import Parser
from pathlib import Path
from shutil import copy2
from typing import NamedTuple
from zipfile import ZipFile

import pytest
from pathspec import GitIgnoreSpec

import rmos_migration
from builders import environment

ROOT = Path(__file__).parents[2]
STEM = f"rmos_migration-{rmos_migration.__version__}"
DROPPINGS = [
    ".venv/bin/python",
    "build/lib/rmos_migration/old.py",
    "dist/rmos_migration-0.0.1.tar.gz",
    "demo.db",
    "demo.db-wal",
    "demo.db.lock",
    "demo.db.token",
    "notes.txt",
    "demo-reports/report.html",
    "bench/results/today.json",
    "src/rmos_migration/__pycache__/settings.cpython-311.pyc",
    "src/rmos_migration/rmos.db",
    "tests/.pytest_cache/v/cache/lastfailed",
    "tests/__pycache__/builders.cpython-311.pyc",
]


class Built(NamedTuple):
    """A folder as one has it after some work in it, what belongs to the project there, and what was built
    from it."""

    project: Path
    files: set[str]
    wheel: Path
    archive: Path


def project_files() -> set[str]:
    """The project's files: what git knows; in an unpacked source archive, all that git would not ignore."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    ignored = GitIgnoreSpec.from_lines((ROOT / ".gitignore").read_text(encoding="utf-8").splitlines())
    found = {file.relative_to(ROOT).as_posix() for file in ROOT.rglob("*") if file.is_file()}
    return {name for name in found - {"PKG-INFO"} if not ignored.match_file(name)}


def build(project: Path, kind: str, into: Path) -> Path:
    """Build a wheel or an sdist with what is installed, without a network."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(into)]
    env = environment(SOURCE_DATE_EPOCH="1700000000")
    done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (made,) = into.iterdir()
    return made


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    place = tmp_path_factory.mktemp("package")
    project, files = place / "project", project_files()
    for name in files:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        copy2(ROOT / name, project / name)
    for name in DROPPINGS:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("left behind\n")
    return Built(
        project,
        files,
        build(project, "wheel", place / "wheel"),
        build(project, "sdist", place / "sdist"),
    )


def unpacked(archive: Path, into: Path) -> Path:
    with tarfile.open(archive) as opened:
        opened.extractall(into, filter="data")
    return into / STEM


def metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as opened:
        return Parser().parsestr(opened.read(f"{STEM}.dist-info/METADATA").decode())


def below(folder: str, names: Iterable[str]) -> set[str]:
    return {name.removeprefix(folder) for name in names if name.startswith(folder)}


def test_wheel_holds_the_package_and_nothing_else(built: Built) -> None:
    with ZipFile(built.wheel) as opened:
        names = opened.namelist()
    assert below("rmos_migration/", names) == below("src/rmos_migration/", built.files)
    assert below(f"{STEM}.dist-info/", names) == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }
    assert all(name.startswith(("rmos_migration/", f"{STEM}.dist-info/")) for name in names)


def test_wheel_has_what_is_no_python(built: Built) -> None:
    with ZipFile(built.wheel) as opened:
        names = set(opened.namelist())
    assert {
        "rmos_migration/py.typed",
        "rmos_migration/web/templates/base.html",
        "rmos_migration/web/static/dashboard.css",
        "rmos_migration/web/static/dashboard.js",
        "rmos_migration/reports/templates/report.html",
        "rmos_migration/store/migrations/versions/0001_tables.py",
    } <= names


def test_source_archive_holds_the_project_and_nothing_else(built: Built) -> None:
    with tarfile.open(built.archive) as opened:
        names = {member.name for member in opened if member.isfile()}
    assert {name.partition("/")[0] for name in names} == {STEM}
    assert below(f"{STEM}/", names) == built.files | {"PKG-INFO"}


def test_files_come_out_of_the_source_archive_as_they_were(built: Built, tmp_path: Path) -> None:
    folder = unpacked(built.archive, tmp_path)
    changed = {name for name in built.files if (folder / name).read_bytes() != (ROOT / name).read_bytes()}
    assert changed == set()


def test_wheel_made_of_the_source_archive_is_the_same(built: Built, tmp_path: Path) -> None:
    again = build(unpacked(built.archive, tmp_path), "wheel", tmp_path / "wheel")
    assert again.name == built.wheel.name
    assert again.read_bytes() == built.wheel.read_bytes()


def test_source_archive_made_of_the_source_archive_is_the_same(built: Built, tmp_path: Path) -> None:
    again = build(unpacked(built.archive, tmp_path), "sdist", tmp_path / "sdist")
    assert again.read_bytes() == built.archive.read_bytes()


def test_version_stands_in_one_place(built: Built) -> None:
    assert metadata(built.wheel)["Version"] == rmos_migration.__version__
    assert built.wheel.name == f"{STEM}-py3-none-any.whl"
    assert built.archive.name == f"{STEM}.tar.gz"
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in declared["project"]


def test_an_index_can_show_what_it_is(built: Built) -> None:
    told = metadata(built.wheel)
    assert told["Name"] == "rmos-migration"
    assert told["Summary"]
    assert told["License-Expression"] == "MIT"
    assert told["Requires-Python"] == ">=3.11"
    assert told["Description-Content-Type"] == "text/markdown"
    assert str(told.get_payload()).strip() == (ROOT / "README.md").read_text(encoding="utf-8").strip()
    assert len(str(told["Keywords"]).split(",")) > 5


def test_classifiers_name_the_versions_of_python_it_is_for(built: Built) -> None:
    classifiers = metadata(built.wheel).get_all("Classifier") or []
    versions = below("Programming Language :: Python :: 3.", classifiers)
    assert versions == {"11", "12", "13", "14"}
    assert "Typing :: Typed" in classifiers


def test_command_is_the_only_thing_that_is_put_on_the_path(built: Built) -> None:
    with ZipFile(built.wheel) as opened:
        lines = opened.read(f"{STEM}.dist-info/entry_points.txt").decode().split("\n")
    assert [line for line in lines if line] == [
        "[console_scripts]",
        "rmos = rmos_migration.__main__:main",
    ]
