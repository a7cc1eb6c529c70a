"""Diagnostics: what was noticed about a document, where, and what a person can do.

A diagnostic is a value. Bad documents are collected as diagnostics, never raised. Their codes are in
``catalogue.py``.
"""

import json
import unicodedata
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
    "shown",
]


class Location(NamedTuple):
    """A place in the source: path relative to the source root, RFC 6901 pointer, 1-based line and column.

    Line and column are None until they are looked for (``sources.locate``): when a batch is written, of all but infos.
    ``document`` is the pointer of the document that the place is in, or its own.
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
    """One thing noticed: the code's name, how much it matters, a sentence, the place, a hint for a person."""

    code: str
    severity: Severity
    message: str
    location: Location
    hint: str

    def as_json(self) -> dict[str, Any]:
        """The diagnostic as a JSON object: code, number, severity, message, path, pointer, line, column, hint."""
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
    """A diagnostic with the catalogue's severity and hint, unless others are given."""
    entry = CATALOGUE[code]
    return Diagnostic(code, severity or entry.severity, message, location, hint or entry.hint)


def printable(text: str) -> str:
    """Text from a file made safe for a terminal: control, bidi and unpaired characters, and blanks that are none, as escapes."""
    if text.isprintable():
        return text
    return "".join(
        character
        if character == " " or not _is_deceiving(character)
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def _is_deceiving(character: str) -> bool:
    """Whether a character steers, reorders, only looks like a blank, is half of one, or is none at all (U+FFFE, …)."""
    is_none = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
    return is_none or unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"}


def shown(value: object, limit: int = 60) -> str:
    """A value from a file as it goes into a message: JSON on one line, at most about ``limit`` characters.

    Containers are named by kind and size; their content may be megabytes. Text with quotes in it stands in other ones,
    so that none of its own must be escaped.
    """
    if isinstance(value, dict):
        return f"an object with {len(value)} key{'' if len(value) == 1 else 's'}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, bytes):  # only in a damaged database
        value = value.decode("utf-8", "backslashreplace")
    if isinstance(value, str) and len(value) > limit:
        value = value[:limit] + "…"
    if isinstance(value, str) and '"' in value:
        return printable(f"“{value}”")
    return printable(json.dumps(value, ensure_ascii=False))
