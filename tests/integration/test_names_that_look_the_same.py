"""Two names in one message that look the same are told apart by escapes."""

from pathlib import Path

import pytest

from builders import joblog, pattern, query, rmos, write
from rmos_migration import migrate

COMPOSED, DECOMPOSED = "M\u00f6we", "Mo\u0308we"

NAMES = {
    "composed and decomposed": (COMPOSED, DECOMPOSED, "M\\xf6we", "Mo\\u0308we"),
    "no-break space": ("a b", "a\u00a0b", "a b", "a\\xa0b"),
    "Cyrillic letter": ("rape", "r\u0430pe", "rape", "r\\u0430pe"),
    "zero-width space": ("rope", "ro\u200bpe", "rope", "ro\\u200bpe"),
    "two blanks": ("a b", "a  b", "a\\x20b", "a\\x20\\x20b"),
}


def said(database: Path, code: str) -> str:
    ((message,),) = query(database, f"SELECT message FROM migration_diagnostics WHERE code = '{code}'")
    return str(message)


@pytest.mark.parametrize(("one", "other", "told_one", "told_other"), NAMES.values(), ids=NAMES)
def test_files_of_one_id(
    one: str, other: str, told_one: str, told_other: str, tree: Path, database: Path
) -> None:
    write(tree, f"patterns/{one}.json", pattern("p"))
    write(tree, f"patterns/{other}.json", pattern("p", name="else"))
    migrate(tree, database)
    message = said(database, "id-conflict")
    assert f"patterns/{told_one}.json" in message
    assert f"patterns/{told_other}.json" in message


@pytest.mark.parametrize(("one", "other", "told_one", "told_other"), NAMES.values(), ids=NAMES)
def test_keys_of_one_id(
    one: str, other: str, told_one: str, told_other: str, tree: Path, database: Path
) -> None:
    write(tree, "patterns/all.json", {one: pattern("p"), other: pattern("p", name="else")})
    migrate(tree, database)
    message = said(database, "id-conflict")
    assert f"/{told_one} came first" in message.replace("all.json\\x20", "all.json ")
    assert f"/{told_other} has" in message.replace("all.json\\x20", "all.json ")


def test_value_that_only_looks_the_same_in_the_database(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("p", name=COMPOSED))
    migrate(tree, database)
    write(tree, "patterns/a.json", pattern("p", name=DECOMPOSED))
    migrate(tree, database)
    assert '"M\\xf6we" in the database, "Mo\\u0308we" here' in said(database, "id-conflict")


def test_reference_and_the_record_it_may_mean(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern(COMPOSED))
    write(tree, "joblogs/a.json", joblog("j", pattern_id=DECOMPOSED))
    migrate(tree, database)
    message = said(database, "reference-missing")
    assert '"Mo\\u0308we" is not among the patterns' in message
    assert 'is there: "M\\xf6we", which differs in how an accent is written' in message


def test_file_that_only_looks_as_before(tree: Path, database: Path) -> None:
    write(tree, f"patterns/{COMPOSED}.json", pattern("p"))
    migrate(tree, database)
    (tree / f"patterns/{COMPOSED}.json").unlink()
    write(tree, f"patterns/{DECOMPOSED}.json", pattern("p", name="else"))
    migrate(tree, database)
    assert said(database, "record-taken-over").startswith("patterns/M\\xf6we.json no longer has")


def test_audit_of_ids_that_look_the_same(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", [pattern(COMPOSED), pattern(DECOMPOSED), pattern("M\u00d6WE")])
    migrate(tree, database)
    told = rmos("audit", "--database", database).stdout
    assert '"Mo\\u0308we" looks like "MÖWE", "M\\xf6we"' in told.replace("\n", " ")
