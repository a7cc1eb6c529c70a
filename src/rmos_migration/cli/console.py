"""What the terminal shows: tables, progress, diagnostics. Everything that comes from files is made printable."""

import json
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from ..diagnostics import CATALOGUE, Diagnostic, Severity, printable, printable_json
from ..errors import RmosError
from ..migrate.model import Decision
from ..migrate.observer import NullObserver
from ..migrate.outcome import NOT_READ, UNRECOGNISED, RunCounts, RunStatus
from ..migrate.summary import RunSummary, ending, overridden_records, were_not_looked_at
from ..sources.discover import Source
from ..sources.locate import located
from . import sinks

out = Console(file=cast("IO[str]", sinks.output), highlight=False, markup=False, emoji=False, soft_wrap=True)
err = Console(file=cast("IO[str]", sinks.errors), highlight=False, markup=False, emoji=False, soft_wrap=True)

SHOWN = 20
"""Diagnostics shown after a run; how many more there are is always said."""

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "dim"}


def say(text: str, *, style: str = "", on: Console = out) -> None:
    """One line of words; names in it may come from files and folders, so it is made printable."""
    on.print(Text(printable(text), style=style))


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    print_for_programs(printable_json(json.dumps(value, ensure_ascii=False, indent=2)) + "\n")


def print_for_programs(text: str) -> None:
    """Text in a format of its own on stdout, in UTF-8 whatever the terminal speaks."""
    if hasattr(sys.stdout, "reconfigure"):
        with suppress(OSError):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sinks.output.write(text)
    sinks.output.flush()


def counted(number: int, noun: str) -> str:
    """A number of things: ``1 file``, ``2 files``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_error(error: RmosError) -> None:
    """What went wrong, and what to do, on stderr."""
    err.print(Text("error: ", style="bold red") + Text(printable(error.message)))
    if error.hint:
        say(f"  → {error.hint}", on=err)


def diagnostic_text(diagnostic: Diagnostic) -> Text:
    """A diagnostic on two lines: place, severity, code and message; then what to do."""
    number = CATALOGUE[diagnostic.code].number if diagnostic.code in CATALOGUE else ""
    text = Text(printable(str(diagnostic.location)), style="bold")
    text.append(f" {diagnostic.severity} ", style=_COLOURS[diagnostic.severity])
    text.append(f"{number} {diagnostic.code}: ", style="not bold")
    text.append(printable(diagnostic.message), style="not bold")
    if diagnostic.hint and diagnostic.severity is not Severity.INFO:
        text.append(f"\n    → {printable(diagnostic.hint)}", style="not bold dim")
    return text


def table(*headings: str) -> Table:
    """A plain table; the first column is text, the others are numbers."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for position, heading in enumerate(headings):
        made.add_column(heading, justify="right" if position else "left")
    return made


class ProgressBar(NullObserver):
    """Watches a run: a progress bar on a terminal, and what was noticed.

    Errors and warnings are kept for the end, ``SHOWN`` of them; with ``verbose`` everything is printed as it comes.
    """

    def __init__(self, root: Path, *, quiet: bool, verbose: bool, encoding: str | None) -> None:
        self.root = root
        self.verbose = verbose
        self.encoding = encoding
        self.kept: list[Diagnostic] = []
        self.hidden = 0
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        if err.is_terminal and not quiet:
            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("files · {task.fields[rate]} a second ·"),
                TimeRemainingColumn(),
                console=err,
                transient=True,
            )

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def started(self, source: Source) -> None:
        """Count the files, so that the bar knows its end, and show it."""
        if self._progress is not None:
            self._progress.start()
            self._task = self._progress.add_task("migrating", total=source.count(), rate="–")

    def advanced(self, counts: RunCounts) -> None:
        """Move the bar."""
        if self._progress is not None and self._task is not None:
            speed = self._progress.tasks[0].speed
            rate = f"{speed:,.0f}" if speed else "–"
            self._progress.update(self._task, completed=counts.files.found, rate=rate)

    def decided(self, decisions: list[Decision]) -> None:
        """Print what became of each document, and which generation wrote it."""
        if not self.verbose:
            return
        for prepared, outcome, *_ in decisions:
            name = f" {prepared.record_id}" if prepared.record_id is not None else ""
            unknown = NOT_READ if prepared.reading.sha256 is None else UNRECOGNISED
            say(f"{prepared.location} {outcome}{name} ({prepared.generation or unknown})", on=err)

    def noticed(self, diagnostics: list[Diagnostic]) -> None:
        """Print or keep what was noticed."""
        if self.verbose:
            for diagnostic in located(diagnostics, self.root, self.encoding):
                err.print(diagnostic_text(diagnostic))
            return
        for diagnostic in diagnostics:
            if diagnostic.severity is Severity.INFO:
                continue
            if len(self.kept) < SHOWN:
                self.kept.append(diagnostic)
            else:
                self.hidden += 1

    def print_kept(self) -> None:
        """Show what was kept, with line and column, and how many more there are."""
        for diagnostic in located(self.kept, self.root, self.encoding):
            err.print(diagnostic_text(diagnostic))
        if self.hidden:
            say(f"… and {self.hidden} more; -v shows every one of them", on=err)
        if self.kept:
            err.print()


_VERDICT_COLOURS = {
    RunStatus.COMPLETED: "green",
    RunStatus.COMPLETED_WITH_REJECTS: "yellow",
    RunStatus.INTERRUPTED: "yellow",
}


def print_summary(summary: RunSummary) -> None:
    """The summary of a run for a person: a table, the verdict in words, what to do next."""
    out.print(counts_table(summary.counts))
    out.print()
    say(f"From {summary.source} into {summary.database.removeprefix('sqlite:///')}")
    totals = summary.totals
    verdict = ending(
        summary.status,
        found=totals.found,
        arrived=totals.migrated + totals.unchanged,
        not_looked_at=summary.counts.files.not_looked_at,
        folders=summary.counts.folders_not_looked_at,
    )
    if summary.dry_run:
        verdict = f"Dry run, nothing was written. The real run would end so: {verdict}"
    say(verdict, style=f"bold {_VERDICT_COLOURS.get(summary.status, 'red')}")
    for line in _explanations(summary):
        say(line)


def shortfall(summary: RunSummary) -> str:
    """Return one line on what a run did not bring in, for somebody who asked for quiet, and where to see more."""
    totals, files = summary.totals, summary.counts.files
    said = [summary.stopped_by] if summary.stopped_by else []
    said += [f"{totals.rejected:,} rejected"] if totals.rejected else []
    said += [f"{totals.conflicts:,} in conflict"] if totals.conflicts else []
    if files.not_looked_at:
        said.append(were_not_looked_at(files.not_looked_at, summary.counts.folders_not_looked_at))
    if not summary.counts.balanced:
        said.append("the counts do not balance, which is a fault of this program")
    more = "rmos rejects" if summary.is_kept else "the same command without -q"
    found = "1 document" if totals.found == 1 else f"{totals.found:,} documents"
    return f"of {found} found: {', '.join(said)}; to see more: {more}"


def _explanations(summary: RunSummary) -> Iterable[str]:
    totals, files = summary.totals, summary.counts.files
    if summary.stopped_by:
        again = " Run the same command again to carry on." if summary.status is RunStatus.INTERRUPTED else ""
        yield f"{summary.stopped_by[:1].upper()}{summary.stopped_by[1:]}.{again if summary.is_kept else ''}"
        if summary.status is RunStatus.FAILED:
            yield "The part that was read last was undone: it is in no count here, and not on record."
        if not totals.found:
            return
    elif not totals.found:
        yield "There was no document to migrate."
    if summary.is_kept or summary.dry_run:
        overridden = summary.counts.overridden
        verb = "would be" if summary.dry_run else "are"
        rate = totals.found / max(summary.duration_seconds, 1e-9)
        yield (
            f"{summary.success_rate:g} % of {totals.found:,} documents {verb} in the database "
            f"({summary.duration_seconds:.1f} s, {rate:,.0f} a second)."
            if not overridden
            else f"{summary.success_rate:g} % of {totals.found:,} documents have arrived; {overridden_records(overridden)}."
        )
    if files.not_looked_at:
        seem = "it may hold" if files.not_looked_at == 1 else "they may hold"
        where = "see above" if summary.dry_run else "rmos rejects"
        amount = were_not_looked_at(files.not_looked_at, summary.counts.folders_not_looked_at)
        yield f"{amount}, though {seem} records: {where}"
    if files.ignored:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(files.ignored.items()))
        yield f"Files passed over: {reasons}."
    if len(summary.counts.generations) > 1:
        written = (f"{count:,} {name}" for name, count in summary.counts.generations.most_common())
        yield f"Documents by the generation that wrote them: {', '.join(written)}."
    if (totals.rejected or totals.conflicts) and summary.is_kept:
        yield "What was not loaded, and why: rmos rejects"
    if totals.conflicts and not summary.dry_run:
        yield "Conflicts: the database holds other content under the same id. What to do about each: rmos rejects"
    if not summary.counts.balanced:
        yield "The counts do not balance. That is a fault of this program; please report it."


def counts_table(counts: RunCounts) -> Table:
    """Documents per entity and outcome."""
    made = table("", "found", "migrated", "unchanged", "conflicts", "rejected")
    for name, tally in [*counts.entities.items(), ("total", counts.totals)]:
        numbers = (tally.found, tally.migrated, tally.unchanged, tally.conflicts, tally.rejected)
        style = "bold" if name == "total" else ""
        made.add_row(name.replace("_", " "), *(f"{number:,}" for number in numbers), style=style)
    return made
