"""Keys and paths that no index of a database can hold are stored shortened, and everything still works with
them."""

import json
import os
from pathlib import Path

import pytest

from builders import entries, joblog, pattern, query, remove, rmos, write
from rmos_migration import migrate
from rmos_migration.sources.paths import fitted_path
from rmos_migration.sources.pointers import STORABLE, below, key_of, pointer_of, pointer_step
from serving import MIGRATION, client

KEYS = {
    "5,000 characters": "k" * 5_000,
    "a NUL": "a\0b",
    "1,201 bytes of multibyte text": "ä" * 600 + "x",
    "1,200 bytes with the slash": "k" * 1_199,
    "four bytes a character": "\N{GRINNING FACE}" * 400,
    "tildes": "~" * 900,
    "slashes and NULs": "/\0" * 700,
    "what looks like an escape": "a\\u0000b",
    "a name of a device": "nul",
    "nothing": "",
}


def works(tree: Path, database: Path, rejected: int = 0) -> None:
    """What every verb says of a database that was filled from a tree, without a traceback."""
    pointers = {entry["pointer"] for entry in entries(database)} | {
        entry["path"] for entry in entries(database)
    }
    assert all(len(one.encode()) <= STORABLE and "\0" not in one for one in pointers)
    verified = rmos("verify", tree, "--database", database)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert "EQUAL" in verified.stdout
    listed = json.loads(rmos("rejects", "--json", "--database", database).stdout)
    assert listed["total"] == rejected
    assert rmos("audit", "--database", database).returncode == 0
    saved = rmos("rejects", "--save", tree.parent / "saved", "--database", database)
    assert saved.returncode == 0
    assert sum(file.is_file() for file in (tree.parent / "saved").rglob("*")) == rejected
    back = tree.parent / "back"
    assert rmos("export", back, "--format", "source", "--database", database).returncode == 0
    again = tree.parent / "again.db"
    assert migrate(back, again).totals.migrated == len(query(database, "SELECT id FROM joblogs"))
    assert query(again, "SELECT id FROM joblogs ORDER BY id") == query(
        database, "SELECT id FROM joblogs ORDER BY id"
    )
    second = migrate(tree, database)
    assert (second.totals.migrated, second.totals.conflicts) == (0, 0)
    with client(database, tree) as calling:
        found = calling.get(f"{MIGRATION}/rejects").json()["rejects"]
    assert len(found) == rejected


def test_key_of_a_keyed_file_may_be_anything(tree: Path, database: Path) -> None:
    for number, key in enumerate(KEYS.values()):
        keyed = {
            key: joblog(f"own-{number}"),
            "other": joblog(f"o{number}"),
            "bad": joblog("c", parameters=3),
        }
        write(tree, f"joblogs/{number}.json", keyed)
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.rejected) == (2 * len(KEYS), len(KEYS))
    works(tree, database, rejected=len(KEYS))


def test_fault_under_any_key_is_listed_with_its_place(tree: Path, database: Path) -> None:
    texts = {}
    for number, key in enumerate(KEYS.values()):
        text = json.dumps({key: joblog("own", x="here"), "other": joblog(f"o{number}")})
        texts[f"joblogs/{number}.json"] = text.replace('"here"', "NaN")
        write(tree, f"joblogs/{number}.json", texts[f"joblogs/{number}.json"])
    assert migrate(tree, database).totals.rejected == len(KEYS)
    places = query(
        database, 'SELECT path, line, "column" FROM migration_diagnostics WHERE code = ?', "json-not-a-number"
    )
    assert sorted(places) == sorted((path, 1, text.index("NaN") + 1) for path, text in texts.items())
    works(tree, database, rejected=len(KEYS))


def test_long_keys_that_differ_only_at_their_end_are_two_places(tree: Path, database: Path) -> None:
    write(tree, "joblogs/all.json", {"k" * 5_000 + end: joblog(end) for end in "ab"})
    write(tree, "joblogs/nul.json", {"x\0": joblog("c"), "x\\u0000": joblog("d"), "x\\u0000~": joblog("e")})
    assert migrate(tree, database).totals.migrated == 5
    works(tree, database)


def test_long_key_inside_a_document_keeps_the_place_of_its_fault(tree: Path, database: Path) -> None:
    text = json.dumps(joblog("a", parameters={"k" * 3_000: {"b": float("nan")}}))
    write(tree, "joblogs/a.json", text)
    write(tree, "joblogs/b.json", joblog("b"))
    assert migrate(tree, database).totals.rejected == 1
    works(tree, database, rejected=1)


def test_documents_in_many_wrappers_have_pointers_that_can_be_stored(tree: Path, database: Path) -> None:
    value = [joblog("a"), joblog("b", parameters=[])]
    for number in range(14):
        value = [{"runs": {f"{number}-" + "x" * 100: {"items": value}}}]
    write(tree, "joblogs/deep.json", value)
    assert migrate(tree, database).totals.migrated == 1
    works(tree, database, rejected=1)


@pytest.mark.parametrize("length", [1_200, 1_201, 2_951])
@pytest.mark.parametrize("letter", ["d", "ä"])
def test_path_of_any_length_is_migrated_and_listed(
    length: int, letter: str, tree: Path, database: Path
) -> None:
    """Files are made from inside their folder, since no path of a system call may be so long in some
    systems."""
    width = len(letter.encode())
    top = tree / "joblogs"
    top.mkdir(parents=True, exist_ok=True)
    path, handle = "joblogs", os.open(top, os.O_RDONLY)
    while length - len(path.encode()) > 40:
        name = letter * (min(200, length - len(path.encode()) - 30) // width)
        os.mkdir(name, dir_fd=handle)
        below_it = os.open(name, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        path, handle = f"{path}/{name}", below_it
    for name, document in (("good.json", joblog()), ("bad.json", joblog("b", parameters=3))):
        with os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT, dir_fd=handle), "wb") as file:
            file.write(json.dumps(document).encode())
    os.close(handle)
    try:
        assert migrate(tree, database).totals.migrated == 1
        works(tree, database, rejected=1)
        (stored,) = query(database, "SELECT path FROM migration_ledger WHERE outcome = 'migrated'")[0]
        assert stored.startswith("joblogs/")
        assert stored.endswith("/good.json")
        assert (stored == f"{path}/good.json") == (len(f"{path}/good.json".encode()) <= STORABLE)
    finally:
        remove(tree)


def test_name_behind_a_path_that_was_cut_still_is_the_id(tree: Path, database: Path) -> None:
    folder = tree / "patterns"
    for _ in range(7):
        folder /= "f" * 200
    folder.mkdir(parents=True)
    document = pattern()
    del document["id"]
    (folder / "rope.json").write_text(json.dumps(document))
    (folder / "lines.jsonl").write_text(json.dumps(document))
    migrate(tree, database)
    assert query(database, "SELECT id FROM patterns ORDER BY id") == [("lines-0",), ("rope",)]


@pytest.mark.parametrize("key", [*KEYS.values(), "a~1b", "~", "x~~2", "\ud800", "a\\\ud800/"])
def test_step_that_was_not_cut_gives_its_key_back(key: str) -> None:
    step = pointer_step(key)
    if len(step.encode()) < STORABLE - 4:
        assert key_of(step.removeprefix("/")) == key


def test_pointers_and_paths_are_cut_at_characters() -> None:
    for unit in ("k", "ä", "€", "\N{GRINNING FACE}", "/", "~"):
        for count in range(290, 1_300, 7):
            pointer = pointer_of([unit * count, "a"])
            assert len(pointer.encode()) <= STORABLE
            assert below(pointer, "b") != below(pointer, "c")
    names = [fitted_path("joblogs/" + f"{letter}" * 1_300 + "/a.json") for letter in ("a", "b")]
    assert names[0] != names[1]
    assert all(name.startswith("joblogs/…") and name.endswith("/a.json") for name in names)
    assert len(fitted_path("joblogs/" + "d/" * 900 + "/" + "\\xff" * 250 + ".json").encode()) <= STORABLE
