"""A reference that leads nowhere, though a record that looks the same is there: the message names it."""

import sys
import unicodedata
from collections import Counter
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import insert

from builders import family, joblog, pattern, query, records, write
from rmos_migration import migrate
from rmos_migration.diagnostics import shown_apart
from rmos_migration.migrate import pipeline
from rmos_migration.store.database import database_at
from rmos_migration.store.records import Looks, looks
from rmos_migration.store.tables import ENTITY_TABLES

COMPOSED = unicodedata.normalize("NFC", "Küche-é")
DECOMPOSED = unicodedata.normalize("NFD", "Küche-é")
MESSAGES = "SELECT message FROM migration_diagnostics WHERE code = 'reference-missing'"


@pytest.mark.parametrize(
    ("there", "wanted", "difference"),
    [
        (COMPOSED, DECOMPOSED, "how an accent is written"),
        (DECOMPOSED, COMPOSED, "how an accent is written"),
        ("rope-1", "Rope-1", "case"),
        ("ROPE-1", "rope-1", "case"),
        ("ÉBÈNE", "ébène", "case"),
        ("rope-1", " rope-1", "blanks"),
        ("rope 1 ", "rope 1", "blanks"),
        ("rope 1", "rope1", "blanks"),
        ("rope-1", "rope-1\u00a0", "blanks"),
        ("Straße", "STRASSE", "case"),
        (COMPOSED.upper(), DECOMPOSED + " ", "how an accent is written and blanks and case"),
    ],
)
def test_reference_that_only_looks_right_is_told_which_one_is_there(
    there: str, wanted: str, difference: str, tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", pattern(there))
    write(tree, "joblogs/a.json", joblog("j1", pattern_id=wanted))
    migrate(tree, database)
    assert records(database, "joblogs")["j1"]["pattern_id"] is None
    ((message,),) = query(database, MESSAGES)
    assert "one that looks the same is there: " in message
    assert f"is there: {shown_apart([wanted, there])[1]}" in message
    assert message.endswith(difference)


@pytest.mark.parametrize(
    ("there", "wanted"), [("rope-1", "rope-2"), ("é", "e"), ("ab", "abc"), ("rope_1", "rope-1")]
)
def test_reference_that_looks_different_is_only_missing(
    there: str, wanted: str, tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", pattern(there))
    write(tree, "joblogs/a.json", joblog("j1", pattern_id=wanted))
    migrate(tree, database)
    ((message,),) = query(database, MESSAGES)
    assert "looks the same" not in message


def test_each_reference_has_its_own_table_and_its_own_hint(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family("Ebony"))
    write(tree, "patterns/a.json", pattern("ebony-rope", strip_family_id="ebony"))
    write(tree, "joblogs/a.json", [joblog("1", pattern_id="Ebony"), joblog("2", strip_family_id="EBONY")])
    migrate(tree, database)
    said = [message for (message,) in query(database, f"{MESSAGES} ORDER BY 1")]
    assert [("looks the same" in message) for message in said] == [False, True, True]


def test_rejected_reference_is_told_too(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family("Ebony"))
    write(tree, "patterns/a.json", pattern("p", strip_family_id="ebony"))
    assert migrate(tree, database, missing_references="reject").totals.rejected == 1
    ((message,),) = query(database, MESSAGES)
    assert "looks the same" in message


def test_family_that_single_rings_name_is_told_of_too(tree: Path, database: Path) -> None:
    rings = [{"radius_mm": 40, "strip_family_id": "ebony"}, {"radius_mm": 50, "strip_family_id": "lost"}]
    write(tree, "strip_families/a.json", family("Ebony"))
    write(tree, "patterns/a.json", pattern("p", ring_count=2, geometry={"rings": rings}))
    migrate(tree, database)
    sql = "SELECT message FROM migration_diagnostics WHERE code = 'ring-family-missing'"
    ((message,),) = query(database, sql)
    assert message.count("looks the same") == 1
    assert '"Ebony"' in message


@pytest.mark.parametrize(("size", "patterns"), [(1, 200), (7, 2_000), (1000, 51_000)])
def test_reference_is_told_of_in_every_batch_and_in_a_table_of_any_size(
    size: int, patterns: int, tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", size)
    write(tree, "patterns/many.json", [pattern(f"rope-{number}") for number in range(patterns)])
    write(tree, "patterns/more.json", [pattern(f"tile {number}é") for number in range(50)])
    jobs = [joblog(str(number), pattern_id=f"ROPE-{number * patterns // 20}") for number in range(20)]
    jobs += [joblog(f"t{number}", pattern_id=f"Tile{number}\u0065\u0301") for number in range(20)]
    for job in jobs:
        write(tree, f"joblogs/{job['id']}.json", job)
    migrate(tree, database)
    said = [message for (message,) in query(database, f"{MESSAGES} ORDER BY 1")]
    assert len(said) == 40
    assert all("one that looks the same is there" in message for message in said)


def test_of_several_that_look_the_same_the_first_is_named(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", [pattern("rope"), pattern("Rope"), pattern("r ope"), pattern("ROPE2")])
    write(tree, "joblogs/a.json", joblog("j1", pattern_id="ROPE"))
    migrate(tree, database)
    ((message,),) = query(database, MESSAGES)
    assert '"Rope"' in message


def steps_of_looking_up(database: Path, ids: list[str], wanted: list[str]) -> int:
    """How many functions are entered to look up what looks like the wanted ids, once the table was looked
    through."""
    with database_at(database).write("test") as connection:
        rows = [{"id": one, "strips_json": "[]"} for one in ids]
        connection.execute(insert(ENTITY_TABLES["strip_families"]), rows)
        known = Looks()
        assert known.alike(connection, "strip_families", wanted) == dict.fromkeys(wanted, min(ids))
        entered: Counter[str] = Counter()
        sys.setprofile(lambda _, event, __: entered.update([event]))
        try:
            known.alike(connection, "strip_families", wanted)
        finally:
            sys.setprofile(None)
        connection.exec_driver_sql("DELETE FROM strip_families")
    return entered["call"]


def test_many_ids_that_all_look_the_same_cost_no_more_than_one(tmp_path: Path) -> None:
    word = "abcdefgh"
    ids = ["".join(spelled) for spelled in product(*((one, one.upper()) for one in word))]
    wanted = [" " * blanks + word for blanks in range(1, 301)]
    one = steps_of_looking_up(tmp_path / "one.db", ids[-1:], wanted)
    many = steps_of_looking_up(tmp_path / "many.db", ids, wanted)
    assert many < one + 100


def test_what_an_earlier_run_brought_and_what_this_run_brings_is_looked_through(
    tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", pattern("old"))
    migrate(tree, database)
    write(tree, "patterns/b.json", pattern("new"))
    write(tree, "joblogs/a.json", [joblog("1", pattern_id="OLD"), joblog("2", pattern_id="NEW")])
    migrate(tree, database)
    assert sum("looks the same" in message for (message,) in query(database, MESSAGES)) == 2


@pytest.mark.parametrize(("one", "other"), [("İ", "i̇"), ("ǅ", "ǆ"), ("a\tb", "ab"), ("\u2003x", "X")])
def test_looks_do_not_hang_on_the_way_a_text_is_spelled(one: str, other: str) -> None:
    assert looks(one) == looks(other)
