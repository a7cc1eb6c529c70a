"""What is wrong where a text is not JSON: the likely cause, and what to write there."""

import json
import re
import unicodedata

from ..diagnostics import printable
from .number_hints import BEHIND_VALUE, Explanation, explain_number
from .numbers import possible_numbers
from .signatures import signature_of

A_VALUE = "expected a value"
A_NUMBER = "expected a number"
A_KEY = "expected a key in double quotes"
A_COLON = "expected a colon after the key"
THE_END = "expected the end of the document"

_COMMENT = re.compile(r"//|/\*|#")
_QUOTES = ("'", "‘", "’", "“", "”", "„", "«", "`")
_BEFORE_GROUP = re.compile(r"(?<![0-9.])-?[1-9][0-9]{0,2},$")
_GROUP = re.compile(r"[0-9]{3}\b")
_KEY = re.compile(r"[^\W\d]\w{0,40}\s{0,9}:")
_HEXADECIMAL = re.compile(r"0[xX]([0-9a-fA-F]{1,15})\b")
_WORD = re.compile(r"[^\W\d]\w*(?: [^\W\d]\w*)*")
_CONSTANTS = {
    "true": "true", "false": "false", "none": "null", "null": "null", "nil": "null", "undefined": "null",
}  # fmt: skip
_CLOSING = ("}", "]")
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[^\s,:\[\]{}"]+|.', re.DOTALL)
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*+')
_END = re.compile(r"\s*+\Z")

_NOT_CLOSED = "close the text with a double quote; a line break inside it is written \\n"
_NEVER_CLOSED = "close the text with a double quote, or restore the file from a backup if its end is missing"
_BACKSLASH = "write each backslash of the text twice, including those before letters such as n and t"
_CUT_OFF = "the file was cut off: restore it from a backup, or write what is missing at its end"
_OTHER_KIND = "this is not JSON: export the data as JSON, or move the file out of the legacy folder"


def explain(text: str, at: int, expected: str) -> Explanation:
    """Explain what is at an offset in place of ``expected``, with the likely cause if it is clear."""
    rest = text[at : at + 40]
    if not rest:
        return Explanation(at, "the text ends in the middle of the document", _CUT_OFF)
    if _COMMENT.match(rest):
        return Explanation(at, "JSON does not allow comments", "delete the comment")
    if rest.startswith("```"):
        hint = "delete the lines with ```, and everything outside of them"
        return Explanation(at, "there is a code fence of Markdown", hint)
    if rest.startswith(_QUOTES):
        hint = 'write plain double quotes, ", around keys and texts, and none around numbers'
        return Explanation(at, "there is a quote other than the plain double quote", hint)
    if rest.startswith("..."):
        message = 'there is a placeholder "..." in place of a value'
        return Explanation(at, message, "write what belongs there, or delete the placeholder")
    if expected in (A_VALUE, A_NUMBER) and (explanation := explain_number(text, at)):
        return explanation
    return Explanation(at, f"{expected}, but found {_token_shown(rest)}", _hint(text, at, expected))


def explain_string(text: str, at: int) -> Explanation:
    """Explain where a string that begins at an offset is broken."""
    here = _behind_plain(text, at + 1)
    while here < len(text) and text[here] != '"':
        character = text[here]
        if character in "\r\n":
            if _END.match(text, here):
                break
            return Explanation(here, "a text is not closed on its line", _NOT_CLOSED)
        if character < " ":
            name = "a tab" if character == "\t" else f"the control character {printable(character)}"
            escape = json.dumps(character)[1:-1]
            hint = "delete it" if character == "\0" else f"delete it, or write {escape} in its place"
            return Explanation(here, f"a text contains {name}, which must be written {escape}", hint)
        if not _ESCAPE.match(text, here):
            escape = printable(text[here : here + 2])
            message = f"{escape} is not a valid escape; a backslash is written \\\\"
            return Explanation(here, message, _BACKSLASH)
        here = _behind_plain(text, here + 2)
    return Explanation(at, "a text begins here and is never closed", _NEVER_CLOSED)


def _behind_plain(text: str, at: int) -> int:
    found = _PLAIN.match(text, at)
    return found.end() if found else at


def _token_shown(rest: str) -> str:
    """Return what a text begins with, for a sentence: as it is written, invisible characters as escapes."""
    first = rest[0]
    if first in "\r\n":
        return "the end of the line"
    if first.isspace() or not first.isprintable():
        name = unicodedata.name(first, "")
        return f"the character {printable(first)}" + (f" ({name})" if name else "")
    found = _TOKEN.match(rest)
    token = printable(found[0] if found else first)
    return token if token.startswith('"') else f'"{token}"'


def _hint(text: str, at: int, expected: str) -> str:
    first = text[at]
    if not text[:at].strip("\ufeff \t\r\n") or text.startswith("{\\rtf"):
        return _hint_at_beginning(text, at)
    if not first.isprintable() or (first.isspace() and first not in " \t\r\n"):
        return "delete this character, or write a plain space in its place"
    if expected == THE_END:
        if first in _CLOSING:
            return "delete it, or the one further up that closes too early"
        if first in '{[,"':
            return "put the documents into one list, [ …, … ], or each into a file of its own"
        return "delete what follows the document"
    if expected == A_COLON:
        return (
            "write a colon in its place"
            if first in "=-"
            else "close the key with a quote, and write a colon after it"
        )
    if expected == A_KEY:
        return _hint_on_key(text, at)
    if expected in (A_VALUE, A_NUMBER):
        return _hint_on_value(text, at)
    if first in ";|":
        return "write a comma in its place"
    if text[:at].rstrip().endswith('"') and first not in (*_CLOSING, '"', "{", "[", ":"):
        return 'write each quote inside a text as \\"'
    if _KEY.match(text, at):
        return "write a comma before it, and the key in double quotes"
    word = _WORD.match(text, at)
    constant = _CONSTANTS.get(word[0].lower(), "") if word else ""
    if first == '"' or (first not in (*_CLOSING, ":") and "]" in expected):
        is_other = word is not None and constant not in ("", word[0])
        return "write a comma before it" + (f", and {constant} in its place" if is_other else "")
    return "delete one of the two values" if constant else ""


def _hint_at_beginning(text: str, at: int) -> str:
    """Return what to do about a text that does not begin as JSON does."""
    if text.startswith("{\\rtf"):
        return "this is a word-processor document: save it as plain text"
    first = text[at]
    if first == "\0":
        return "restore the file from a backup: its beginning was lost to zero bytes, as after a power cut"
    if first == "<":
        return (
            "this is a web page or XML, not JSON: fetch the data again,"
            " or move the file out of the legacy folder"
        )
    if first in "\ufeff}],":
        return "delete it"
    if signature := signature_of(text[at : at + 512].encode("utf-8", "replace")):
        if signature.packs:
            return f"this is {signature.kind}: unpack it, and put what is in it into the folder"
        return f"this is {signature.kind}: export its data as JSON, or move it out of the legacy folder"
    line = text[at:].split("\n", 1)[0]
    if re.search(r"[{\[]", line) and re.match(r"[\w$.\s=(:'-]+[{\[]", line):
        return "JSON begins with { or [: delete what comes before it, and what closes that at the end"
    return _OTHER_KIND


def _hint_on_key(text: str, at: int) -> str:
    if text[at] == ",":
        return "delete the extra comma"
    thousands = _BEFORE_GROUP.search(text, max(0, at - 6), at)
    if thousands and (group := _GROUP.match(text, at)):
        number = f"{thousands[0]}{group[0]}"
        mended = " or ".join(possible_numbers(number))
        one_number = f"{mended}, a comma and the missing key if {number} is one number"
        return f'write "{group[0]}" if it is a key, or {one_number}'
    word = re.compile(r"\w{1,40}").match(text, at)
    return f'write the key in double quotes: "{word[0]}"' if word else ""


def _hint_on_value(text: str, at: int) -> str:
    if text[at] in ",}]":
        return "write the missing value, or null if it was never known, or delete what is left over"
    if found := _HEXADECIMAL.match(text, at):
        return f"write {int(found[1], 16)}"
    if found := re.compile(r"-?[0-9.]+([;\"])").match(text, at):
        if found[1] == ";":
            return "write a comma in place of the semicolon"
        return "delete the quote after the number, or write one before it if a text is meant"
    word = _WORD.match(text, at)
    if word is None and text[at].isdigit():
        return "write one number, or a text in double quotes"
    if word is None:
        return "write the value, or null if it was never known"
    constant = _CONSTANTS.get(word[0].lower())
    if constant and BEHIND_VALUE.match(text, word.end()):
        return f"write {constant}"
    return "write the text in double quotes; only numbers, true, false and null go without"
