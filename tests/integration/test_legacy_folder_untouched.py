"""Nothing that a verb makes is put into a legacy folder, whichever the verb and however the place is
spelled."""

from pathlib import Path

import pytest

from builders import digests, pattern, rmos, write
from rmos_migration import migrate

DOCUMENT = "patterns/a.json"
VERBS = {
    "statistics": ("migrate", "{source}", "--stats", "{place}"),
    "statistics of a dry run": ("migrate", "{source}", "--dry-run", "--stats", "{place}"),
    "certificate": ("verify", "{source}", "--certificate", "{place}"),
    "audit": ("audit", "--json", "--output", "{place}"),
    "drawing": ("draw", "p1", "--output", "{place}"),
    "report of a run": ("migrate", "{source}", "--report", "{place}"),
    "report": ("report", "--output", "{place}"),
    "backup": ("backup", "{place}"),
    "export": ("export", "{place}"),
    "rejects": ("rejects", "--save", "{place}"),
}


@pytest.fixture
def filled(tree: Path, database: Path) -> Path:
    write(tree, DOCUMENT, pattern())
    write(tree, "patterns/broken.json", "{")
    migrate(tree, database)
    return database


@pytest.mark.parametrize("below", [DOCUMENT, "patterns/new.json", "new/deep/x", "", "../legacy/patterns"])
@pytest.mark.parametrize("verb", VERBS)
def test_no_result_is_put_into_a_legacy_folder(verb: str, below: str, tree: Path, filled: Path) -> None:
    before = digests(tree)
    words = [word.format(source=tree, place=tree / below) for word in VERBS[verb]]
    done = rmos(*words, "--database", filled)
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr
    assert digests(tree) == before


@pytest.mark.parametrize("verb", VERBS)
def test_nor_into_one_that_only_the_database_knows(
    verb: str, tree: Path, filled: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    write(other, "patterns/b.json", pattern("b"))
    (tmp_path / "link").symlink_to(tree)
    words = [
        word.format(source=other, place=tmp_path / "link" / "patterns" / "new.json") for word in VERBS[verb]
    ]
    before = digests(tree)
    done = rmos(*words, "--database", filled)
    assert done.returncode == 2, done.stdout
    assert f"lies in the legacy folder {tree}, which is never written to" in done.stderr
    assert digests(tree) == before


def test_a_folder_beside_one_takes_results(tree: Path, filled: Path) -> None:
    beside = tree.with_name(f"{tree.name}-results")
    beside.mkdir()
    assert rmos("migrate", tree, "--stats", beside / "s.json", "--database", filled).returncode == 1
    assert rmos("audit", "--output", beside / "a.txt", "--database", filled).returncode == 0
    assert rmos("rejects", "--save", beside / "kept", "--database", filled).returncode == 0
    assert len(digests(beside)) == 3
