"""From a file's bytes to the documents in it (docs/domain.md, Shapes)."""

from typing import Generic, NamedTuple

from ..entities import Entity
from .apart import taken_apart
from .decode import decode, decode_bytes
from .document import Document, FormT
from .faults import Fault
from .lines import are_lines, decode_line, is_named_lines, lines_of
from .positions import Position
from .shapes import MAX_DOCUMENTS, Recognise, Splitter, TooManyError


class Contents(NamedTuple, Generic[FormT]):
    """The documents of a file, and its encoding."""

    documents: list[Document[FormT]]
    encoding: str


def documents_in(
    path: str,
    raw: bytes,
    entity: Entity,
    recognise: Recognise[FormT],
    fallback_encoding: str | None = None,
) -> Contents[FormT]:
    """The documents in a file's bytes. A file that cannot be taken apart is one document with the faults of the file.

    Args:
        path: the file's name, which may say that it holds JSON Lines.
        raw: the file's bytes.
        entity: what the folder says the documents are.
        recognise: tells the form in which an object is a record of an entity.
        fallback_encoding: as for ``decode``.
    """
    value, encoding, faults = decode(raw, fallback_encoding)
    is_jsonl = is_named_lines(path)
    if type(value) is dict and not is_jsonl and (form := recognise(entity, value)) is not None:
        return Contents([Document("", value, form)], encoding)  # as in nearly every file
    splitter = Splitter(entity, recognise)
    try:
        if faults or is_jsonl:
            text, encoding, fault = decode_bytes(raw, fallback_encoding)
            if fault is None and are_lines(path, text):
                return Contents(_lines(splitter, text), encoding)
            is_readable = bool(faults) and fault is None and all(one.code != "json-syntax" for one in faults)
            documents = taken_apart(text, splitter.whole) if is_readable else None
            if documents is not None:
                return Contents(documents, encoding)
        if not faults:
            return Contents(splitter.whole(value), encoding)
    except TooManyError:
        faults = (Fault("file-too-large", f"the file holds more than {MAX_DOCUMENTS:,} documents"),)
    return Contents([Document("", None, None, shape="unreadable", faults=faults)], encoding)


def _lines(splitter: Splitter[FormT], text: str) -> list[Document[FormT]]:
    """The documents in the lines of a text; a line that is broken costs only itself."""
    found: list[Document[FormT]] = []
    for count, (number, line) in enumerate(lines_of(text)):
        value, _, faults = decode_line(line)
        if not faults:
            found += splitter.line(value, count)
            continue
        before = splitter.listed, splitter.found
        inside = taken_apart(line, lambda value, count=count: splitter.line(value, count), f"/{count}")  # type: ignore[misc]
        if inside is None:
            splitter.listed, splitter.found = before
            begins = Position(1, len(line) - len(line.lstrip()) + 1)
            shifted = (fault.moved(begins)._replace(pointer=f"/{count}{fault.pointer}") for fault in faults)
            inside = [splitter.broken_line(count, tuple(shifted))]
        found += [_on_line(one, number) for one in inside]
    return found


def _on_line(document: Document[FormT], number: int) -> Document[FormT]:
    """A document with the number of the line that its faults are in."""
    begins = Position(number, 1)
    faults, notices = (
        tuple(fault.moved(begins) if fault.line else fault._replace(line=number) for fault in those)
        for those in (document.faults, document.notices)
    )
    return document._replace(faults=faults, notices=notices)
