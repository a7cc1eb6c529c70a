"""A reference that leads nowhere, though a record that looks the same is there: the message names it."""

import unicodedata
from pathlib import Path

import pytest

from builders import family, joblog, pattern, query, records, write
from rmos_migration import migrate
from rmos_migration.store import lookalikes
from rmos_migration.store.lookalikes import looks

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
    assert there.strip() in message
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


def test_large_table_is_not_looked_through(
    tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookalikes, "MOST_LOOKED_THROUGH", 1)
    write(tree, "patterns/a.json", [pattern("a"), pattern("b")])
    write(tree, "joblogs/a.json", joblog("j1", pattern_id="A"))
    migrate(tree, database)
    ((message,),) = query(database, MESSAGES)
    assert "looks the same" not in message


@pytest.mark.parametrize(("one", "other"), [("İ", "i̇"), ("ǅ", "ǆ"), ("a\tb", "ab"), ("\u2003x", "X")])
def test_looks_do_not_hang_on_the_way_a_text_is_spelled(one: str, other: str) -> None:
    assert looks(one) == looks(other)
