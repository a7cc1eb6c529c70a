"""A file of several documents with faults that leave it readable: each fault is given to the document it is in."""

from collections.abc import Callable
from typing import Any

from ..diagnostics import shown
from .document import Document, FormT
from .faults import OTHER, Fault
from .outline import MOST_FAULTS, Outline, outline_of
from .pointers import first_of, key_of
from .positions import Position, Positions
from .scan import scan
from .spots import Spot, spots_in

MOST_NOTICES = 20
"""Faults outside of documents that are told one by one."""

_OF_KEYS = "json-surrogate"
"""The fault that, in a key, costs every document under it: the key is part of where they stand."""


def taken_apart(
    text: str, split: Callable[[Any], list[Document[FormT]]], base: str = ""
) -> list[Document[FormT]] | None:
    """The documents in a text that was refused, each with its own faults; None if there is none beside a broken one.

    What is wrong outside of all documents keeps none of them out; the first that is loaded says it.

    Args:
        text: the text.
        split: takes the text's value apart, as well as it can be told.
        base: the pointer of the value.
    """
    outline = outline_of(text)
    if outline is None:
        return None
    documents = split(outline.value())
    if not documents or [one.pointer for one in documents] == [base]:
        return None
    found = spots_in(outline.text, [one.pointer for one in documents], base)
    if len(found) < len(documents):
        return None
    around = scan(text, base, {spot.begin: spot.end for spot in found.values()}, MOST_FAULTS)
    positions = Positions(text)
    documents = [
        one._replace(faults=_own_faults(text, outline, one.pointer, found[one.pointer], positions))
        for one in documents
    ]
    forwards = Positions(text)
    keys = {pointer: forwards.at(spot.key) for pointer, spot in found.items()}
    documents = _with_faults_around(documents, around, keys)
    return None if len(documents) == 1 and documents[0].faults else documents


def _own_faults(
    text: str, outline: Outline, pointer: str, spot: Spot, positions: Positions
) -> tuple[Fault, ...]:
    """The faults in a document's own text."""
    if not outline.is_deep and not outline.is_faulty(spot.begin, spot.end):
        return ()
    first = positions.at(spot.begin)
    return tuple(fault.moved(first) for fault in scan(text[spot.begin : spot.end], pointer))


def _with_faults_around(
    documents: list[Document[FormT]], around: tuple[Fault, ...], keys: dict[str, Position]
) -> list[Document[FormT]]:
    """The documents with the faults of the keys they stand under; the first sound one with those that cost nothing."""
    faults: dict[str, list[Fault]] = {}
    notices: list[Fault] = []
    by_place = _by_place(documents) if any(fault.code == _OF_KEYS for fault in around) else {}
    for fault in around:
        if fault.code == "json-duplicate-key":
            costs = _said_to_both(fault, keys, faults)
        else:
            costs = by_place.get(fault.pointer, []) if fault.code == _OF_KEYS else []
            for pointer in costs:
                faults.setdefault(pointer, []).append(fault)
        if not costs:
            notices.append(fault._replace(message=f"outside of every document: {fault.message}"))
    documents = [
        one._replace(faults=(*faults[one.pointer], *one.faults)) if one.pointer in faults else one
        for one in documents
    ]
    if notices:
        at = next((index for index, one in enumerate(documents) if not one.faults), 0)
        documents[at] = documents[at]._replace(notices=(*documents[at].notices, *_few(notices)))
    return documents


def _by_place(documents: list[Document[FormT]]) -> dict[str, list[str]]:
    """The documents' pointers by that of each place they are under, themselves included."""
    found: dict[str, list[str]] = {}
    for one in documents:
        place = one.pointer
        while place:
            found.setdefault(place, []).append(one.pointer)
            place = place.rpartition("/")[0]
    return found


def _said_to_both(fault: Fault, keys: dict[str, Position], faults: dict[str, list[Fault]]) -> list[str]:
    """Give the fault of a key that stands twice to both documents under it, as far as they are documents."""
    first = first_of(fault.pointer)
    costs = [pointer for pointer in (first, fault.pointer) if pointer in keys]
    if fault.pointer in keys:
        faults.setdefault(fault.pointer, []).append(fault)
    if first in keys and first not in faults:
        key = shown(key_of(first.rpartition("/")[2]))
        again = Position(fault.line or 1, fault.column or 1)
        message = f"the key {key} stands here, and again at {OTHER}"
        faults[first] = [Fault(fault.code, message, *keys[first], first, other=again)]
    return costs


def _few(notices: list[Fault]) -> list[Fault]:
    """The first notices; the last of them says how many there are beyond."""
    beyond = len(notices) - MOST_NOTICES
    if beyond <= 0:
        return notices
    last = notices[MOST_NOTICES - 1]
    told = last._replace(message=f"{last.message}; and {beyond:,} more faults of the kind")
    return [*notices[: MOST_NOTICES - 1], told]
