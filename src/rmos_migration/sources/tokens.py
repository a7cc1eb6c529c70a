"""What stands at a place of a text, as it goes into a sentence, and what is wrong with a string."""

import json
import re
import unicodedata

from ..diagnostics import printable

_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*+')
_END = re.compile(r"\s*+\Z")
_NOT_CLOSED = "close the text with a double quote; a line break inside it is written \\n"
_NEVER_CLOSED = "close the text with a double quote, or restore the file from a backup if its end is missing"
_BACKSLASH = "write each backslash of the text twice, those before letters such as n and t as well"
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[^\s,:\[\]{}"]+|.', re.DOTALL)


def token_shown(rest: str) -> str:
    """What a text begins with, as it goes into a sentence: as it is written, a character that cannot be seen as an escape."""
    first = rest[0]
    if first in "\r\n":
        return "the end of the line"
    if first.isspace() or not first.isprintable():
        name = unicodedata.name(first, "")
        return f"the character {printable(first)}" + (f" ({name})" if name else "")
    found = _TOKEN.match(rest)
    token = printable(found[0] if found else first)
    return token if token.startswith('"') else f'"{token}"'


def fault_in_string(text: str, at: int) -> tuple[int, str, str]:
    """Where a string that begins at an offset is broken, how, and what to do about it."""
    here = _behind_plain(text, at + 1)
    while here < len(text) and text[here] != '"':
        character = text[here]
        if character in "\r\n":
            if _END.match(text, here):
                return at, "a text is opened here and never closed", _NEVER_CLOSED
            return here, "a text is not closed on its line", _NOT_CLOSED
        if character < " ":
            name = "a tab" if character == "\t" else f"the control character {printable(character)}"
            escape = json.dumps(character)[1:-1]
            hint = "delete it" if character == "\0" else f"delete it, or write {escape} in its place"
            return here, f"{name} stands in a text, where it must be written {escape}", hint
        if not _ESCAPE.match(text, here):
            escape = printable(text[here : here + 2])
            return here, f"{escape} is no escape; a backslash is written \\\\", _BACKSLASH
        here = _behind_plain(text, here + 2)
    return at, "a text is opened here and never closed", _NEVER_CLOSED


def _behind_plain(text: str, at: int) -> int:
    found = _PLAIN.match(text, at)
    return found.end() if found else at
