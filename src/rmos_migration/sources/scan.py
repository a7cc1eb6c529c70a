"""The slow, careful reader: walks JSON text character by character and says what is wrong, and where.

It runs only on text that was refused, or when somebody wants to see the place of a pointer. It decides nothing that
``decode.py`` has not decided already: a text without faults here is a text that decodes.
"""

import json
import re
from typing import NamedTuple, NoReturn

from ..diagnostics import shown
from .numbers import check_number
from .pointers import Path, Wanted, pointer_step, tree_of

MAX_DEPTH = 64
MAX_FAULTS = 100
"""Faults reported for one text. The last of them says that the scan stopped there."""


class Fault(NamedTuple):
    """One reason why a text is not accepted: catalogue code, sentence, 1-based line and column, pointer."""

    code: str
    message: str
    line: int | None = None
    column: int | None = None
    pointer: str = ""


class Scan(NamedTuple):
    """The faults of a text, and line and column of each wanted pointer that was found in it."""

    faults: tuple[Fault, ...]
    places: dict[str, tuple[int, int]]


def scan(text: str, wanted: frozenset[str] = frozenset()) -> Scan:
    """Walk ``text`` once: collect its faults and the places of the ``wanted`` pointers (of keys, where keyed)."""
    scanner = _Scanner(text, wanted)
    scanner.run()
    return Scan(tuple(scanner.faults), scanner.places)


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of a character offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class _StopScan(Exception):  # noqa: N818 - control flow inside this module
    """The rest of the text cannot be made sense of."""


_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NAN = re.compile(r"[-+]?(?:NaN|Infinity|nan|inf(?:inity)?)\b")
_WORD = re.compile(r"true|false|null")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_COMMENT = re.compile(r"//|/\*|#")


class _Place(NamedTuple):
    """Where the scanner is: the path, how deep, and which wanted pointers begin here."""

    path: Path | None
    depth: int
    wanted: Wanted | None

    def below(self, token: str | int) -> "_Place":
        wanted = self.wanted.get(pointer_step(token)) if self.wanted else None
        return _Place(Path(self.path, token), self.depth + 1, wanted)

    def pointer(self) -> str:
        return self.path.pointer() if self.path is not None else ""


class _Counted(NamedTuple):
    """How far lines were counted: an offset, its line from 1, and the offset where that line begins."""

    offset: int
    line: int
    line_begin: int


class _Scanner:
    def __init__(self, text: str, wanted: frozenset[str]) -> None:
        self.text = text
        self.wanted = tree_of(wanted) if wanted else None
        self.faults: list[Fault] = []
        self.places: dict[str, tuple[int, int]] = {}
        self.counted = _Counted(0, 1, 0)

    def run(self) -> None:
        try:
            end = self._skip(self._value(self._skip(0), _Place(None, 1, self.wanted)))
            if end < len(self.text):
                self._syntax(end, "there is more text after the end of the document")
        except _StopScan:
            pass

    # faults

    def _fault(self, at: int, code: str, message: str, place: _Place | None = None) -> None:
        pointer = place.pointer() if place is not None else ""
        self.faults.append(Fault(code, message, *self._place_of(at), pointer))
        if len(self.faults) >= MAX_FAULTS:
            last = self.faults[-1]
            self.faults[-1] = last._replace(
                message=f"{last.message}; after {MAX_FAULTS} faults the scan stopped here"
            )
            raise _StopScan

    def _syntax(self, at: int, message: str, place: _Place | None = None) -> NoReturn:
        """Report a syntax fault, with the likely cause where the next characters tell it, and stop."""
        rest = self.text[at : at + 20]
        if not rest:
            message = "the text ends in the middle of the document"
        elif _COMMENT.match(rest):
            message = "there is a comment, which JSON does not have"
        elif rest.startswith(("'", "‘", "“", "”")):
            message = "there is a quote other than the plain double quote"
        elif rest.startswith("..."):
            message = 'there is a placeholder "..." in place of a value'
        elif not rest.startswith(("\n", "\r")):
            message = f"{message}, but {shown(rest.splitlines()[0][:12])} stands here"
        self._fault(at, "json-syntax", message, place)
        raise _StopScan

    # the walk: each method takes the offset where its thing begins and returns the offset behind it

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def _note_place(self, at: int, place: _Place) -> None:
        if place.wanted is not None and "" in place.wanted:
            self.places.setdefault(place.pointer(), self._place_of(at))

    def _place_of(self, at: int) -> tuple[int, int]:
        """Line and column of an offset, counted on from the last one, since the text is walked forwards."""
        before = self.counted
        if at < before.offset:
            return place_of(self.text, at)
        breaks = self.text.count("\n", before.offset, at)
        begin = self.text.rindex("\n", before.offset, at) + 1 if breaks else before.line_begin
        self.counted = _Counted(at, before.line + breaks, begin)
        return self.counted.line, at - begin + 1

    def _value(self, at: int, place: _Place) -> int:
        self._note_place(at, place)
        first = self.text[at : at + 1]
        if first in ("{", "["):
            if place.depth > MAX_DEPTH:
                self._fault(at, "json-depth", f"the nesting is deeper than {MAX_DEPTH} levels here", place)
                raise _StopScan
            return self._object(at, place) if first == "{" else self._array(at, place)
        if first == '"':
            return self._string(at, place)[0]
        if found := _WORD.match(self.text, at):
            return found.end()
        if found := _NAN.match(self.text, at):
            self._fault(at, "json-not-a-number", f"{found[0]} stands where a value must be", place)
            return found.end()
        if found := _NUMBER.match(self.text, at):
            return self._number(at, found, place)
        return self._syntax(at, "a value was expected", place)

    def _number(self, at: int, found: re.Match[str], place: _Place) -> int:
        following = self.text[found.end() : found.end() + 1]
        if following and following not in " \t\r\n,]}":
            self._syntax(at, "a number was expected", place)
        if trouble := check_number(found[0]):
            self._fault(at, *trouble, place)
        return found.end()

    def _string(self, at: int, place: _Place) -> tuple[int, str]:
        found = _STRING.match(self.text, at)
        if found is None:
            self._broken_string(at, place)
            raise _StopScan
        content = found[0][1:-1]
        if "\\" in content:
            content = json.loads(found[0])
        if not content.isascii() and (broken := _SURROGATE.search(content)):
            message = f"half a character, \\u{ord(broken[0]):04x}, without its other half"
            self._fault(at, "json-surrogate", message, place)
        return found.end(), content

    def _broken_string(self, at: int, place: _Place) -> None:
        here = at + 1
        while here < len(self.text) and self.text[here] != '"':
            character = self.text[here]
            if character < " ":
                self._fault(here, "json-syntax", "a text is not closed on its line", place)
                return
            if character == "\\":
                if not _ESCAPE.match(self.text, here):
                    escape = shown(self.text[here : here + 2])
                    self._fault(
                        here, "json-syntax", f"{escape} is no escape; a backslash is written \\\\", place
                    )
                    return
                here += 1
            here += 1
        self._fault(at, "json-syntax", "a text is opened here and never closed", place)

    def _array(self, at: int, place: _Place) -> int:
        here = self._skip(at + 1)
        if self.text[here : here + 1] == "]":
            return here + 1
        index = 0
        while True:
            here = self._skip(self._value(here, place.below(index)))
            follows = self.text[here : here + 1]
            if follows == "]":
                return here + 1
            if follows != ",":
                self._syntax(here, "a comma or ] was expected", place)
            comma, here = here, self._skip(here + 1)
            if self.text[here : here + 1] == "]":
                self._fault(
                    comma, "json-syntax", "there is a comma after the last element of the list", place
                )
                raise _StopScan
            index += 1

    def _object(self, at: int, place: _Place) -> int:
        here = self._skip(at + 1)
        if self.text[here : here + 1] == "}":
            return here + 1
        seen: dict[str, int] = {}
        while True:
            here = self._member(here, place, seen)
            follows = self.text[here : here + 1]
            if follows == "}":
                return here + 1
            if follows != ",":
                self._syntax(here, "a comma or } was expected", place)
            comma, here = here, self._skip(here + 1)
            if self.text[here : here + 1] == "}":
                self._fault(comma, "json-syntax", "there is a comma after the last key of the object", place)
                raise _StopScan

    def _member(self, at: int, place: _Place, seen: dict[str, int]) -> int:
        if self.text[at : at + 1] != '"':
            self._syntax(at, "a key in double quotes was expected", place)
        end, key = self._string(at, place)
        below = place.below(key)
        if key in seen:
            line, column = place_of(self.text, seen[key])
            first = f"line {line}, column {column}"
            self._fault(
                at, "json-duplicate-key", f"the key {shown(key)} stands here again, first at {first}", below
            )
        seen.setdefault(key, at)
        self._note_place(at, below)
        colon = self._skip(end)
        if self.text[colon : colon + 1] != ":":
            self._syntax(colon, "a colon was expected after the key", below)
        return self._skip(self._value(self._skip(colon + 1), below))
