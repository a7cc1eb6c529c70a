"""Bytes to JSON values: nothing is accepted that reading changes (docs/domain.md, Strict JSON, Encodings).

Most files pass a short proof: orjson parses the bytes, writes the value back, and the result must equal the
input except for white space. Then no key was lost, no number rounded and no character replaced. A file that
fails the proof (it may merely write 1.50 or \\u00e9) is read by the standard library with a hook on
everything doubtful, and only a file that fails this too is scanned character by character to say where and
why (``scan.py``).
"""

import codecs
import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

import orjson

from ..diagnostics import Diagnostic, Location, diagnose
from .numbers import check_number
from .positions import START, Positions
from .scan import MAX_DEPTH, scan
from .signatures import signature_of


class Decoded(NamedTuple):
    """A decoded text: its value and encoding, or the errors that reject it (then ``value`` is None)."""

    value: Any
    encoding: str
    errors: tuple[Diagnostic, ...] = ()


_WHITE_SPACE = b" \t\r\n"
_BYTE_ORDER_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(raw: bytes, fallback_encoding: str | None = None, start: Location = START) -> Decoded:
    """Decode a file's bytes to one JSON value. Bad input never raises: its errors are returned.

    Args:
        raw: the file's bytes, at most 16 MiB (``read.py`` sees to it).
        fallback_encoding: a codec for files that are neither UTF-8 nor marked, such as ``cp1252``.
        start: where the bytes begin, so that each error has its place in the file.
    """
    try:
        value = orjson.loads(raw)
        proven = _is_written_back_equal(raw, value)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
        proven = False
    if proven and not is_too_deep(raw, value):
        return Decoded(value, "utf-8")
    value = None  # a large value must not stay alive beside the text
    text, encoding, error = decode_bytes(raw, fallback_encoding, start)
    if error is not None:
        return Decoded(None, encoding, (error,))
    value, errors = decode_text(text, start)
    return Decoded(value, encoding, errors)


def decode_text(text: str, start: Location = START) -> tuple[Any, tuple[Diagnostic, ...]]:
    """Decode JSON text as strictly as a file: to its value without errors, or to None with all its errors."""
    if not text.strip():
        return None, (diagnose("file-empty", "there is no text in it", start),)
    if "\0" in text and not text.replace("\0", " ").strip():
        return None, (diagnose("file-empty", _ZEROS, start),)
    try:
        value = _STRICT.decode(text)
        if not is_too_deep(text.encode(), value) and not _has_lone_surrogate(text, value):
            return value, ()
    except (_DoubtfulError, ValueError, RecursionError):
        pass
    errors = scan(text, start)
    if not errors:  # the two readers disagree: refuse rather than guess
        errors = (diagnose("json-syntax", "the text is not JSON", start),)
    return None, errors


def to_text(raw: bytes, fallback_encoding: str | None = None) -> str:
    """Return the bytes as text, for showing a place in it; undecodable bytes become U+FFFD."""
    text, encoding, error = decode_bytes(raw, fallback_encoding)
    return text if error is None else raw.decode(encoding or "utf-8", "replace").removeprefix("\ufeff")


def is_codec(name: str) -> bool:
    """Tell whether ``name`` is a text encoding that Python has."""
    try:
        " ".encode(name)  # not "": Python encodes nothing with any codec
    except (LookupError, UnicodeError, ValueError):
        return False
    return True


def _is_written_back_equal(raw: bytes, value: Any) -> bool:
    written = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    return written.translate(None, _WHITE_SPACE) == raw.translate(None, _WHITE_SPACE)


def is_too_deep(raw: bytes, value: Any) -> bool:
    """Tell whether a value nests deeper than ``MAX_DEPTH``; the brackets of its text are counted first."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return False
    level = [value] if type(value) is dict or type(value) is list else []
    for _ in range(MAX_DEPTH):
        level = [
            below
            for container in level
            for below in (container.values() if type(container) is dict else container)
            if type(below) is dict or type(below) is list
        ]
        if not level:
            return False
    return True


# encodings


_ZEROS = "there is nothing in it but zero bytes, as after a power cut"


def decode_bytes(
    raw: bytes, fallback: str | None, start: Location = START
) -> tuple[str, str, Diagnostic | None]:
    """Decode bytes to text and its encoding; on failure, return an error for the first undecodable byte."""
    encoding, mark = next(((name, bom) for bom, name in _BYTE_ORDER_MARKS if raw.startswith(bom)), ("", b""))
    body = raw[len(mark) :]
    blanks = b"\0" if encoding.startswith(("utf-16", "utf-32")) else b"\0 \t\r\n\f\v"
    if b"\0" in body[:1024] and not body.strip(blanks):
        return "", encoding, diagnose("file-empty", _ZEROS, start)
    wide = "" if encoding else _wide_encoding(raw[:4])
    if not wide:
        try:
            return body.decode(encoding or "utf-8"), encoding or "utf-8", None
        except UnicodeDecodeError as error:
            reason = _encoding_error(body, len(mark), error, encoding, start)
    else:
        message = f"the text has no byte order mark, but its zero bytes look like {wide.upper()}"
        reason = diagnose("encoding-unknown", message, start, hint=f"run again with --encoding {wide}")
    if not encoding and fallback:
        with suppress(UnicodeError):
            text = raw.decode(fallback)
            if "\0" not in text:
                return text, fallback, None
    return "", encoding, reason


def _wide_encoding(beginning: bytes) -> str:
    """Return the encoding that zero bytes at the beginning of a text point to; empty if there are none.

    JSON begins with an ASCII character. In UTF-16 or UTF-32 without a mark its other bytes are zero, and the
    text would pass for UTF-8.
    """
    first, second, *others = [byte == 0 for byte in beginning.ljust(4, b"-")]
    if first == second and (not first or others != [True, False]):
        return ""  # a text that begins with more zeros was overwritten
    width = 32 if all(others) or (first and second) else 16
    return f"utf-{width}-{'be' if first else 'le'}"


def _encoding_error(
    body: bytes, mark: int, error: UnicodeDecodeError, encoding: str, start: Location
) -> Diagnostic:
    readable = body[: error.start].decode(encoding or "utf-8", "replace")
    line, column = Positions(readable, start).at(len(readable))
    what = f"byte 0x{body[error.start]:02x} at offset {error.start + mark}"
    hint = ""
    if signature := signature_of(body):
        message = f"this is {signature.kind}, not text: {what}"
        hint = "unpack it, or export its data as JSON, or move it out of the legacy folder"
    elif encoding:
        message = f"{what} is damaged {encoding.upper()}: {error.reason}"
    else:
        message = f"{what} is not UTF-8 and there is no byte order mark"
    return diagnose("encoding-unknown", message, start._replace(line=line, column=column), hint=hint)


# the standard library, with a hook on everything doubtful


class _DoubtfulError(Exception):
    """The text holds something that must not be read silently."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) != len(pairs):
        raise _DoubtfulError
    return built


def _number(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    def checked(digits: str) -> Any:
        if check_number(digits) is not None:
            raise _DoubtfulError
        return convert(digits)

    return checked


def _constant(word: str) -> NoReturn:  # noqa: ARG001 - the hook is given the word
    raise _DoubtfulError


_STRICT = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_number(float), parse_int=_number(int), parse_constant=_constant
)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def _has_lone_surrogate(text: str, value: Any) -> bool:
    if not _SURROGATE_ESCAPE.search(text):
        return False
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
