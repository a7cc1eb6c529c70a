"""Names of exported files: every id has its own on every system, and the ledger's paths lead where they
led."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_migration.exporting.names import file_name
from rmos_migration.sources.folders import is_read_by_name
from rmos_migration.sources.paths import as_text, is_name, parts_of

PLAIN = ["rose", "j-013", "rose.v2", "0", "x" * 80, "_", "a.b.c"]
ODD = [
    "Rose",
    "x" * 81,
    "con",
    "com1",
    "nul.v2",
    ".x",
    "x.",
    "x.bak",
    "x~",
    "x.old",
    "a b",
    "a/b",
    "ä",
    "-x",
    "x-0123456789abcdef",
]


@pytest.mark.parametrize("record_id", PLAIN)
def test_plain_id_is_the_name(record_id: str) -> None:
    assert file_name(record_id) == f"{record_id}.json"


@pytest.mark.parametrize("record_id", ODD)
def test_other_id_has_a_hash_in_the_name(record_id: str) -> None:
    assert file_name(record_id) != f"{record_id}.json"
    assert file_name(record_id) == file_name(record_id)


@given(st.text(min_size=1, max_size=200) | st.sampled_from(PLAIN + ODD))
def test_name_is_one_that_any_system_can_have_and_the_migration_reads(record_id: str) -> None:
    name = file_name(record_id)
    assert is_name(name, windows=True)
    assert name.isascii() and name == name.lower() and len(name) <= 90
    assert is_read_by_name(name) and not name.startswith(".")


@given(st.sets(st.text("aAbB.-/é0", min_size=1, max_size=6), min_size=2))
def test_two_ids_never_share_a_name(ids: set[str]) -> None:
    names = {file_name(one).casefold() for one in ids}
    assert len(names) == len(ids)
    assert names.isdisjoint(
        file_name(name.removesuffix(".json")) for name in names - {f"{i}.json" for i in ids}
    )


@pytest.mark.skipif(os.name == "nt", reason="names of bytes")
@given(st.binary(min_size=1, max_size=12).filter(lambda raw: b"/" not in raw and b"\0" not in raw))
def test_name_that_is_no_text_becomes_its_bytes_again(raw: bytes) -> None:
    if raw in (b".", b".."):
        return
    path = f"patterns/{as_text(os.fsdecode(raw))}"
    assert [os.fsencode(part) for part in parts_of(path) or []] == [b"patterns", raw]


@given(st.text("./\\ab:x0", max_size=12))
def test_no_path_leads_out(path: str) -> None:
    for windows in (False, True):
        parts = parts_of(f"patterns/{path}", windows=windows)
        assert parts is None or not {"", ".", ".."} & set(parts)
        assert parts is None or not any(
            "/" in part or (windows and {"\\", ":"} & set(part)) for part in parts
        )


@pytest.mark.parametrize(
    "name", ["CON", "nul.json", "a:b", "a\\b", "a.", "a ", "a?", "a*", "a|b", 'a"', "a\x01", "LPT9.x", "COM¹"]
)
def test_name_that_windows_cannot_have_is_refused_there_only(name: str) -> None:
    assert parts_of(f"patterns/{name}/x.json", windows=True) is None
    assert parts_of(f"patterns/{name}/x.json", windows=False) == ["patterns", name, "x.json"]
