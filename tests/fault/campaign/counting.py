"""What a campaign counts: the trials of each kind of fault, and those in which something was wrong."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime


class Campaign:
    """Counts the trials of a test, collects what was wrong in them, and fails the test at the end if anything
    was."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.trials = 0
        self.failures: list[str] = []

    def trial(self, name: str, found: list[str]) -> None:
        """Note a trial, and what was wrong in it."""
        self.trials += 1
        if found:
            self.failures.append(f"{name}: {'; '.join(found[:6])}"[:1500])

    def check(self) -> None:
        """Fail where a trial failed."""
        shown = "\n".join(self.failures[:30])
        assert not self.failures, f"{len(self.failures)} of {self.trials} trials failed:\n{shown}"


def table(counted: Iterable[tuple[str, int, int]]) -> Iterator[str]:
    """The table of trials and failures by kind, in Markdown; the bound is that of the rule of three, 3/n.

    Args:
        counted: kind, trials and failures of each test.
    """
    kinds: dict[str, tuple[int, int]] = {}
    for kind, trials, failures in counted:
        before = kinds.get(kind, (0, 0))
        kinds[kind] = before[0] + trials, before[1] + failures
    yield f"Fault campaign of {datetime.now(UTC):%Y-%m-%d}"
    yield ""
    yield "| kind of fault | trials | failures | with 95 % confidence fewer than |"
    yield "|---|---|---|---|"
    for kind, (trials, failures) in kinds.items():
        bound = f"1 in {trials // 3:,}" if trials >= 3 and not failures else "—"
        yield f"| {kind} | {trials:,} | {failures:,} | {bound} |"
