"""Folders that may not be listed: told of as folders, in the same words everywhere, and never counted as a
document."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import execute, family, joblog, pattern, query, rmos, without_root_powers, write
from rmos_migration import migrate
from rmos_migration.api.app import create_app
from rmos_migration.web.pages import page_routers
from rmos_migration.web.rendering import problem_page
from serving import STORES, TOKEN, TestClient, bearing, serving

SAID = "1 folder was not looked at"


@pytest.fixture(params=["patterns/sub", "joblogs", "other", "other/below", "patterns/a/b"])
def closed(request: pytest.FixtureRequest, tree: Path) -> Iterator[Path]:
    """A legacy folder in which one folder, with records, may not be listed."""
    write(tree, "strip_families/f.json", family("f"))
    for number in range(3):
        write(tree, f"{request.param}/x{number}.json", pattern(f"x{number}"))
    (tree / request.param).chmod(0)
    yield tree / request.param
    (tree / request.param).chmod(0o755)


def ordinary(*arguments: str | Path) -> tuple[int, str]:
    done = rmos(*arguments, before=without_root_powers)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def test_everything_that_tells_of_a_closed_folder_says_the_same(
    closed: Path, tree: Path, database: Path, tmp_path: Path
) -> None:
    path = closed.relative_to(tree).as_posix()
    code, dry = ordinary("migrate", tree, "--database", database, "--dry-run")
    assert (code, SAID in dry) == (1, True)
    code, said = ordinary("migrate", tree, "--database", database, "--stats", tmp_path / "stats.json")
    assert (code, f"1 document arrived; {SAID}." in said) == (1, True), said
    stats = json.loads((tmp_path / "stats.json").read_text())
    assert (stats["totals"]["found"], stats["totals"]["rejected"]) == (1, 0)
    assert (stats["files"]["found"], stats["files"]["not_looked_at"]) == (1, 1)
    assert stats["codes"] == {"folder-not-looked-at": 1}
    assert "not recognised" not in stats["generations"]
    assert query(database, "SELECT count(*) FROM migration_ledger") == [(1,)]

    for verb in ("status", "history", "rejects", "report"):
        assert SAID in ordinary(verb, "--database", database)[1], verb
    for verb in ("status", "rejects"):
        told = json.loads(ordinary(verb, "--database", database, "--json")[1])
        assert told["not_looked_at"] if verb == "rejects" else told["not_looked_at"] == 1
        assert path in str(told) or verb == "status"
    code, said = ordinary("verify", tree, "--database", database)
    assert (code, f"DIFFERENT: {SAID}. 1 of 1 documents" in said) == (6, True), said
    code, said = ordinary("inspect", tree)
    assert (code, SAID in said, path in said) == (1, True, True)
    ordinary("report", "--from", tmp_path / "stats.json", "--output", tmp_path / "report")
    pages = list((tmp_path / "report").glob("*.html"))
    assert [SAID in page.read_text(encoding="utf-8") for page in pages] == [True]

    pages = create_app(serving(database, tree), page_routers(), problem_page)
    with TestClient(pages, "http://127.0.0.1", headers=bearing(TOKEN)) as api:
        told = api.get(f"{STORES}/migration/rejects").json()
        assert (told["total"], told["not_looked_at_total"]) == (0, 1)
        assert SAID in api.get("/rejects").text
        assert SAID in api.get("/").text


def test_files_and_folders_are_told_apart(tree: Path, database: Path) -> None:
    write(tree, "patterns/p.json", pattern("p"))
    write(tree, "patterns/q.json.txt", json.dumps(pattern("q")))
    write(tree, "archive.zip", "PK")
    for name in ("a", "b"):
        write(tree, f"joblogs/{name}/j.json", joblog("j")).parent.chmod(0)
    try:
        _, said = ordinary("migrate", tree, "--database", database)
        _, verified = ordinary("verify", tree, "--database", database)
        _, kept_out = ordinary("rejects", "--database", database)
    finally:
        for name in ("a", "b"):
            (tree / "joblogs" / name).chmod(0o755)
    words = "2 files and 2 folders were not looked at"
    assert (words in said, words in verified, words in kept_out) == (True, True, True)


def test_closed_folder_undoes_a_run_that_keeps_all_or_nothing(tree: Path, database: Path) -> None:
    write(tree, "patterns/p.json", pattern("p"))
    write(tree, "patterns/sub/q.json", pattern("q")).parent.chmod(0)
    try:
        code, _ = ordinary("migrate", tree, "--database", database, "--all-or-nothing")
    finally:
        (tree / "patterns/sub").chmod(0o755)
    assert (code, query(database, "SELECT count(*) FROM patterns")) == (1, [(0,)])


def test_entry_of_a_folder_in_an_older_ledger_ends_where_it_is_counted_as_a_folder(
    tree: Path, database: Path
) -> None:
    """An earlier version wrote a closed folder into the ledger as a document."""
    write(tree, "patterns/sub", "no folder")
    write(tree, "patterns/sub.json", pattern("p"))
    migrate(tree, database)
    execute(
        database,
        "INSERT INTO migration_ledger (source_id, path, pointer, entity, outcome, code, run_id) "
        "VALUES (1, 'patterns/sub', '', 'patterns', 'rejected', 'file-unreadable', 1)",
    )
    (tree / "patterns/sub").unlink()
    write(tree, "patterns/sub/q.json", pattern("q")).parent.chmod(0)
    try:
        ordinary("migrate", tree, "--database", database)
        told = json.loads(ordinary("status", "--database", database, "--json")[1])
    finally:
        (tree / "patterns/sub").chmod(0o755)
    assert (told["rejected"], told["not_looked_at"]) == (0, 1)


@pytest.mark.parametrize("target", ["/media/not-connected", "../nowhere", None], ids=str)
@pytest.mark.parametrize("link", ["patterns", "Job Logs", "patterns/usb", "patterns/a/usb"])
def test_link_to_a_folder_that_is_not_there_is_told_of_as_a_folder(
    link: str, target: str | None, tree: Path, database: Path
) -> None:
    write(tree, "strip_families/f.json", family("f"))
    if link == "patterns":
        (tree / "patterns").rmdir()
    (tree / link).parent.mkdir(parents=True, exist_ok=True)
    (tree / link).symlink_to(target or Path(link).name)
    code, said = ordinary("migrate", tree, "--database", database)
    assert (code, f"1 document arrived; {SAID}." in said) == (1, True), said
    assert ordinary("verify", tree, "--database", database)[0] == 6


@pytest.mark.parametrize(
    ("link", "amount"),
    [
        ("patterns/v1.2", "1 folder"),
        ("patterns/2019/box no. 3", "1 folder"),
        ("patterns/README", "1 folder"),
        ("patterns/notes.txt", "1 file"),
        ("patterns/export.csv", "1 file"),
        ("rosettes", "1 folder"),
        ("years/2019", "1 folder"),
        ("export.json", "1 file"),
    ],
)
def test_no_dead_link_is_passed_over_in_silence(
    link: str, amount: str, tree: Path, database: Path, tmp_path: Path
) -> None:
    """Nobody knows whether it led to a file or to a folder; which of the two is counted, its name decides."""
    write(tree, "patterns/p.json", pattern("p"))
    (tree / link).parent.mkdir(parents=True, exist_ok=True)
    (tree / link).symlink_to("/media/not-connected/x")
    done = rmos("migrate", tree, "--database", database)
    assert (done.returncode, f"1 document arrived; {amount} was not looked at." in done.stdout) == (1, True)
    assert f"{link} warning" in done.stderr
    assert 'the link leads nowhere (to "/media/not-connected/x")' in " ".join(done.stderr.split())
    told = json.loads(rmos("rejects", "--database", database, "--json").stdout)["not_looked_at"]
    assert [("file or folder" in one["message"], one["path"]) for one in told] == [(True, link)]
    code, said = ordinary("verify", tree, "--database", database)
    assert (code, f"{amount} was not looked at" in said) == (6, True), said
    assert ordinary("inspect", tree)[0] == 1
    (tree / link).unlink()
    assert migrate(tree, database).exit_code == 0


@pytest.mark.parametrize("link", ["patterns/.usb", ".usb", "patterns/x.bak", "old.bak", "patterns/x.json~"])
def test_dead_links_that_are_hidden_or_backups_are_left_alone(link: str, tree: Path, database: Path) -> None:
    write(tree, "patterns/p.json", pattern("p"))
    (tree / link).symlink_to("/media/not-connected")
    assert migrate(tree, database).exit_code == 0


def test_links_to_what_is_there_and_holds_no_records_are_passed_over(tree: Path, database: Path) -> None:
    write(tree, "patterns/p.json", pattern("p"))
    write(tree, "patterns/notes.md", "dear diary")
    (tree / "patterns/notes.txt").symlink_to("notes.md")
    (tree / "pictures").symlink_to("patterns")
    assert migrate(tree, database).exit_code == 0


@pytest.mark.parametrize("link", ["patterns/v1.2", "patterns/box no. 3"])
def test_records_behind_a_dead_link_are_out_of_reach_whatever_its_name(
    link: str, tree: Path, database: Path
) -> None:
    write(tree, ".disk/p.json", pattern("p"))
    write(tree, "strip_families/f.json", family("f"))
    (tree / link).symlink_to("../.disk")
    migrate(tree, database)
    (tree / ".disk").rename(tree.with_name("unplugged"))
    migrate(tree, database)
    told = json.loads(rmos("verify", tree, "--database", database, "--json").stdout)
    assert (told["totals"].get("only-in-database", 0), told["totals"]["unreadable"]) == (0, 1), told


@pytest.mark.parametrize("how", ["dead link", "closed folder", "another name", "closed file"])
def test_nothing_says_that_records_are_not_there_which_an_earlier_run_took(
    how: str, tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, "patterns/p.json", pattern("p"))
    folder = write(tree, "joblogs/j/j.json", joblog("j")).parent
    migrate(tree, database)
    if how == "dead link":
        folder.rename(tmp_path / "j")
        folder.symlink_to("/media/not-connected")
    elif how == "closed folder":
        folder.chmod(0)
    else:
        (folder / "j.json").rename(folder / "j.json.txt")
        (folder / "j.json.txt").chmod(0 if how == "closed file" else 0o644)
    try:
        ordinary("migrate", tree, "--database", database)
        ordinary("report", "--database", database, "--output", tmp_path / "report")
    finally:
        if how == "closed folder":
            folder.chmod(0o755)
    assert query(database, "SELECT id FROM joblogs") == [("j",)]
    said = [page.read_text(encoding="utf-8") for page in (tmp_path / "report").iterdir()]
    pages = create_app(serving(database, tree), page_routers(), problem_page)
    with TestClient(pages, "http://127.0.0.1", headers=bearing(TOKEN)) as browser:
        said.append(browser.get("/rejects").text)
    assert sum("not looked at" in one for one in said) >= 3
    assert not any("is in the database." in one for one in said)


def test_what_could_not_be_read_has_no_generation(tree: Path, database: Path, tmp_path: Path) -> None:
    """Nobody has seen it, so nobody knows who wrote it."""
    write(tree, "patterns/p.json", pattern("p"))
    write(tree, "patterns/broken.json", "{")
    write(tree, "patterns/closed.json", pattern("q")).chmod(0)
    (tree / "patterns/outside.json").symlink_to("/etc/hostname")
    stats = tmp_path / "stats.json"
    ordinary("migrate", tree, "--database", database, "--stats", stats)
    told = json.loads(stats.read_text())
    assert (told["totals"]["found"], told["totals"]["rejected"]) == (4, 3)
    assert told["generations"] == {"native": 1, "not recognised": 1}
    inspected = json.loads(ordinary("inspect", tree, "--json")[1])
    generations = {Path(one["path"]).name: one["generation"] for one in inspected["documents"]}
    assert generations["closed.json"] == generations["outside.json"] == "not read"


@pytest.mark.parametrize(
    "path", ["old.zip", "patterns/old.7z", "x.json (1)", "patterns/x.json.1", "x.jsonl.new"]
)
def test_file_that_may_hold_records_is_told_of_though_it_may_not_be_opened(
    path: str, tree: Path, database: Path
) -> None:
    write(tree, "patterns/p.json", pattern("p"))
    write(tree, path, "PK").chmod(0)
    write(tree, "picture.png", "PNG").chmod(0)
    write(tree, "patterns/prices.xls", "x").chmod(0)
    code, said = ordinary("migrate", tree, "--database", database)
    assert (code, "1 document arrived; 1 file was not looked at." in said) == (1, True), said
