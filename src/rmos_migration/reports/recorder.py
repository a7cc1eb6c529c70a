"""Recording for a report what a run that keeps nothing (a dry run, one that was undone) would have stored."""

from ..diagnostics import NOT_LOOKED_AT, Diagnostic
from ..migrate.model import Decision
from ..migrate.observer import NullObserver
from ..migrate.outcome import Outcome
from ..sources.discover import Source
from ..store.model import DocumentKey
from ..store.rejects import RejectedEntry
from ..store.runs import EXAMPLES, DiagnosticCount, is_reason


class RunRecorder(NullObserver):
    """An observer that keeps what the database would keep of a run, as far as a report needs it."""

    def __init__(self) -> None:
        self.location = ""
        self.reasons: dict[DocumentKey, list[Diagnostic]] = {}
        self.known: dict[DocumentKey, RejectedEntry] = {}
        self.not_looked_at: list[Diagnostic] = []
        self._kinds: dict[tuple[str, str], DiagnosticCount] = {}

    @property
    def kinds(self) -> list[DiagnosticCount]:
        """What was noticed, by code and severity."""
        return list(self._kinds.values())

    def started(self, source: Source) -> None:
        """Remember where the files are."""
        self.location = source.location

    def decided(self, decisions: list[Decision]) -> None:
        """Remember the documents that would not be loaded."""
        for prepared, outcome, *_ in decisions:
            if outcome is Outcome.REJECTED or outcome is Outcome.CONFLICT:
                digest = prepared.reading.sha256
                self.known[prepared.place] = RejectedEntry(prepared.record_id, prepared.generation, digest)

    def noticed(self, diagnostics: list[Diagnostic]) -> None:
        """Count diagnostics; remember the first of each kind, and why documents would not be loaded."""
        for one in diagnostics:
            if one.code in NOT_LOOKED_AT:
                self.not_looked_at.append(one)
            if is_reason(one):
                self.reasons.setdefault((one.location.path, one.location.document), []).append(one)
            kind = self._kinds.get((one.code, one.severity), DiagnosticCount(one.code, one.severity, 0, []))
            if len(kind.examples) < EXAMPLES:
                kind.examples.append(one)
            self._kinds[one.code, one.severity] = kind._replace(times=kind.times + 1)
