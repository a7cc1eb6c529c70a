"""From a file's bytes to the documents in it (DOMAIN.md §6)."""

from typing import Generic, NamedTuple

from ..entities import Entity
from .decode import decode, decode_bytes
from .lines import are_lines, is_named_lines
from .scan import Fault
from .shapes import MAX_DOCUMENTS, Document, FormT, Recognise, Splitter, TooManyError


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
    """The documents in a file's bytes. A file that cannot be decoded is one document with the faults of the file.

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
                return Contents(splitter.lines(text), encoding)
        if not faults:
            return Contents(splitter.whole(value), encoding)
    except TooManyError:
        faults = (Fault("file-too-large", f"the file holds more than {MAX_DOCUMENTS:,} documents"),)
    return Contents([Document("", None, None, shape="unreadable", faults=faults)], encoding)
