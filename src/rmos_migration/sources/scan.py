"""The slow, careful reader: walks JSON text character by character and says what is wrong, and where.

It runs only on text that the fast readers of ``decode.py`` rejected, and rejects exactly what they reject.
"""

import json
import re
from array import array
from collections.abc import Mapping
from typing import NamedTuple, NoReturn

from ..diagnostics import Diagnostic, Location, diagnose, shown
from .number_hints import Explanation, explain_after_number
from .numbers import check_number
from .pointers import Again, Path
from .positions import START, Position, Positions
from .syntax_hints import A_COLON, A_KEY, A_NUMBER, A_VALUE, THE_END, explain, explain_string
from .tokens import FIRST_CHARACTER, NAN, NUMBER, STRING, SURROGATE, WORD, end_of_nested, skip_space

MAX_DEPTH = 64
MAX_ERRORS = 100
"""Errors reported for one text. The last of them says that the scan stopped there."""


def scan(
    text: str,
    start: Location = START,
    skipped: Mapping[int, int] | None = None,
    most: int = MAX_ERRORS,
) -> tuple[Diagnostic, ...]:
    """Walk ``text`` once and collect what is wrong with it.

    Args:
        text: JSON, more or less.
        start: where the text begins; its pointer is that of the text's value.
        skipped: offsets where values begin that are not looked at, with those where they end.
        most: how many errors end the scan.
    """
    scanner = Scanner(text, start, skipped, most)
    scanner.run()
    return tuple(scanner.errors)


class StopScan(Exception):  # noqa: N818 - control flow inside this module
    """The rest of the text cannot be read."""


class ScanPosition(NamedTuple):
    """The path to the value that the scanner is in, and its depth."""

    path: Path | None
    depth: int

    def below(self, token: str | int) -> "ScanPosition":
        """Return the position of a key or index below this one."""
        return ScanPosition(Path(self.path, token), self.depth + 1)


_Seen = dict[str, list[int | Position]]
"""Where the keys of an object are: offsets, or positions where there may be very many errors."""


class Scanner:
    """A walk over a text. Each step takes the offset where something begins and returns the one after it."""

    max_depth = MAX_DEPTH

    def __init__(self, text: str, start: Location, skipped: Mapping[int, int] | None, most: int) -> None:
        self.text = text
        self.start = start
        self.skipped = skipped or {}
        self.most = most
        self.errors: list[Diagnostic] = []
        self.gaps = array("q")
        self.positions = Positions(text, start)

    def run(self) -> bool:
        """Walk as far as the text can be read; tell whether that was its end."""
        try:
            end = skip_space(self.text, self._value(skip_space(self.text, 0), ScanPosition(None, 1)))
            if end < len(self.text):
                self._unexpected(end, THE_END)
        except StopScan:
            return False
        return True

    # errors

    def _error(self, at: int, code: str, message: str, place: ScanPosition | None, hint: str = "") -> None:
        if len(self.errors) + 1 >= self.most:
            message = f"{message}; after {self.most} errors the scan stopped here"
        pointer = self.start.pointer
        if place is not None and place.path is not None:
            pointer = place.path.pointer(pointer)
        line, column = self.positions.at(at)
        location = self.start._replace(pointer=pointer, line=line, column=column)
        self.errors.append(diagnose(code, message, location, hint=hint))
        if len(self.errors) >= self.most:
            raise StopScan

    def _value_error(self, at: int, end: int, code: str, message: str, place: ScanPosition) -> None:
        """Report an error that is a whole value, between two offsets."""
        self._error(at, code, message, place)
        self.gaps.extend((at, end))

    def _syntax(self, at: int, message: str, place: ScanPosition | None = None, hint: str = "") -> NoReturn:
        self._error(at, "json-syntax", message, place, hint)
        raise StopScan

    def _unexpected(self, at: int, expected: str, place: ScanPosition | None = None) -> NoReturn:
        """Report what is found where something else was expected, and stop."""
        if at < len(self.text):
            self._zeros(at, place)
        self._stop(explain(self.text, at, expected), place)

    def _stop(self, explanation: Explanation, place: ScanPosition | None) -> NoReturn:
        self._syntax(explanation.at, explanation.message, place, explanation.hint)

    def _missing(self, end: int, at: int, name: str, expected: str, place: ScanPosition) -> NoReturn:
        """Report something missing between two offsets: at the end of the line if they are on two lines."""
        if FIRST_CHARACTER.match(self.text, at) and "\n" in self.text[end:at]:
            self._syntax(end, f"{name} is missing at the end of this line", place, f"write {name} there")
        self._unexpected(at, expected, place)

    def _number_goes_on(self, end: int, place: ScanPosition, *, in_list: bool = False) -> None:
        """Stop if a number that ends at an offset goes on: with a decimal comma, or a unit."""
        explanation = explain_after_number(self.text, end, in_list=in_list)
        if explanation is not None:
            self._stop(explanation, place)

    def _zeros(self, at: int, place: ScanPosition | None) -> None:
        """Stop if nothing but zero bytes follow."""
        if self.text[at : at + 1] == "\0" and not self.text[at:].strip("\0 \t\r\n"):
            hint = "restore the file from a backup; what was here was never written to the disk"
            message = "from here on there is nothing but zero bytes, as after a power cut"
            self._syntax(at, message, place, hint)

    # the walk

    def _value(self, at: int, place: ScanPosition) -> int:
        if at in self.skipped:
            return self.skipped[at]
        first = self.text[at : at + 1]
        if first in ("{", "["):
            if place.depth > self.max_depth:
                return self._too_deep(at, place)
            return self._object(at, place) if first == "{" else self._array(at, place)
        if first == '"':
            return self._string(at, place)[0]
        if found := WORD.match(self.text, at):
            return found.end()
        if found := NAN.match(self.text, at):
            message = f"{found[0]} is not a JSON value"
            self._value_error(at, found.end(), "json-not-a-number", message, place)
            return found.end()
        if found := NUMBER.match(self.text, at):
            return self._number(at, found, place)
        return self._unexpected(at, A_VALUE, place)

    def _too_deep(self, at: int, place: ScanPosition) -> int:
        """Report a value that is nested too deeply, and skip it."""
        end = end_of_nested(self.text, at)
        message = f"the nesting is deeper than {MAX_DEPTH} levels here"
        self._value_error(at, len(self.text) if end is None else end, "json-depth", message, place)
        if end is None:
            raise StopScan
        return end

    def _number(self, at: int, found: re.Match[str], place: ScanPosition) -> int:
        following = self.text[found.end() : found.end() + 1]
        if following not in " \t\r\n,]}" and following.isprintable():
            self._unexpected(at, A_NUMBER, place)
        if trouble := check_number(found[0]):
            self._value_error(at, found.end(), *trouble, place)
        return found.end()

    def _string(self, at: int, place: ScanPosition) -> tuple[int, str]:
        """Return the end of a string, and its content."""
        end, content = self._read_string(at, place)
        self._check_characters(at, content, place)
        return end, content

    def _read_string(self, at: int, place: ScanPosition) -> tuple[int, str]:
        found = STRING.match(self.text, at)
        if found is None:
            self._broken_string(at, place)
        content = found[0][1:-1]
        return found.end(), json.loads(found[0]) if "\\" in content else content

    def _check_characters(self, at: int, content: str, place: ScanPosition) -> None:
        if not content.isascii() and (broken := SURROGATE.search(content)):
            message = f"half a character, \\u{ord(broken[0]):04x}, without its other half"
            self._error(at, "json-surrogate", message, place)

    def _broken_string(self, at: int, place: ScanPosition) -> NoReturn:
        explanation = explain_string(self.text, at)
        self._zeros(explanation.at, place)
        self._stop(explanation, place)

    def _array(self, at: int, place: ScanPosition) -> int:
        here = skip_space(self.text, at + 1)
        if self.text[here : here + 1] == "]":
            return here + 1
        index = 0
        while True:
            end = self._value(here, place.below(index))
            here = skip_space(self.text, end)
            follows = self.text[here : here + 1]
            if follows == "]":
                return here + 1
            if follows != ",":
                self._number_goes_on(end, place, in_list=True)
                self._missing(end, here, "a comma", "expected a comma or ]", place)
            comma, here = here, skip_space(self.text, here + 1)
            if self.text[here : here + 1] == "]":
                self._syntax(comma, "there is a comma after the last element of the list", place)
            index += 1

    def _object(self, at: int, place: ScanPosition) -> int:
        here = skip_space(self.text, at + 1)
        if self.text[here : here + 1] == "}":
            return here + 1
        seen: _Seen = {}
        while True:
            end = self._member(here, place, seen)
            here = skip_space(self.text, end)
            follows = self.text[here : here + 1]
            if follows == "}":
                return here + 1
            if follows != ",":
                self._number_goes_on(end, place)
                self._missing(end, here, "a comma", "expected a comma or }", place)
            comma, here = here, skip_space(self.text, here + 1)
            if here == comma + 1 and self.text[here : here + 1].isdigit():
                self._number_goes_on(end, place)
            if self.text[here : here + 1] == "}":
                self._syntax(comma, "there is a comma after the last key of the object", place)

    def _member(self, at: int, place: ScanPosition, seen: _Seen) -> int:
        if self.text[at : at + 1] != '"':
            self._unexpected(at, A_KEY, place)
        end, key = self._read_string(at, place)
        before = seen.setdefault(key, [])
        below = place.below(Again(key, len(before) + 1) if before and self.skipped else key)
        self._check_characters(at, key, below)
        if before:
            self._again(at, key, before[0], below)
        before.append(self.positions.at(at) if self.skipped else at)
        colon = skip_space(self.text, end)
        if self.text[colon : colon + 1] != ":":
            self._missing(end, colon, "a colon", A_COLON, below)
        return self._value(skip_space(self.text, colon + 1), below)

    def _again(self, at: int, key: str, first: int | Position, place: ScanPosition) -> None:
        """Report a key that its object has already."""
        line, column = self.positions.at(first) if isinstance(first, int) else first
        message = f"the key {shown(key)} is repeated here; it is first at line {line}, column {column}"
        self._error(at, "json-duplicate-key", message, place)
