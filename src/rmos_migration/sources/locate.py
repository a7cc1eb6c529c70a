"""Line and column of diagnostics, and the text of single documents, found in the text of their file."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ..diagnostics import NOT_LOOKED_AT, Diagnostic
from .cost import rejected_for_cost
from .decode import decode_bytes
from .positions import Position, Positions
from .read import SIZE_LIMIT, beginning_of
from .value_offsets import offsets_of

_WITHOUT_PLACE = {
    *NOT_LOOKED_AT,
    "document-superseded",
    "file-not-regular",
    "file-outside",
    "file-unreadable",
}
"""Codes about a file or document as a whole."""

Places = Mapping[str, Position]
"""Line and column by pointer."""


def located(diagnostics: Sequence[Diagnostic], root: Path, encoding: str | None = None) -> list[Diagnostic]:
    """Add line and column to diagnostics whose file under ``root`` still exists and holds their pointer.

    Each file is read and scanned once, however many diagnostics point into it.
    """
    pointers: dict[str, set[str]] = {}
    for diagnostic in filter(_is_wanted, diagnostics):
        pointers.setdefault(diagnostic.location.path, set()).add(diagnostic.location.pointer)
    places: dict[str, Places] = {}
    for path, wanted in pointers.items():
        raw = _read(root / path)
        if raw is not None and rejected_for_cost(raw) is None:
            places[path] = _places(path, raw, frozenset(wanted), encoding)
    return [_placed(diagnostic, places.get(diagnostic.location.path, {})) for diagnostic in diagnostics]


def located_in(
    diagnostics: Sequence[Diagnostic], path: str, raw: bytes, encoding: str | None = None
) -> list[Diagnostic]:
    """Add line and column in the original bytes to the diagnostics of the file at ``path``.

    A key is where its first quote is; a text as a whole is where it begins.
    """
    wanted = frozenset(diagnostic.location.pointer for diagnostic in diagnostics if _is_wanted(diagnostic))
    places = _places(path, raw, wanted, encoding) if wanted else {}
    return [_placed(diagnostic, places) for diagnostic in diagnostics]


def _is_wanted(diagnostic: Diagnostic) -> bool:
    """Tell whether a diagnostic has a place in the text that is not known yet."""
    return diagnostic.location.line is None and diagnostic.code not in _WITHOUT_PLACE


def _read(file: Path) -> bytes | None:
    """Return a regular file's bytes; never those of a link or pipe, which was rejected as such."""
    try:
        return beginning_of(str(file), SIZE_LIMIT)
    except (OSError, ValueError):
        return None


def _places(path: str, raw: bytes, pointers: frozenset[str], encoding: str | None) -> Places:
    text, _, fault = decode_bytes(raw, encoding)
    if fault is not None or not text:
        return {}
    positions = Positions(text)
    places = {pointer: positions.at(spot.key) for pointer, spot in offsets_of(path, text, pointers).items()}
    if "" in pointers:
        places[""] = positions.at(len(text) - len(text.lstrip()))
    return places


def _placed(diagnostic: Diagnostic, places: Places) -> Diagnostic:
    place = places.get(diagnostic.location.pointer)
    if place is None or not _is_wanted(diagnostic):
        return diagnostic
    return diagnostic._replace(location=diagnostic.location._replace(line=place[0], column=place[1]))


class DocumentText(NamedTuple):
    """One document's text, with line and column (from 1) of its first character in the file."""

    text: str
    line: int
    column: int


def document_texts(path: str, text: str, pointers: Collection[str]) -> dict[str, DocumentText]:
    """Return the texts of the documents at ``pointers``, exactly as they were written, by pointer.

    Args:
        path: the file's name, which may say that it holds JSON Lines.
        text: the file's text, in which every document was found.
        pointers: of documents, as ``documents_in`` gives them; none of them is inside another.
    """
    positions = Positions(text)
    return {
        pointer: DocumentText(text[spot.begin : spot.end], *positions.at(spot.begin))
        for pointer, spot in offsets_of(path, text, pointers).items()
    }
