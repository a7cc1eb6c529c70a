"""The canonical rules that all generations share: never invent, never lose (DOMAIN.md §1).

``canonical`` fills an entity's fields from a document by their keys, keeps in ``extra`` every key that no column
carries verbatim, and holds the result to the entity's model.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from pydantic import ValidationError

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


_TIMES = (Kind.INSTANT, Kind.CLOCK)


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
    values: dict[str, Any] = dict.fromkeys(entity.record.model_fields)
    extra = dict(document)
    derived: list[str] = []
    faults: Notes = []
    notes: Notes = []
    keys: dict[str, str] = {}
    for step in _steps(entity):
        name, key, other_keys, translation, rule = step
        raw = document.get(key)
        if not raw:  # absent, empty, or a plain zero: look closer
            if raw is None and other_keys.isdisjoint(document):
                continue
            found, raw = _find(rule, document)
            if found is None:
                continue
            key = found
        keys[name] = key
        try:
            value = raw if translation is None else translation(raw, key, notes)
        except UnusableError as problem:
            _refuse(rule, key, str(problem), "field-invalid", required, faults, notes)
            continue
        values[name] = value
        if key != step.key:
            derived.append(rule.column)
        elif value is raw:
            del extra[key]
    _fill_gaps(entity, document, values, keys, derived, file_id)
    for rule in required:
        if rule.name not in keys:
            key = next(key for key in rule.found.keys if key in document)
            faults.append(("field-missing", f"{key} is {shown(document[key])}, but a record needs it", key))
    values["extra"] = extra or None
    values = _validated(entity, values, document, keys, derived, required, faults, notes)
    start, end = values.get("start_time"), values.get("end_time")
    if start and end and ends_before_start(start, end):
        sentence = f"{keys['end_time']} {end} is before {keys['start_time']} {start}"
        notes.append(("end-before-start", sentence, keys["end_time"]))
    return Draft(values, derived, faults, notes)


class _Step(NamedTuple):
    """A field rule laid out for the loop that runs for every document."""

    name: str
    key: str
    other_keys: frozenset[str]
    translation: Translation | None
    rule: FieldRule


@cache
def _steps(entity: Entity) -> tuple[_Step, ...]:
    return tuple(
        _Step(
            rule.name,
            rule.native_key,
            frozenset(rule.found.keys[1:]),
            TRANSLATIONS[rule.found.kind],
            rule,
        )
        for rule in entity.fields
    )


def _find(rule: FieldRule, document: Mapping[str, Any]) -> tuple[str | None, Any]:
    """The key under which the document holds the field, and the value; absent and empty values do not count."""
    found = rule.found
    for key in found.keys:
        raw = document.get(key)
        if raw is None or (raw == "" and found.kind in _TIMES) or (found.empty_is_absent and raw == {}):
            continue
        if key == "type" and "data" in document:  # an event's type, not a job's (DOMAIN.md §1)
            continue
        return key, raw
    return None, None


def _fill_gaps(
    entity: Entity,
    document: Mapping[str, Any],
    values: dict[str, Any],
    keys: Mapping[str, str],
    derived: list[str],
    file_id: str,
) -> None:
    """What a column holds where the document says nothing: the file's name as id, another field, a default."""
    if "id" not in keys:
        values["id"] = file_id
        derived.append("id")
    for rule in entity.substitutes:
        source = rule.found.otherwise or ""
        translation = TRANSLATIONS[rule.found.kind]
        if rule.name in keys or values[source] is None or translation is None:
            continue
        values[rule.name] = translation(document[keys[source]], keys[source], [])
        derived.append(rule.column)
    for name, default in entity.defaults.items():
        if values[name] is None:
            values[name] = default
            derived.append(name)


def _validated(
    entity: Entity,
    values: dict[str, Any],
    document: Mapping[str, Any],
    keys: Mapping[str, str],
    derived: list[str],
    required: tuple[FieldRule, ...],
    faults: Notes,
    notes: Notes,
) -> dict[str, Any]:
    """The values as the model gives them back; a field it refuses is emptied or keeps the document out."""
    validate = entity.record.__pydantic_validator__.validate_python
    try:
        return validate(values).__dict__
    except ValidationError as error:
        problems = {str(problem["loc"][0]): problem for problem in error.errors(include_url=False)}
    rules = {rule.name: rule for rule in entity.fields}
    extra = dict(values["extra"] or {})
    for name, problem in problems.items():
        rule = rules[name]
        key = keys.get(name)
        if key is None:  # the file's name as id, or a required field already reported
            if name == "id":
                faults.append(("id-invalid", _sentence("the file name", values[name], problem["type"]), ""))
            continue
        code = "id-invalid" if name == "id" else "field-invalid"
        if rule in required and isinstance(values[name], str) and not values[name].strip():
            code = "field-missing"
        _refuse(
            rule,
            key,
            _sentence(key, document[key], problem["type"], problem.get("ctx")),
            code,
            required,
            faults,
            notes,
        )
        values[name] = None
        extra[key] = document[key]
        if rule.column in derived:
            derived.remove(rule.column)
    values["extra"] = extra or None
    return values if faults else validate(values).__dict__


def _refuse(
    rule: FieldRule,
    key: str,
    sentence: str,
    code: str,
    required: tuple[FieldRule, ...],
    faults: Notes,
    notes: Notes,
) -> None:
    """A value that cannot be used: it keeps the document out where the field must be there."""
    if rule.name == "id" or rule in required:
        faults.append((code, sentence, key))
    else:
        notes.append(("field-unusable", f"{sentence}; the column stays empty", key))


_SENTENCES = {
    "string_type": "must be text",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must not be blank and must hold no control character",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "less_than": "must be less than {lt:g}",
    "finite_number": "must be finite",
}


def _sentence(key: str, value: Any, problem: str, limits: Mapping[str, Any] | None = None) -> str:
    rule = _SENTENCES.get(problem, f"cannot be used ({problem})").format(**(limits or {}))
    return f"{key} {rule}, found {shown(value)}"
