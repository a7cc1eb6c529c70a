"""A few lines of a text around a place in it."""

from collections.abc import Sequence

from ..diagnostics import printable
from .report import Excerpt

AROUND = 1
"""Lines shown before and after the one with the fault."""

WIDTH = 64
"""Characters of a line that are shown."""

_CUT = "…"


def excerpt(lines: Sequence[str], line: int, column: int) -> Excerpt | None:
    """The lines of a text around a place, counted from 1; None where it has no such line."""
    if not 1 <= line <= len(lines):
        return None
    first = max(line - AROUND, 1)
    around = [one.rstrip("\r") for one in lines[first - 1 : line + AROUND]]
    before, faulty, after = around[: line - first], around[line - first], around[line - first + 1 :]
    begin = _begin(faulty, column)
    cut, place = _cut(faulty, begin, column)
    shown = [*(_cut(one, begin, 1)[0] for one in before), cut, *(_cut(one, begin, 1)[0] for one in after)]
    return Excerpt(first_line=first, lines=shown, line=line, column=place)


def _begin(line: str, column: int) -> int:
    """From which character on a long line is shown, so that the fault is in it."""
    if column <= WIDTH - 8:
        return 0
    return max(min(column - WIDTH // 2, len(line) - WIDTH), 0)


def _cut(line: str, begin: int, column: int) -> tuple[str, int]:
    """What is shown of a line, made printable, and where in that its ``column`` stands."""
    if begin and begin >= len(line):
        return "", 1
    end = begin + WIDTH
    head = _CUT if begin else ""
    tail = _CUT if len(line) > end else ""
    upto = _plain(line[begin : max(column - 1, begin)])
    return head + _plain(line[begin:end]) + tail, len(head) + len(upto) + 1


def _plain(text: str) -> str:
    return printable(text.replace("\t", "  "))
