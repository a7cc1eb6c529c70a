"""Files of several documents that are edited between runs: the books stay true whatever was done to them."""

import json
import tempfile
from pathlib import Path
from typing import Any

from campaigns import share_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import entries, joblog, query, records, write
from rebuilding import rebuilt
from rmos_migration import RunSummary, audit, migrate, verify
from rmos_migration.entities import BY_NAME
from rmos_migration.sources.content import content_sha256
from rmos_migration.verify.model import DocumentState

jobs = st.builds(
    joblog,
    st.sampled_from(["a", "b", "c"]),
    job_type=st.sampled_from(["slice", "batch", None]),
    created_at=st.sampled_from(["2024-01-01T00:00:00Z", "2025-01-01", None]),
)
shapes = st.sampled_from(["list", "lines", "keyed", "wrapped"])
versions = st.lists(
    st.tuples(
        st.sampled_from(["one.json", "two.json"]),
        st.lists(jobs, max_size=4),
        shapes,
        st.sampled_from(["keep", "replace", "reject"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


def written(documents: list[dict[str, Any]], shape: str) -> str:
    if shape == "lines" and len(documents) > 1:
        return "\n".join(map(json.dumps, documents))
    if shape == "keyed" and len(documents) > 1:
        return json.dumps({f"k{number}": document for number, document in enumerate(documents)})
    return json.dumps({"items": documents} if shape == "wrapped" else documents)


def told(summary: RunSummary) -> dict[str, Any]:
    return summary.counts.as_json() | {"status": str(summary.status)}


def check_books(database: Path) -> None:
    """Every row has a ledger entry that says what it was made from; every reject in the ledger is kept, and
    no other."""
    job = BY_NAME["joblogs"]
    origins: dict[str, dict[str, Any]] = {}
    for entry in entries(database):
        if entry["content_sha256"] is not None and entry["code"] != "record-replaced":
            origins[entry["record_id"]] = entry
    for record_id, row in records(database, job.name).items():
        document = rebuilt(job, row, json.loads(origins[record_id]["derived"] or "[]"))
        assert content_sha256(document)[0] == origins[record_id]["content_sha256"]
    kept = query(database, "SELECT path, pointer FROM migration_rejects ORDER BY 1, 2")
    rejected = query(
        database, "SELECT path, pointer FROM migration_ledger WHERE outcome = 'rejected' ORDER BY 1, 2"
    )
    assert kept == rejected


def check_verdicts(tree: Path, database: Path) -> None:
    """The audit finds no error; what verifying finds differing is only what was taken out, or not loaded."""
    audited = audit(database)
    assert audited.passed, audited.findings
    allowed = {
        DocumentState.EQUAL,
        DocumentState.REJECTED,
        DocumentState.CONFLICT,
        DocumentState.ONLY_IN_DATABASE,
    }
    result = verify(tree, database)
    assert set(result.tallies.totals) <= allowed, result.differing


@settings(max_examples=share_of(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=versions)
def test_books_stay_true_however_files_are_edited(steps: list[tuple[str, list[Any], str, str, bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tree, database = Path(folder) / "legacy", Path(folder) / "rmos.db"
        for name, documents, shape, on_conflict, rehash in steps:
            write(tree, f"joblogs/{name}", written(documents, shape))
            options: dict[str, Any] = {"on_conflict": on_conflict, "rehash": rehash}
            foretold = migrate(tree, database, dry_run=True, **options)
            real = migrate(tree, database, **options)
            assert told(foretold) == told(real)
            check_books(database)
            check_verdicts(tree, database)
            again = migrate(tree, database, **options)
            assert (again.totals.found, again.totals.migrated) == (real.totals.found, 0)
            assert again.counts.generations == real.counts.generations
            check_books(database)
