"""JSON Lines: one object a line, in ``.jsonl``, ``.ndjson`` and, from some programs, ``.json`` files."""

from collections.abc import Iterator
from itertools import islice

from ..diagnostics import Location
from .decode import Decoded, decode
from .folders import LINES_ENDINGS
from .mended_text import is_readable
from .positions import START

_BLANK = " \t\r"
_LINES_TRIED = 3


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text that are not blank, with their numbers from 1.

    Only line feeds end a line: JSON text may hold the other characters that Python takes for line ends.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip(_BLANK):
            yield number, line


def decode_line(line: str, start: Location = START) -> Decoded:
    """Decode one line as strictly as a file; its first character is at ``start``."""
    text = line.lstrip(_BLANK)
    if len(text) < len(line):
        start = start._replace(column=(start.column or 1) + len(line) - len(text))
    return decode(text.rstrip(_BLANK).encode("utf-8", "surrogatepass"), start=start)


def are_lines(path: str, text: str) -> bool:
    """Tell whether a file's text is JSON Lines, given that it is not one JSON value or its name says so.

    In a file with such a name, the first line must be a value, or the text as a whole must not be one. In
    others, every line must begin an object and one of the first few must be one, so that a log whose last
    line was cut off is still read, and an object that is merely broken is not taken for lines. A line with
    errors that leave it readable counts as a value.
    """
    beginning = [line for _, line in islice(lines_of(text), _LINES_TRIED)]
    if is_named_lines(path):
        if beginning and _is_value(beginning[0]):
            return len(beginning) > 1 or beginning[0].lstrip(_BLANK).startswith("{")
        return bool(beginning) and not is_readable(text)
    if len(beginning) < 2 or not all(line.lstrip(_BLANK).startswith("{") for _, line in lines_of(text)):
        return False
    return any(_is_value(line) for line in beginning)


def _is_value(line: str) -> bool:
    return not decode_line(line).errors or is_readable(line)


def is_named_lines(path: str) -> bool:
    """Tell whether a file's name says that it holds JSON Lines."""
    return path.lower().endswith(LINES_ENDINGS)
