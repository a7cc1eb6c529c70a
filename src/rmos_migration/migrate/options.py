"""How a run is to be done."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from ..errors import UsageError


class OnConflict(StrEnum):
    """What to do with a document whose id is taken by other content."""

    KEEP = "keep"
    REPLACE = "replace"
    REJECT = "reject"


class MissingReferences(StrEnum):
    """What to do with a document that refers to a record that is not there."""

    DETACH = "detach"
    REJECT = "reject"


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
        """Return whether the run may go on with ``rejected`` of ``documents`` rejected."""
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
        """Return the options as they are kept with the run."""
        return asdict(self) | {"max_rejects": str(self.max_rejects) if self.max_rejects else None}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Options":
        """Read what ``as_json`` returned."""
        limit = told["max_rejects"]
        return cls(
            **{
                **told,
                "on_conflict": OnConflict(told["on_conflict"]),
                "missing_references": MissingReferences(told["missing_references"]),
                "max_rejects": None if limit is None else Limit.parse(limit),
            }
        )


Stop = Callable[[], int | None]
"""Asked at every batch edge: the number of the signal that wants the run to end, or None."""
