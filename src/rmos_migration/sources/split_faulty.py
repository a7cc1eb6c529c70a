"""Split a file that has errors but can be read: each error is given to the document that it is in."""

from collections.abc import Callable
from typing import Any

from ..diagnostics import Diagnostic, Location, Severity, diagnose, shown
from .document import Document, FormT
from .mended_text import MOST_ERRORS, MendedText, mended
from .pointers import first_of, key_of
from .positions import Position, Positions
from .scan import scan
from .value_offsets import ValueOffsets, offsets_in

MOST_WARNINGS = 20
"""Errors outside of documents that are reported one by one."""

_OF_KEYS = "json-surrogate"
"""The error that, in a key, costs every document under it: the key is part of their pointers."""


def split_faulty(
    text: str, split: Callable[[Any], list[Document[FormT]]], start: Location
) -> list[Document[FormT]] | None:
    """Split a text that has errors into documents, each with its own; None if there is only a broken one.

    Errors outside of all documents reject none of them; they are warnings of the first that is loaded.

    Args:
        text: the text.
        split: splits the text's value, as far as it can be known.
        start: where the text begins; its pointer is that of the value.
    """
    readable = mended(text)
    if readable is None:
        return None
    documents = split(readable.value())
    if not documents or [one.pointer for one in documents] == [start.pointer]:
        return None
    found = offsets_in(readable.text, [one.pointer for one in documents], start.pointer)
    if len(found) < len(documents):
        return None
    around = scan(text, start, {value.begin: value.end for value in found.values()}, MOST_ERRORS)
    positions = Positions(text, start)
    documents = [
        one._replace(errors=_own_errors(text, readable, one.pointer, found[one.pointer], positions))
        for one in documents
    ]
    forwards = Positions(text, start)
    keys = {pointer: forwards.at(value.key) for pointer, value in found.items()}
    documents = _with_errors_around(documents, around, keys)
    return None if len(documents) == 1 and documents[0].errors else documents


def _own_errors(
    text: str, readable: MendedText, pointer: str, value: ValueOffsets, positions: Positions
) -> tuple[Diagnostic, ...]:
    """Return the errors in a document's own text."""
    if not readable.is_deep and not readable.is_faulty(value.begin, value.end):
        return ()
    start = Location(positions.start.path, pointer, *positions.at(value.begin), document=pointer)
    return scan(text[value.begin : value.end], start)


def _with_errors_around(
    documents: list[Document[FormT]], around: tuple[Diagnostic, ...], keys: dict[str, Position]
) -> list[Document[FormT]]:
    """Add the errors of keys above documents; others become warnings of the first sound document."""
    errors: dict[str, list[Diagnostic]] = {}
    warnings: list[Diagnostic] = []
    by_place = _by_place(documents) if any(error.code == _OF_KEYS for error in around) else {}
    for error in around:
        pointer = error.location.pointer
        if error.code == "json-duplicate-key":
            rejected = _rejects_both(error, keys, errors)
        else:
            rejected = by_place.get(pointer, []) if error.code == _OF_KEYS else []
            for document in rejected:
                errors.setdefault(document, []).append(error.in_document(document))
        if not rejected:
            message = f"outside every document: {error.message}"
            warnings.append(error._replace(message=message, severity=Severity.WARNING))
    documents = [
        one._replace(errors=(*errors[one.pointer], *one.errors)) if one.pointer in errors else one
        for one in documents
    ]
    if warnings:
        at = next((index for index, one in enumerate(documents) if not one.errors), 0)
        documents[at] = documents[at].warned(*_few(warnings))
    return documents


def _by_place(documents: list[Document[FormT]]) -> dict[str, list[str]]:
    """Return the documents' pointers by that of each place they are under, themselves included."""
    found: dict[str, list[str]] = {}
    for one in documents:
        place = one.pointer
        while place:
            found.setdefault(place, []).append(one.pointer)
            place = place.rpartition("/")[0]
    return found


def _rejects_both(
    error: Diagnostic, keys: dict[str, Position], errors: dict[str, list[Diagnostic]]
) -> list[str]:
    """Give the error of a repeated key to the documents under both of its members; return their pointers."""
    again = error.location
    first = first_of(again.pointer)
    if again.pointer in keys:
        errors.setdefault(again.pointer, []).append(error.in_document(again.pointer))
    if first in keys and first not in errors:
        key = shown(key_of(first.rpartition("/")[2]))
        message = f"the key {key} is here and again at line {again.line}, column {again.column}"
        line, column = keys[first]
        place = Location(again.path, first, line, column, document=first)
        errors[first] = [diagnose(error.code, message, place)]
    return [pointer for pointer in (first, again.pointer) if pointer in keys]


def _few(warnings: list[Diagnostic]) -> list[Diagnostic]:
    """Return the first warnings; the last of them says how many there are beyond."""
    beyond = len(warnings) - MOST_WARNINGS
    if beyond <= 0:
        return warnings
    last = warnings[MOST_WARNINGS - 1]
    counted = last._replace(message=f"{last.message}; and {beyond:,} more errors of the kind")
    return [*warnings[: MOST_WARNINGS - 1], counted]
