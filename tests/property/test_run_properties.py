"""Any tree of good, bad and repeated documents: the counts balance, a second run changes nothing, a dry run
foretells."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from campaigns import share_of
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import DOMAIN_TABLES, domain_rows, family, fates, joblog, kept, pattern, query, write
from rmos_migration import RunSummary, migrate
from rmos_migration.migrate import pipeline
from rmos_migration.store.database import database_at

IDS = st.sampled_from(["a", "b", "c", "ä", 7])
NAMES = st.sampled_from(["first", "other"])
REFERENCES = st.sampled_from(["a", "b", "lost", None, 7, ["a"]])

GOOD: dict[str, st.SearchStrategy[Any]] = {
    "strip_families": st.builds(lambda id_, name: family() | {"id": id_, "name": name}, IDS, NAMES),
    "patterns": st.builds(
        lambda id_, name, of: pattern() | {"id": id_, "name": name, "strip_family_id": of},
        IDS,
        NAMES,
        REFERENCES,
    ),
    "joblogs": st.builds(
        lambda id_, kind, of, cut: joblog() | {"id": id_, "job_type": kind, "pattern_id": of} | cut,
        IDS,
        NAMES,
        REFERENCES,
        st.builds(lambda of: {"strip_family_id": of} if of else {}, REFERENCES),
    ),
}
NAMELESS = {
    name: good.map(lambda d: {k: v for k, v in d.items() if k != "id"}) for name, good in GOOD.items()
}
BAD = st.sampled_from(
    ["", "{", "[1]", "17", "[]", "{}", b"\xff", '{"a": NaN}', '{"a": 1, "a": 2}', '{"id": "a", "name": "n"}']
) | st.sampled_from([family(strip_width_mm=0), pattern("x" * 201), joblog(parameters=[])])


def documents(entity: str) -> st.SearchStrategy[dict[str, Any]]:
    """Files of one entity: some good, some without an id, some bad, in one folder or two."""
    content = st.one_of(GOOD[entity], GOOD[entity], NAMELESS[entity], BAD)
    paths = st.sampled_from([f"{entity}/{folder}{name}.json" for folder in ("", "2019/") for name in "abcd"])
    return st.dictionaries(paths, content, max_size=5)


TREES = st.tuples(*(documents(name) for name in DOMAIN_TABLES)).map(
    lambda parts: {path: content for part in parts for path, content in part.items()}
)
OPTIONS = st.fixed_dictionaries(
    {
        "on_conflict": st.sampled_from(["keep", "replace", "reject"]),
        "missing_references": st.sampled_from(["detach", "reject"]),
    }
)
BATCHES = st.sampled_from([1, 2, 1000])


@cache
def new_database() -> bytes:
    """A database as ``rmos init`` makes it; copying it is quicker than making one for every example."""
    with TemporaryDirectory() as folder:
        with database_at(Path(folder, "new.db")).write("a test"):
            pass
        return Path(folder, "new.db").read_bytes()


@contextmanager
def workplace(tree: dict[str, Any], batch: int) -> Iterator[tuple[Path, Path]]:
    """The tree on disk and a new database, with batches of the given size."""
    before = pipeline.BATCH_DOCUMENTS
    pipeline.BATCH_DOCUMENTS = batch
    try:
        with TemporaryDirectory() as folder:
            source = Path(folder, "legacy")
            (source / "patterns").mkdir(parents=True)
            for path, content in tree.items():
                write(source, path, content)
            database = Path(folder, "rmos.db")
            database.write_bytes(new_database())
            yield source, database
    finally:
        pipeline.BATCH_DOCUMENTS = before


def foretold(summary: RunSummary) -> tuple[object, ...]:
    """What a dry run promises of the real one."""
    counts = summary.counts
    return summary.status, summary.exit_code, counts.entities, counts.codes, counts.severities, counts.files


@settings(max_examples=share_of(75), deadline=None)
@given(TREES, OPTIONS, BATCHES)
def test_the_counts_balance_for_any_tree(tree: dict[str, Any], options: dict[str, str], batch: int) -> None:
    with workplace(tree, batch) as (source, database):
        summary = migrate(source, database, **options)  # type: ignore[arg-type]
        assert summary.counts.balanced
        empty = sum(content in ("[]", "{}") for content in tree.values())
        assert summary.totals.found == len(tree) - empty
        assert len(fates(database)) == summary.totals.found
        for name, tally in summary.entities.items():
            rows = len(domain_rows(database)[name])
            assert rows <= tally.migrated
            assert rows == tally.migrated or options["on_conflict"] == "replace"
        assert query(database, "SELECT count(*) FROM migration_rejects") == [(summary.totals.rejected,)]
        assert query(database, "PRAGMA foreign_key_check") == []
        assert summary.exit_code == int(bool(summary.totals.rejected + summary.totals.conflicts))


@settings(max_examples=share_of(75), deadline=None)
@given(TREES, OPTIONS, BATCHES)
def test_a_second_run_changes_nothing(tree: dict[str, Any], options: dict[str, str], batch: int) -> None:
    with workplace(tree, batch) as (source, database):
        first = migrate(source, database, **options)  # type: ignore[arg-type]
        rows, entries, waiting = domain_rows(database), fates(database), kept(database)["pending"]
        second = migrate(source, database, **options)  # type: ignore[arg-type]
        assert domain_rows(database) == rows
        assert fates(database) == entries
        assert kept(database)["pending"] == waiting
        assert second.totals.migrated == 0
        assert second.totals.found == first.totals.found
        assert second.totals.rejected == first.totals.rejected
        assert second.totals.conflicts == first.totals.conflicts
        assert second.exit_code == first.exit_code


@settings(max_examples=share_of(75), deadline=None)
@given(TREES, TREES, OPTIONS, BATCHES)
def test_a_dry_run_foretells_the_real_run(
    tree: dict[str, Any], later: dict[str, Any], options: dict[str, str], batch: int
) -> None:
    with workplace(tree, batch) as (source, database):
        database.unlink()
        foreseen = migrate(source, database, dry_run=True, **options)  # type: ignore[arg-type]
        assert not database.exists()
        assert foretold(foreseen) == foretold(migrate(source, database, **options))  # type: ignore[arg-type]
        for path, content in later.items():
            write(source, path, content)
        before = database.read_bytes()
        foreseen = migrate(source, database, dry_run=True, **options)  # type: ignore[arg-type]
        assert database.read_bytes() == before
        assert foretold(foreseen) == foretold(migrate(source, database, **options))  # type: ignore[arg-type]


@settings(max_examples=share_of(60), deadline=None)
@given(TREES, OPTIONS)
def test_the_size_of_batches_makes_no_difference(tree: dict[str, Any], options: dict[str, str]) -> None:
    results = []
    for batch in (1, 3, 1000):
        with workplace(tree, batch) as (source, database):
            summary = migrate(source, database, **options)  # type: ignore[arg-type]
            results.append(
                (foretold(summary), domain_rows(database), fates(database), kept(database)["pending"])
            )
    assert results[0] == results[1] == results[2]


@settings(max_examples=share_of(60), deadline=None)
@given(TREES, st.integers(0, 6), BATCHES)
def test_a_run_cut_off_anywhere_is_finished_by_the_next(tree: dict[str, Any], after: int, batch: int) -> None:
    with workplace(tree, batch) as (source, database):
        asked = iter([None] * after)
        migrate(source, database, stop=lambda: next(asked, 2))
        migrate(source, database)
        undisturbed = database.with_name("undisturbed.db")
        undisturbed.write_bytes(new_database())
        migrate(source, undisturbed)
        assert domain_rows(database) == domain_rows(undisturbed)
        assert fates(database) == fates(undisturbed)


@settings(max_examples=share_of(60), deadline=None)
@given(TREES, BATCHES)
def test_children_that_come_before_their_parents_end_as_if_they_had_come_after(
    tree: dict[str, Any], batch: int
) -> None:
    with workplace({}, batch) as (source, database):
        for name in reversed(DOMAIN_TABLES):
            for path, content in tree.items():
                if path.startswith(name):
                    write(source, path, content)
            migrate(source, database)
        at_once = database.with_name("at-once.db")
        at_once.write_bytes(new_database())
        migrate(source, at_once)
        assert domain_rows(database) == domain_rows(at_once)
        assert kept(database)["pending"] == kept(at_once)["pending"]
