"""Folders that are written, edited, renamed and thinned out between runs: no result depends on where a batch
ends."""

import json
import tempfile
from pathlib import Path
from typing import Any

from campaigns import share_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from builders import domain_rows, entries, kept, pattern, query, write
from rmos_migration import RunSummary, audit, verify
from rmos_migration.migrate.options import OnConflict, Options
from rmos_migration.migrate.pipeline import run
from rmos_migration.presentation.not_loaded_now import counted_by_outcome
from rmos_migration.reports.build import report_of_run
from rmos_migration.store.database import database_at
from rmos_migration.verify.model import DocumentState

BATCHES = (1, 7, 1000)

names = st.sampled_from([f"{folder}{name}.json" for folder in ("", "old/") for name in "abcde"])
documents = st.builds(
    lambda id_, name, at, own: {
        key: value for key, value in pattern(id_, name=name, created_at=at).items() if own or key != "id"
    },
    st.sampled_from(["x", "y", "z"]),
    st.sampled_from(["one", "two", "three"]),
    st.sampled_from(["2024-01-01T00:00:00Z", "2025-01-01", None]),
    st.sampled_from([True, True, True, False]),
)
contents = st.one_of(
    documents,
    documents,
    st.lists(documents, max_size=4),
    st.sampled_from(["{", pattern("x", ring_count=0)]),
)
edits = st.one_of(
    st.tuples(st.just("write"), names, contents),
    st.tuples(st.just("write"), names, contents),
    st.tuples(st.just("delete"), names, st.none()),
    st.tuples(st.just("rename"), names, names),
    st.tuples(st.just("touch"), names, st.none()),
    st.tuples(st.just("thin out"), names, st.integers(0, 3)),
)
steps = st.lists(
    st.tuples(
        st.lists(edits, min_size=1, max_size=5),
        st.sampled_from(["keep", "replace", "replace", "reject"]),
        st.booleans(),
    ),
    min_size=2,
    max_size=5,
)


def done(root: Path, edit: tuple[str, str, Any]) -> None:
    """Change the folder; what cannot be done is not."""
    what, name, more = edit
    file = root / "patterns" / name
    if what == "write":
        write(root, f"patterns/{name}", more)
    elif not file.exists():
        return
    elif what == "delete":
        file.unlink()
    elif what == "rename":
        (root / "patterns" / more).parent.mkdir(exist_ok=True)
        file.rename(root / "patterns" / more)
    elif what == "touch":
        write(root, f"patterns/{name}", file.read_bytes())
    elif what == "thin out":
        raw = file.read_text()
        if raw.startswith("[") and raw != "[]":
            held = json.loads(raw)
            del held[more % len(held)]
            write(root, f"patterns/{name}", held)


def told(summary: RunSummary) -> dict[str, Any]:
    return summary.counts.as_json() | {"status": str(summary.status)}


def fate(summary: RunSummary) -> dict[str, Any]:
    """What became of the documents; how many files were opened for it is another matter.

    A file whose document may take its row over is opened; whether another one has done so before is known by
    then in small batches.
    """
    return told(summary) | {"files": None}


def books(database: Path) -> list[dict[str, Any]]:
    """The ledger, but for the runs that opened a file last."""
    return [entry | {"run_id": None} for entry in entries(database)]


def noticed(database: Path, run_id: int | None) -> list[Any]:
    return query(
        database,
        "SELECT path, pointer, document, code, severity, message, hint FROM migration_diagnostics"
        " WHERE run_id = ? ORDER BY 1, 2, 3, 4, 5, 6, 7",
        run_id,
    )


def check_numbers(root: Path, database: Path, summary: RunSummary) -> None:
    """Everybody says the same of what is not loaded, and the books are sound."""
    totals = summary.totals
    assert summary.counts.balanced
    with database_at(database).read() as snapshot:
        now = counted_by_outcome(snapshot)
    assert (now["conflict"], now["rejected"]) == (totals.conflicts, totals.rejected)
    report = report_of_run(database_at(database))
    assert len(report.kept_out or ()) == totals.conflicts + totals.rejected
    outcomes = [one.outcome for one in report.kept_out or ()]
    assert (outcomes.count("conflict"), outcomes.count("rejected")) == (totals.conflicts, totals.rejected)
    result = verify(root, database)
    states = result.tallies.totals
    # with --on-conflict reject, verify names by its outcome what the run rejected for its id
    assert states[DocumentState.CONFLICT] == totals.conflicts, result.differing
    assert states[DocumentState.REJECTED] == totals.rejected, result.differing
    assert states[DocumentState.EQUAL] == totals.migrated + totals.unchanged, result.differing
    audited = audit(database)
    assert audited.passed, audited.findings
    assert {one.code for one in audited.findings} <= {"kept-out"} or audited.passed


UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A history takes seconds; making a failing one smaller would take minutes."""


@settings(
    max_examples=share_of(60),
    phases=UNSHRUNK,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(steps=steps)
def test_no_result_depends_on_where_a_batch_ends(steps: list[tuple[list[Any], str, bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "legacy"
        (root / "patterns").mkdir(parents=True)
        databases = [Path(folder) / str(size) / "rmos.db" for size in BATCHES]
        for database in databases:
            database.parent.mkdir()
        for changes, on_conflict, rehash in steps:
            for edit in changes:
                done(root, edit)
            options = Options(on_conflict=OnConflict(on_conflict), rehash=rehash)
            foreseen = run(
                root,
                database_at(databases[1]),
                Options(True, on_conflict=options.on_conflict, rehash=rehash),
            )
            results = [
                run(root, database_at(database), options, batch_documents=size)
                for database, size in zip(databases, BATCHES, strict=True)
            ]
            assert told(foreseen) == told(results[1])
            for database, summary in zip(databases[1:], results[1:], strict=True):
                assert fate(summary) == fate(results[0])
                assert domain_rows(database) == domain_rows(databases[0])
                assert books(database) == books(databases[0])
                assert noticed(database, summary.run_id) == noticed(databases[0], results[0].run_id)
            check_numbers(root, databases[1], results[1])
            before = domain_rows(databases[2]), kept(databases[2])["pending"]
            again = run(root, database_at(databases[2]), options, batch_documents=7)
            assert (again.totals.migrated, again.totals.found) == (0, results[2].totals.found)
            assert (again.totals.conflicts, again.totals.rejected) == (
                results[2].totals.conflicts,
                results[2].totals.rejected,
            )
            assert (domain_rows(databases[2]), kept(databases[2])["pending"]) == before
            for database in databases[:2]:
                run(root, database_at(database), options)
