"""Plain text of a fixed width: wrapped lines and aligned columns, for wide letters as well."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from ..diagnostics import printable

WIDTH = 80


def columns(text: str) -> int:
    """Return how many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def wrapped(text: str, indent: str = "", hanging: str | None = None) -> Iterator[str]:
    """Yield a paragraph in lines of at most ``WIDTH`` columns; a longer word is broken.

    ``indent`` goes before the first line, ``hanging`` (by default the same) before the others.
    """
    line, begun = indent, False
    rest = indent if hanging is None else hanging
    for word in printable(text).split(" "):
        if begun and columns(line) + 1 + columns(word) > WIDTH:
            yield line
            line, begun = rest, False
        line, begun = line + " " * begun + word, True
        while columns(line) > WIDTH:
            head = fitting(line, WIDTH)
            yield head
            line = rest + line[len(head) :]
    yield line.rstrip()


def aligned(rows: Sequence[Sequence[str]], indent: str = "") -> Iterator[str]:
    """Yield the rows of a table: the first column left-aligned, the others right-aligned."""
    cells = [[printable(cell) for cell in row] for row in rows]
    room = WIDTH - columns(indent) - max(sum(columns(cell) + 2 for cell in row[1:]) for row in cells)
    cells = [[shortened(row[0], room), *row[1:]] for row in cells]
    widths = [max(columns(row[position]) for row in cells) for position in range(len(cells[0]))]
    for row in cells:
        first = row[0] + " " * (widths[0] - columns(row[0]))
        others = (
            " " * (width - columns(cell)) + cell for cell, width in zip(row[1:], widths[1:], strict=True)
        )
        yield (indent + "  ".join([first, *others])).rstrip()


def shortened(text: str, width: int) -> str:
    """Return a text cut to so many columns, with dots at the end if it was cut."""
    if columns(text) <= width:
        return text
    return fitting(text, width - 3) + "..."


def labelled(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield labels with their texts, which are wrapped beside the labels."""
    listed = list(rows)
    width = max(len(label) for label, _ in listed) + 2
    for label, said in listed:
        yield from wrapped(said, label.ljust(width), " " * width)


def heading(text: str) -> Iterator[str]:
    """Yield an underlined heading with a blank line before it."""
    yield from ("", text, "-" * len(text))


def fitting(text: str, width: int) -> str:
    """Return as much of a text as fits in so many columns."""
    taken = 0
    for position, character in enumerate(text):
        taken += columns(character)
        if taken > width:
            return text[:position]
    return text
