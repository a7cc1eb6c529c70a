"""What the terminal shows while a run goes on: a progress bar, and what it noticed."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..diagnostics import Diagnostic, Severity
from ..migrate.model import Decision
from ..migrate.observer import NullObserver
from ..migrate.outcome import NOT_READ, UNRECOGNISED, RunCounts
from ..sources.discover import Source
from ..sources.locate import located
from .console import SHOWN, diagnostic_text, err, say

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class ProgressBar(NullObserver):
    """Watches a run: a progress bar on a terminal, and what was noticed.

    Errors and warnings are kept for the end, ``SHOWN`` of them; with ``verbose`` everything is printed as it
    comes.
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
            self._progress = _bar()

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


def _bar() -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("files · {task.fields[rate]} a second ·"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
    )
