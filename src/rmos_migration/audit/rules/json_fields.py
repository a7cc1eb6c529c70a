"""JSON columns: readable, of the right kind, with numbers that are numbers."""

from ...diagnostics import Severity
from ..rule import Family, ModelRefusal, Rule, refused

FAMILY = Family(
    "json",
    "JSON fields",
    (
        Rule(
            "json-unreadable",
            Severity.ERROR,
            "Every JSON column can be read",
            "The text is not JSON. The database checks it on writing, unless somebody has switched that off.",
            "correct the text, or delete the row; the next rmos migrate makes it anew",
            refused(ModelRefusal.JSON_TEXT),
        ),
        Rule(
            "json-not-a-number",
            Severity.ERROR,
            "No JSON column holds NaN or Infinity",
            "Some programs write NaN, Infinity or a number beyond every range. Strict readers refuse the whole text.",
            "replace it with a number or null, or delete the row; the next rmos migrate makes it anew",
            refused(ModelRefusal.JSON_NUMBER),
        ),
        Rule(
            "json-kind",
            Severity.ERROR,
            "Every JSON column holds an object or a list, as it should",
            "Strips are a list; geometry, parameters, results, metadata and extra are objects.",
            "correct the value, or delete the row; the next rmos migrate makes it anew",
            refused(ModelRefusal.JSON_KIND),
        ),
    ),
)
