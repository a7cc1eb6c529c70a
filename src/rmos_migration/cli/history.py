"""rmos history: the runs, newest first."""

from typing import Annotated

import typer

from ..diagnostics import FOLDER_NOT_LOOKED_AT
from ..migrate.summary import were_not_looked_at
from ..store import runs
from ..store.database import database_at
from ..store.runs import RunRow
from . import console
from .options import DatabaseOption, JsonOption, load_settings


def history(
    database: DatabaseOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many runs.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Print one line a run: when, how it ended, what became of the documents."""
    place = database_at(load_settings(database=database).database)
    with place.read() as snapshot:
        found = runs.newest(snapshot, limit)
    if as_json:
        console.print_json({"schema": "rmos-migration/history/1", "runs": [run._asdict() for run in found]})
        return
    for run in found:
        console.say(_line(run))
    if not found:
        console.say("No run yet: rmos migrate")


def _line(run: RunRow) -> str:
    totals = run.counts.get("totals", {})
    fates = ", ".join(
        f"{totals[name]:,} {name}"
        for name in ("migrated", "unchanged", "conflicts", "rejected")
        if totals.get(name)
    )
    seconds = "" if run.duration_seconds is None else f" in {run.duration_seconds:.1f} s"
    started = run.started_at[:16].replace("T", " ")
    found = f"{totals.get('found', 0):,} found{seconds}"
    number = run.counts.get("files", {}).get("not_looked_at")
    folders = run.counts.get("codes", {}).get(FOLDER_NOT_LOOKED_AT, 0)
    fates += f"{', ' if fates else ''}{were_not_looked_at(number, folders)}" if number else ""
    return f"{run.id:>4}  {started}  {run.status:<22}  {found}{': ' if fates else ''}{fates}  ({run.source})"
