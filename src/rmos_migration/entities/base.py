"""How an entity is declared: one Pydantic model whose fields say under which keys documents hold them.

Everything else is generic over these declarations: discovery, loading order, canonical rules, tables,
look-ups.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, Field


class FieldKind(Enum):
    """How documents write a field's value, which decides its translation (``generations/values.py``)."""

    IDENTIFIER = "identifier"
    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    JSON = "json"
    INSTANT = "instant"
    CLOCK = "clock"
    STATUS = "status"
    JOB_TYPE = "job type"
    PATTERN_TYPE = "pattern type"


class FieldSource(NamedTuple):
    """Where documents hold a field.

    Attributes:
        kind: how its value is written.
        keys: the keys in order of preference, the native key first.
        required: whether native documents must have the field.
        empty_is_absent: whether ``{}`` counts as absent.
        fallback_field: the field whose source value is used if the document has none of the keys.
        nested_in: a key of an object, and the key in it that may hold the value as well.
        soft: a key whose value is this reference only if a row has that id.
        made_of: a key of other content in which some programs' documents hold it.
    """

    kind: FieldKind
    keys: tuple[str, ...]
    required: bool = False
    empty_is_absent: bool = False
    fallback_field: str | None = None
    nested_in: tuple[str, str] | None = None
    soft: str = ""
    made_of: str = ""


class Reference(NamedTuple):
    """Marks a field that holds the id of a row of another entity."""

    entity: str


class EmbeddedReferences(NamedTuple):
    """Marks a reference that may also be in parts of another field (docs/domain.md, Fields).

    ``read`` returns one value a part, None for a part without. If all parts agree, it is the record's too.
    """

    field: str
    read: Callable[[Mapping[str, Any]], list[Any]]


class SlipCheck(NamedTuple):
    """Marks a field whose value is stored as given but checked for slips.

    ``read`` returns what looks like one: its kind, the steps to it, and its value.
    """

    read: Callable[[Any], list[Any]]


class CountOf(NamedTuple):
    """Marks a number that is counted in another field if documents do not state it.

    ``read`` counts: 0 for an empty list, None if there is no list.
    """

    field: str
    read: Callable[[Mapping[str, Any]], Any]


_FILTERABLE = {FieldKind.TEXT, FieldKind.COUNT, FieldKind.STATUS, FieldKind.JOB_TYPE, FieldKind.PATTERN_TYPE}

_CONTROL = r"\x00-\x1f\x7f-\x9f"

Identifier = Annotated[str, Field(min_length=1, max_length=200, pattern=rf"^[^{_CONTROL}]*$")]
"""An id: 1 to 200 characters, none of them a control character."""

Text = Annotated[str, Field(pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
"""Text that is not blank and holds no NUL, which databases cannot store."""

EXACT_INTEGERS = 2**53
"""A double holds every whole number below this one exactly; a larger one could change when it is read."""

Millimetres = Annotated[float, Field(gt=0, lt=EXACT_INTEGERS, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, lt=EXACT_INTEGERS, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, lt=2**63)]
JsonObject = dict[str, Any]
JsonArray = list[Any]


class Record(BaseModel):
    """The canonical form of a document: what a row holds. Strict: '123' is not 123, true is not 1."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


@dataclass(frozen=True, eq=False)
class FieldRule:
    """One field of a record: its name, its column, where documents hold it, and what it refers to."""

    name: str
    column: str
    source: FieldSource
    reference: str | None
    embedded: EmbeddedReferences | None
    counted: CountOf | None = None
    slip_check: SlipCheck | None = None

    @cached_property
    def native_key(self) -> str:
        """The key under which the newest generation writes the field."""
        return self.source.keys[0]


@dataclass(frozen=True, eq=False)
class Entity:
    """One kind of record: its folder and table name, its singular, and the model that declares the rest.

    ``file_names`` are stems of files directly in the source that hold such records (docs/domain.md, Folders).
    """

    name: str
    singular: str
    record: type[Record]
    file_names: tuple[str, ...] = ()

    @cached_property
    def label(self) -> str:
        """What one record is called in a sentence, such as "strip family"."""
        return self.singular.replace("_", " ")

    @cached_property
    def fields(self) -> tuple[FieldRule, ...]:
        """The fields that documents hold, ``id`` first, in column order (``extra`` is not one of them)."""
        rules = []
        for name, declared in self.record.model_fields.items():
            notes: dict[type, Any] = {type(note): note for note in declared.metadata}
            found = notes.get(FieldSource)
            if found is None:
                continue
            reference = notes[Reference].entity if Reference in notes else None
            column = f"{name}_json" if found.kind is FieldKind.JSON else name
            more = (notes.get(kind) for kind in (EmbeddedReferences, CountOf, SlipCheck))
            rules.append(FieldRule(name, column, found, reference, *more))
        return tuple(rules)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The table's columns in order; ``row`` gives values in the same order."""
        found = {rule.name: rule.column for rule in self.fields}
        return tuple(found.get(name, f"{name}_json") for name in self.record.model_fields)

    @cached_property
    def references(self) -> tuple[FieldRule, ...]:
        """The fields that hold another entity's id."""
        return tuple(rule for rule in self.fields if rule.reference)

    @cached_property
    def required(self) -> tuple[FieldRule, ...]:
        """The fields that a native document must have."""
        return tuple(rule for rule in self.fields if rule.source.required)

    @cached_property
    def always_required(self) -> tuple[FieldRule, ...]:
        """The fields that records of every generation must have; an id can always be found."""
        declared = self.record.model_fields
        return tuple(rule for rule in self.fields if rule.name != "id" and declared[rule.name].is_required())

    @cached_property
    def expected(self) -> tuple[FieldRule, ...]:
        """The fields that the newest programs always record; one that is left out is worth a note."""
        return tuple(
            rule for rule in self.fields if rule.source.required or rule.source.kind is FieldKind.STATUS
        )

    @cached_property
    def embedded_references(self) -> tuple[FieldRule, ...]:
        """The references that may also be in parts of another field."""
        return tuple(rule for rule in self.references if rule.embedded)

    @cached_property
    def filterable(self) -> tuple[FieldRule, ...]:
        """The fields by whose values records can be looked for: words, counts and references."""
        return tuple(rule for rule in self.fields if rule.reference or rule.source.kind in _FILTERABLE)

    @cached_property
    def nested(self) -> tuple[FieldRule, ...]:
        """The fields that may be inside another key's object."""
        return tuple(rule for rule in self.fields if rule.source.nested_in)

    @cached_property
    def counted(self) -> tuple[FieldRule, ...]:
        """The numbers that are counted in another field if a document does not state them."""
        return tuple(rule for rule in self.fields if rule.counted)

    @cached_property
    def slip_checked(self) -> tuple[FieldRule, ...]:
        """The fields whose values are checked for slips."""
        return tuple(rule for rule in self.fields if rule.slip_check)

    @cached_property
    def soft_references(self) -> tuple[FieldRule, ...]:
        """The references that may be under a key with another meaning."""
        return tuple(rule for rule in self.references if rule.source.soft)

    @cached_property
    def with_fallback_field(self) -> tuple[FieldRule, ...]:
        """The fields that fall back to another field if a document has none of their keys."""
        return tuple(rule for rule in self.fields if rule.source.fallback_field)

    @cached_property
    def defaults(self) -> tuple[tuple[FieldRule, Any], ...]:
        """The model's values for fields that a document does not have, if they are not NULL."""
        declared = self.record.model_fields
        found = ((rule, declared[rule.name]) for rule in self.fields)
        filled = (
            (rule, f.get_default(call_default_factory=True)) for rule, f in found if not f.is_required()
        )
        return tuple((rule, default) for rule, default in filled if default is not None)

    @cached_property
    def blank(self) -> dict[str, Any]:
        """Every field of the record, empty, in column order."""
        return dict.fromkeys(self.record.model_fields)

    @cached_property
    def validate(self) -> Callable[[dict[str, Any]], Record]:
        """The model's validator: values to a record; raises pydantic.ValidationError."""
        return self.record.__pydantic_validator__.validate_python

    @cached_property
    def _json_positions(self) -> tuple[int, ...]:
        return tuple(index for index, column in enumerate(self.columns) if column.endswith("_json"))

    def row(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return a record's values as its table's row: JSON as compact text, the rest unchanged."""
        row = list(values.values())
        for position in self._json_positions:
            if row[position] is not None:
                row[position] = orjson.dumps(row[position]).decode()
        return tuple(row)


def in_load_order(entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Return the entities with every parent before its children, as the references demand.

    Raises:
        ValueError: if the references form a circle or name an entity that is not declared.
    """
    ordered: list[Entity] = []
    waiting = list(entities)
    while waiting:
        done = {entity.name for entity in ordered}
        free = [e for e in waiting if {rule.reference for rule in e.references} <= done]
        if not free:
            names = ", ".join(entity.name for entity in waiting)
            raise ValueError(f"references of {names} form a circle or lead nowhere")
        ordered += free
        waiting = [entity for entity in waiting if entity not in free]
    return tuple(ordered)
