"""What a run knows and remembers from batch to batch, so that no result depends on where a batch ends."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from ..sources.source_files import Presence
from ..store.records import Looks
from .batch_plan import Place
from .moved import Moved


class RunRef(NamedTuple):
    """Where a batch is written down: the run and the source it belongs to."""

    run_id: int
    source_id: int


@dataclass
class RunProgress:
    """A run on its way.

    ``location`` is the source's folder, ``moved`` finds the documents of it that were moved. ``edited`` are the records, by
    entity, whose row was given the content of a document that is new or was edited. ``is_new_source``: nothing of the
    source is in the ledger yet.
    ``looks`` are those of the ids that references may mean; ``presence`` says what was taken out of its folder.
    ``noted_formers`` are the entities for which ``store.formers`` has noted what the ledger knew. What the ledger does
    not say is held as hashes: ``_passed_over`` those of the paths of files that were not read because they have not changed,
    and, where rows may be replaced, ``_left`` those of the places of documents that were read again and found unchanged.
    """

    book: RunRef
    location: str
    moved: Moved
    encoding: str | None = None
    rehash: bool = False
    is_new_source: bool = False
    edited: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    noted_formers: set[str] = field(default_factory=set)
    looks: Looks = field(default_factory=Looks)
    presence: Presence = field(default_factory=Presence)
    _left: set[int] = field(default_factory=set)
    _passed_over: set[int] = field(default_factory=set)

    def pass_over(self, path: str) -> None:
        """Remember that a file has not changed, and that its documents are counted."""
        self._passed_over.add(hash(path))

    def has_passed_over(self, path: str) -> bool:
        """Whether the documents of a file that was not read are counted in this run."""
        return hash(path) in self._passed_over

    def leave(self, place: Place) -> None:
        """Remember that a document was read again and is unchanged."""
        self._left.add(hash(place))

    def has_left(self, place: Place) -> bool:
        """Whether a document was read again in this run and found unchanged."""
        return hash(place) in self._left
