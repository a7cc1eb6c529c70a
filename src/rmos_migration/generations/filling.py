"""The canonical rules that all generations share (docs/domain.md, Never invent, Never lose).

A ``Filling`` fills an entity's fields from a document by their keys, keeps in ``extra`` every key that no
column carries verbatim, and validates the result with the entity's model.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..diagnostics import shown
from ..entities import Entity, FieldRule
from ..rosette import Slip
from .choosing import preferred_keys
from .field_plan import is_absent, is_blank, is_usable_id, keys_in, plan_of
from .hints import ARRIVES, hint_for, hint_for_missing, hint_for_unusable
from .normalized import Fallback, Fallbacks, Normalized, UnusableValue
from .notes import Notes, UnusableError, notes_on_lacking, notes_on_slips, without_slip
from .times import ends_before_start
from .validation_messages import validation_message
from .values import TRANSLATIONS, identifier


class Filling:
    """A record being filled from one document.

    Attributes:
        keys: under which key each field was found.
        taken: the fields that come from a fallback.
        unusable: the values that could not be used.
    """

    __slots__ = (
        "derived",
        "document",
        "embedded_references",
        "entity",
        "errors",
        "extra",
        "fallbacks",
        "file_id",
        "ignored",
        "keys",
        "notes",
        "required",
        "soft",
        "taken",
        "unusable",
        "values",
    )

    def __init__(
        self,
        entity: Entity,
        document: Mapping[str, Any],
        file_id: str,
        required: tuple[FieldRule, ...],
        fallbacks: Fallbacks,
        ignored: frozenset[str],
    ) -> None:
        self.entity = entity
        self.document = document
        self.file_id = file_id
        self.required = required
        self.fallbacks = fallbacks
        self.ignored = ignored
        self.values: dict[str, Any] = entity.blank.copy()
        self.extra: dict[str, Any] = {}
        self.derived: list[str] = []
        self.errors: Notes = []
        self.notes: Notes = []
        self.keys: dict[str, str] = {}
        self.unusable: list[UnusableValue] = []
        self.taken: set[str] = set()
        self.embedded_references: list[tuple[str, str]] = []
        self.soft: list[tuple[str, str]] = []

    def normalized(self) -> Normalized:
        """Fill the record and validate it with the entity's model."""
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
        return Normalized(
            values, self.derived, self.errors, self.notes, self.embedded_references, tuple(self.soft)
        )

    def states(self, rule: FieldRule) -> bool:
        """Tell whether the document states a field's value, and the field holds it."""
        return rule.name in self.keys and (
            self.values[rule.name] is not None or any(name == rule.name for name, _ in self.soft)
        )

    def _take_fields(self) -> None:
        """Take each field from the first of its keys that holds something; the rest goes into extra."""
        document, values, extra, keys, notes = self.document, self.values, self.extra, self.keys, self.notes
        steps, synonyms, _, identifiers = plan_of(self.entity)
        is_plain = synonyms.isdisjoint(document) and not self.ignored
        if is_plain:
            is_plain = not any(is_blank(document.get(key)) for key in identifiers)
        chosen = (
            None if is_plain else preferred_keys(self.entity, document, self.ignored, self.fallbacks, notes)
        )
        for key, raw in document.items():
            step = steps.get(key)
            if (
                step is None
                or (not raw and is_absent(step.rule, raw))
                or (chosen is not None and key not in chosen)
            ):
                extra[key] = raw
                continue
            name, translation, rule, is_native = step
            keys[name] = key
            try:
                value = raw if translation is None else translation(raw, key, notes)
            except UnusableError as problem:
                self._reject(rule, key, str(problem), "field-invalid", hint_for_unusable(rule, raw))
                extra[key] = raw
                continue
            values[name] = value
            if value is not raw or not is_native:
                extra[key] = raw
            if not is_native:
                self.derived.append(rule.column)

    def _fill_gaps(self) -> None:
        """Fill the columns that no key states: with a fallback, the file's name, a default."""
        values, keys = self.values, self.keys
        for name, fallback in self.fallbacks.items():
            if name not in keys:
                self._take_fallback(name, fallback)
        if "id" not in keys:
            values["id"] = self.file_id
            self.derived.append("id")
        for rule in self.entity.nested:
            self._take_nested(rule)
        for rule in self.entity.counted:
            if rule.name not in keys and rule not in self.required:
                self._count(rule)
        for rule in self.entity.soft_references:
            if rule.name not in keys:
                self._take_softly(rule, rule.source.soft)
        for rule in self.entity.embedded_references:
            self._read_mentions(rule)
        for rule in self.entity.with_fallback_field:
            source = rule.source.fallback_field or ""
            translation = TRANSLATIONS[rule.source.kind]
            if rule.name in keys or values[source] is None or translation is None:
                continue
            with suppress(UnusableError):  # a time at the edge of the calendar has no UTC
                values[rule.name] = translation(self.document[keys[source]], keys[source], [])
                self.derived.append(rule.column)
        for rule in self.entity.slip_checked:
            if rule.name in keys:
                self.notes += notes_on_slips(rule, values[rule.name], self.document, keys[rule.name])
        self._fill_defaults()

    def _fill_defaults(self) -> None:
        for rule, default in self.entity.defaults:
            if self.values[rule.name] is None:
                self.values[rule.name] = default
                self.derived.append(rule.column)

    def _take_fallback(self, name: str, fallback: Fallback) -> None:
        """Fill a field with its fallback, translated like any value under a key."""
        rule = plan_of(self.entity).rules[name]
        if fallback.soft:
            self._take_softly(rule, fallback.key)
            return
        if fallback.value is None and rule in self.required:
            return
        translation = TRANSLATIONS[rule.source.kind] if fallback.key else None
        value = fallback.value
        self.keys[name] = fallback.key
        self.taken.add(name)
        if fallback.note is not None:
            self.notes.append((*fallback.note, fallback.key))
        if value is None:
            return
        if translation is not None:
            try:
                value = translation(value, fallback.key, self.notes)
            except UnusableError as problem:
                self._reject(
                    rule, fallback.key, str(problem), "field-invalid", hint_for_unusable(rule, value)
                )
                return
        self.values[name] = value
        self.derived.append(rule.column)

    def _take_softly(self, rule: FieldRule, key: str) -> None:
        """Keep a reference under a key that may mean something else; it counts if its parent exists."""
        raw = self.document.get(key)
        if is_usable_id(raw):
            self.keys[rule.name] = key
            self.soft.append((rule.name, str(raw)))

    def _count(self, rule: FieldRule) -> None:
        """Fill a number from the length of a list; an empty one says nothing (docs/domain.md, Fields)."""
        listed, count_in = rule.counted or ("", None)
        held = self.values[listed]
        number = count_in(held) if count_in is not None and isinstance(held, dict) else None
        if number is None:
            return
        key = self.keys[listed]
        if number == 0:
            self._take_fallback(rule.name, Fallback(None, key, ("rings-empty", "the list of rings is empty")))
        else:
            self._take_fallback(rule.name, Fallback(number, key))

    def _take_nested(self, rule: FieldRule) -> None:
        """Fill a field from inside another key's object, if neither a key nor a fallback has it."""
        outer, inner = rule.source.nested_in or ("", "")
        holder = self.document.get(outer)
        if rule.name not in self.keys and isinstance(holder, dict) and holder.get(inner) is not None:
            self._take_fallback(rule.name, Fallback(holder[inner], outer))

    def _read_mentions(self, rule: FieldRule) -> None:
        """Take a reference from the parts of another field if all of them agree; otherwise keep their ids."""
        field, read = rule.embedded or ("", None)
        parts = self.values[field]
        named = read(parts) if read is not None and isinstance(parts, dict) else []
        if not named:
            return
        first = named[0]
        if rule.name not in self.keys and all(
            type(one) in (str, int) and one != "" and one == first for one in named
        ):
            self.keys[rule.name] = self.keys[field]
            self.taken.add(rule.name)
            self.values[rule.name] = identifier(first, self.keys[field], self.notes)
            self.derived.append(rule.column)
            return
        ids = dict.fromkeys(str(one) for one in named if type(one) in (str, int) and one != "")
        self.embedded_references += [(rule.name, one) for one in ids if one != self.values[rule.name]]

    def _miss_required(self) -> None:
        """Report missing fields: an error for a required one, else a note on what was never recorded."""
        for rule in self.required:
            if rule.name not in self.keys:
                key = next(iter(keys_in(self.document, rule)), "")
                found = f"{key} is {shown(self.document[key])}" if key else f"there is no {rule.native_key}"
                sentence = f"{found}, but a record needs it"
                self.errors.append(("field-missing", sentence, key, hint_for_missing(rule)))
        if self.required is not self.entity.required:
            self.notes += notes_on_lacking(self.document, self.keys, self.entity.expected)

    def _without_invalid(self, error: ValidationError) -> dict[str, Any]:
        """Return the values without invalid ones; an invalid required one rejects the document."""
        rules = plan_of(self.entity).rules
        for problem in error.errors(include_url=False):
            name = str(problem["loc"][0])
            key = self.keys.get(name)
            if key is not None and self.values[name] is not None:  # else it was reported already
                self._reject_invalid(rules[name], key, problem)
            elif key is None and name == "id":
                sentence = validation_message("the name of the file or key", self.file_id, problem)
                self.errors.append(("id-invalid", sentence, ""))
        self._fill_defaults()
        self.values["extra"] = self.extra or None
        return self.values if self.errors else self.entity.validate(self.values).__dict__

    def _reject_invalid(self, rule: FieldRule, key: str, problem: ErrorDetails) -> None:
        value = self.values[rule.name]
        is_blank = isinstance(value, str) and not value.strip()
        code = "field-missing" if is_blank else "field-invalid"
        if rule.name not in self.taken:  # what a fallback took is in extra already
            value = self.extra[key] = self.document[key]
        sentence = validation_message(key, value, problem)
        hint = hint_for_missing(rule) if is_blank else hint_for(rule, value, problem["type"])
        self.notes = without_slip(self.notes, Slip.POWERSHELL, key)
        self._reject(rule, key, sentence, "id-invalid" if rule.name == "id" else code, hint)
        self.values[rule.name] = None
        self.derived = [one for one in self.derived if one != rule.column]

    def _reject(self, rule: FieldRule, key: str, sentence: str, code: str, hint: str) -> None:
        self.unusable.append(UnusableValue(rule, key, sentence, hint))
        if rule.name == "id" or rule in self.required:
            self.errors.append((code, sentence, key, hint))
        else:
            hint = hint and f"{hint}, {ARRIVES}"
            self.notes.append(("field-unusable", f"{sentence}; the column stays empty", key, hint))
