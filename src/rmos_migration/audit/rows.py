"""Going through an entity's rows once: each is parsed, held against its model, and shown to the checks."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..diagnostics import shown
from ..entities import Entity, FieldKind
from ..sources.decode import decode_text
from .rule import REFUSED, ModelCheck, ModelRefusal, Row, RowCheck, RowTest, Rule, Subject, Violation

Found = list[tuple[Rule, Violation]]
"""Flaws with the rules that found them."""

_REASONS = {
    "float_type": ModelRefusal.TYPE,
    "int_type": ModelRefusal.TYPE,
    "int_from_float": ModelRefusal.TYPE,
    "string_type": ModelRefusal.TYPE,
    "string_unicode": ModelRefusal.UNICODE,
    "dict_type": ModelRefusal.JSON_KIND,
    "list_type": ModelRefusal.JSON_KIND,
    "greater_than": ModelRefusal.RANGE,
    "greater_than_equal": ModelRefusal.RANGE,
    "less_than": ModelRefusal.RANGE,
    "less_than_equal": ModelRefusal.RANGE,
    "finite_number": ModelRefusal.RANGE,
    "literal_error": ModelRefusal.WORD,
    "string_pattern_mismatch": ModelRefusal.BLANK,
}
"""Why a value was refused, by the name Pydantic has for it; one that is not here counts as a wrong type."""

_NOT_NUMBERS = {"json-not-a-number", "json-number-range"}


class Reader:
    """Shows the rows of one entity to the checks of some rules."""

    def __init__(self, entity: Entity, rules: Iterable[Rule], subject: Subject) -> None:
        self.entity = entity
        self.names = tuple(entity.record.model_fields)
        self.columns = dict(zip(self.names, entity.columns, strict=True))
        self.json_names = [name for name, column in self.columns.items() if column.endswith("_json")]
        self.references = {rule.name for rule in entity.fields if rule.found.kind is FieldKind.IDENTIFIER}
        self.checks: list[tuple[Rule, RowTest]] = []
        self.refused: dict[ModelRefusal, Rule] = {}
        for rule in rules:
            if isinstance(rule.check, RowCheck):
                check = rule.check.for_entity(entity, subject)
                if check is not None:
                    self.checks.append((rule, check))
            elif isinstance(rule.check, ModelCheck):
                self.refused |= dict.fromkeys(rule.check.reasons, rule)

    @property
    def is_idle(self) -> bool:
        """Whether no rule has anything to look at in the rows."""
        return not self.checks and not self.refused

    def read(self, rows: Iterable[tuple[Any, ...]], found: Found) -> None:
        """Look at rows as the table holds them; flaws go into ``found``, each with its rule."""
        names, json_names, checks = self.names, self.json_names, self.checks
        validate, loads, table = self.entity.validate, orjson.loads, self.entity.name
        for raw in rows:
            row = dict(zip(names, raw, strict=True))
            try:
                for name in json_names:
                    text = row[name]
                    if text is not None:
                        row[name] = loads(text) if text != "null" else text
                validate(row)
            except (orjson.JSONDecodeError, ValidationError):
                self._refuse(raw, row, found)
            for rule, check in checks:
                for column, message in check(row):
                    found.append((rule, Violation(message, table, str(row["id"]), column)))

    def _refuse(self, raw: tuple[Any, ...], row: Row, found: Found) -> None:
        """Report what cannot be parsed and what the model refuses; in ``row`` it becomes None."""
        record_id = str(raw[0])
        held = dict(zip(self.names, raw, strict=True))
        unreadable = set()
        for name in self.json_names:
            if held[name] is None:
                continue
            try:
                row[name] = orjson.loads(held[name]) if held[name] != "null" else held[name]
            except orjson.JSONDecodeError:
                reason, message = _why_unreadable(self.columns[name], held[name])
                self._report(reason, message, record_id, name, found)
                row[name] = None
                unreadable.add(name)
        try:
            self.entity.validate(row)
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                name = str(problem["loc"][0])
                if name not in unreadable:
                    reason = self._reason(name, problem, held)
                    message = f"{self.columns[name]} is {_cause(problem, row[name])}"
                    self._report(reason, message, record_id, name, found)
                    unreadable.add(name)
        row.update(dict.fromkeys(unreadable))
        row[REFUSED] = unreadable

    def _reason(self, name: str, problem: ErrorDetails, held: Mapping[str, Any]) -> ModelRefusal:
        if held[name] is None:
            return ModelRefusal.MISSING
        if name in self.references and problem["type"].startswith("string_") and isinstance(held[name], str):
            return ModelRefusal.ID
        return _REASONS.get(problem["type"], ModelRefusal.TYPE)

    def _report(self, reason: ModelRefusal, message: str, record_id: str, name: str, found: Found) -> None:
        rule = self.refused.get(reason)
        if rule is not None:
            found.append((rule, Violation(message, self.entity.name, record_id, self.columns[name])))


def _cause(problem: ErrorDetails, value: object) -> str:
    if value is None:
        return "NULL, but every record has one"
    said = problem["msg"]
    if problem["type"] == "string_pattern_mismatch":
        is_id = problem["ctx"]["pattern"].startswith("^[^\\x00-")
        said = "text without control characters" if is_id else "text that is not blank and without NUL"
    return f"{shown(value)}, but it must be {said.removeprefix('Input should be ').removeprefix('String should ')}"


def _why_unreadable(column: str, text: object) -> tuple[ModelRefusal, str]:
    """Why a JSON column cannot be read, as the strict reader of documents says it."""
    if not isinstance(text, str):
        return ModelRefusal.TYPE, f"{column} holds {shown(text)}, but it must be text"
    _, errors = decode_text(text)
    if not errors:
        return ModelRefusal.JSON_TEXT, f"{column} is not JSON"
    first = errors[0]
    place = f"line {first.location.line}, column {first.location.column}"
    reason = ModelRefusal.JSON_NUMBER if first.code in _NOT_NUMBERS else ModelRefusal.JSON_TEXT
    return reason, f"{column} is not JSON: {first.message} ({place})"
