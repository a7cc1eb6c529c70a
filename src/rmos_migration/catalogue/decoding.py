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
        "The text is not JSON: a comma too many, a missing quote, a comment, text after the end.",
        "mend the file at the place shown",
    ),
    Code(
        "D203",
        "json-duplicate-key",
        _E,
        "One object has the same key twice. JSON readers silently keep one of the two; this one does not choose.",
        "delete the one that is wrong",
    ),
    Code(
        "D204",
        "json-not-a-number",
        _E,
        "NaN or Infinity stands where a number must be. Python programs write them; JSON does not know them.",
        "replace it by the right number, or by null if it was never known",
    ),
    Code(
        "D205",
        "json-number-range",
        _E,
        "The number is too large for any database column: an integer beyond 64 bits, or beyond a double's range.",
        "correct the number; its digits can be kept as text in quotes, under a key of its own where the field needs a number",
    ),
    Code(
        "D206",
        "json-number-precision",
        _E,
        "The number has digits that a computer's double cannot hold, so storing it would change it. Numbers that come back "
        "as they were written, with up to 17 significant digits, are taken.",
        "the program will not round it for you: keep all digits as text in quotes, under a key of its own where the "
        "field needs a number, and write the number itself with the digits that were really measured",
    ),
    Code(
        "D207",
        "json-surrogate",
        _E,
        "Half of a character: a \\uD800-\\uDFFF escape without its other half.",
        "replace the broken character by the right one",
    ),
    Code(
        "D208",
        "json-depth",
        _E,
        "Lists and objects are nested deeper than 64 levels.",
        "check the file: no RMOS program writes such depth",
    ),
    Code(
        "D209",
        "powershell-truncated",
        _E,
        "ConvertTo-Json was called without enough -Depth and wrote a type name where the data should be. The data is gone.",
        "export again with ConvertTo-Json -Depth 20",
    ),
)
