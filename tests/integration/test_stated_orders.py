"""Every list that is shown has an order that is stated: the answers are the same whichever way the database
walks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from builders import EXAMPLES, digests, execute, pattern, query, write
from rmos_migration import audit, build_report, export, migrate, verify
from rmos_migration.entities import ENTITIES
from rmos_migration.presentation.not_loaded_now import counted_by_code
from rmos_migration.store import records, rejects, runs
from rmos_migration.store.database import database_at


@contextmanager
def walking_backwards() -> Iterator[None]:
    """Let SQLite give the rows of every SELECT that states no order the other way round."""

    def reverse(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA reverse_unordered_selects = ON")

    event.listen(Engine, "connect", reverse)
    try:
        yield
    finally:
        event.remove(Engine, "connect", reverse)


def lists(database: Path) -> dict[str, Any]:
    """What the dashboard and the commands list."""
    with database_at(database).read() as snapshot:
        found: dict[str, Any] = {
            "runs": runs.newest(snapshot, 9),
            "not loaded": rejects.page(snapshot, after=None, limit=50),
            "codes": list(counted_by_code(snapshot).items()),
            "days": runs.days(snapshot, 9),
            "noticed": runs.diagnostic_counts(snapshot, 1),
            "reasons": list(runs.reasons(snapshot, 1).items()),
            "patterns": list(records.patterns(snapshot, 50)),
            "families": list(records.families(snapshot)),
        }
        for entity in ENTITIES:
            for newest in (True, False):
                found[f"{entity.name} {newest}"] = records.page(
                    snapshot, entity, {}, after=None, limit=50, newest=newest
                )
            found[f"{entity.name} recent"] = records.recent(snapshot, entity, 50)
            for rule in entity.fields:
                if rule.column in ("name", "status", "strip_family_id", "material_type", "ring_count"):
                    found[f"{entity.name} {rule.column}"] = records.values(snapshot, entity, rule.column)
                    found[f"{entity.name} by {rule.column}"] = records.counted_by(
                        snapshot, entity.name, rule.column
                    )
    return found


def told(source: Path, database: Path, folder: Path) -> dict[str, Any]:
    """What reports, audit, verify and exports say, without what is of the moment."""
    report = json.loads(build_report(database).model_dump_json())
    exported = folder / "exported"
    export(database, exported, format="source")
    return {
        "report": {name: part for name, part in report.items() if name not in ("made_at", "environment")},
        "audit": audit(database, fail_on="info").findings,
        "verify": verify(source, database).differing,
        "export": digests(exported),
    }


@pytest.mark.parametrize("example", ["messy_legacy", "older_workshop", "rmos_legacy"])
def test_answers_do_not_hang_on_the_way_the_database_walks(
    example: str, database: Path, tmp_path: Path
) -> None:
    source = EXAMPLES / example
    migrate(source, database)
    execute(
        database,
        "UPDATE patterns SET updated_at = 'today', created_at = NULL;"
        "UPDATE joblogs SET job_type = ' '; DELETE FROM migration_ledger WHERE entity = 'joblogs'",
    )
    forwards = lists(database), told(source, database, tmp_path / "one")
    with walking_backwards():
        backwards = lists(database), told(source, database, tmp_path / "two")
    for there, back in zip(forwards, backwards, strict=True):
        for name in there:
            assert there[name] == back[name], name


def test_a_second_run_decides_alike_whichever_way_the_database_walks(tree: Path, tmp_path: Path) -> None:
    for number in range(30):
        document = pattern(f"p{number // 3}", name=f"{number % 2}", strip_family_id=f"f{number // 6}")
        write(tree, f"patterns/{number:02}.json", document)
    rows = []
    for backwards in (False, True):
        database = tmp_path / f"{backwards}.db"
        migrate(tree, database)
        if backwards:
            with walking_backwards():
                migrate(tree, database, rehash=True, on_conflict="replace")
        else:
            migrate(tree, database, rehash=True, on_conflict="replace")
        rows.append(
            [
                query(database, "SELECT * FROM patterns ORDER BY id"),
                query(database, "SELECT path, outcome, code FROM migration_ledger ORDER BY 1"),
                query(database, "SELECT id, path, code FROM migration_diagnostics ORDER BY 1"),
            ]
        )
    assert rows[0] == rows[1]


def test_dry_and_undone_runs_leave_no_gap_in_the_books(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", pattern("p1", strip_family_id="nowhere"))
    write(tree, "patterns/b.json", "{")
    migrate(tree, database)
    for options in ({"dry_run": True}, {"all_or_nothing": True, "rehash": True}, {"max_rejects": 0}):
        migrate(tree, database, **options)  # type: ignore[arg-type]
    migrate(tree, database)
    for table in ("migration_runs", "migration_sources", "migration_diagnostics"):
        ids = [row[0] for row in query(database, f"SELECT id FROM {table} ORDER BY id")]
        assert ids == list(range(1, len(ids) + 1)), table
