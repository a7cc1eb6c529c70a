"""Carrying over what each row was made from when its file is read again: edited, broken, or rearranged.

A ledger entry that speaks of a row holds its origin: the row's id, and the generation, ``derived`` and
content hash of the document it was made from. When a file is read again, its entries are written anew. Each
origin goes to the entry of the same record, or else to the place where it stood; one that fits neither gets
an entry of its own.
"""

from collections.abc import Container, Iterable, Mapping

from ..entities import BY_NAME
from ..generations.normalized import names_columns
from ..store.ledger import KnownDocument
from ..store.model import GONE, REPLACED, SETTLED, LedgerEntry
from .model import Place
from .outcome import Outcome


class CarriedProvenance:
    """The origins in some files before they were read again, given to the new entries one by one.

    Args:
        known: what the ledger said.
        replaced: the rows that were just made from something else.
    """

    def __init__(self, known: Mapping[Place, KnownDocument], replaced: Container[str]) -> None:
        self.unclaimed = {
            place: before
            for place, before in known.items()
            if before.is_in_row and before.record_id not in replaced
        }
        self.records = {place: before.record_id for place, before in known.items()}
        self.places: dict[
            tuple[str, str | None], dict[Place, None]
        ] = {}  # of those unclaimed, in their order
        for place, before in self.unclaimed.items():
            self.places.setdefault((place[0], before.record_id), {})[place] = None
        self.spoken_for: set[tuple[str, str | None]] = set()

    def given_to(self, entries: list[LedgerEntry]) -> list[LedgerEntry]:
        """Give the entries their origins; those of documents that arrived choose first.

        Those without an id choose last, and get the origin of the record that stood in their place.
        """
        settled = {
            index: self._settled(entry) for index, entry in enumerate(entries) if entry.outcome in SETTLED
        }
        given = [settled.get(index) or self._not_loaded(entry) for index, entry in enumerate(entries)]
        return [self._broken(entry) if entry.record_id is None else entry for entry in given]

    def left(self, paths: Iterable[str], source_id: int, entity: str, run_id: int) -> list[LedgerEntry]:
        """Return entries for the origins that no document took: theirs are no longer in the files."""
        read = set(paths)
        left: dict[tuple[str, str | None], LedgerEntry] = {}
        for (path, _), before in self.unclaimed.items():
            if path in read and (path, before.record_id) not in self.spoken_for:
                entry = LedgerEntry(
                    source_id, path, f"{GONE}{before.record_id}", entity, before.record_id, before.generation,
                    Outcome.MIGRATED.value, None, before.derived, run_id, None, before.content_sha256,
                    None, None,
                )  # fmt: skip
                left.setdefault((path, before.record_id), entry)
        return list(left.values())

    def _settled(self, entry: LedgerEntry) -> LedgerEntry:
        before = self._claim(entry)
        if entry.outcome == Outcome.MIGRATED:  # the row was made anew; what made it before is history
            for place in self.places.pop((entry.path, entry.record_id), ()):
                del self.unclaimed[place]
        if (
            before is None
            or entry.outcome == Outcome.MIGRATED
            or before.content_sha256 != entry.content_sha256
        ):
            return entry
        is_origin = before.outcome == Outcome.MIGRATED  # it is still the document its row was made from
        outcome = before.outcome if is_origin else entry.outcome
        if before.derived is not None and not names_columns(BY_NAME[entry.entity], before.derived):
            return entry._replace(outcome=outcome)  # edited outside of rmos
        return entry._replace(outcome=outcome, derived=before.derived)

    def _not_loaded(self, entry: LedgerEntry) -> LedgerEntry:
        if entry.code == REPLACED:  # it has been in the row itself, and another document is now
            return entry
        before = self._claim(entry)
        if before is None and entry.record_id is None:  # else it is another record's document
            before = self._take((entry.path, entry.pointer))
        return entry if before is None else _with(entry, before)

    def _broken(self, entry: LedgerEntry) -> LedgerEntry:
        before = self._claim(entry._replace(record_id=self.records.get((entry.path, entry.pointer))))
        return entry if before is None else _with(entry, before)

    def _claim(self, entry: LedgerEntry) -> KnownDocument | None:
        """Take the origin of the entry's record in its file, preferably the one in the same place."""
        if entry.record_id is None:
            return None
        here, places = (entry.path, entry.pointer), self.places.get((entry.path, entry.record_id))
        if not places:
            return None
        self.spoken_for.add((entry.path, entry.record_id))
        return self._take(here if here in places else next(iter(places)))

    def _take(self, place: Place) -> KnownDocument | None:
        """Take the origin of a place, unless it is taken."""
        before = self.unclaimed.pop(place, None)
        if before is not None:
            self.places[place[0], before.record_id].pop(place)
        return before


def _with(entry: LedgerEntry, before: KnownDocument) -> LedgerEntry:
    return entry._replace(
        record_id=before.record_id,
        generation=before.generation,
        derived=before.derived,
        content_sha256=before.content_sha256,
    )
