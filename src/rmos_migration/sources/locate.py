"""Line and column of a diagnostic, found when somebody wants to see it, by scanning the text again."""

from itertools import islice
from pathlib import Path

from ..diagnostics import Diagnostic
from .decode import to_text
from .lines import are_lines, lines_of
from .read import SIZE_LIMIT
from .scan import scan


def located(diagnostic: Diagnostic, root: Path, encoding: str | None = None) -> Diagnostic:
    """The diagnostic with line and column, where its file under ``root`` is still there and holds its pointer."""
    path, pointer, line, _ = diagnostic.location
    if line is not None or not pointer:
        return diagnostic
    try:
        with (root / path).open("rb") as file:
            raw = file.read(SIZE_LIMIT)
    except (OSError, ValueError):
        return diagnostic
    return located_in(diagnostic, raw, encoding)


def located_in(diagnostic: Diagnostic, raw: bytes, encoding: str | None = None) -> Diagnostic:
    """The diagnostic with line and column in a file's original bytes."""
    path, pointer, line, _ = diagnostic.location
    if line is not None or not pointer:
        return diagnostic
    place = _place(path, to_text(raw, encoding), pointer)
    if place is None:
        return diagnostic
    return diagnostic._replace(location=diagnostic.location._replace(line=place[0], column=place[1]))


def _place(path: str, text: str, pointer: str) -> tuple[int, int] | None:
    """Line and column of a pointer, both from 1; None where the text does not have it."""
    count, _, rest = pointer[1:].partition("/")
    if not count.isdecimal() or not are_lines(path, text):
        return scan(text, frozenset({pointer})).places.get(pointer)
    number, line = next(islice(lines_of(text), int(count), None), (0, ""))
    below = f"/{rest}" if rest else ""
    place = scan(line, frozenset({below})).places.get(below)
    return None if place is None else (number, place[1])
