"""Text with errors in a readable form: numbers in place of bad values.

NaN, a number out of range, a repeated key, half a character, a nesting too deep: it is known where these are,
and everything around them can be read, so that an error costs only its document. Only a text with broken
syntax cannot be mended (docs/domain.md, Strict JSON).
"""

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any, NamedTuple

from .pointers import Again
from .positions import START
from .scan import MAX_DEPTH, Scanner, ScanPosition, StopScan

MOST_ERRORS = 250_000
"""A text with more errors is not mended."""


class MendedText(NamedTuple):
    """JSON text of the same length as the original, with numbers in place of the values that are not JSON.

    ``offsets`` are where the errors begin, in order; ``is_deep`` says that it nests deeper than one document
    may.
    """

    text: str
    offsets: "array[int]"
    is_deep: bool

    def value(self) -> Any:
        """Return what the text holds; a repeated key is an ``Again``."""
        return _READER.decode(self.text)

    def is_faulty(self, begin: int, end: int) -> bool:
        """Tell whether an error begins in a part of the text."""
        at = bisect_left(self.offsets, begin)
        return at < len(self.offsets) and self.offsets[at] < end


def mended(text: str) -> MendedText | None:
    """Return the text in a form that can be read; None if its syntax is broken."""
    mender = _Mender(text)
    if not mender.run():
        return None
    offsets = array("q", sorted(mender.offsets))
    return MendedText(_with_numbers(text, mender.gaps), offsets, mender.is_deep)


def is_readable(text: str) -> bool:
    """Tell whether a text can be mended."""
    return _Mender(text).run()


class _Mender(Scanner):
    """A scanner that only collects where errors are; they are reported later, with their documents."""

    max_depth = 2 * MAX_DEPTH  # around a document that is as deep as it may be, there are wrappers

    def __init__(self, text: str) -> None:
        super().__init__(text, START, None, MOST_ERRORS)
        self.offsets = array("q")
        self.is_deep = False

    def _error(self, at: int, code: str, *_said: Any, **_more: Any) -> None:
        if code == "json-syntax" or len(self.offsets) == MOST_ERRORS:
            raise StopScan
        self.offsets.append(at)

    def _again(self, at: int, key: str, first: Any, place: ScanPosition) -> None:  # noqa: ARG002
        self._error(at, "json-duplicate-key")

    def _value(self, at: int, place: ScanPosition) -> int:
        self.is_deep = self.is_deep or place.depth > MAX_DEPTH
        return super()._value(at, place)


def _with_numbers(text: str, gaps: "array[int]") -> str:
    """Fill each gap of a text with a number of the same length; no gap has less than two characters."""
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
