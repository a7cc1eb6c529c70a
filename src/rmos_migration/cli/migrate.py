"""rmos migrate: the main job."""

import json
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from ..errors import Terminated, all_tried
from ..migrate.observer import CompositeObserver
from ..migrate.options import MissingReferences, OnConflict
from ..python_api import migrate as run_migration
from ..reports.recorder import RunRecorder
from ..store.database import database_at
from . import console
from .options import DatabaseOption, JsonOption, SourceArgument, load_settings
from .result_files import check_file, keep_out_of_legacy_folders, write_file
from .run_progress import ProgressBar
from .run_summary import print_summary, shortfall

log = logging.getLogger(__name__)

_ELSEWHERE = "name another place"

HELP = """SOURCE holds the folders strip_families, patterns and joblogs; it is never changed. Running the
command again does no harm: what has arrived is left alone, and a run that was cut off is carried on.

\b
Examples:
  rmos migrate                                  data/rmos_legacy into rmos.db
  rmos migrate D:\\RMOS\\legacy --dry-run         what would happen
  rmos migrate --report reports                 with a report to keep and to show
  rmos migrate --max-rejects 5% --json          for a script
"""


def migrate(
    source: SourceArgument = None,
    database: DatabaseOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen; write nothing.")
    ] = False,
    all_or_nothing: Annotated[
        bool,
        typer.Option(
            "--all-or-nothing",
            help="Keep nothing if a single document is rejected or in conflict, or a file was not looked at.",
        ),
    ] = False,
    on_conflict: Annotated[
        OnConflict | None,
        typer.Option("--on-conflict", show_default="keep", help="An id that is taken by other content."),
    ] = None,
    missing_references: Annotated[
        MissingReferences | None,
        typer.Option("--missing-references", show_default="detach", help="A reference that leads nowhere."),
    ] = None,
    max_rejects: Annotated[
        str | None,
        typer.Option(
            "--max-rejects",
            metavar="N|P%",
            help="End the run when more are rejected; P% of the documents found, judged from 1,000 of them "
            "or the end on.",
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(
            "--encoding", metavar="E", help="For files that are not UTF-8 and not marked, e.g. cp1252."
        ),
    ] = None,
    rehash: Annotated[
        bool,
        typer.Option("--rehash", help="Read every file again, even if its size and time have not changed."),
    ] = False,
    stats: Annotated[
        Path | None,
        typer.Option(
            "--stats", metavar="FILE", help="Write the run summary to a file, as JSON.", readable=False
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="DIR",
            help="Write a report of the run into a folder: page, text and JSON.",
            readable=False,
        ),
    ] = None,
    as_json: JsonOption = False,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="Show nothing but errors; one line where not everything arrived."),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show everything that is noticed.")
    ] = False,
) -> None:
    """Run the migration and answer with its exit code."""
    settings = load_settings(
        quiet=quiet,
        source=source,
        database=database,
        on_conflict=on_conflict and on_conflict.value,
        missing_references=missing_references and missing_references.value,
        max_rejects=max_rejects,
        encoding=encoding,
    )
    if verbose:
        logging.getLogger("rmos_migration").setLevel(logging.INFO)
    if stats is not None:
        check_file(stats)
        keep_out_of_legacy_folders(stats, settings)
    if report is not None:
        from . import run_report  # here: it is large, and most runs write no report

        run_report.check_report_folder(report, settings)
    recorder = RunRecorder()
    progress = ProgressBar(
        settings.source, quiet=quiet or as_json, verbose=verbose, encoding=settings.encoding
    )
    with progress, _stop_signals() as received:
        summary = run_migration(
            settings.source,
            settings.database,
            dry_run=dry_run,
            all_or_nothing=all_or_nothing,
            on_conflict=settings.on_conflict,
            missing_references=settings.missing_references,
            max_rejects=settings.max_rejects,
            encoding=settings.encoding,
            rehash=rehash,
            observer=progress if report is None else CompositeObserver(progress, recorder),
            stop=lambda: received[-1] if received else None,
        )
    if as_json:
        console.print_json(summary.as_json())
    elif not quiet:
        progress.print_kept()
        print_summary(summary)
    elif summary.exit_code:
        log.warning(shortfall(summary))

    permissions = database_at(settings.database).permissions()
    with all_tried("the migration itself is kept" if summary.is_kept else "") as tried:
        if stats is not None:
            with tried():
                text = json.dumps(summary.as_json(), ensure_ascii=False, indent=2) + "\n"
                write_file(stats, text, "the statistics", _ELSEWHERE, permissions=permissions)
        if report is not None:
            with tried():
                files = run_report.write_run_report(summary, recorder, settings, report, permissions)
                for file in files if not quiet else ():
                    console.say(f"report: {file}", on=console.err if as_json else console.out)
    raise typer.Exit(summary.exit_code)


@contextmanager
def _stop_signals() -> Iterator[list[int]]:
    """Collect SIGINT and SIGTERM, so that the run ends at a batch edge. A second one ends it at once.

    Where Python drops what a handler raises, as in a finaliser, the second one ends it at a batch edge, too.
    """
    received: list[int] = []

    def remember(number: int, _: FrameType | None) -> None:
        received.append(number)
        if len(received) > 1:
            raise Terminated if number == signal.SIGTERM else KeyboardInterrupt
        console.say("stopping after this batch; once more to stop at once", on=console.err)

    with _dropped_in_silence():
        before = {number: signal.signal(number, remember) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield received
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def _dropped_in_silence() -> Iterator[None]:
    """Have Python print no traceback of a signal's exception that it drops."""
    before = sys.unraisablehook

    def hook(dropped: "sys.UnraisableHookArgs") -> None:
        if not isinstance(dropped.exc_value, KeyboardInterrupt):
            before(dropped)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before
