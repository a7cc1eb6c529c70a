"""Line and column of diagnostics, found when somebody wants to see them, by scanning the text again."""

from collections.abc import Sequence
from pathlib import Path

from ..diagnostics import Diagnostic
from .decode import to_text
from .lines import are_lines, lines_of
from .read import SIZE_LIMIT
from .scan import scan

Places = dict[str, tuple[int, int]]
"""Line and column, both from 1, by pointer."""


def located(diagnostics: Sequence[Diagnostic], root: Path, encoding: str | None = None) -> list[Diagnostic]:
    """The diagnostics with line and column, where their file under ``root`` is still there and holds their pointer.

    Each file is read and scanned once, however many diagnostics point into it.
    """
    pointers: dict[str, set[str]] = {}
    for diagnostic in filter(_is_wanted, diagnostics):
        pointers.setdefault(diagnostic.location.path, set()).add(diagnostic.location.pointer)
    places: dict[str, Places] = {}
    for path, wanted in pointers.items():
        raw = _read(root / path)
        if raw is not None:
            places[path] = _places(path, to_text(raw, encoding), frozenset(wanted))
    return [_placed(diagnostic, places.get(diagnostic.location.path, {})) for diagnostic in diagnostics]


def located_in(
    diagnostics: Sequence[Diagnostic], path: str, raw: bytes, encoding: str | None = None
) -> list[Diagnostic]:
    """The diagnostics of the file at ``path`` with line and column in its original bytes."""
    wanted = frozenset(diagnostic.location.pointer for diagnostic in diagnostics if _is_wanted(diagnostic))
    places = _places(path, to_text(raw, encoding), wanted) if wanted else {}
    return [_placed(diagnostic, places) for diagnostic in diagnostics]


def _is_wanted(diagnostic: Diagnostic) -> bool:
    return diagnostic.location.line is None and diagnostic.location.pointer != ""


def _read(file: Path) -> bytes | None:
    try:
        with file.open("rb") as opened:
            return opened.read(SIZE_LIMIT)
    except (OSError, ValueError):
        return None


def _places(path: str, text: str, pointers: frozenset[str]) -> Places:
    return _places_in_lines(text, pointers) if are_lines(path, text) else scan(text, pointers).places


def _places_in_lines(text: str, pointers: frozenset[str]) -> Places:
    by_line: dict[str, list[str]] = {}
    for pointer in pointers:
        by_line.setdefault(pointer.split("/")[1], []).append(pointer)
    places: Places = {}
    for count, (number, line) in enumerate(lines_of(text)):
        wanted = by_line.get(str(count), [])
        below = {pointer: pointer.removeprefix(f"/{count}") for pointer in wanted}
        found = scan(line, frozenset(below.values())).places if below else {}
        places |= {pointer: (number, found[rest][1]) for pointer, rest in below.items() if rest in found}
    return places


def _placed(diagnostic: Diagnostic, places: Places) -> Diagnostic:
    place = places.get(diagnostic.location.pointer)
    if place is None or not _is_wanted(diagnostic):
        return diagnostic
    return diagnostic._replace(location=diagnostic.location._replace(line=place[0], column=place[1]))
