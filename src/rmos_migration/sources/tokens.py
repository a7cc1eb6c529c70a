"""What stands at a place of a text, as it goes into a sentence."""

import re
import unicodedata

from ..diagnostics import printable

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
