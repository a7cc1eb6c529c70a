"""Notes on fields that older programs never recorded, or not in a usable form."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from ..diagnostics import shown
from ..entities import FieldRule
from .hints import ARRIVES
from .notes import Note

_HINT = f"write a list of objects, [{{ … }}], without quotes around it; {ARRIVES}"


def notes_on_lacking(
    document: Mapping[str, Any], keys: Mapping[str, str], expected: tuple[FieldRule, ...]
) -> Iterator[Note]:
    """Yield a note on the fields that the document never recorded, and one on those in an unusable form.

    Args:
        document: the source document.
        keys: the keys under which fields were found.
        expected: the fields that a record of the newest generation has.
    """

    def unusable_key(rule: FieldRule) -> str:
        key = rule.source.made_of
        return key if document.get(key) and key not in keys.values() else ""

    lacking = [rule for rule in expected if rule.name not in keys]
    for key, rules in groupby(lacking, unusable_key):
        names = ", ".join(rule.name for rule in rules)
        if key:
            found = f"{key} must be a list of objects, found {shown(document[key])}"
            yield "field-unusable", f"{found}; not filled: {names}", key, _HINT
        else:
            yield "not-recorded", f"never recorded: {names}", ""
