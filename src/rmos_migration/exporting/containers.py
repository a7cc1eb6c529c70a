"""The text of a file of several documents, put together again from theirs.

Where each stood is known from its pointer; what stood around them is not, because keys around a document are
no part of it. So the levels are guessed, and there are several layouts of a file: the likeliest first.
Whether one is read as the file was, the reader says (``source.py``).
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Union

from ..entities import ENTITIES
from ..sources.json_lines import is_named_lines
from ..sources.pointers import key_of

_NUMBER = re.compile(r"0|[1-9][0-9]{0,5}")
_CATEGORIES = "/categories"
"""What stands below it are names, even where they are numbers."""

_MOST_STEPS = 64
"""Steps of a pointer; the reader goes no deeper."""

_SPARSE = 16
"""How many more places of a list may be unknown than are known; with more gaps, the numbers are keys."""

_EMPTY_WRAPPER = b'{"items":[]}'
"""Keeps a place in a list where no document was known."""

Level = dict[str, Union[bytes, "Level", None]]
"""Texts of documents by the steps that lead to them; None where the text is not known."""


class Layout(NamedTuple):
    """How the levels of a file are taken.

    ``as_lines``: one value a line. ``lists``: levels of numbers are lists, else objects. ``stand_ins``: an
    object whose documents are not all known has parts of records in their place, because it is told by most
    of its values. ``wrapped``: programs' answers and events have the keys by which they are known.
    """

    as_lines: bool
    lists: bool = True
    stand_ins: bool = False
    wrapped: bool = True


def layouts(
    path: str, texts: Mapping[str, bytes | None], keyed: frozenset[str], numbers: Mapping[str, int]
) -> Iterator[bytes]:
    """Yield the text of a file in each layout it may have had.

    Args:
        path: the file's, whose name may say that it holds lines.
        texts: the documents' by pointer, in the order of the file; None for one that is not known.
        keyed: pointers of documents whose id is the key they stand under.
        numbers: of documents that had their number in the file for their id, by pointer; they tell the order
            of lists under different keys.
    """
    levels = _levels(texts)
    if levels is None:
        return
    may_be_lines = _may_be_list(levels)
    likely = Layout(as_lines=may_be_lines and is_named_lines(path))
    made = set()
    for layout in (
        likely,
        likely._replace(stand_ins=True),
        likely._replace(wrapped=False),
        likely._replace(lists=False, as_lines=False),
        likely._replace(lists=False, as_lines=False, stand_ins=True),
        likely._replace(as_lines=may_be_lines and not likely.as_lines),
    ):
        for unnumbered in (-1, len(texts)):
            text = _Rendering(layout, keyed).whole(_in_order(levels, "", numbers, unnumbered)[0])
            if text not in made:
                made.add(text)
                yield text


def in_file_order(pointer: str) -> list[tuple[int, str]]:
    """Return the sort key of a pointer, which puts the tenth element of a list after the second."""
    return [(int(step) if _NUMBER.fullmatch(step) else -1, step) for step in pointer.split("/")]


def _levels(texts: Mapping[str, bytes | None]) -> Level | None:
    """Return the texts as a tree; None if pointers contradict each other, as those of real files never do."""
    levels: Level = {}
    for pointer, text in texts.items():
        *above, last = pointer.split("/")[1:] or [""]
        if not pointer.startswith("/") or len(above) >= _MOST_STEPS:
            return None
        level = levels
        for step in above:
            below = level.setdefault(step, {})
            if not isinstance(below, dict):
                return None
            level = below
        if last in level:
            return None
        level[last] = text
    return levels


def _in_order(level: Level, pointer: str, numbers: Mapping[str, int], unnumbered: int) -> tuple[Level, int]:
    """Order the parts of a level by the numbers in them; return it with the smallest of these.

    ``unnumbered`` stands for the number of a part that has none.
    """
    placed: list[tuple[int, str, bytes | Level | None]] = []
    for step, below in level.items():
        here = f"{pointer}/{step}"
        number = numbers.get(here, unnumbered)
        if isinstance(below, dict):
            below, number = _in_order(below, here, numbers, unnumbered)
        placed.append((number, step, below))
    placed.sort(key=lambda one: one[0])
    known = [number for number, _, _ in placed if number != unnumbered]
    return {step: below for _, step, below in placed}, min(known, default=unnumbered)


def _may_be_list(level: Level) -> bool:
    """Whether a level's steps are the places of a list."""
    return all(_NUMBER.fullmatch(step) for step in level) and max(map(int, level)) <= 2 * len(level) + _SPARSE


class _Rendering:
    """Texts being put together in one layout."""

    def __init__(self, layout: Layout, keyed: frozenset[str]) -> None:
        self.layout = layout
        self.keyed = keyed
        self.between = b"," if layout.as_lines else b",\n"

    def whole(self, levels: Level) -> bytes:
        if self.layout.as_lines:
            lines = self._elements(levels, "", b"{}")
            return b"".join(line + b"\n" for line in lines)
        return (self._value(levels, "", b"null") or b"null") + b"\n"

    def _value(self, value: bytes | Level | None, pointer: str, unknown: bytes | None) -> bytes | None:
        """Return the text at a pointer; ``unknown`` where nothing is known."""
        if not isinstance(value, dict):
            return unknown if value is None else value
        if self._is_list(value, pointer):
            return b"[" + self.between.join(self._elements(value, pointer, b"null")) + b"]"
        stand_in = b'{"id":null}' if self.layout.stand_ins else None
        members = [
            json.dumps(key_of(step)).encode() + b":" + text
            for step, below in value.items()
            if (text := self._value(below, f"{pointer}/{step}", stand_in)) is not None
        ]
        around = self._around(value, pointer) if self.layout.wrapped else []
        return b"{" + self.between.join(around + members) + b"}"

    def _is_list(self, level: Level, pointer: str) -> bool:
        if not self.layout.lists or pointer.endswith(_CATEGORIES) or not _may_be_list(level):
            return False
        return not any(f"{pointer}/{step}" in self.keyed for step in level)

    def _elements(self, level: Level, pointer: str, unknown: bytes) -> list[bytes]:
        numbered = {int(step): below for step, below in level.items()}
        return [
            self._value(numbered[number], f"{pointer}/{number}", unknown) or unknown
            if number in numbered
            else _EMPTY_WRAPPER
            for number in range(max(numbered) + 1)
        ]

    def _around(self, level: Level, pointer: str) -> list[bytes]:
        """Return the keys that identify a wrapper where the documents' own places do not show it."""
        steps = level.keys()
        if steps <= {entity.singular for entity in ENTITIES}:
            return [b'"success":true']
        (first, below), *more = level.items()
        if first == "data" and not more:
            return [b'"type":"rmos:record"']
        if (
            first == "value"
            and not more
            and isinstance(below, dict)
            and self._is_list(below, f"{pointer}/value")
        ):
            return [b'"Count":' + str(len(below)).encode()]
        return []
