"""One pass over an entity's rows: each is parsed, validated and passed to the checks."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..diagnostics import shown
from ..entities import Entity, FieldKind
from ..sources.decode import decode_text
from .rule import INVALID, InvalidReason, ModelCheck, Row, RowCheck, RowTest, Rule, Subject, Violation

Found = list[tuple[Rule, Violation]]
"""RowViolations with the rules that found them."""

_REASONS = {
    "float_type": InvalidReason.TYPE,
    "int_type": InvalidReason.TYPE,
    "int_from_float": InvalidReason.TYPE,
    "string_type": InvalidReason.TYPE,
    "string_unicode": InvalidReason.UNICODE,
    "dict_type": InvalidReason.JSON_KIND,
    "list_type": InvalidReason.JSON_KIND,
    "greater_than": InvalidReason.RANGE,
    "greater_than_equal": InvalidReason.RANGE,
    "less_than": InvalidReason.RANGE,
    "less_than_equal": InvalidReason.RANGE,
    "finite_number": InvalidReason.RANGE,
    "literal_error": InvalidReason.WORD,
    "string_pattern_mismatch": InvalidReason.BLANK,
}
"""Why a value is invalid, by Pydantic's name for the error; any other error counts as a wrong type."""

_NOT_NUMBERS = {"json-not-a-number", "json-number-range"}


class RowChecker:
    """The checks of some rules that look at the rows of one entity."""

    def __init__(self, entity: Entity, rules: Iterable[Rule], subject: Subject) -> None:
        self.entity = entity
        self.names = tuple(entity.record.model_fields)
        self.columns = dict(zip(self.names, entity.columns, strict=True))
        self.json_names = [name for name, column in self.columns.items() if column.endswith("_json")]
        self.references = {rule.name for rule in entity.fields if rule.source.kind is FieldKind.IDENTIFIER}
        self.checks: list[tuple[Rule, RowTest]] = []
        self.rules_by_reason: dict[InvalidReason, Rule] = {}
        for rule in rules:
            if isinstance(rule.check, RowCheck):
                check = rule.check.for_entity(entity, subject)
                if check is not None:
                    self.checks.append((rule, check))
            elif isinstance(rule.check, ModelCheck):
                self.rules_by_reason |= dict.fromkeys(rule.check.reasons, rule)

    @property
    def is_idle(self) -> bool:
        """Whether no rule looks at these rows."""
        return not self.checks and not self.rules_by_reason

    def violations(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Rule, Violation]]:
        """Check rows as the table holds them; yield each violation with its rule."""
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
                yield from self._invalid_values(raw, row)
            for rule, check in checks:
                for column, message in check(row):
                    yield rule, Violation(message, table, str(row["id"]), column)

    def _invalid_values(self, raw: tuple[Any, ...], row: Row) -> Iterator[tuple[Rule, Violation]]:
        """Yield what cannot be parsed and what the model does not accept; it becomes None in ``row``."""
        record_id = str(raw[0])
        held = dict(zip(self.names, raw, strict=True))
        invalid_names = set()
        for name in self.json_names:
            if held[name] is None:
                continue
            try:
                row[name] = orjson.loads(held[name]) if held[name] != "null" else held[name]
            except orjson.JSONDecodeError:
                reason, message = _why_unreadable(self.columns[name], held[name])
                yield from self._violation(reason, message, record_id, name)
                row[name] = None
                invalid_names.add(name)
        try:
            self.entity.validate(row)
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                name = str(problem["loc"][0])
                if name not in invalid_names:
                    reason = self._reason(name, problem, held)
                    message = f"{self.columns[name]} is {_cause(problem, row[name])}"
                    yield from self._violation(reason, message, record_id, name)
                    invalid_names.add(name)
        row.update(dict.fromkeys(invalid_names))
        row[INVALID] = invalid_names

    def _reason(self, name: str, problem: ErrorDetails, held: Mapping[str, Any]) -> InvalidReason:
        if held[name] is None:
            return InvalidReason.MISSING
        if name in self.references and problem["type"].startswith("string_") and isinstance(held[name], str):
            return InvalidReason.ID
        return _REASONS.get(problem["type"], InvalidReason.TYPE)

    def _violation(
        self, reason: InvalidReason, message: str, record_id: str, name: str
    ) -> Iterator[tuple[Rule, Violation]]:
        rule = self.rules_by_reason.get(reason)
        if rule is not None:
            yield rule, Violation(message, self.entity.name, record_id, self.columns[name])


def _cause(problem: ErrorDetails, value: object) -> str:
    if value is None:
        return "NULL, but every record has one"
    said = problem["msg"]
    if problem["type"] == "string_pattern_mismatch":
        is_id = problem["ctx"]["pattern"].startswith("^[^\\x00-")
        said = "text without control characters" if is_id else "text that is not blank and without NUL"
    said = said.removeprefix("Input should be ").removeprefix("String should ")
    return f"{shown(value)}, but it must be {said}"


def _why_unreadable(column: str, text: object) -> tuple[InvalidReason, str]:
    """Return why a JSON column cannot be read, in the words of the strict JSON reader."""
    if not isinstance(text, str):
        return InvalidReason.TYPE, f"{column} holds {shown(text)}, but it must be text"
    _, errors = decode_text(text)
    if not errors:
        return InvalidReason.JSON_TEXT, f"{column} is not JSON"
    first = errors[0]
    place = f"line {first.location.line}, column {first.location.column}"
    reason = InvalidReason.JSON_NUMBER if first.code in _NOT_NUMBERS else InvalidReason.JSON_TEXT
    return reason, f"{column} is not JSON: {first.message} ({place})"
