"""The lines of a text around a place."""

from collections.abc import Sequence

from ..diagnostics import printable
from .model import Excerpt
from .plain_text import columns

AROUND = 1
"""Lines shown before and after the one with the fault."""

WIDTH = 64
"""Columns shown of a line; in a longer line, half of them before the fault."""

_CUT = "…"


def excerpt(lines: Sequence[str], line: int, column: int) -> Excerpt | None:
    """Return the lines around a place, counted from 1; None if the text has no such line."""
    if not 1 <= line <= len(lines):
        return None
    first = max(line - AROUND, 1)
    begin = _begin(lines[line - 1], column - 1)
    shown = [_cut(one, begin) for one in lines[first - 1 : line + AROUND]]
    before = "".join(map(_plain, lines[line - 1][begin : column - 1]))
    return Excerpt(first_line=first, lines=shown, line=line, column=len(_CUT) * bool(begin) + len(before) + 1)


def _begin(line: str, fault: int) -> int:
    """Return from which character on a line is shown, so that the fault is visible."""
    if fault <= WIDTH and sum(columns(_plain(one)) for one in line[:fault]) <= WIDTH * 3 // 4:
        return 0
    taken = 0
    for position in range(min(fault, len(line)) - 1, -1, -1):
        taken += columns(_plain(line[position]))
        if taken > WIDTH // 2:
            return position + 1
    return 0


def _cut(line: str, begin: int) -> str:
    """Return the visible part of a line, made printable."""
    if begin and begin >= len(line):
        return ""
    shown: list[str] = []
    taken = 0
    for position in range(begin, len(line)):  # no slice: the line may be a whole file
        plain = _plain(line[position])
        taken += columns(plain)
        if taken > WIDTH:
            return f"{_CUT * bool(begin)}{''.join(shown)}{_CUT}"
        shown.append(plain)
    return f"{_CUT * bool(begin)}{''.join(shown)}".removesuffix(_plain("\r"))


def _plain(character: str) -> str:
    return "  " if character == "\t" else printable(character)
