"""Text with faults that leave it readable, taken for what it nearly is, so that each fault costs only its document.

NaN, a number out of range, a key that stands twice, half a character, a nesting too deep: where they stand is known, and
everything around them can be read. Only text with broken syntax has no outline (docs/domain.md, Strict JSON).
"""

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any, NamedTuple

from .pointers import Again
from .scan import MAX_DEPTH, Scanner, ScanPosition, StopScan

MOST_FAULTS = 250_000
"""A text with more faults has no outline."""


class Outline(NamedTuple):
    """A text of JSON of the same length, with numbers where its values are none, and what was wrong.

    ``offsets`` are where the faults begin, in their order; ``is_deep`` says that the text nests deeper than one document may.
    """

    text: str
    offsets: "array[int]"
    is_deep: bool

    def value(self) -> Any:
        """What the text holds; a key that stands in its object again is an ``Again``."""
        return _READER.decode(self.text)

    def is_faulty(self, begin: int, end: int) -> bool:
        """Whether a fault begins in a part of the text."""
        at = bisect_left(self.offsets, begin)
        return at < len(self.offsets) and self.offsets[at] < end


def outline_of(text: str) -> Outline | None:
    """The outline of a text, None if it is broken."""
    outliner = _Outliner(text)
    if not outliner.run():
        return None
    offsets = array("q", sorted(outliner.offsets))
    return Outline(_mended(text, outliner.gaps), offsets, outliner.is_deep)


def is_readable(text: str) -> bool:
    """Whether a text has an outline."""
    return _Outliner(text).run()


class _Outliner(Scanner):
    """Goes on at every fault that leaves the text readable, and only remembers where it was: who has it, says it."""

    max_depth = 2 * MAX_DEPTH  # around a document that is as deep as it may be, there are wrappers

    def __init__(self, text: str) -> None:
        super().__init__(text, "", None, MOST_FAULTS)
        self.offsets = array("q")
        self.is_deep = False

    def _fault(self, at: int, code: str, *_said: Any, **_more: Any) -> None:
        if code == "json-syntax" or len(self.offsets) == MOST_FAULTS:
            raise StopScan
        self.offsets.append(at)

    def _again(self, at: int, key: str, first: Any, place: ScanPosition) -> None:  # noqa: ARG002 - who has it, says it
        self._fault(at, "json-duplicate-key")

    def _value(self, at: int, place: ScanPosition) -> int:
        self.is_deep = self.is_deep or place.depth > MAX_DEPTH
        return super()._value(at, place)


def _mended(text: str, gaps: "array[int]") -> str:
    """The text with a number in each gap that is just as long; no gap has less than two characters."""
    if not gaps:
        return text
    pieces: list[str] = []
    before = 0
    for begin, end in zip(gaps[::2], gaps[1::2], strict=True):
        pieces += text[before:begin], "0.".ljust(end - begin, "0") if end - begin > 2 else "10"
        before = end
    return "".join([*pieces, text[before:]])


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    built: dict[str, Any] = {}
    times: dict[str, int] = {}
    for name, value in pairs:
        if name not in built:
            built[name] = value
            continue
        times[name] = times.get(name, 1) + 1
        built[Again(name, times[name])] = value
    return built


_READER = json.JSONDecoder(object_pairs_hook=_object)
