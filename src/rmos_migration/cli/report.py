"""rmos report: what happened in a run, as a page, as text, as JSON."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from ..files.permissions import permissions_of
from ..python_api import build_report
from ..reports.files import write_reports
from ..reports.formats import RENDERERS, Format
from ..store.database import database_at
from . import console
from .options import DatabaseOption, load_settings

HELP = """Without RUN it is the last one; rmos history lists them. The numbers of the run are as they were
written then, the database and its patterns are shown as they are now.

\b
Examples:
  rmos report                                    the last run, as text
  rmos report --output reports                   as a page, text and JSON, into the folder reports
  rmos report 1 --output reports --format html   one page only
  rmos report --format json                      for a script
  rmos report --from stats.json                  from what rmos migrate --stats wrote, without a database
"""


def report(
    run: Annotated[
        int | None, typer.Argument(metavar="RUN", min=1, show_default="the last", help="The run's number.")
    ] = None,
    database: DatabaseOption = None,
    statistics: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="STATS_FILE",
            help="Report from a statistics file instead of a database.",
            readable=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Write files there instead of printing. Nothing is overwritten.",
            readable=False,
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="LIST",
            help="json, html, txt or all, with commas between; files: all, printed: txt.",
        ),
    ] = None,
    with_audit: Annotated[bool, typer.Option("--with-audit", help="Audit the database, too.")] = False,
) -> None:
    """Print the report, or write it into a folder; exit 0."""
    if statistics is not None and (run is not None or database is not None or with_audit):
        raise UsageError(
            "--from reads the statistics file alone", "leave out RUN, --database and --with-audit, or --from"
        )
    formats = _formats(form if form is not None else "txt" if output is None else "all")
    if output is None and len(formats) > 1:
        raise UsageError("only one format can be printed", "add --output DIR, or name one format")
    if statistics is not None:
        permissions = permissions_of(statistics)
        made = build_report(statistics=statistics)
    else:
        place = load_settings(database=database).database
        permissions = database_at(place).permissions()
        made = build_report(place, run, with_audit=with_audit)
    if output is None:
        console.print_for_programs(RENDERERS[formats[0]](made))
        return
    for file in write_reports(made, output, formats, permissions=permissions):
        console.say(str(file))


def _formats(listed: str) -> list[Format]:
    names = [name.strip().lower() for name in listed.split(",") if name.strip()]
    if not names or not set(names) <= {"all", *Format}:
        raise UsageError(f"--format {listed} is not known", f"use all, or some of {', '.join(Format)}")
    return [form for form in Format if form in names or "all" in names]
