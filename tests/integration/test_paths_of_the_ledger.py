"""A path in a database that somebody tampered with leads nowhere but below the folder that it is for."""

from pathlib import Path

import pytest

from builders import digests, execute, rmos, write
from rmos_migration import migrate
from rmos_migration.sources.paths import parts_of
from rmos_migration.sources.source_files import is_gone, was_moved

TAMPERED = [
    "../escape.json", "../../escape.json", "patterns/../../escape.json", "patterns/../../../escape.json",
    "/../escape.json", "//../escape.json", "patterns//..", "patterns//\\x2e\\x2e/escape.json",
    "patterns//\\x2fescape.json", "./../escape.json", "/etc/escape.json", "patterns/a\0b.json", "", "..",
    "patterns/./a.json", "other/a.json", "patterns/" + "x" * 300 + ".json", "C:/escape.json",
    "C:\\escape.json", "..\\escape.json",
]  # fmt: skip


@pytest.mark.parametrize("path", TAMPERED)
def test_saving_what_was_kept_out_never_leaves_the_folder_and_loses_nothing(
    path: str, tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, "patterns/a.json", '{"name": NaN}')
    migrate(tree, database)
    quoted = path.replace("\0", "'||char(0)||'")
    for table in ("migration_ledger", "migration_rejects"):
        execute(database, f"UPDATE {table} SET path = '{quoted}'")
    outside = {file for file in tmp_path.rglob("*") if database.parent not in file.parents}
    saved = tmp_path / "deep/down/saved"
    done = rmos("rejects", "--gone", "--database", database, "--save", saved)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    after = {file for file in tmp_path.rglob("*") if database.parent not in file.parents} - outside
    (written,) = [file for file in after if file.is_file()]
    assert written.is_relative_to(saved)
    assert written.read_text() == '{"name": NaN}'
    assert "saved as" in done.stderr


def test_no_link_in_the_folder_is_followed_when_saving(tree: Path, database: Path, tmp_path: Path) -> None:
    write(tree, "patterns/a.json", "{")
    migrate(tree, database)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved/patterns").symlink_to(elsewhere)
    done = rmos("rejects", "--database", database, "--save", tmp_path / "saved")
    assert done.returncode == 2
    assert "is a link" in done.stderr
    assert digests(elsewhere) == {}


def test_what_was_kept_out_is_as_private_as_the_database(tree: Path, database: Path, tmp_path: Path) -> None:
    write(tree, "patterns/a.json", "{")
    migrate(tree, database)
    database.chmod(0o600)
    assert rmos("rejects", "--database", database, "--save", tmp_path / "saved").returncode == 0
    assert (tmp_path / "saved/patterns/a.json").stat().st_mode & 0o077 == 0
    assert (tmp_path / "saved/patterns").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize(
    "path", ["../secret", "patterns/../../secret", "/secret", "patterns//..", "./../secret", "..", ""]
)
def test_nothing_outside_a_source_is_asked_for(path: str, there: bool, tree: Path) -> None:
    write(tree, "patterns/a.json", {})
    if there:
        tree.with_name("secret").write_text("")
    assert not is_gone(str(tree), path)


@pytest.mark.parametrize("location", ["/nowhere\0", "nowhere", "", "\0"])
def test_a_location_that_is_none_tells_of_nothing(location: str) -> None:
    assert not is_gone(location, "patterns/a.json")
    assert not is_gone(location, f"patterns/…{'0' * 64}/a.json")


def test_a_source_is_not_known_again_by_files_outside_it(tree: Path) -> None:
    write(tree, "patterns/a.json", {})
    tree.with_name("secret").write_text("")
    assert not was_moved("/nowhere/at/all", str(tree), ["../secret", "patterns/../../secret"])
    assert was_moved("/nowhere/at/all", str(tree), ["patterns/a.json"])


@pytest.mark.parametrize(
    "name",
    [
        "a\\b.json", "..\\a.json", "C:a.json", "C:", "con", "CON.json", "con .json", "nul.", "aux.json.json",
        "com1.json", "LPT9.json", "COM¹.json", "CONIN$", "conout$.json", "a.json.", "a.json ",
        "a.json:stream", "a?.json", "a*.json", "a\x07.json", "a|b", 'a"b',
    ],
)  # fmt: skip
def test_no_name_of_another_system_leads_astray_on_windows(name: str) -> None:
    assert parts_of(f"patterns/{name}", windows=True) is None
    assert parts_of(f"patterns/{name}/a.json", windows=True) is None
    assert parts_of(f"patterns/{name}", windows=False) == ["patterns", name]
