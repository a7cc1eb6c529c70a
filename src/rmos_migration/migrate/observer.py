"""Who watches a run."""

from typing import Protocol

from ..diagnostics import Diagnostic
from ..sources.discover import Source
from .model import Decision
from .outcome import RunCounts


class Observer(Protocol):
    """Watches a run, as a progress bar does. Called once a batch, from the thread that runs it."""

    def started(self, source: Source) -> None:
        """Take note that the source was found and the database opened."""

    def advanced(self, counts: RunCounts) -> None:
        """Take note that a batch was written; ``counts`` are those of the run so far."""

    def decided(self, decisions: list[Decision]) -> None:
        """Take note of what became of the documents that were read for a batch."""

    def noticed(self, diagnostics: list[Diagnostic]) -> None:
        """Take note of what was noticed in a batch."""


class NullObserver:
    """Ignores all events."""

    def started(self, source: Source) -> None:
        """Ignore it."""

    def advanced(self, counts: RunCounts) -> None:
        """Ignore it."""

    def decided(self, decisions: list[Decision]) -> None:
        """Ignore it."""

    def noticed(self, diagnostics: list[Diagnostic]) -> None:
        """Ignore it."""


class CompositeObserver:
    """Passes each event on to several observers."""

    def __init__(self, *observers: Observer) -> None:
        self.observers = observers

    def started(self, source: Source) -> None:
        """Pass it on."""
        for one in self.observers:
            one.started(source)

    def advanced(self, counts: RunCounts) -> None:
        """Pass it on."""
        for one in self.observers:
            one.advanced(counts)

    def decided(self, decisions: list[Decision]) -> None:
        """Pass it on."""
        for one in self.observers:
            one.decided(decisions)

    def noticed(self, diagnostics: list[Diagnostic]) -> None:
        """Pass it on."""
        for one in self.observers:
            one.noticed(diagnostics)
