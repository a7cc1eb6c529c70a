"""Diagnostics: what was noticed about a document, where, and what a person can do.

A diagnostic is a value: what is wrong with documents is collected, never raised. The codes are in
``catalogue/``.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from .catalogue import CATALOGUE, FOLDER_NOT_LOOKED_AT, NOT_LOOKED_AT, Code, Severity

__all__ = [
    "CATALOGUE",
    "FOLDER_NOT_LOOKED_AT",
    "NOT_LOOKED_AT",
    "Code",
    "Diagnostic",
    "Location",
    "Severity",
    "diagnose",
    "printable",
    "printable_apart",
    "shown",
    "shown_apart",
]


class Location(NamedTuple):
    """A place in the source: path relative to the source root, RFC 6901 pointer, 1-based line and column.

    Line and column are None until they are located in the file (``sources/locate.py``), which is done once,
    when a batch is written, for everything but infos. ``document`` is the pointer of the document that the
    place is in.
    """

    path: str
    pointer: str = ""
    line: int | None = None
    column: int | None = None
    document: str = ""

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}:{self.column}"
        return f"{place} {self.pointer}" if self.pointer and self.line is None else place


class Diagnostic(NamedTuple):
    """One thing noticed: the name of its code, its severity, a message, the place, and a hint what to do."""

    code: str
    severity: Severity
    message: str
    location: Location
    hint: str

    def as_json(self) -> dict[str, Any]:
        """Return the diagnostic as a JSON object, with the number of its code and without the document."""
        place = self.location
        return {
            "code": self.code,
            "number": CATALOGUE[self.code].number if self.code in CATALOGUE else "",
            "severity": str(self.severity),
            "message": self.message,
            "path": place.path,
            "pointer": place.pointer,
            "line": place.line,
            "column": place.column,
            "hint": self.hint,
        }

    def in_document(self, pointer: str) -> "Diagnostic":
        """Return the diagnostic as one of the document at a pointer."""
        return self._replace(location=self.location._replace(document=pointer))

    def __str__(self) -> str:
        head = f"{self.location} {self.severity} {CATALOGUE[self.code].number} {self.code}"
        return printable(f"{head}: {self.message}" + (f" · {self.hint}" if self.hint else ""))


def diagnose(
    code: str,
    message: str,
    location: Location,
    *,
    severity: Severity | None = None,
    hint: str = "",
) -> Diagnostic:
    """Make a diagnostic with the catalogue's severity and hint, unless others are given."""
    entry = CATALOGUE[code]
    return Diagnostic(code, severity or entry.severity, message, location, hint or entry.hint)


def printable(text: str) -> str:
    """Make text from a file safe for a terminal: characters that steer, reorder or look like blanks are
    escaped."""
    if text.isprintable():
        return text
    return "".join(
        character
        if character == " " or not _is_deceiving(character)
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def _is_deceiving(character: str) -> bool:
    """Tell whether a character steers, reorders, looks like a blank, is half of one, or is none (U+FFFE,
    …)."""
    is_none = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
    return is_none or unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"}


def printable_json(text: str) -> str:
    """Escape everything in JSON text that would steer or reorder a terminal; its value stays the same."""
    return text if text.isascii() else _NOT_ASCII.sub(_escaped_for_json, text)


_NOT_ASCII = re.compile("[^\x00-\x7e]")


def _escaped_for_json(found: re.Match[str]) -> str:
    character = found[0]
    if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that are not drawn, though they are not control characters."""

_DRAWN_ALIKE = str.maketrans(
    "\u0430\u0441\u0435\u043e\u0440\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u051b\u051d\u0475\u03bf\u03b1\u03bd"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u0131"
    "\u2010\u2011\u2012\u2013\u2212\u2018\u2019\u02bc\u201c\u201d\u2800",
    "aceopyxijsdhqwvoavABEKMHOPCTYXIJSABEZHIKMNOPTYXi-----'''\"\" ",
)
"""Cyrillic and Greek letters, dashes and quotes that look like those of ASCII, or nearly."""


def printable_apart(texts: Sequence[str]) -> list[str]:
    """Make texts of one message printable, so that no two different ones look the same.

    Those that would are written with escapes for everything but ASCII, and for blanks if only these differ.
    """
    escaped = [printable(text) for text in texts]
    for unusual in (r"[^\x20-\x7e]", r"[^\x21-\x7e]"):
        times = Counter(_drawn(one) for _, one in set(zip(texts, escaped, strict=True)))
        escaped = [re.sub(unusual, _escaped, one) if times[_drawn(one)] > 1 else one for one in escaped]
    return escaped


def _drawn(text: str) -> str:
    """Return what a reader sees of a text: equal for texts that look alike."""
    if not text.isascii():
        text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).translate(_DRAWN_ALIKE)
    return " ".join(text.split())


def _escaped(found: re.Match[str]) -> str:
    if found[0] == " ":
        return "\\x20"
    return found[0].encode("unicode_escape", "surrogatepass").decode("ascii")


def shown_apart(values: Sequence[object]) -> list[str]:
    """Show values of one message as ``shown`` does, so that no two different ones look the same."""
    return printable_apart([shown(value) for value in values])


def shown(value: object, limit: int = 60) -> str:
    """Return a value from a file for a message: JSON on one line, at most about ``limit`` characters.

    Containers are named by kind and size, since their content may be megabytes. Text that holds quotes is put
    between other ones, so that its own need no escapes.
    """
    if isinstance(value, dict):
        return f"an object with {len(value)} key{'' if len(value) == 1 else 's'}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, bytes):  # only in a corrupt database
        value = value.decode("utf-8", "backslashreplace")
    if isinstance(value, str) and len(value) > limit:
        value = value[:limit] + "…"
    if isinstance(value, str) and '"' in value:
        return printable(f"“{value}”")
    return printable(json.dumps(value, ensure_ascii=False))
