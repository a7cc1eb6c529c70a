"""rmos status: what is in the database, and how the last run ended."""

import typer

from ..errors import ExitCode
from ..migrate.summary import folders_among, were_not_looked_at
from ..presentation.not_loaded_now import counted_by_outcome, strays_there
from ..store import records, runs, schema
from ..store.checks import SEE, doubts
from ..store.database import database_at
from . import console
from .options import DatabaseOption, JsonOption, load_settings


def status(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Print counts, the last run, and what still waits for attention."""
    place = database_at(load_settings(database=database).database)
    with place.read() as snapshot:
        counts = records.entity_counts(snapshot)
        doubted = doubts(snapshot)
        last = next(iter(runs.newest(snapshot, 1)), None)
        kept_out = counted_by_outcome(snapshot)
        strays = strays_there(snapshot)
        pending = records.pending_count(snapshot)
        version, applied_at, _ = schema.steps(snapshot)[-1]
    if as_json:
        console.print_json(
            {
                "schema": "rmos-migration/status/1",
                "database": place.url,
                "schema_version": version,
                "schema_applied_at": applied_at,
                "records": counts,
                "kept_out": kept_out.total(),
                "rejected": kept_out["rejected"],
                "conflicts": kept_out["conflict"],
                "not_looked_at": len(strays),
                "pending_references": pending,
                "doubts": doubted,
                "last_run": last and last._asdict(),
            }
        )
        raise typer.Exit(ExitCode.OK)
    console.say(f"database  {place.place} (schema {version})")
    table = console.table("", "records")
    for name, number in counts.items():
        table.add_row(console.in_words(name), f"{number:,}")
    console.out.print(table)
    if last is None:
        console.say("No run yet: rmos migrate")
    else:
        console.say(f"last run  {last.id}, {last.status}, started {last.started_at}, from {last.source}")
    if last is not None and last.status == "interrupted":
        console.say("It was cut off; rmos migrate carries on from there.")
    if kept_out:
        numbers = f"{kept_out['rejected']:,} rejected, {kept_out['conflict']:,} in conflict"
        console.say(f"documents not loaded: {kept_out.total():,} ({numbers}; rmos rejects lists them)")
    if strays:
        folders = folders_among(one.diagnostic.code for one in strays)
        console.say(f"{were_not_looked_at(len(strays), folders)} (rmos rejects names them)")
    if pending:
        console.say(f"references waiting for a record that has not arrived: {pending:,}")
    if doubted:
        console.say(
            "The database is not as this program left it, so do not rely on these numbers:", style="bold red"
        )
        for doubt in doubted:
            console.say(f"  {doubt}")
        console.say(f"→ {SEE}")
