"""The legacy tree again: every document in its old file and place, as far as the database holds them.

A file of several documents is read by the program's own reader before it is written, because what stood
around its documents had to be guessed. A document that would not come back is written as a canonical one too.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count as counted_from
from pathlib import Path
from typing import NamedTuple

import orjson

from ..entities import BY_NAME, ENTITIES, Entity
from ..errors import CorruptRow
from ..generations.normalized import CATEGORY
from ..migrate.prepare import Candidate, is_named_by_file, prepare
from ..sources.content import content_sha256
from ..sources.json_lines import is_named_lines
from ..sources.paths import parts_of
from ..sources.pointers import key_of
from ..sources.read import SIZE_LIMIT, Reading
from ..store import ledger, records, rejects
from ..store.model import UNRESOLVED, LedgerEntry
from ..store.records import Stored
from ..store.snapshot import Snapshot
from .canonical import origin_of, rebuilt, text_of, write_record
from .containers import in_file_order, layouts
from .outcome import Count, MissingDocument
from .writing import NameRefusedError, make_tree, write_new

_REASONS = {
    "id-conflict": "its id is taken by another document, so the database never held it",
    "id-taken": "its record has other content in the database, and put back it might win; "
    "rmos rejects --save has its text",
    "record-replaced": "another document took its place in the database, "
    "or it was changed or deleted through the API",
    "unreadable": "its bytes could not be read when it was migrated, so the database does not hold them",
    "row-gone": "its row was taken out of the database",
    "row-unusable": "its row cannot be read; see rmos audit",
    "row-changed": "its row was changed since, so the document is written as the row is now",
    "name-refused": "this system cannot have a file at its place; its record is in the folder rmos-export",
    "unplaced": "its file cannot be put together again; its record is in the folder rmos-export",
    "too-large": "it was written, but the file is larger than the migration reads",
}


class _Rebuilt(NamedTuple):
    """A document that goes back to its place: its row, and its text."""

    place: LedgerEntry
    stored: Stored
    text: bytes
    content_sha256: str


def export_source(snapshot: Snapshot, folder: Path, count: Count) -> None:
    """Write the legacy tree into ``folder``; several sources go into ``source-1`` and so on below it."""
    sources = ledger.source_ids(snapshot)
    trees = {source: folder / f"source-{number}" for number, source in enumerate(sources, 1)}
    if len(sources) == 1:
        trees = {sources[0]: folder}
    for tree in trees.values() or [folder]:
        make_tree(tree, count.permissions)
    aside = _free_name(snapshot)
    writer = _Writer(snapshot, trees, aside, count)
    for batch in _batches(ledger.by_file(snapshot)):
        writer.write(batch)
    for entity in ENTITIES:
        for rows in records.rows_without_place(snapshot, entity):
            for stored in rows:
                tree = trees.get(stored.source_id or 0) or next(iter(trees.values()), folder)
                write_record(entity, stored, tree / entity.name / aside, count)


def _free_name(snapshot: Snapshot) -> str:
    """Return the name of a folder, in none of the sources, for canonical documents."""
    names = (f"rmos-export{'' if number == 1 else f'-{number}'}" for number in counted_from(1))
    return next(
        name
        for name in names
        if not any(ledger.is_any_path_below(snapshot, f"{entity.name}/{name}") for entity in ENTITIES)
    )


def _batches(files: Iterator[list[LedgerEntry]]) -> Iterator[list[list[LedgerEntry]]]:
    """Files together whose rows are looked up at once."""
    batch: list[list[LedgerEntry]] = []
    size = 0
    for places in files:
        batch.append(places)
        size += len(places)
        if size >= ledger.BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class _Writer:
    """Writes the files of all sources."""

    def __init__(self, snapshot: Snapshot, trees: Mapping[int, Path], aside: str, count: Count) -> None:
        self.snapshot = snapshot
        self.trees = trees
        self.aside = aside
        self.count = count
        self.numbers = {source: number for number, source in enumerate(trees, 1)}

    def write(self, batch: Sequence[list[LedgerEntry]]) -> None:
        """Write the files of a batch."""
        rows = {
            entity.name: records.rows_by_id(self.snapshot, entity, ids)
            for entity in ENTITIES
            if (ids := {p.record_id for ps in batch for p in ps if p.entity == entity.name and p.record_id})
        }
        for places in batch:
            entity = BY_NAME.get(places[0].entity)
            if entity is not None:
                there = sorted(
                    (place for place in places if not place.was_taken_out),
                    key=lambda place: in_file_order(place.pointer),
                )
                self._file(entity, there, rows.get(entity.name, {}))

    def _file(self, entity: Entity, places: list[LedgerEntry], rows: Mapping[str, Stored]) -> None:
        """Write what the database holds of one file."""
        is_any_kept_out = any(place.outcome == "rejected" for place in places)
        bodies = rejects.bodies(self.snapshot, *places[0][:2]) if is_any_kept_out else {}
        taken = {place.pointer for place in places if place.code in UNRESOLVED and place.record_id in rows}
        bodies = {pointer: body for pointer, body in bodies.items() if pointer not in taken}
        found: list[_Rebuilt] = []
        kept_out: list[LedgerEntry] = []
        texts: dict[str, bytes | None] = {}
        for place in places:
            one = self._rebuilt(entity, place, rows, bodies)
            if one is not None:
                found.append(one)
            elif bodies.get(place.pointer) is not None:
                kept_out.append(place)
            texts[place.pointer] = bodies.get(place.pointer) if one is None else one.text
        if not found and not kept_out:
            return
        text, lost = self._text(entity, places[0].path, texts, found, kept_out)
        reason = self._written(places[0], text)
        if reason:
            lost = found
            for place in kept_out:
                self._miss(place, reason)
        else:
            self.count.kept_out[entity.name] += len(kept_out)
            if text is not None and len(text) > SIZE_LIMIT and found:
                self._miss(places[0], "too-large")
        self.count.documents[entity.name] += len(found) - len(lost)
        for one in lost:
            folder = self.trees[one.place.source_id] / entity.name / self.aside
            write_record(entity, one.stored, folder, self.count)

    def _rebuilt(
        self,
        entity: Entity,
        place: LedgerEntry,
        rows: Mapping[str, Stored],
        bodies: Mapping[str, bytes | None],
    ) -> _Rebuilt | None:
        """Return the document at a place if its row is what it became; note what is nowhere else."""
        if not place.is_in_row:
            if place.outcome == "conflict":
                self._miss(place, place.code or "id-conflict")
            elif place.code in UNRESOLVED and place.record_id in rows:
                self._miss(place, "id-taken")
            elif bodies.get(place.pointer) is None:
                self._miss(place, "unreadable")
            return None
        stored = rows.get(place.record_id or "")
        if stored is None:
            self._miss(place, "row-gone")
            return None
        try:
            document = rebuilt(entity, stored, origin_of(entity, stored, place.content_sha256))
        except CorruptRow:
            self._miss(place, "row-unusable")
            return None
        digest = content_sha256(document)[0]
        if digest != place.content_sha256:
            self._miss(place, "row-changed")
        if place.pointer:
            return _Rebuilt(place, stored, orjson.dumps(document), digest)
        text = text_of(document, may_be_one_line=not is_named_lines(place.path))
        return _Rebuilt(place, stored, text, digest)

    def _text(
        self,
        entity: Entity,
        path: str,
        texts: Mapping[str, bytes | None],
        found: list[_Rebuilt],
        kept_out: list[LedgerEntry],
    ) -> tuple[bytes | None, list[_Rebuilt]]:
        """Return a file's text, and those of its documents that it would not give back as they were."""
        if list(texts) == [""]:
            is_renamed = any(_has_former_name(entity, path, texts[""], one) for one in found)
            return (None, found) if is_renamed else (texts[""], [])
        return self._container(entity, path, texts, found, kept_out)

    def _container(
        self,
        entity: Entity,
        path: str,
        texts: Mapping[str, bytes | None],
        found: list[_Rebuilt],
        kept_out: list[LedgerEntry],
    ) -> tuple[bytes | None, list[_Rebuilt]]:
        """Return the text of a file of several documents, and those it would not give back as they were.

        No text where reading it would make records that never were.
        """
        keyed = frozenset(one.place.pointer for one in found if _has_its_key_for_id(one.place))
        best: tuple[bytes | None, list[_Rebuilt]] = (None, found)
        fewest = len(found), len(kept_out) + 1
        stem = path.rpartition("/")[2].rpartition(".")[0]
        numbers = {
            one.place.pointer: int(end)
            for one in found
            if (end := (one.place.record_id or "").removeprefix(f"{stem}-")).isdecimal()
        }
        for text in layouts(path, texts, keyed, numbers):
            if len(text) > SIZE_LIMIT:
                continue
            again = {one.pointer: one for one in prepare(entity, Reading(path, text))}
            lost = _lost(again, texts, found)
            if lost is None or (found and len(lost) == len(found)):
                continue
            others = sum(not _is_kept_out_again(one, again.get(one.pointer)) for one in kept_out)
            if (len(lost), others) < fewest:
                best, fewest = (text, lost), (len(lost), others)
            if fewest == (0, 0):
                break
        return best

    def _written(self, place: LedgerEntry, text: bytes | None) -> str:
        """Write the file of a place; returns why that cannot be, or nothing."""
        if text is None:
            return "unplaced"
        parts = parts_of(place.path)
        if parts is None:
            return "name-refused"
        try:
            write_new(self.trees[place.source_id].joinpath(*parts), text, self.count.permissions)
        except NameRefusedError:
            return "name-refused"
        self.count.files += 1
        return ""

    def _miss(self, place: LedgerEntry, reason: str) -> None:
        message = _REASONS.get(reason, reason)
        missing = MissingDocument(
            self.numbers[place.source_id], place.path, place.pointer, place.entity, reason, message
        )
        self.count.missing.append(missing)


def _has_former_name(entity: Entity, path: str, text: bytes | None, one: _Rebuilt) -> bool:
    """Whether a document has no id but its file's name, and that was another one when its record was made."""
    if text is None or not is_named_by_file(one.place.derived):
        return False
    return any(again.record_id != one.place.record_id for again in prepare(entity, Reading(path, text)))


def _has_its_key_for_id(place: LedgerEntry) -> bool:
    """Whether a document's id is the key under which it stood."""
    return place.record_id == key_of(place.pointer.rpartition("/")[2])


def _lost(
    again: Mapping[str, Candidate], texts: Mapping[str, bytes | None], found: list[_Rebuilt]
) -> list[_Rebuilt] | None:
    """Return the documents that a text does not give back; None if it would make records that never were."""
    read = {pointer: one for pointer, one in again.items() if one.row is not None}
    ids = {one.place.pointer: one.place.record_id for one in found}
    for pointer, one in read.items():
        if texts.get(pointer) is None or one.record_id != ids.get(pointer, one.record_id):
            return None
    return [one for one in found if not _is_as_it_was(one, read.get(one.place.pointer))]


def _is_kept_out_again(place: LedgerEntry, again: Candidate | None) -> bool:
    """Return whether a rejected document, read again, is rejected alike, or was so because of others."""
    if again is None or again.row is not None:
        return again is not None and place.code in UNRESOLVED
    return any(one.code == place.code for one in again.diagnostics)


def _is_as_it_was(one: _Rebuilt, again: Candidate | None) -> bool:
    """Return whether a document, read again, is the one written, with or without a category around it."""
    if again is None or again.content_sha256 != one.content_sha256:
        return False
    return (CATEGORY in (again.derived or "")) == (CATEGORY in (one.place.derived or ""))
