"""Line and column of offsets in a text."""

from typing import NamedTuple

from ..diagnostics import Location

START = Location("", line=1, column=1)
"""The beginning of a text that is not a file."""


class Position(NamedTuple):
    """Line and column, both from 1."""

    line: int
    column: int


class Positions:
    """Positions in a text that begins at ``start``; each is counted from the one before."""

    __slots__ = ("_begin", "_line", "_offset", "start", "text")

    def __init__(self, text: str, start: Location = START) -> None:
        self.text = text
        self.start = start
        self._offset, self._line, self._begin = 0, start.line or 1, 1 - (start.column or 1)

    def at(self, offset: int) -> Position:
        """Return the position of a character offset."""
        if offset < self._offset:
            return Positions(self.text, self.start).at(offset)
        breaks = self.text.count("\n", self._offset, offset)
        if breaks:
            self._line += breaks
            self._begin = self.text.rindex("\n", self._offset, offset) + 1
        self._offset = offset
        return Position(self._line, offset - self._begin + 1)
