"""Where in a text the places stand that pointers name, found by leaping over everything else.

The leaps are those of the standard library's reader, which is fast and accepts more than it should. Text that it cannot
leap over, though it can be taken apart, is leapt over in its mended form (``outline.py``), which has the same offsets.
"""

import re
from collections.abc import Collection, Iterator
from json import JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined]  # py_scanstring is what typeshed knows
from typing import NamedTuple

from .json_lines import are_lines
from .mended_text import mended
from .pointers import Again, Steps, below, is_cut, pointer_step, tree_of


class ValueOffsets(NamedTuple):
    """Offsets of a place: where its key begins (else its value), and where its value begins and ends."""

    key: int
    begin: int
    end: int


_SPACE = re.compile(r"[ \t\n\r]*")
_LINE = re.compile(r"[^\n]+")
_leap = JSONDecoder(object_pairs_hook=len, parse_int=len, parse_float=len).raw_decode
_NOTHING: Steps = {}


def offsets_of(path: str, text: str, pointers: Collection[str]) -> dict[str, ValueOffsets]:
    """The offsets_of of the ``pointers`` that are found in a file's text, in the order of the text.

    Args:
        path: the file's name, which may say that it holds JSON Lines.
        text: the file's text; one that is no JSON has no offsets_of.
        pointers: as the documents in the file and their faults have them.
    """
    if not pointers:
        return {}
    if not are_lines(path, text):
        return offsets_in(text, pointers)
    by_line: dict[str, set[str]] = {}
    for pointer in pointers:
        by_line.setdefault(pointer.split("/")[1] if pointer else "", set()).add(pointer)
    found: dict[str, ValueOffsets] = {}
    count = -1
    for line in _LINE.finditer(text):
        begin, end = line.start(), line.end()
        if not line[0].strip(" \t\r"):
            continue
        count += 1
        if str(count) not in by_line:
            continue
        whole = f"/{count}"
        inside = offsets_in(line[0], by_line[str(count)], whole)
        found |= {pointer: ValueOffsets(*(at + begin for at in spot)) for pointer, spot in inside.items()}
        if whole in by_line[str(count)] and whole not in found:  # a broken line is a document, too
            first = begin + len(line[0]) - len(line[0].lstrip(" \t\r"))
            found[whole] = ValueOffsets(first, first, end - len(line[0]) + len(line[0].rstrip(" \t\r")))
    return found


def offsets_in(text: str, pointers: Collection[str], base: str = "") -> dict[str, ValueOffsets]:
    """The offsets_of of pointers in one JSON text, whose value stands at ``base``."""
    cut = frozenset(pointer for pointer in pointers if is_cut(pointer))
    tree = tree_of(pointer[len(base) :] for pointer in pointers if pointer not in cut)
    walk = _Walk(text, cut)
    try:
        return dict(walk.found(0, _skip(text, 0), base, tree))
    except (ValueError, LookupError, RecursionError):
        outline = mended(text)
    if outline is None:
        return {}
    return dict(_Walk(outline.text, cut).found(0, _skip(text, 0), base, tree))


class _Walk(NamedTuple):
    """A walk through a text; ``cut`` are wanted pointers too long to be followed step by step."""

    text: str
    cut: frozenset[str]

    def found(self, key: int, at: int, pointer: str, tree: Steps) -> Iterator[tuple[str, ValueOffsets]]:
        """The wanted places in the value at an offset, itself included."""
        is_wanted = "" in tree
        if is_wanted or pointer in self.cut:
            yield pointer, ValueOffsets(key or at, at, _leap(self.text, at)[1])
        if self.text[at] not in "{[" or not (self.cut or len(tree) > is_wanted):
            return
        for token, key_at, value_at in self._elements(at) if self.text[at] == "[" else self._members(at):
            inside = tree.get(pointer_step(token), _NOTHING)
            if inside or self.cut:
                yield from self.found(key_at, value_at, below(pointer, token), inside)

    def _elements(self, at: int) -> Iterator[tuple[int, int, int]]:
        text = self.text
        at, index = _skip(text, at + 1), 0
        while text[at] != "]":
            yield index, at, at
            at = self._next(at)
            index += 1

    def _members(self, at: int) -> Iterator[tuple[str, int, int]]:
        text = self.text
        at = _skip(text, at + 1)
        times: dict[str, int] = {}
        while text[at] != "}":
            name, end = scanstring(text, at + 1)
            times[name] = count = times.get(name, 0) + 1
            value = _skip(text, _skip(text, end) + 1)
            yield name if count == 1 else Again(name, count), at, value
            at = self._next(value)

    def _next(self, at: int) -> int:
        at = _skip(self.text, _leap(self.text, at)[1])
        return _skip(self.text, at + 1) if self.text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
