"""The canonical rules that all generations share: never invent, never lose (DOMAIN.md §1).

``canonical`` fills an entity's fields from a document by their keys, keeps in ``extra`` every key that no column
carries verbatim, and holds the result to the entity's model.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..diagnostics import shown
from ..entities import Entity, FieldRule, Kind
from .notes import Notes, UnusableError
from .times import ends_before_start
from .values import TRANSLATIONS, Translation


class Draft(NamedTuple):
    """A document in canonical form.

    ``values`` holds every field of the record in column order; ``derived`` names the columns whose value does not
    stand under the column's native key, so that the document can be rebuilt; ``faults`` keep it out; ``notes`` are
    warnings and infos. Faults and notes are (catalogue code, sentence, key).
    """

    values: dict[str, Any]
    derived: list[str]
    faults: Notes
    notes: Notes


def canonical(
    entity: Entity, document: Mapping[str, Any], file_id: str, required: tuple[FieldRule, ...] = ()
) -> Draft:
    """The document as a record of ``entity``.

    Args:
        entity: what the folder says it is.
        document: the source document; it is not changed.
        file_id: the id where the document has none of its own (DOMAIN.md §2).
        required: the fields without which the document is rejected; a fault in another one costs only that field.
    """
    return _Filling(entity, document, file_id, required).draft()


def keys_in(document: Mapping[str, Any], rule: FieldRule) -> list[str]:
    """The keys of a document that may hold a field, in order of preference."""
    keys = [key for key in rule.found.keys if key in document]
    if "type" in keys and "data" in document:  # an event's type, not a job's (DOMAIN.md §1)
        keys.remove("type")
    return keys


class _Step(NamedTuple):
    """What to do with one key of a document."""

    name: str
    translation: Translation | None
    rule: FieldRule
    is_native: bool


class _Plan(NamedTuple):
    """An entity's field rules laid out by key, for the loop that runs for every document."""

    steps: dict[str, _Step]
    synonyms: frozenset[str]


@cache
def _plan(entity: Entity) -> _Plan:
    steps = {
        key: _Step(rule.name, TRANSLATIONS[rule.found.kind], rule, key == rule.native_key)
        for rule in entity.fields
        for key in rule.found.keys
    }
    return _Plan(steps, frozenset(key for key, step in steps.items() if not step.is_native))


class _Filling:
    """A record being filled from one document. ``keys`` says under which key each field was found."""

    __slots__ = (
        "derived",
        "document",
        "entity",
        "extra",
        "faults",
        "file_id",
        "keys",
        "notes",
        "required",
        "values",
    )

    def __init__(
        self, entity: Entity, document: Mapping[str, Any], file_id: str, required: tuple[FieldRule, ...]
    ) -> None:
        self.entity = entity
        self.document = document
        self.file_id = file_id
        self.required = required
        self.values: dict[str, Any] = entity.blank.copy()
        self.extra: dict[str, Any] = {}
        self.derived: list[str] = []
        self.faults: Notes = []
        self.notes: Notes = []
        self.keys: dict[str, str] = {}

    def draft(self) -> Draft:
        self._take_fields()
        self._fill_gaps()
        if len(self.keys) < len(self.entity.fields):
            self._miss_required()
        self.values["extra"] = self.extra or None
        try:
            values = self.entity.validate(self.values).__dict__
        except ValidationError as error:
            values = self._without_invalid(error)
        start, end = values.get("start_time"), values.get("end_time")
        if start and end and ends_before_start(start, end):
            sentence = f"{self.keys['end_time']} {end} is before {self.keys['start_time']} {start}"
            self.notes.append(("end-before-start", sentence, self.keys["end_time"]))
        return Draft(values, self.derived, self.faults, self.notes)

    def _take_fields(self) -> None:
        """Take each field from the first of its keys that holds something; the rest goes into extra."""
        document, values, extra, keys, notes = self.document, self.values, self.extra, self.keys, self.notes
        steps, synonyms = _plan(self.entity)
        chosen = None if synonyms.isdisjoint(document) else self._preferred_keys()
        for key, raw in document.items():
            step = steps.get(key)
            if step is None or (not raw and _is_absent(step.rule, raw)) or (chosen and key not in chosen):
                extra[key] = raw
                continue
            name, translation, rule, is_native = step
            keys[name] = key
            try:
                value = raw if translation is None else translation(raw, key, notes)
            except UnusableError as problem:
                self._refuse(rule, key, str(problem), "field-invalid")
                extra[key] = raw
                continue
            if value is not raw:
                extra[key] = raw
                if _is_absent(rule, value):  # JSON text of null or of an empty geometry
                    del keys[name]
                    continue
            values[name] = value
            if not is_native:
                extra[key] = raw
                self.derived.append(rule.column)

    def _preferred_keys(self) -> set[str]:
        """For each field the key to take it from, where the document uses synonyms."""
        chosen = set()
        for rule in self.entity.fields:
            for key in keys_in(self.document, rule):
                if not _is_absent(rule, self.document.get(key)):
                    chosen.add(key)
                    break
        return chosen

    def _fill_gaps(self) -> None:
        """What a column holds where the document says nothing: the file's name, another field, a default."""
        values, keys = self.values, self.keys
        if "id" not in keys:
            values["id"] = self.file_id
            self.derived.append("id")
        for rule in self.entity.substitutes:
            source = rule.found.otherwise or ""
            translation = TRANSLATIONS[rule.found.kind]
            if rule.name in keys or values[source] is None or translation is None:
                continue
            with suppress(UnusableError):  # a local time at the edge of the calendar may be no instant in UTC
                values[rule.name] = translation(self.document[keys[source]], keys[source], [])
                self.derived.append(rule.column)
        for name, default in self.entity.defaults:
            if values[name] is None:
                values[name] = default
                self.derived.append(name)

    def _miss_required(self) -> None:
        for rule in self.required:
            if rule.name not in self.keys:
                key = keys_in(self.document, rule)[0]
                sentence = f"{key} is {shown(self.document[key])}, but a record needs it"
                self.faults.append(("field-missing", sentence, key))

    def _without_invalid(self, error: ValidationError) -> dict[str, Any]:
        """The values without those the model refuses; a refused one that must be there keeps the document out."""
        rules = {rule.name: rule for rule in self.entity.fields}
        for problem in error.errors(include_url=False):
            name = str(problem["loc"][0])
            key = self.keys.get(name)
            if key is not None and self.values[name] is not None:  # else it was refused already
                self._refuse_invalid(rules[name], key, problem)
            elif key is None and name == "id":
                self.faults.append(("id-invalid", _sentence("the file name", self.file_id, problem), ""))
        self.values["extra"] = self.extra or None
        return self.values if self.faults else self.entity.validate(self.values).__dict__

    def _refuse_invalid(self, rule: FieldRule, key: str, problem: ErrorDetails) -> None:
        value = self.values[rule.name]
        is_blank = isinstance(value, str) and not value.strip()
        code = "field-missing" if is_blank else "field-invalid"
        sentence = _sentence(key, self.document[key], problem)
        self._refuse(rule, key, sentence, "id-invalid" if rule.name == "id" else code)
        self.values[rule.name] = None
        self.extra[key] = self.document[key]
        if rule.column in self.derived:
            self.derived.remove(rule.column)

    def _refuse(self, rule: FieldRule, key: str, sentence: str, code: str) -> None:
        if rule.name == "id" or rule in self.required:
            self.faults.append((code, sentence, key))
        else:
            self.notes.append(("field-unusable", f"{sentence}; the column stays empty", key))


_TIMES = (Kind.INSTANT, Kind.CLOCK)


def _is_absent(rule: FieldRule, raw: Any) -> bool:
    """Whether a value counts as not there: null, an empty time, an empty geometry (DOMAIN.md §1, §4)."""
    return (
        raw is None or (raw == "" and rule.found.kind in _TIMES) or (rule.found.empty_is_absent and raw == {})
    )


_SENTENCES = {
    "string_type": "must be text",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must hold no control character",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "less_than": "must be less than {lt:g}",
    "finite_number": "must be finite",
}


def _sentence(key: str, value: Any, problem: ErrorDetails) -> str:
    """What the model finds wrong, in our words."""
    kind = problem["type"]
    if isinstance(value, str) and not value.strip():
        return f"{key} must not be blank, found {shown(value)}"
    rule = _SENTENCES.get(kind, f"cannot be used ({kind})").format(**problem.get("ctx", {}))
    return f"{key} {rule}, found {shown(value)}"
