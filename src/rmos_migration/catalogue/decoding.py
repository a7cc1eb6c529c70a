"""Diagnostics of reading bytes as JSON."""

from .code import Code, Severity

_E = Severity.ERROR

DECODING = (
    Code(
        "D201",
        "encoding-unknown",
        _E,
        "The bytes are not UTF-8 and there is no byte order mark that names another encoding.",
        "if an old Windows program wrote the file, run again with --encoding cp1252",
    ),
    Code(
        "D202",
        "json-syntax",
        _E,
        "The text is not JSON: an extra comma, a missing quote, a comment, text after the end.",
        "correct the file at the place shown",
    ),
    Code(
        "D203",
        "json-duplicate-key",
        _E,
        "One object has the same key twice. Most JSON readers silently keep one of the two; this one does "
        "not choose.",
        "delete the wrong one",
    ),
    Code(
        "D204",
        "json-not-a-number",
        _E,
        "The value is NaN or Infinity. Python programs write them; JSON does not have them.",
        "replace it with the right number, or with null if it was never known",
    ),
    Code(
        "D205",
        "json-number-range",
        _E,
        "The number is too large for any database column: an integer beyond 64 bits, or beyond a double's "
        "range.",
        "correct the number; its digits can be kept as text in quotes, under another key if the field needs "
        "a number",
    ),
    Code(
        "D206",
        "json-number-precision",
        _E,
        "The number has digits that a double cannot hold, so storing it would change it. Numbers of up to "
        "17 significant digits that a double gives back are accepted.",
        "the program will not round it for you: keep all digits as text in quotes, under another key if the "
        "field needs a number, and write the number itself with the digits that were really measured",
    ),
    Code(
        "D207",
        "json-surrogate",
        _E,
        "Half of a character: a \\uD800-\\uDFFF escape without its other half.",
        "replace the broken character with the right one",
    ),
    Code(
        "D208",
        "json-depth",
        _E,
        "Lists and objects are nested deeper than 64 levels.",
        "check the file: no RMOS program nests that deep",
    ),
    Code(
        "D209",
        "powershell-truncated",
        _E,
        "ConvertTo-Json was called without enough -Depth and wrote a type name in place of the data. The "
        "data is lost.",
        "export again with ConvertTo-Json -Depth 20",
    ),
)
