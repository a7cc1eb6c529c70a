"""Rows as canonical documents, each in a file of its own."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from ..entities import ENTITIES, Entity
from ..entities.stored import stored_value
from ..errors import CorruptRow
from ..generations.export import NAME, canonical_document, read_canonical
from ..generations.rebuilding import rebuild
from ..migrate.differences import differences
from ..migrate.linking import detached
from ..migrate.prepare import Candidate
from ..sources.content import content_sha256
from ..sources.decode import decode_text
from ..sources.read import SIZE_LIMIT, Reading
from ..store.records import RowOrigin, Stored, rows_in_order
from ..store.snapshot import Snapshot
from .names import file_name
from .outcome import Count, MissingDocument
from .writing import NameRefusedError, make_tree, write_new


def export_canonical(snapshot: Snapshot, folder: Path, count: Count) -> None:
    """Write every row into ``folder``, as ``patterns/rope.json``."""
    make_tree(folder, count.permissions)
    for entity in ENTITIES:
        for batch in rows_in_order(snapshot, entity):
            for stored in batch:
                write_record(entity, stored, folder / entity.name, count)


def write_record(entity: Entity, stored: Stored, folder: Path, count: Count) -> None:
    """Write one row as a canonical document; name it as missing if reading it would not give the row."""
    record_id = str(stored.row["id"])
    name = file_name(record_id)
    try:
        document = canonical_document(entity, stored.row, origin_of(entity, stored).derived, stored.pending)
        text = text_of(document)
        comes_back = _comes_back(entity, stored, document)
    except CorruptRow:
        message = f"the row of {record_id} cannot be read; see rmos audit"
        count.missing.append(_missing(entity, name, "row-unusable", message))
        return
    try:
        write_new(folder / name, text, count.permissions)
    except NameRefusedError:
        if not _holds(folder / name, text):  # else the row was asked for twice
            count.missing.append(
                _missing(entity, name, "name-refused", "the system has no room for its name")
            )
        return
    count.files += 1
    count.records[entity.name] += 1
    if not comes_back:
        message = (
            f"the record {record_id} was written, but a migration would not take it as it is; see rmos audit"
        )
        count.missing.append(_missing(entity, name, "row-unusable", message))
    elif len(text) > SIZE_LIMIT:
        message = f"the record {record_id} was written, but its file is larger than the migration reads"
        count.missing.append(_missing(entity, name, "too-large", message))


def _comes_back(entity: Entity, stored: Stored, document: dict[str, Any]) -> bool:
    """Return whether a canonical document reads back as its row: every column equal, nothing refused."""
    row = tuple(stored.row.values())
    texts = {column: stored.row[column] for column in entity.columns if column.endswith("_json")}
    if any(
        text is not None and not _is_exact(f"{entity.name}.{column}", text) for column, text in texts.items()
    ):
        return False
    normalized = read_canonical(entity, document, "")
    if normalized.errors:
        return False
    derived = orjson.dumps(normalized.derived).decode()
    again = Candidate(_NO_FILE, "", None, entity.row(normalized.values), None, NAME, derived, [])
    waiting = [
        (rule, stored.pending[rule.name])
        for rule in entity.references
        if rule.name in stored.pending and stored.row[rule.column] is None
    ]
    made = detached(entity, again, waiting) if waiting else again.row or ()
    return not differences(entity, row, made)


_NO_FILE = Reading("", b"")


def _is_exact(column: str, text: str) -> bool:
    """Whether JSON text loses nothing when it is read: no digit, no key that stands twice."""
    return orjson.dumps(stored_value(column, text)).decode() == text or not decode_text(text)[1]


def _holds(file: Path, text: bytes) -> bool:
    with suppress(OSError):
        return file.read_bytes() == text
    return False


def origin_of(entity: Entity, stored: Stored, wanted: str | None = None) -> RowOrigin:
    """Return the origin from which to rebuild the row: the likeliest, unless another proves it by content.

    ``wanted`` is the content that must come out, where it is known from the ledger.
    """
    if not stored.origins:
        return RowOrigin(None, [], "")
    if len(stored.origins) == 1 and wanted is None:
        return stored.origins[0]
    tried: list[tuple[str | None, list[str]]] = []
    for origin in stored.origins:
        way = (origin.generation, origin.derived)
        if way in tried:
            continue
        tried.append(way)
        if content_sha256(rebuilt(entity, stored, origin))[0] == (wanted or origin.content_sha256):
            return origin
    return stored.origins[0]


def rebuilt(entity: Entity, stored: Stored, origin: RowOrigin) -> dict[str, Any]:
    """Rebuild the source document of a row, taking ``origin`` for what made it."""
    return rebuild(entity, stored.row, origin.derived, origin.generation, stored.pending)


def text_of(document: dict[str, Any], *, may_be_one_line: bool = True) -> bytes:
    """Return a document as a file's text, indented for people unless it would be too large to read back."""
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if len(text) > SIZE_LIMIT and may_be_one_line:
        return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    return text


def _missing(entity: Entity, name: str, reason: str, message: str) -> MissingDocument:
    return MissingDocument(0, f"{entity.name}/{name}", "", entity.name, reason, message)
