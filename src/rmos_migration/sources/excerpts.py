"""The text of single documents inside a file, exactly as it was written, and where it begins."""

from collections.abc import Iterable, Iterator
from json import JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined]  # py_scanstring is what typeshed knows
from typing import NamedTuple

from .lines import are_lines, lines_of
from .pointers import Wanted, pointer_step, tree_of

_SPACE = " \t\n\r"
_leap = JSONDecoder().raw_decode


class Excerpt(NamedTuple):
    """One document's text, and line and column (from 1) of its first character in the file."""

    text: str
    line: int
    column: int


def excerpts(path: str, text: str, pointers: Iterable[str]) -> dict[str, Excerpt]:
    """The texts of the documents at ``pointers``, by pointer.

    Args:
        path: the file's name, which may say that it holds JSON Lines.
        text: the file's text, in which every document was found.
        pointers: of documents, as ``documents_in`` gives them; none is inside another.
    """
    wanted = tree_of(frozenset(pointers))
    if not are_lines(path, text):
        return dict(_placed(text, _spans(text, _skip(text, 0), "", wanted)))
    found: dict[str, Excerpt] = {}
    for count, (number, line) in enumerate(lines_of(text)):
        below = wanted.get(f"/{count}")
        if below is None:
            continue
        at, end = _skip(line, 0), len(line.rstrip(_SPACE))
        spans = [(f"/{count}", at, end)] if "" in below else _spans(line, at, f"/{count}", below)
        found |= {pointer: excerpt._replace(line=number) for pointer, excerpt in _placed(line, spans)}
    return found


_Span = tuple[str, int, int]
"""A pointer, and the offsets where its value begins and ends."""


def _placed(text: str, spans: Iterable[_Span]) -> Iterator[tuple[str, Excerpt]]:
    """The spans with their lines and columns, counted on from one to the next."""
    before, line, column = 0, 1, 1
    for pointer, at, end in spans:
        breaks = text.count("\n", before, at)
        line += breaks
        column = at - text.rindex("\n", before, at) if breaks else column + at - before
        before = at
        yield pointer, Excerpt(text[at:end], line, column)


def _spans(text: str, at: int, pointer: str, wanted: Wanted) -> Iterator[_Span]:
    """The wanted values in the value that begins at ``at`` and stands at ``pointer``; all others are leapt over."""
    if "" in wanted:
        yield pointer, at, _leap(text, at)[1]
        return
    for step, value_at in _elements(text, at) if text[at] == "[" else _members(text, at):
        below = wanted.get(step)
        if below is not None:
            yield from _spans(text, value_at, pointer + step, below)


def _elements(text: str, at: int) -> Iterator[tuple[str, int]]:
    at, index = _skip(text, at + 1), 0
    while text[at] != "]":
        yield f"/{index}", at
        at = _skip_comma(text, _leap(text, at)[1])
        index += 1


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, end = scanstring(text, at + 1)
        at = _skip(text, _skip(text, end) + 1)
        yield pointer_step(key), at
        at = _skip_comma(text, _leap(text, at)[1])


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _skip_comma(text: str, at: int) -> int:
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at
