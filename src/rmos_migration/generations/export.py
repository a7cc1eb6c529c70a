"""What ``rmos export --format canonical`` writes: one record a document, every column under its own name.

``rmos_pattern``, ``rmos_strip_family`` or ``rmos_joblog`` holds the number of the format and says what the
record is; ``derived`` is that of the ledger. Nothing is translated: the row is made of the values as given.
So a missing or unknown key rejects the document, because something would be lost.
"""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import orjson
from pydantic import ValidationError

from ..diagnostics import shown
from ..entities import ENTITIES, Entity, FieldKind, FieldRule
from ..entities.stored import stored_object, stored_value
from ..sources.decode import decode_text, is_too_deep
from ..sources.powershell import truncation
from .normalized import CATEGORY, Normalized
from .notes import Notes, UnusableError
from .source_format import Document, Marker, SourceFormat, a_value, key
from .validation_messages import validation_message
from .values import TRANSLATIONS

NAME = "rmos export"

FORMAT = 1
"""The number of the format. A document with another one is rejected, because its meaning is unknown."""

_TIMES = (FieldKind.INSTANT, FieldKind.CLOCK)


def marker(entity: Entity) -> str:
    """Return the key that shows a canonical document and says which entity's record it is."""
    return f"rmos_{entity.singular}"


def canonical_document(
    entity: Entity, row: Mapping[str, Any], derived: Collection[str], wishes: Mapping[str, str]
) -> dict[str, Any]:
    """Return the canonical document of a row.

    Args:
        entity: whose row it is.
        row: the values by column, JSON as text, as the database holds them.
        derived: what the ledger says of the row's origin.
        wishes: the ids that detached references wait for, by field. The document says them in the field, and
            not in ``extra``, where detaching has put a copy; whoever reads it detaches them again, or has the
            parent.

    Raises:
        CorruptRow: if something that is not JSON, or not an object, was written into the row outside this
        program.
    """
    document: dict[str, Any] = {marker(entity): FORMAT, "derived": list(derived)}
    texts = dict(zip(entity.record.model_fields, (row[column] for column in entity.columns), strict=True))
    waiting = [rule for rule in entity.references if rule.name in wishes and texts[rule.name] is None]
    if waiting:
        extra = stored_object(f"{entity.name}.extra_json", texts["extra"])
        for rule in waiting:
            texts[rule.name] = wishes[rule.name]
            if rule.column not in derived and extra.get(rule.native_key) == wishes[rule.name]:
                del extra[rule.native_key]
        texts["extra"] = orjson.dumps(extra).decode() if extra else None
    for (name, value), column in zip(texts.items(), entity.columns, strict=True):
        if value is None or not column.endswith("_json"):
            document[name] = value
            continue
        read = stored_value(f"{entity.name}.{column}", value)
        if is_read_as_it_stands(value, read):
            document[name] = read
        else:
            document[f"{name}_json"] = value
    return document


def is_read_as_it_stands(text: str, value: Any) -> bool:
    """Tell whether a column's JSON can be part of a document, one level deeper; else its text is used.

    It is not where it nests as deep as a document may itself, or holds what looks like a PowerShell stump.
    """
    raw = text.encode()
    return not is_too_deep(b"{" + raw, {"": value}) and truncation({"": value}, raw) is None


def read_canonical(entity: Entity, document: Document, file_id: str) -> Normalized:
    """Return the row's values of a canonical document, exactly as given; ``file_id`` is not used."""
    return _Reading(entity, document).normalized()


class _Reading:
    """A canonical document on its way to being a record again."""

    def __init__(self, entity: Entity, document: Document) -> None:
        self.entity = entity
        self.document = document
        self.errors: Notes = []
        self.keys: dict[str, str] = {}

    def normalized(self) -> Normalized:
        values = self.entity.blank.copy()
        derived: list[str] = []
        if self._is_of_this_format():
            for name, column in zip(values, self.entity.columns, strict=True):
                values[name] = self._value(name, column)
            derived = self._derived(values["extra"])
            self._refuse_unknown_keys()
            self._check(values)
        if not self.errors:
            values = self._validated(values)
        return Normalized(values, derived, self.errors, [], [])

    def _is_of_this_format(self) -> bool:
        mark = marker(self.entity)
        number = self.document[mark]
        if type(number) is int and number == FORMAT:
            return True
        sentence = f"{mark} is {shown(number)}; this version reads format {FORMAT}"
        self.errors.append(("field-invalid", sentence, mark))
        return False

    def _value(self, name: str, column: str) -> Any:
        """Return the value under a field's name, or as JSON text under that of its column."""
        found = [one for one in dict.fromkeys((name, column)) if one in self.document]
        self.keys[name] = found[0] if found else name
        if not found:
            self._error(
                "field-missing", f"there is no {name}; every field must be there, as null if empty", ""
            )
            return None
        if len(found) > 1:
            self._error("field-invalid", f"{name} and {column} are both there; one of them is enough", column)
        if found[0] == name:
            return self.document[name]
        text = self.document[column]
        value, errors = decode_text(text) if isinstance(text, str) else (None, ())
        if not isinstance(text, str) or errors:
            self._error("field-invalid", f"{column} must be JSON text, found {shown(text)}", column)
        elif orjson.dumps(value).decode() != text or is_read_as_it_stands(text, value):
            self._error("field-invalid", f"{column} is needless text; write its value as {name}", column)
        return value

    def _derived(self, extra: Any) -> list[str]:
        known = {*self.entity.columns, CATEGORY}
        derived = self.document.get("derived")
        if "derived" not in self.document:
            self._error("field-missing", "there is no derived; it may be an empty list", "")
        elif not isinstance(derived, list) or not all(isinstance(one, str) for one in derived):
            self._error(
                "field-invalid", f"derived must be a list of columns, found {shown(derived)}", "derived"
            )
        elif not known.issuperset(derived) or len(set(derived)) < len(derived):
            odd = [one for one in dict.fromkeys(derived) if one not in known or derived.count(one) > 1]
            self._error("field-invalid", f"derived must name columns, each once: {shown(odd[0])}", "derived")
        elif CATEGORY in derived and (not isinstance(extra, dict) or CATEGORY not in extra):
            self._error("field-invalid", "derived names category, but extra has none", "derived")
        else:
            return derived
        return []

    def _refuse_unknown_keys(self) -> None:
        known = {marker(self.entity), "derived", *self.keys, *self.entity.columns}
        for found in self.document:
            if found not in known:
                sentence = f"{shown(found)} is not a field of a {self.entity.singular}; put it into extra"
                self._error("field-invalid", sentence, found)

    def _check(self, values: dict[str, Any]) -> None:
        """Check what the model cannot: that times are in stored form."""
        for rule in self.entity.fields:
            if rule.source.kind in _TIMES and values[rule.name] is not None:
                self._check_time(rule, values[rule.name])

    def _check_time(self, rule: FieldRule, value: Any) -> None:
        translation = TRANSLATIONS[rule.source.kind]
        try:
            is_stored_form = translation is not None and translation(value, rule.name, []) == value
        except UnusableError:
            is_stored_form = False
        if not is_stored_form:
            form = "UTC, YYYY-MM-DDTHH:MM:SS.ffffffZ" if rule.source.kind is FieldKind.INSTANT else "ISO 8601"
            self._error("field-invalid", f"{rule.name} must be {form}, found {shown(value)}", rule.name)

    def _validated(self, values: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.entity.validate(values).__dict__
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                name = str(problem["loc"][0])
                value = values[name]
                is_blank = value is None or (isinstance(value, str) and not value.strip())
                code = "id-invalid" if name == "id" else "field-missing" if is_blank else "field-invalid"
                self._error(code, validation_message(self.keys[name], value, problem), self.keys[name])
            return values

    def _error(self, code: str, sentence: str, at: str) -> None:
        self.errors.append((code, sentence, at))


class _SpelledOut(Marker):
    """The key ``derived``, or every field: no other program wrote either."""

    def found_in(self, document: Document) -> str:
        if "derived" in document:
            return "derived"
        return self.keys[0] if document.keys() >= set(self.keys) else ""


def _fields(entity: Entity) -> Marker:
    return _SpelledOut(tuple(entity.record.model_fields), holds=a_value, label="derived, or every field")


FORMATS = tuple(
    SourceFormat(
        NAME,
        entity,
        (key(marker(entity)), _fields(entity)),
        strict=True,
        reading=partial(read_canonical, entity),
    )
    for entity in ENTITIES
)
