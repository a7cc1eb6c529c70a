"""What is wrong with a text, and where."""

from typing import NamedTuple

from .positions import Position

OTHER = "\0"
"""Stands in a message for a second place; no text from a file that is shown there holds it."""


class Fault(NamedTuple):
    """One reason why a text is not accepted: catalogue code, sentence, 1-based line and column, pointer.

    ``hint`` is what to do in this case, where the catalogue does not know it. ``other`` is a second place, for which
    ``OTHER`` stands in the message.
    """

    code: str
    message: str
    line: int | None = None
    column: int | None = None
    pointer: str = ""
    hint: str = ""
    other: Position | None = None

    @property
    def sentence(self) -> str:
        """The message with the second place in it."""
        if self.other is None:
            return self.message
        return self.message.replace(OTHER, f"line {self.other.line}, column {self.other.column}")

    def moved(self, first: Position) -> "Fault":
        """Return the fault of a part of a text, which begins at ``first``, placed in the whole."""
        line, column = _moved(Position(self.line or 1, self.column or 1), first)
        return self._replace(line=line, column=column, other=self.other and _moved(self.other, first))


def _moved(place: Position, first: Position) -> Position:
    column = place.column + first.column - 1 if place.line == 1 else place.column
    return Position(place.line + first.line - 1, column)
