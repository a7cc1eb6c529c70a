"""From a file's bytes to the documents in it (docs/domain.md, Shapes)."""

from functools import partial
from typing import Generic, NamedTuple

from ..diagnostics import Location, diagnose
from ..entities import Entity
from .decode import decode, decode_bytes
from .document import Document, FormT
from .json_lines import are_lines, decode_line, is_named_lines, lines_of
from .shapes import MAX_DOCUMENTS, Recognise, Splitter, TooManyError
from .split_faulty import split_faulty


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
    """Return the documents in a file's bytes. A file that cannot be split is one document with its errors.

    Args:
        path: the file's name, which may say that it holds JSON Lines.
        raw: the file's bytes.
        entity: what the folder says the documents are.
        recognise: returns the form in which an object is a record of an entity.
        fallback_encoding: as for ``decode``.
    """
    start = Location(path, line=1, column=1)
    value, encoding, errors = decode(raw, fallback_encoding, start)
    is_jsonl = is_named_lines(path)
    if type(value) is dict and not is_jsonl and (form := recognise(entity, value)) is not None:
        return Contents([Document("", value, form)], encoding)  # as in nearly every file
    splitter = Splitter(entity, recognise, path)
    try:
        if errors or is_jsonl:
            text, encoding, undecodable = decode_bytes(raw, fallback_encoding)
            if undecodable is None and are_lines(path, text):
                return Contents(_lines(splitter, text), encoding)
            is_readable = errors and undecodable is None and all(one.code != "json-syntax" for one in errors)
            documents = split_faulty(text, splitter.whole, start) if is_readable else None
            if documents is not None:
                return Contents(documents, encoding)
        if not errors:
            return Contents(splitter.whole(value), encoding)
    except TooManyError:
        message = f"the file holds more than {MAX_DOCUMENTS:,} documents"
        errors = (diagnose("file-too-large", message, Location(path)),)
    return Contents([Document("", None, None, shape="unreadable", errors=errors)], encoding)


def _lines(splitter: Splitter[FormT], text: str) -> list[Document[FormT]]:
    """Return the documents in the lines of a text; a broken line costs only itself."""
    found: list[Document[FormT]] = []
    for count, (number, line) in enumerate(lines_of(text)):
        pointer = f"/{count}"
        start = Location(splitter.path, pointer, number, 1, document=pointer)
        value, _, errors = decode_line(line, start)
        if not errors:
            found += splitter.line(value, pointer)
            continue
        before = splitter.listed, splitter.found
        inside = split_faulty(line, partial(splitter.line, pointer=pointer), start)
        if inside is None:
            splitter.listed, splitter.found = before
            inside = [splitter.broken_line(pointer, errors)]
        found += inside
    return found
