"""The tokens of JSON text: white space, strings, numbers, words, and where a nested value ends."""

import re

STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
NAN = re.compile(r"[-+]?(?:NaN|Infinity|nan|inf(?:inity)?)\b")
WORD = re.compile(r"true|false|null")
FIRST_CHARACTER = re.compile(r'["{\[\-0-9tfnNI]')
SURROGATE = re.compile(r"[\ud800-\udfff]")

_SPACE = re.compile(r"[ \t\n\r]*")
_BRACKETS = re.compile(r'[\[{]++|[\]}]++|"(?:[^"\\]++|\\.)*+"', re.DOTALL)


def skip_space(text: str, at: int) -> int:
    """Return the offset of the first character at or after ``at`` that is not white space."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


def end_of_nested(text: str, at: int) -> int | None:
    """Return the offset after the list or object at ``at``, by its brackets; None if it is never closed."""
    if text.find("]", at) < 0 and text.find("}", at) < 0:
        return None
    depth = 0
    for found in _BRACKETS.finditer(text, at):
        run = found[0]
        if run[0] in "[{":
            depth += len(run)
        elif run[0] in "]}":
            depth -= len(run)
            if depth <= 0:
                return found.end() + depth
    return None
