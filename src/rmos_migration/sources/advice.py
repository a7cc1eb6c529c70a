"""What to do about text that is no JSON: the likely cause of what stands at a place, and what to write there."""

import re
from typing import NamedTuple

from ..diagnostics import printable
from .numbers import possible_numbers
from .signatures import signature_of
from .tokens import token_shown


class Advice(NamedTuple):
    """What is wrong at an offset, and what to do about it; without a hint the catalogue's serves."""

    at: int
    message: str
    hint: str = ""


A_VALUE = "a value was expected"
A_NUMBER = "a number was expected"
A_KEY = "a key in double quotes was expected"
A_COLON = "a colon was expected after the key"
THE_END = "nothing was expected after the end of the document"

_COMMENT = re.compile(r"//|/\*|#")
_QUOTES = ("'", "‘", "’", "“", "”", "„", "«", "`")
_DIGITS = r"[0-9](?:[0-9.,'’_/]*[0-9])?"
_NUMBER = re.compile(
    rf"[+\-−]?(?:{_DIGITS}(?:[ \xa0\u202f](?:[0-9]{{3}}(?![0-9])|[0-9]+/[0-9]+))*|[.,][0-9]+)[½¼¾⅛⅜⅝⅞⅕⅖⅗⅘.]?|[½¼¾⅛⅜⅝⅞⅕⅖⅗⅘]"
)
_UNIT = re.compile(r"[ \xa0\u202f]?(?![eE](?![A-Za-z]))([A-Za-zµ°%″]{1,12}\.?)(?![A-Za-z0-9_\"])")
_BEHIND = re.compile(r"[ \t\r\xa0\u202f]*(?:[,;}\]\n]|$)")
_BEFORE = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?$")
_COMMA = re.compile(r",[0-9]{1,60}+(?![0-9]|\s{0,9}:)")
_GOING_ON = re.compile(r"[,'’_]?[0-9]|[ \xa0\u202f][^\s,\]}\"]")
_GOING_ON_IN_LIST = re.compile(r"[ \xa0\u202f][^\s,\]}\"\-0-9]")
_MAY_BE_GROUP = re.compile(r"[0-9],0[0-9]{2}(?![0-9])")
_GROUPS = re.compile(r"((?:[ \xa0\u202f][0-9]{3}(?![0-9])){1,6})(,[0-9])?")
_MAY_HAVE_GROUPS = re.compile(r"[+-]?[1-9][0-9]{0,2}")
_BEFORE_GROUP = re.compile(r"(?<![0-9.])-?[1-9][0-9]{0,2},$")
_GROUP = re.compile(r"[0-9]{3}\b")
_AFTER_COMMA = re.compile(r"[0-9],[0-9]")
_LONGEST = 60
_KEY = re.compile(r"[^\W\d]\w{0,40}\s{0,9}:")
_HEXADECIMAL = re.compile(r"0[xX]([0-9a-fA-F]{1,15})\b")
_WORD = re.compile(r"[^\W\d]\w*(?: [^\W\d]\w*)*")
_CONSTANTS = {
    "true": "true", "false": "false", "none": "null", "null": "null", "nil": "null", "undefined": "null",
}  # fmt: skip
_NO_UNITS = {*_CONSTANTS, "nan", "infinity"}
_CLOSING = ("}", "]")

_CUT_OFF = "the file was cut off: restore it from a backup, or write what is missing at its end"
_OTHER_KIND = "this is no JSON: export the data as JSON, or move the file out of the legacy folder"


def advice_on(text: str, at: int, expected: str) -> Advice:
    """What is wrong where ``expected`` does not stand, with the likely cause where it can be told."""
    rest = text[at : at + 40]
    if not rest:
        return Advice(at, "the text ends in the middle of the document", _CUT_OFF)
    if _COMMENT.match(rest):
        return Advice(at, "there is a comment, which JSON does not have", "delete the comment")
    if rest.startswith("```"):
        return Advice(
            at, "there is a mark of Markdown", "delete the lines with ```, and what stands outside of them"
        )
    if rest.startswith(_QUOTES):
        hint = 'write plain double quotes, ", around keys and texts; numbers have none'
        return Advice(at, "there is a quote other than the plain double quote", hint)
    if rest.startswith("..."):
        message = 'there is a placeholder "..." in place of a value'
        return Advice(at, message, "write what belongs there, or delete the placeholder")
    if expected in (A_VALUE, A_NUMBER) and (advice := _on_number(text, at)):
        return advice
    return Advice(at, f"{expected}, but {token_shown(rest)} stands here", _hint(text, at, expected))


def advice_behind_number(text: str, end: int, *, in_list: bool) -> Advice | None:
    """What is wrong where a number that ends at an offset goes on: a decimal comma, thousands, a unit.

    ``in_list`` says that a comma, or another number, may follow.
    """
    found = _BEFORE.search(text, max(0, end - _LONGEST), end)
    if found is None or end - found.start() >= _LONGEST:
        return None
    if in_list and (groups := _GROUPS.match(text, end)) and _MAY_HAVE_GROUPS.fullmatch(found[0]):
        return _on_number_with_unit(text, found.start()) or _on_groups(found[0], groups)
    going_on = _GOING_ON_IN_LIST if in_list else _GOING_ON
    if not going_on.match(text, end):
        return None
    advice = _on_number(text, found.start())
    if advice is None and not in_list and _COMMA.match(text, end):
        message = "a comma stands inside a number that begins here"
        return Advice(found.start(), message, "write a point in place of a decimal comma")
    return advice


def _on_groups(first: str, groups: re.Match[str]) -> Advice:
    """What to write for numbers of a list that only blanks part, and that may be one with blanks between thousands."""
    parts = groups[1].replace("\xa0", " ").replace("\u202f", " ").split()
    several = "a comma before it"
    if len(parts) > 1 or parts[0].startswith("0"):
        several = f"{', '.join([first, *(str(int(part)) for part in parts)])} if they are several"
    hint = f"write {first}{''.join(parts)} if {first} and {' '.join(parts)} are one number, or {several}"
    if groups[2]:
        hint += "; and a point in place of the comma behind it if that is a decimal one"
    return Advice(groups.start() + 1, f'a comma or ] was expected, but "{parts[0]}" stands here', hint)


def _on_number_with_unit(text: str, at: int) -> Advice | None:
    """What to write for a number with a unit behind it, which begins at an offset."""
    found = _NUMBER.match(text[at : at + _LONGEST])
    return _on_number(text, at) if found and _UNIT.match(text, at + found.end()) else None


def _on_number(text: str, at: int) -> Advice | None:
    """What to write for a number in another manner than JSON's, which begins at an offset."""
    beginning = text[at : at + 2 * _LONGEST]
    found = _NUMBER.match(beginning)
    if found is None or found.end() > _LONGEST:
        return None
    unit = _UNIT.match(beginning, found.end())
    if unit and unit[1].lower() in _NO_UNITS:
        return None
    end = unit.end() if unit else found.end()
    if not _BEHIND.match(beginning, end):
        return None
    if _MAY_BE_GROUP.match(text, max(0, at - 2)):
        message = f"{found[0]} begins with zeros"
        return Advice(at, message, "delete the comma before it if it separates thousands, or else the zeros")
    numbers = possible_numbers(found[0].removesuffix("."))
    if numbers == [found[0]] and not unit:
        return None
    message = f"{printable(beginning[:end])} is not how JSON writes a number"
    if not numbers:
        hint = "write it as a number, with a point for decimals and without anything else, or as text in double quotes"
        return Advice(at, message, hint)
    written = " or ".join(numbers) + (", whichever is meant" if len(numbers) > 1 else "")
    if any("." in number and found[0].endswith(f",{number.partition('.')[2]}") for number in numbers):
        written += ", with a point in place of the decimal comma"
    if unit and _AFTER_COMMA.match(text, max(0, at - 2)):
        return Advice(
            at,
            message,
            f"write it without {unit[1]}, and a point in place of the comma before it if that is a decimal one",
        )
    if unit and unit[1].rstrip(".").lower() not in ("mm", "s", "sec"):
        return Advice(at, message, f"write the number without {unit[1]}, in the unit that its key is in")
    return Advice(at, message, f"write {written}" + (f", without {unit[1]}" if unit else ""))


def _hint(text: str, at: int, expected: str) -> str:
    first = text[at]
    if not text[:at].strip("\ufeff \t\r\n") or text.startswith("{\\rtf"):
        return _hint_at_beginning(text, at)
    if not first.isprintable() or (first.isspace() and first not in " \t\r\n"):
        return "delete this character; a plain blank may stand in its place"
    if expected == THE_END:
        if first in _CLOSING:
            return "delete it, or the one further up that closes too early"
        if first in '{[,"':
            return "put the documents into one list, [ …, … ], or each into a file of its own"
        return "delete what stands behind the document"
    if expected == A_COLON:
        return (
            "write a colon in its place"
            if first in "=-"
            else "close the key with a quote, and write a colon behind it"
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
    """What to do about a text that does not begin as JSON does."""
    if text.startswith("{\\rtf"):
        return "this is a document of a word processor: save it as plain text"
    first = text[at]
    if first == "\0":
        return "restore the file from a backup: zero bytes stand where it began, as a power cut leaves them"
    if first == "<":
        return "this is a web page or XML, not JSON: fetch the data again, or move the file out of the legacy folder"
    if first in "\ufeff}],":
        return "delete it"
    if signature := signature_of(text[at : at + 512].encode("utf-8", "replace")):
        if signature.packs:
            return f"this is {signature.kind}: unpack it, and put what is in it into the folder"
        return f"this is {signature.kind}: export its data as JSON, or move it out of the legacy folder"
    line = text[at:].split("\n", 1)[0]
    if re.search(r"[{\[]", line) and re.match(r"[\w$.\s=(:'-]+[{\[]", line):
        return "JSON begins with { or [: delete what stands before it, and what belongs to that at the end"
    return _OTHER_KIND


def _hint_on_key(text: str, at: int) -> str:
    if text[at] == ",":
        return "delete the comma that is too many"
    thousands = _BEFORE_GROUP.search(text, max(0, at - 6), at)
    if thousands and (group := _GROUP.match(text, at)):
        number = f"{thousands[0]}{group[0]}"
        mended = " or ".join(possible_numbers(number))
        return f'write "{group[0]}" if it is a key, or {mended}, a comma and the missing key if {number} is one number'
    word = re.compile(r"\w{1,40}").match(text, at)
    return f'write the key in double quotes: "{word[0]}"' if word else ""


def _hint_on_value(text: str, at: int) -> str:
    if text[at] in ",}]":
        return "write the value that is missing, or null if it was never known, or delete what is too many"
    if found := _HEXADECIMAL.match(text, at):
        return f"write {int(found[1], 16)}"
    if found := re.compile(r"-?[0-9.]+([;\"])").match(text, at):
        if found[1] == ";":
            return "write a comma in place of the semicolon"
        return "delete the quote behind the number, or write one before it where a text is meant"
    word = _WORD.match(text, at)
    if word is None and text[at].isdigit():
        return "write one number, or a text in double quotes"
    if word is None:
        return "write the value, or null if it was never known"
    constant = _CONSTANTS.get(word[0].lower())
    if constant and _BEHIND.match(text, word.end()):
        return f"write {constant}"
    return "write the text in double quotes; only numbers, true, false and null have none"
