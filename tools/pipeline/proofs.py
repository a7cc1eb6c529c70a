"""The stages that look at what the migration left: audit, verify, reports, and SQLite alone."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any

from .place import ENTITIES, Counts, Place, Result, Unexpected, counts_of, expect, kept_out, rows_of, total

INDEXES = (
    "idx_joblogs_pattern",
    "idx_joblogs_status",
    "idx_joblogs_strip_family",
    "idx_patterns_strip_family",
)
"""Those that the tables are searched by."""


def audit(place: Place) -> Result:
    """No rule may find an error, and each must have been checked; warnings tell of what the faults left."""
    counts: Counts = place.figures("migrate")["counts"]
    told = json.loads(place.rmos("audit", "--format", "json"))
    expect("errors of the audit", told["errors"], 0)
    expect("records of the audit", told["records"], rows_of(counts))
    states = Counter(rule["state"] for rule in told["rules"])
    expect("rules that could not be checked", [rule["code"] for rule in told["rules"] if rule["trouble"]], [])
    found = {rule["code"]: len(rule["findings"]) for rule in told["rules"] if rule["findings"]}
    expect("documents not loaded", found.get("document-kept-out"), kept_out(counts))
    figures = {"errors": 0, "warnings": told["warnings"], "states": states, "found": found}
    return Result(True, f"{len(told['rules'])} rules, no error, {told['warnings']} warnings", figures)


def verify(place: Place) -> Result:
    """Every document is equal to its row, but for exactly as many as the migration did not load."""
    counts: Counts = place.figures("migrate")["counts"]
    rejected, conflicts = total(counts, "rejected"), total(counts, "conflicts")
    limits = ("--max-rejected", str(rejected), "--max-conflict", str(conflicts))
    told = json.loads(place.rmos("verify", "legacy", "--json", *limits))
    totals = told["totals"]
    equal = total(counts, "found") - kept_out(counts)
    wanted = {"equal": equal, "rejected": rejected, "conflict": conflicts}
    expect("states of verify", {state: n for state, n in totals.items() if n}, wanted)
    expect("rows that verify saw", told["rows"], rows_of(counts))
    said = f"{equal:,} documents equal, {rejected} rejected, {conflicts} in conflict; no difference"
    return Result(True, said, {"states": totals, "fingerprint": told["database_fingerprint"]})


def reports(place: Place) -> Result:
    """Write the report in its three formats; its numbers must be those of the run."""
    run = place.figures("migrate")
    place.rmos("report", str(run["run_id"]), "--with-audit", "--output", "reports")
    written = {file.suffix: file for file in sorted((place.folder / "reports").iterdir())}
    expect("formats of the report", sorted(written), [".html", ".json", ".txt"])
    report = json.loads(written[".json"].read_text(encoding="utf-8"))
    expect("run of the report", report["run"]["id"], run["run_id"])
    expect("counts of the report", counts_of(report), run["counts"])
    sizes = {file.name: file.stat().st_size for file in written.values()}
    return Result(True, f"page, text and JSON, {sum(sizes.values()):,} bytes", {"files": sizes})


def sqlite(place: Place) -> Result:
    """Ask nothing but SQLite: the file is whole, the rows are there, and so are the indexes."""
    from rmos_migration.store.schema import CURRENT_VERSION  # here: no other stage needs SQLAlchemy

    if not place.database.exists():
        raise Unexpected(f"there is no {place.database.name}; run make pipeline-migrate")
    counts: Counts = place.figures("migrate")["counts"]
    waiting = place.database.with_name("rmos.db-wal")
    expect("bytes beside the one file", waiting.stat().st_size if waiting.exists() else 0, 0)
    with closing(sqlite3.connect(f"{place.database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        found = _looked_at(connection)
    place.log.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    wanted = {
        "integrity_check": ["ok"],
        "foreign_key_check": [],
        "rows": rows_of(counts),
        "kept_out": {"rejected": total(counts, "rejected"), "conflict": total(counts, "conflicts")},
        "indexes": sorted(INDEXES),
        "schema_version": CURRENT_VERSION,
    }
    for what, value in wanted.items():
        expect(f"{what} of {place.database.name}", found[what], value)
    rows = ", ".join(f"{n:,} {name}" for name, n in found["rows"].items())
    return Result(True, f"{rows}; whole, with its indexes, schema {CURRENT_VERSION}", found)


def _looked_at(connection: sqlite3.Connection) -> dict[str, Any]:
    def column(sql: str) -> list[Any]:
        return [row[0] for row in connection.execute(sql)]

    outcomes = connection.execute("SELECT outcome, count(*) FROM migration_ledger GROUP BY outcome")
    return {
        "integrity_check": column("PRAGMA integrity_check"),
        "foreign_key_check": column("PRAGMA foreign_key_check"),
        "rows": {table: column(f"SELECT count(*) FROM {table}")[0] for table in ENTITIES},  # noqa: S608 - three names
        "kept_out": {outcome: n for outcome, n in outcomes if outcome in ("rejected", "conflict")},
        "indexes": sorted(set(column("SELECT name FROM sqlite_master WHERE type = 'index'")) & set(INDEXES)),
        "schema_version": column("SELECT max(version) FROM schema_version")[0],
    }
