"""Where in a text the values are that pointers name, found by skipping everything else.

Values are skipped with the standard library's reader, which is fast and accepts more than it should. Text
that it cannot read is walked in its mended form (``mended_text.py``), which has the same offsets.
"""

import re
from collections.abc import Collection, Iterator
from json import JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined]  # py_scanstring is what typeshed knows
from typing import NamedTuple

from .json_lines import are_lines
from .mended_text import mended
from .pointers import Again, Steps, below, is_cut, pointer_step, tree_of
from .tokens import skip_space


class ValueOffsets(NamedTuple):
    """Offsets of a value: where its key begins (or else itself), and where it begins and ends."""

    key: int
    begin: int
    end: int


_LINE = re.compile(r"[^\n]+")
_read_value = JSONDecoder(object_pairs_hook=len, parse_int=len, parse_float=len).raw_decode
_NOTHING: Steps = {}


def offsets_of(path: str, text: str, pointers: Collection[str]) -> dict[str, ValueOffsets]:
    """Return the offsets of those ``pointers`` that are found in a file's text, in the order of the text.

    Args:
        path: the file's name, which may say that it holds JSON Lines.
        text: the file's text; nothing is found in one that is not JSON.
        pointers: as the documents in the file and their diagnostics have them.
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
        found |= {pointer: ValueOffsets(*(at + begin for at in value)) for pointer, value in inside.items()}
        if whole in by_line[str(count)] and whole not in found:  # a broken line is a document, too
            first = begin + len(line[0]) - len(line[0].lstrip(" \t\r"))
            found[whole] = ValueOffsets(first, first, end - len(line[0]) + len(line[0].rstrip(" \t\r")))
    return found


def offsets_in(text: str, pointers: Collection[str], base: str = "") -> dict[str, ValueOffsets]:
    """Return the offsets of pointers in one JSON text, whose value has the pointer ``base``."""
    cut = frozenset(pointer for pointer in pointers if is_cut(pointer))
    tree = tree_of(pointer[len(base) :] for pointer in pointers if pointer not in cut)
    walk = _Walk(text, cut)
    try:
        return dict(walk.found(0, skip_space(text, 0), base, tree))
    except (ValueError, LookupError, RecursionError):
        readable = mended(text)
    if readable is None:
        return {}
    return dict(_Walk(readable.text, cut).found(0, skip_space(text, 0), base, tree))


class _Walk(NamedTuple):
    """A walk through a text; ``cut`` are wanted pointers that are too long to be followed step by step."""

    text: str
    cut: frozenset[str]

    def found(self, key: int, at: int, pointer: str, tree: Steps) -> Iterator[tuple[str, ValueOffsets]]:
        """Yield the wanted values in the value at an offset, itself included."""
        is_wanted = "" in tree
        if is_wanted or pointer in self.cut:
            yield pointer, ValueOffsets(key or at, at, _read_value(self.text, at)[1])
        if self.text[at] not in "{[" or not (self.cut or len(tree) > is_wanted):
            return
        for token, key_at, value_at in self._elements(at) if self.text[at] == "[" else self._members(at):
            inside = tree.get(pointer_step(token), _NOTHING)
            if inside or self.cut:
                yield from self.found(key_at, value_at, below(pointer, token), inside)

    def _elements(self, at: int) -> Iterator[tuple[int, int, int]]:
        text = self.text
        at, index = skip_space(text, at + 1), 0
        while text[at] != "]":
            yield index, at, at
            at = self._next(at)
            index += 1

    def _members(self, at: int) -> Iterator[tuple[str, int, int]]:
        text = self.text
        at = skip_space(text, at + 1)
        times: dict[str, int] = {}
        while text[at] != "}":
            name, end = scanstring(text, at + 1)
            times[name] = count = times.get(name, 0) + 1
            value = skip_space(text, skip_space(text, end) + 1)
            yield name if count == 1 else Again(name, count), at, value
            at = self._next(value)

    def _next(self, at: int) -> int:
        at = skip_space(self.text, _read_value(self.text, at)[1])
        return skip_space(self.text, at + 1) if self.text[at] == "," else at
