"""How a run is to be done, and who watches it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from ..diagnostics import Diagnostic
from ..errors import UsageError
from ..sources.discover import Source
from .batch_plan import Decision
from .outcome import RunCounts
from .policy import MissingReferences, OnConflict


@dataclass(frozen=True)
class Limit:
    """How many documents may end badly: a number, or a percentage of the documents found so far."""

    number: float
    is_percentage: bool = False

    @classmethod
    def parse(cls, text: str, option: str = "--max-rejects") -> "Limit":
        """Read ``20`` or ``5%``, the value of an option.

        Raises:
            UsageError: if it is neither.
        """
        body = text.strip().removesuffix("%")
        try:
            number = float(body)
        except ValueError:
            number = -1
        is_percentage = text.strip().endswith("%")
        if (
            not number >= 0
            or (is_percentage and number > 100)
            or (not is_percentage and not number.is_integer())
        ):
            raise UsageError(f"{option} {text} is neither a number nor a percentage", "write 20 or 5%")
        return cls(number, is_percentage)

    def allows(self, rejected: int, documents: int) -> bool:
        """Whether the run may go on with ``rejected`` of ``documents`` rejected."""
        return rejected <= (self.number * documents / 100 if self.is_percentage else self.number)

    def __str__(self) -> str:
        return f"{self.number:g}{'%' if self.is_percentage else ''}"


@dataclass(frozen=True)
class Options:
    """How a run is to be done; the command line's options by the same names."""

    dry_run: bool = False
    all_or_nothing: bool = False
    on_conflict: OnConflict = OnConflict.KEEP
    missing_references: MissingReferences = MissingReferences.DETACH
    max_rejects: Limit | None = None
    encoding: str | None = None
    rehash: bool = False

    def as_json(self) -> dict[str, object]:
        """The options as they are kept with the run."""
        return asdict(self) | {"max_rejects": str(self.max_rejects) if self.max_rejects else None}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Options":
        """The options that ``as_json`` gave."""
        limit = told["max_rejects"]
        return cls(
            **{
                **told,
                "on_conflict": OnConflict(told["on_conflict"]),
                "missing_references": MissingReferences(told["missing_references"]),
                "max_rejects": None if limit is None else Limit.parse(limit),
            }
        )


class Observer(Protocol):
    """Somebody who watches a run, such as a progress bar. Called from the thread that runs it, once a batch."""

    def started(self, source: Source) -> None:
        """The source was found and the database opened."""

    def advanced(self, counts: RunCounts) -> None:
        """A batch was written; ``counts`` is the run so far."""

    def decided(self, decisions: list[Decision]) -> None:
        """This became of the documents that were read for the batch."""

    def noticed(self, diagnostics: list[Diagnostic]) -> None:
        """These were noticed in the batch."""


class NullObserver:
    """An observer that looks away."""

    def started(self, source: Source) -> None:
        """Nothing."""

    def advanced(self, counts: RunCounts) -> None:
        """Nothing."""

    def decided(self, decisions: list[Decision]) -> None:
        """Nothing."""

    def noticed(self, diagnostics: list[Diagnostic]) -> None:
        """Nothing."""


class CompositeObserver:
    """Several observers as one."""

    def __init__(self, *observers: Observer) -> None:
        self.observers = observers

    def started(self, source: Source) -> None:
        """Tell each."""
        for one in self.observers:
            one.started(source)

    def advanced(self, counts: RunCounts) -> None:
        """Tell each."""
        for one in self.observers:
            one.advanced(counts)

    def decided(self, decisions: list[Decision]) -> None:
        """Tell each."""
        for one in self.observers:
            one.decided(decisions)

    def noticed(self, diagnostics: list[Diagnostic]) -> None:
        """Tell each."""
        for one in self.observers:
            one.noticed(diagnostics)


Stop = Callable[[], int | None]
"""Asked at every batch edge: the number of the signal that wants the run to end, or None."""
