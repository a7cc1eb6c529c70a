"""Rows as canonical documents, each in a file of its own."""

from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection

from ..entities import ENTITIES, Entity
from ..generations.export import canonical_document
from ..generations.rebuilding import rebuild
from ..sources.content import content_sha256
from ..sources.read import SIZE_LIMIT
from ..store.exporting import Origin, Stored, rows_in_order
from .names import file_name
from .outcome import Count, Missing
from .writing import NameRefusedError, make_tree, write_new


def export_canonical(connection: Connection, folder: Path, count: Count) -> None:
    """Write every row into ``folder``, as ``patterns/rope.json``."""
    make_tree(folder)
    for entity in ENTITIES:
        for batch in rows_in_order(connection, entity):
            for stored in batch:
                write_record(entity, stored, folder / entity.name, count)


def write_record(entity: Entity, stored: Stored, folder: Path, count: Count) -> None:
    """Write one row as a canonical document into ``folder``."""
    record_id = stored.row["id"]
    name = file_name(record_id)
    document = canonical_document(entity, stored.row, origin_of(entity, stored).derived, stored.wishes)
    text = text_of(document)
    try:
        write_new(folder / name, text)
    except NameRefusedError:
        if (folder / name).is_file():  # the row was asked for twice
            return
        count.missing.append(_missing(entity, name, "name-refused", "the system has no room for its name"))
        return
    count.files += 1
    count.records[entity.name] += 1
    if len(text) > SIZE_LIMIT:
        message = f"the record {record_id} was written, but its file is larger than the migration reads"
        count.missing.append(_missing(entity, name, "too-large", message))


def origin_of(entity: Entity, stored: Stored, wanted: str | None = None) -> Origin:
    """The origin from which the row is rebuilt as it was: the likeliest, unless another one's content proves it.

    ``wanted`` is the content that must come out, where it is known from the ledger.
    """
    if not stored.origins:
        return Origin(None, [], "")
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


def rebuilt(entity: Entity, stored: Stored, origin: Origin) -> dict[str, Any]:
    """The source document of a row, if ``origin`` made it."""
    return rebuild(entity, stored.row, origin.derived, origin.generation, stored.wishes)


def text_of(document: dict[str, Any], *, may_be_one_line: bool = True) -> bytes:
    """A document as the text of a file, indented for people unless that would make it too large to be read."""
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if len(text) > SIZE_LIMIT and may_be_one_line:
        return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    return text


def _missing(entity: Entity, name: str, reason: str, message: str) -> Missing:
    return Missing(0, f"{entity.name}/{name}", "", entity.name, reason, message)
