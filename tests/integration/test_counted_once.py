"""A document that loses its row is a conflict in the counts of that very run, wherever a batch ends."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from builders import entries, pattern, query, without_root_powers, write
from rmos_migration import RunSummary, verify
from rmos_migration.migrate.options import OnConflict, Options
from rmos_migration.migrate.outcome import RunCounts, Tally
from rmos_migration.migrate.pipeline import run
from rmos_migration.store.database import database_at

SIZES = [1, 7, 1000]


def replacing(tree: Path, database: Path, size: int, *, rehash: bool = False) -> RunSummary:
    options = Options(on_conflict=OnConflict.REPLACE, rehash=rehash)
    return run(tree, database_at(database), options, batch_documents=size)


def counted(summary: RunSummary) -> tuple[int, int, int]:
    totals = summary.totals
    assert summary.counts.balanced
    return totals.migrated, totals.unchanged, totals.conflicts


def others(number: int, count: int) -> list[dict[str, Any]]:
    return [pattern(f"other{number}-{one}") for one in range(count)]


@pytest.mark.parametrize("size", SIZES)
def test_new_document_that_another_new_one_replaces(size: int, tree: Path, database: Path) -> None:
    for number in range(5):
        write(tree, f"patterns/{number}.json", [pattern(name=f"v{number}"), *others(number, 2)])
    assert counted(replacing(tree, database, size)) == (11, 0, 4)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("edited", "kept"), [("a", "z"), ("z", "a")])
@pytest.mark.parametrize("rehash", [False, True])
def test_document_that_is_passed_over_before_or_after(
    edited: str, kept: str, rehash: bool, size: int, tree: Path, database: Path
) -> None:
    write(tree, f"patterns/{kept}.json", pattern(name="kept"))
    for number in range(10):
        write(tree, f"patterns/m{number}.json", others(number, 1))
    replacing(tree, database, size)
    write(tree, f"patterns/{edited}.json", pattern(name="edited"))
    assert counted(replacing(tree, database, size, rehash=rehash)) == (1, 10, 1)
    for _ in range(2):
        assert counted(replacing(tree, database, size, rehash=rehash)) == (0, 11, 1)


@pytest.mark.parametrize("size", SIZES)
def test_document_in_a_changed_file_that_is_read_later(size: int, tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", [pattern(name="first"), *others(0, 7)])
    write(tree, "patterns/b.json", [pattern(name="second"), *others(1, 7)])
    assert counted(replacing(tree, database, size)) == (15, 0, 1)
    write(tree, "patterns/a.json", [pattern(name="edited"), *others(0, 7)])
    write(tree, "patterns/b.json", [*others(1, 7), pattern(name="second")])
    assert counted(replacing(tree, database, size)) == (1, 14, 1)


@pytest.mark.parametrize("size", SIZES)
def test_copy_that_is_gone_is_not_counted(size: int, tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern(name="v1"))
    write(tree, "patterns/b.json", pattern(name="v1"))
    assert counted(replacing(tree, database, size)) == (1, 1, 0)
    (tree / "patterns/a.json").unlink()
    write(tree, "patterns/c.json", pattern(name="v2"))
    assert counted(replacing(tree, database, size)) == (1, 0, 1)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("between", [10, 1200])
def test_newest_edit_wins_however_many_lie_between(
    between: int, size: int, tree: Path, database: Path
) -> None:
    if size == 1 and between > 10:
        size = 100
    write(tree, "patterns/a.json", pattern(name="A1"))
    write(tree, "patterns/b.json", [pattern(name="B"), *others(0, between)])
    replacing(tree, database, size)
    write(tree, "patterns/a.json", pattern(name="A2"))
    for _ in range(3):
        replacing(tree, database, size, rehash=True)
        place = database_at(database)
        with place.read() as snapshot:
            connection = snapshot.connection
            (name,) = connection.exec_driver_sql("SELECT name FROM patterns WHERE id = 'p1'").one()
        assert name == "A2"


@pytest.mark.parametrize("size", SIZES)
def test_conflict_that_waited_does_not_win_over_a_new_edit(size: int, tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern(name="A"))
    write(tree, "patterns/b.json", pattern(name="B"))
    run(tree, database_at(database), Options(), batch_documents=size)
    write(tree, "patterns/a.json", pattern(name="A2"))
    for _ in range(3):
        replacing(tree, database, size, rehash=True)
        with database_at(database).read() as snapshot:
            connection = snapshot.connection
            assert connection.exec_driver_sql("SELECT name FROM patterns").scalars().all() == ["A2"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("loser", "winner"), [("a", "z"), ("z", "a")])
def test_document_whose_row_has_its_content_again_has_arrived(
    loser: str, winner: str, size: int, tree: Path, database: Path
) -> None:
    write(tree, f"patterns/{loser}.json", pattern(name="v1"))
    replacing(tree, database, size)
    write(tree, f"patterns/{winner}.json", pattern(name="v2"))
    for number in range(10):
        write(tree, f"patterns/m{number}.json", others(number, 1))
    assert counted(replacing(tree, database, size)) == (11, 0, 1)
    write(tree, f"patterns/{winner}.json", pattern(name="v1"))
    summary = replacing(tree, database, size)
    assert counted(summary) == (1, 11, 0)
    assert "document-superseded" not in summary.counts.codes
    assert verify(tree, database).differing == []
    assert counted(replacing(tree, database, size)) == (0, 12, 0)


@pytest.mark.parametrize("size", SIZES)
def test_a_document_that_loses_its_row_and_has_it_again_in_one_batch_is_not_told_of(
    size: int, tree: Path, database: Path
) -> None:
    undated = pattern(name="v1", created_at=None)
    write(tree, "patterns/a.json", undated)
    write(tree, "patterns/e.json", [pattern(name="v2", created_at="2025-01-01T00:00:00Z"), undated])
    summary = replacing(tree, database, size)
    assert counted(summary) == (1, 1, 1)
    assert summary.counts.codes["document-superseded"] == 1  # the first one of e.json alone
    derived = {(one["path"], one["pointer"]): one["derived"] for one in entries(database)}
    assert derived["patterns/a.json", ""] == '["pattern_type"]'
    assert (
        derived["patterns/e.json", "/1"] == '["pattern_type","created_at"]'
    )  # the row keeps that of the other


BROKEN = pattern(ring_count=0)


@pytest.mark.parametrize("policy", list(OnConflict))
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([pattern(name="v1"), pattern(name="v2")], [pattern(name="v1"), pattern(name="v1")]),
        (
            [pattern(name="v1"), pattern(name="v2"), pattern(name="v3")],
            [pattern(name="v1"), BROKEN, pattern(name="v2")],
        ),
    ],
    ids=["twice", "beside a broken one"],
)
def test_a_document_edited_to_equal_one_that_was_replaced_is_settled_at_once(
    before: list[Any], after: list[Any], policy: OnConflict, tree: Path, database: Path
) -> None:
    write(tree, "patterns/a.json", before)
    replacing(tree, database, 1000)
    write(tree, "patterns/a.json", after)
    first = run(tree, database_at(database), Options(on_conflict=policy))
    books = [entry | {"run_id": None} for entry in entries(database)]
    again = run(tree, database_at(database), Options(on_conflict=policy, rehash=True))
    assert again.totals.migrated == 0
    assert again.totals.conflicts == first.totals.conflicts
    assert [entry | {"run_id": None} for entry in entries(database)] == books


def test_the_document_that_came_first_has_one_name_wherever_a_batch_ends(tree: Path, tmp_path: Path) -> None:
    databases = [tmp_path / f"{size}.db" for size in SIZES]
    two = pattern(name="two")
    write(tree, "patterns/m.json", two)
    write(tree, "patterns/z.json", two)
    for database, size in zip(databases, SIZES, strict=True):
        run(tree, database_at(database), Options(), batch_documents=size)
    (tree / "patterns/m.json").unlink()
    write(tree, "patterns/a.json", two)
    write(tree, "patterns/b.json", pattern(name="one"))
    for database, size in zip(databases, SIZES, strict=True):
        run(tree, database_at(database), Options(), batch_documents=size)
        [(message,)] = query(database, "SELECT message FROM migration_diagnostics WHERE code = 'id-conflict'")
        assert "patterns/a.json came first and stays" in message


def is_never_negative(summary: RunSummary) -> bool:
    return all(
        number >= 0 for tally in summary.counts.entities.values() for number in tally.as_json().values()
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["a", "m", "z"])
def test_file_that_became_a_folder_is_not_counted(name: str, size: int, tree: Path, database: Path) -> None:
    write(tree, f"patterns/{name}.json", pattern(name="v1"))
    for number in range(3):
        write(tree, f"patterns/k{number}.json", others(number, 1))
    replacing(tree, database, size)
    (tree / f"patterns/{name}.json").unlink()
    write(tree, f"patterns/{name}.json/b.json", pattern(name="v2"))
    summary = replacing(tree, database, size)
    assert summary.totals.found == 4
    assert counted(summary) == (1, 3, 0)
    assert is_never_negative(summary)


BATCHES = """
import json, sys
from pathlib import Path
from rmos_migration.migrate.options import Options
from rmos_migration.migrate.pipeline import run
from rmos_migration.migrate.options import OnConflict
from rmos_migration.store.database import database_at

done = run(
    Path(sys.argv[1]), database_at(sys.argv[2]), Options(on_conflict=OnConflict.REPLACE),
    batch_documents=int(sys.argv[3]),
)
print(json.dumps(done.as_json()["totals"]))
"""


@pytest.mark.skipif(os.name != "posix", reason="no folder can be barred here")
@pytest.mark.parametrize("barred", ["a", "z"])
def test_what_stands_in_a_barred_folder_is_counted_alike_in_batches_of_any_size(
    barred: str, tree: Path, database: Path
) -> None:
    write(tree, f"patterns/{barred}/x.json", pattern(name="v1"))
    for number in range(3):
        write(tree, f"patterns/k{number}.json", others(number, 1))
    replacing(tree, database, 1000)
    write(tree, "patterns/l.json", pattern(name="v2"))
    totals = []
    (tree / f"patterns/{barred}").chmod(0)
    try:
        for size in SIZES:
            copy = Path(shutil.copyfile(database, database.with_name(f"copy-{size}.db")))
            done = subprocess.run(
                [sys.executable, "-c", BATCHES, str(tree), str(copy), str(size)],
                preexec_fn=without_root_powers,
                capture_output=True,
                check=True,
            )
            totals.append(json.loads(done.stdout))
    finally:
        (tree / f"patterns/{barred}").chmod(0o755)
    assert totals[1:] == totals[:-1]
    assert (totals[0]["found"], totals[0]["migrated"], totals[0]["unchanged"]) == (4, 1, 3)
    assert min(totals[0].values()) >= 0


def test_counts_of_which_one_is_negative_do_not_balance() -> None:
    counts = RunCounts()
    counts.entities["patterns"] = Tally(found=1, migrated=2, unchanged=-1)
    assert not counts.balanced
    counts.entities["patterns"] = Tally(found=1, migrated=1)
    assert counts.balanced
