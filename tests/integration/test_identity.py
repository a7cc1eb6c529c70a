"""Documents are the same by their id, and equal by their JSON values (docs/domain.md, Identity, Content)."""

import json
from pathlib import Path
from typing import Any

import pytest

from builders import domain_rows, family, fates, joblog, ledger, pattern, records, write
from rmos_migration import migrate
from rmos_migration.migrate import pipeline
from rmos_migration.migrate.observer import NullObserver


@pytest.fixture(params=[1, 2, 1000], autouse=True, ids=lambda size: f"batches of {size}")
def batches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every rule holds whether the documents meet in one batch or in two."""
    monkeypatch.setattr(pipeline, "BATCH_DOCUMENTS", request.param)


DOCUMENT = pattern("rose", ring_count=2, strip_width=2.0, notes=["Grün", "sehr"], created_at="2024-01-01")

SAME = {
    "key order": json.dumps(dict(reversed(DOCUMENT.items()))),
    "white space": json.dumps(DOCUMENT, indent=8).replace("\n", "\r\n"),
    "2 for 2.0": json.dumps(DOCUMENT | {"strip_width": 2, "ring_count": 2.0}),
    "exponent": json.dumps(DOCUMENT).replace('"strip_width": 2.0', '"strip_width": 0.2e1'),
    "escapes": json.dumps(DOCUMENT, ensure_ascii=True),
    "plain letters": json.dumps(DOCUMENT, ensure_ascii=False),
    "UTF-8 with mark": json.dumps(DOCUMENT, ensure_ascii=False).encode("utf-8-sig"),
    "UTF-16": json.dumps(DOCUMENT, ensure_ascii=False).encode("utf-16"),
    "UTF-32": json.dumps(DOCUMENT, ensure_ascii=False).encode("utf-32"),
}

OTHER: dict[str, Any] = {
    "another value": DOCUMENT | {"name": "Rose"},
    "one key more": DOCUMENT | {"notes2": None},
    "one key less": {key: value for key, value in DOCUMENT.items() if key != "notes"},
    "text for a number": DOCUMENT | {"strip_width": "2.0"},
    "true for 1": DOCUMENT | {"strip_width": True},
    "order in a list": DOCUMENT | {"notes": ["sehr", "Grün"]},
    "another time for the same instant": DOCUMENT | {"created_at": "2024-01-01T00:00:00Z"},
    "composed letters": DOCUMENT | {"notes": ["Gru\u0308n", "sehr"]},
}


@pytest.mark.parametrize("content", SAME.values(), ids=SAME)
def test_how_a_document_is_written_makes_no_difference(
    content: str | bytes, tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", DOCUMENT)
    write(tree, "patterns/b.json", content)
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.migrated, summary.totals.unchanged) == (0, 1, 1)
    assert fates(database) == {"patterns/a.json": ("migrated", None), "patterns/b.json": ("unchanged", None)}


@pytest.mark.parametrize("content", OTHER.values(), ids=OTHER)
def test_any_other_value_is_a_conflict_and_the_first_stays(content: Any, tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", DOCUMENT)
    write(tree, "patterns/b.json", content)
    summary = migrate(tree, database)
    assert (summary.exit_code, summary.totals.migrated, summary.totals.conflicts) == (1, 1, 1)
    assert fates(database)["patterns/b.json"] == ("conflict", "id-conflict")
    assert records(database, "patterns")["rose"]["name"] == DOCUMENT["name"]


def test_the_first_in_path_order_stays_by_components_in_code_points(tree: Path, database: Path) -> None:
    for path in ("b/z.json", "a.json", "a/z.json", "B.json", "ä.json"):
        write(tree, f"patterns/{path}", pattern(name=path))
    migrate(tree, database)
    assert records(database, "patterns")["p1"]["name"] == "B.json"
    (tree / "patterns/B.json").unlink()
    other = database.with_name("other.db")
    migrate(tree, other)
    assert records(other, "patterns")["p1"]["name"] == "a/z.json"


def test_many_files_with_one_id_leave_one_row(tree: Path, database: Path) -> None:
    for number in range(6):
        write(tree, f"patterns/{number}.json", pattern(name="same" if number % 2 else "first"))
    summary = migrate(tree, database)
    totals = summary.totals
    assert (totals.found, totals.migrated, totals.unchanged, totals.conflicts) == (6, 1, 2, 3)
    assert len(domain_rows(database)["patterns"]) == 1


def test_one_id_in_two_entities_is_no_conflict(tree: Path, database: Path) -> None:
    write(tree, "strip_families/a.json", family("x"))
    write(tree, "patterns/a.json", pattern("x"))
    write(tree, "joblogs/a.json", joblog("x"))
    assert migrate(tree, database).totals.migrated == 3


def test_ids_that_differ_only_in_case_or_blanks_are_two_records(tree: Path, database: Path) -> None:
    for number, id_ in enumerate(("rose", "Rose", " rose", "rose ", "röse", "ro\u0308se")):
        write(tree, f"patterns/{number}.json", pattern(id_))
    assert migrate(tree, database).totals.migrated == 6


def test_an_integer_id_is_the_same_as_its_digits(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern() | {"id": 17})
    write(tree, "patterns/c.json", pattern() | {"id": "17"})
    migrate(tree, database)
    assert set(records(database, "patterns")) == {"17"}
    assert fates(database)["patterns/a.json"] == ("migrated", None)
    assert fates(database)["patterns/c.json"] == ("conflict", "id-conflict")


def test_a_synonym_of_the_id_names_the_same_record(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("p1"))
    write(tree, "patterns/b.json", {"pattern_id" if k == "id" else k: v for k, v in pattern("p1").items()})
    assert migrate(tree, database).totals.conflicts == 1


def test_the_file_name_is_the_id_of_a_document_without_one(tree: Path, database: Path) -> None:
    nameless = {key: value for key, value in pattern().items() if key != "id"}
    write(tree, "patterns/2019/rose.v2.json", nameless)
    write(tree, "patterns/2020/rose.v2.JSON", nameless)
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.unchanged) == (1, 1)
    assert ledger(database)["patterns/2019/rose.v2.json"]["record_id"] == "rose.v2"


def test_a_document_kept_out_does_not_take_its_id(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("p1", ring_count=0))
    write(tree, "patterns/b.json", pattern("p1"))
    summary = migrate(tree, database)
    assert (summary.totals.rejected, summary.totals.migrated) == (1, 1)


@pytest.mark.parametrize("on_conflict", ["keep", "reject"])
def test_the_conflict_names_every_field_that_differs(on_conflict: str, tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern(geometry={"rings": [], "inner": 40}, mood="calm"))
    write(tree, "patterns/b.json", pattern(name="other", geometry={"rings": [], "inner": 41}, mood="wild"))
    notices: list[str] = []

    class Listener(NullObserver):
        def noticed(self, diagnostics: list[Any]) -> None:
            notices.extend(d.message for d in diagnostics if d.code == "id-conflict")

    migrate(tree, database, on_conflict=on_conflict, observer=Listener())
    (message,) = notices
    for part in ("name", "geometry.inner", "40", "41", "mood", "calm", "wild"):
        assert part in message
    assert "rings" not in message
    assert "ring_count" not in message
