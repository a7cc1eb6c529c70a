"""JSON columns: valid JSON, of the right kind, with finite numbers."""

from ...diagnostics import Severity
from ..rule import Family, InvalidReason, Rule, invalid

FAMILY = Family(
    "json",
    "JSON fields",
    (
        Rule(
            "json-unreadable",
            Severity.ERROR,
            "Every JSON column can be read",
            "The text is not JSON. The database checks that on writing, unless somebody switched the check"
            " off.",
            "correct the text, or delete the row; the next rmos migrate creates it again",
            invalid(InvalidReason.JSON_TEXT),
        ),
        Rule(
            "json-not-a-number",
            Severity.ERROR,
            "No JSON column holds NaN or Infinity",
            "Some programs write NaN, Infinity or numbers out of range. Strict readers reject the whole"
            " text.",
            "replace it with a number or null, or delete the row; the next rmos migrate creates it again",
            invalid(InvalidReason.JSON_NUMBER),
        ),
        Rule(
            "json-kind",
            Severity.ERROR,
            "Every JSON column holds an object or a list, as it should",
            "Strips are a list; geometry, parameters, results, metadata and extra are objects.",
            "correct the value, or delete the row; the next rmos migrate creates it again",
            invalid(InvalidReason.JSON_KIND),
        ),
    ),
)
