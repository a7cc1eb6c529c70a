"""What is to be written for a batch of documents, and what becomes of each of them."""

from dataclasses import dataclass, field
from typing import NamedTuple

from ..diagnostics import Diagnostic
from ..store.records import PendingReference, Row
from .outcome import Outcome
from .prepare import Candidate

Place = tuple[str, str]
"""Where a document stands: path and pointer."""


class Decision(NamedTuple):
    """What becomes of one document, with everything noticed about it.

    ``was_replaced``: its row has other content since: another document's, then it is in conflict, or what came through the
    API, or the row was deleted there; then it is unchanged, because its record was changed on purpose.
    """

    prepared: Candidate
    outcome: Outcome
    diagnostics: list[Diagnostic]
    derived: str | None
    was_replaced: bool = False


@dataclass
class BatchPlan:
    """What to write for a batch: new rows, replaced rows, waiting references by record, and a decision per document.

    ``inserted_from`` and ``replaced_from`` say which document each of the rows comes from. ``taken_over`` are the records
    whose former documents are gone, ``edited`` those whose row was given the content of a document that is new or was
    edited since it was read before.
    """

    inserts: list[Row] = field(default_factory=list)
    inserted_from: list[Place] = field(default_factory=list)
    replacements: list[Row] = field(default_factory=list)
    replaced_from: list[Place] = field(default_factory=list)
    pending: dict[str, list[PendingReference]] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    taken_over: set[str] = field(default_factory=set)
    edited: set[str] = field(default_factory=set)


def straight(batch: list[Candidate]) -> BatchPlan:
    """The plan for a batch in which nothing stands in the way: every id is new, and every parent is there.

    Whether that is so the database says best, when it is given the rows: its keys and references are enforced.
    """
    ready = [prepared for prepared in batch if prepared.row is not None]
    return BatchPlan(
        inserts=[prepared.row for prepared in ready if prepared.row is not None],
        inserted_from=[prepared.place for prepared in ready],
        decisions=[
            Decision(p, Outcome.REJECTED if p.row is None else Outcome.MIGRATED, p.diagnostics, p.derived)
            for p in batch
        ],
    )
