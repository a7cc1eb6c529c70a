"""Line and column of a diagnostic, found when somebody wants to see it, by scanning the text again."""

from pathlib import Path

from ..diagnostics import Diagnostic
from .decode import to_text
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
    """The diagnostic with line and column in a document's original bytes."""
    _, pointer, line, _ = diagnostic.location
    if line is not None or not pointer:
        return diagnostic
    place = scan(to_text(raw, encoding), frozenset({pointer})).places.get(pointer)
    if place is None:
        return diagnostic
    return diagnostic._replace(location=diagnostic.location._replace(line=place[0], column=place[1]))
