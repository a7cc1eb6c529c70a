"""rmos export: the database back into a folder of JSON files."""

from pathlib import Path
from typing import Annotated

import typer

from ..diagnostics import Location
from ..errors import ExitCode
from ..exporting.outcome import ExportFormat, ExportResult
from ..python_api import export as export_database
from . import console
from .options import DatabaseOption, JsonOption, load_settings

HELP = """canonical is for keeping or moving what is in the database: one file a record, every column spelled out. Migrated again
it gives exactly the same rows. What was not loaded is not in it; rmos rejects --save writes that.

source is for going back to the programs that wrote the files: every document in its old file and place, equal in value
to what it was, and what was not loaded with its original bytes. The order of keys, white space and what stood around
documents are not kept. Files of several legacy folders go into source-1, source-2 and so on.

DIR must be new or empty. Each file appears whole or not at all; only when the command has ended are all of them there.

\b
Examples:
  rmos export saved                         every record, to keep or to move
  rmos export legacy-again --format source  the files as they were
"""


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.", readable=False)],
    format_: Annotated[
        ExportFormat,
        typer.Option("--format", "-f", help="Records spelled out, or the documents as they were."),
    ] = ExportFormat.CANONICAL,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the files; exit 1 where something that was once known is not among them."""
    try:
        result = export_database(load_settings(database=database).database, folder, format=format_)
    except KeyboardInterrupt:
        console.say(f"stopped; {folder} is not complete. Delete it and export again.", on=console.err)
        raise typer.Exit(ExitCode.SIGINT) from None
    if as_json:
        console.print_json(result.as_json())
    else:
        _print(result)
    raise typer.Exit(result.exit_code)


def _print(result: ExportResult) -> None:
    for one in result.missing[: console.SHOWN]:
        place = Location(one.path, one.pointer)
        console.say(f"{place} {one.reason}: {one.message}", on=console.err)
    hidden = len(result.missing) - console.SHOWN
    if hidden > 0:
        console.say(f"… and {hidden:,} more; --json names every one of them", on=console.err)
    table = console.table("", "documents", "records", "not loaded", "missing")
    for name, counts in [*result.entities.items(), ("total", result.totals)]:
        numbers = (counts.documents, counts.records, counts.kept_out, counts.missing)
        style = "bold" if name == "total" else ""
        table.add_row(name.replace("_", " "), *(f"{number:,}" for number in numbers), style=style)
    console.out.print(table)
    console.say("")
    console.say(f"{console.counted(result.files, 'file')} written to {result.folder}.")
    if result.missing:
        console.say("Not everything that was once known is in them as it was; see above.", style="yellow")
