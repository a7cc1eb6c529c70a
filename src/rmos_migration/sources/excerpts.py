"""The text of single documents inside a file, exactly as it was written, and where it begins."""

from collections.abc import Collection
from typing import NamedTuple

from .positions import Positions
from .spots import spots


class DocumentText(NamedTuple):
    """One document's text, and line and column (from 1) of its first character in the file."""

    text: str
    line: int
    column: int


def excerpts(path: str, text: str, pointers: Collection[str]) -> dict[str, DocumentText]:
    """The texts of the documents at ``pointers``, by pointer.

    Args:
        path: the file's name, which may say that it holds JSON Lines.
        text: the file's text, in which every document was found.
        pointers: of documents, as ``documents_in`` gives them; none is inside another.
    """
    positions = Positions(text)
    return {
        pointer: DocumentText(text[spot.begin : spot.end], *positions.at(spot.begin))
        for pointer, spot in spots(path, text, pointers).items()
    }
