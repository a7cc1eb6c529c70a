"""Line and column of offsets in a text."""

from typing import NamedTuple


class Position(NamedTuple):
    """Line and column, both from 1."""

    line: int
    column: int


class Positions:
    """Positions in one text, counted on from the last one, since mostly the text is walked forwards."""

    __slots__ = ("_begin", "_line", "_offset", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._offset, self._line, self._begin = 0, 1, 0

    def at(self, offset: int) -> Position:
        """The position of a character offset."""
        if offset < self._offset:
            return position_of(self.text, offset)
        breaks = self.text.count("\n", self._offset, offset)
        if breaks:
            self._line += breaks
            self._begin = self.text.rindex("\n", self._offset, offset) + 1
        self._offset = offset
        return Position(self._line, offset - self._begin + 1)


def position_of(text: str, offset: int) -> Position:
    """The position of one character offset."""
    return Position(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
