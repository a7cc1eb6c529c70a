"""JSON Lines: one object a line, in ``.jsonl`` files and, as some programs wrote them, under the name ``.json``."""

from collections.abc import Iterator
from itertools import islice

from .decode import Decoded, decode

_BLANK = " \t\r"
_LINES_TRIED = 3


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text that are not blank, with their numbers from 1.

    Only line feeds end a line: JSON text may hold the other characters that Python takes for line ends.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip(_BLANK):
            yield number, line


def decode_line(line: str) -> Decoded:
    """One line to its value, as strictly as a file."""
    return decode(line.strip(_BLANK).encode("utf-8", "surrogatepass"))


def are_lines(path: str, text: str) -> bool:
    """Whether a file's text is JSON Lines, given that it is not one JSON value or is named ``.jsonl``.

    In a ``.jsonl`` file the first line must be a value of its own, or the text no value as a whole. Elsewhere every
    line must begin an object and one of the first few be one, so that a log whose last line was cut off is still read,
    and an object that is merely broken is not taken for lines.
    """
    beginning = [line for _, line in islice(lines_of(text), _LINES_TRIED)]
    if is_named_lines(path):
        first = decode_line(beginning[0]) if beginning else None
        if first is not None and not first.faults:
            return isinstance(first.value, dict) or len(beginning) > 1
        return bool(beginning) and bool(decode(text.encode("utf-8", "surrogatepass")).faults)
    if len(beginning) < 2 or not all(line.lstrip(_BLANK).startswith("{") for _, line in lines_of(text)):
        return False
    return any(not decode_line(line).faults for line in beginning)


def is_named_lines(path: str) -> bool:
    """Whether a file's name says that it holds JSON Lines."""
    return path.lower().endswith(".jsonl")
