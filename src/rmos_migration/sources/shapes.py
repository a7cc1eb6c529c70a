"""The shapes in which files hold documents, and how they are taken apart (docs/domain.md, Shapes).

The shapes are tried in this order: a record, a wrapper, an envelope, a file keyed by id; what is none of them is one
document that nobody knows. Each document has its own pointer, and its own fate.
"""

from collections.abc import Callable
from typing import Any, Generic, NamedTuple

from ..entities import ENTITIES, Entity
from .answers import failure_in
from .document import (
    PARTS,
    Document,
    DocumentPlace,
    FormT,
    holds_under,
    is_filled,
    is_in_place_of_one,
    is_list_of_objects,
    is_powershell_list,
    may_hold_documents,
    named,
    noticing,
)
from .faults import Fault
from .pointers import Again, below, name_of, pointer_step

WRAPPERS = ("runs", "patterns", "entries", "items", "joblogs", "strip_families", "categories")
"""Keys under which programs put a whole list or dictionary of documents."""

MAX_DOCUMENTS = 100_000
"""Documents in one file, which are prepared and written together. Real ones are hardly below 160 bytes each."""

_DEPTH = 3
"""Lists and objects around a record under a key that no wrapping has."""

Recognise = Callable[[Entity, dict[str, Any]], FormT | None]


class _Unwrapped(NamedTuple, Generic[FormT]):
    """The documents of a wrapping, and the keys that it has for them."""

    keys: list[str]
    documents: list[Document[FormT]]


class TooManyError(Exception):
    """There are more documents in a file than are taken from one."""


class Splitter(Generic[FormT]):
    """Takes a file's value apart. ``listed`` counts the documents that stand in lists.

    Raises:
        TooManyError: if there are more than ``MAX_DOCUMENTS``.
    """

    def __init__(self, entity: Entity, recognise: Recognise[FormT]) -> None:
        self.entity = entity
        self._recognise = recognise
        self.listed = 0
        self.found = 0

    def recognise(self, value: dict[str, Any]) -> FormT | None:
        """The form in which an object is a record of the entity."""
        return self._recognise(self.entity, value)

    def whole(self, value: Any) -> list[Document[FormT]]:
        """The documents in the value of a file; an empty list or object holds none."""
        if isinstance(value, dict):
            form = self.recognise(value)
            if form is not None:
                return [Document("", value, form)]
            inside = self._inside(value, DocumentPlace()) if value else []
            return self._keyed(value) if inside is None else inside
        if isinstance(value, list) and (not value or any(isinstance(one, dict) and one for one in value)):
            return self._elements(value, DocumentPlace(shape="list"))
        return [Document("", value, None)]

    def line(self, value: Any, count: int) -> list[Document[FormT]]:
        """The documents in the value of one of a file's lines, which are counted from 0."""
        return self._documents(value, DocumentPlace(f"/{count}", is_listed=True, shape="JSON Lines"))

    def broken_line(self, count: int, faults: tuple[Fault, ...]) -> Document[FormT]:
        """The document in a line that cannot be read."""
        place = DocumentPlace(f"/{count}", is_listed=True, shape="JSON Lines")
        return self._one(None, None, place)._replace(faults=faults)

    def _documents(self, value: Any, place: DocumentPlace) -> list[Document[FormT]]:
        """The documents in a value that stands somewhere in the file: itself, or those it wraps."""
        if not isinstance(value, dict):
            return [self._one(value, None, place)]
        form = self.recognise(value)
        if form is None:
            inside = self._inside(value, place)
            if inside is not None:
                return inside
        return [self._one(value, form, place)]

    def _one(self, value: Any, form: FormT | None, place: DocumentPlace) -> Document[FormT]:
        self.found += 1
        if self.found > MAX_DOCUMENTS:
            raise TooManyError
        number = None
        if place.is_listed and place.key is None:
            number = self.listed
            self.listed += 1
        return Document(place.pointer, value, form, place.key, number, place.category, place.shape)

    def _elements(self, values: list[Any], place: DocumentPlace) -> list[Document[FormT]]:
        found: list[Document[FormT]] = []
        for index, value in enumerate(values):
            element = place._replace(pointer=below(place.pointer, index), key=None, is_listed=True)
            found += self._documents(value, element)
        return found

    def _inside(self, value: dict[str, Any], place: DocumentPlace) -> list[Document[FormT]] | None:
        """The documents that a wrapper or envelope holds; None if the object is neither."""
        before = self.listed, self.found
        for unwrap in (self._wrapped, self._answered, self._event):
            unwrapped = unwrap(value, place)
            if unwrapped is not None:
                keys, found = unwrapped
                taken = set(keys)
                beside = {key: held for key, held in value.items() if key not in taken}
                found += self._beside(beside, place)
                if self._is_around(value, found):
                    return self._with_notice(beside, place, found)
            self.listed, self.found = before
        return None

    def _beside(self, beside: dict[str, Any], place: DocumentPlace) -> list[Document[FormT]]:
        """The records under keys of a wrapping that are no part of it, or stand there again: nothing is passed over."""
        found: list[Document[FormT]] = []
        for key, held in beside.items():
            under = place.under(key, f"key {name_of(key)}")
            if isinstance(key, Again):
                if is_filled(held) or may_hold_documents(held):
                    found.append(self._one(held, None, under))
            elif self._holds_records(held):
                found += self._records_in(held, under)
        return found

    def _holds_records(self, held: Any, depth: int = _DEPTH) -> bool:
        """Whether a value is a record of any entity, or holds one not too far in."""
        if isinstance(held, dict):
            if self._is_record(held):
                return True
            held = held.values()
        elif not isinstance(held, list):
            return False
        return depth > 0 and any(self._holds_records(one, depth - 1) for one in held)

    def _is_record(self, value: dict[str, Any]) -> bool:
        return any(self._recognise(entity, value) is not None for entity in ENTITIES)

    def _records_in(self, held: Any, place: DocumentPlace) -> list[Document[FormT]]:
        """The documents in a value that holds records; what lies beside them in an object is no document."""
        if isinstance(held, list):
            return self._elements(held, place)
        if self._is_record(held):
            return self._documents(held, place)
        inside = self._inside(held, place)
        if inside is not None:
            return inside
        return [
            one
            for key, value in held.items()
            if self._holds_records(value)
            for one in self._records_in(value, place._replace(pointer=below(place.pointer, key), key=key))
        ]

    def _with_notice(
        self, beside: dict[str, Any], place: DocumentPlace, found: list[Document[FormT]]
    ) -> list[Document[FormT]]:
        """The documents found in a wrapping; the first record says what stands beside them and looks like a part of one.

        That is a key of a record, or a list of objects that are no records.
        """
        taken = {
            document.pointer.removeprefix(place.pointer).partition("/")[2].partition("/")[0]
            for document in found
        }
        keys = [
            key
            for key, held in beside.items()
            if key in self._identities
            or (is_list_of_objects(held) and pointer_step(key).removeprefix("/") not in taken)
        ]
        if keys and any(document.form is not None for document in found):
            message = f"{', '.join(map(name_of, keys))} stand around the documents and belong to none of them"
            at = next(index for index, document in enumerate(found) if document.form is not None)
            found[at] = noticing(Fault("keys-around", message, pointer=place.pointer), found[at])
        failure = failure_in(beside, place.pointer)
        return found if failure is None else [noticing(failure, document) for document in found]

    def _is_around(self, value: dict[str, Any], found: list[Document[FormT]]) -> bool:
        """Whether an object is no more than the wrapping of what was found in it.

        It is, where a record was found. Where none was, an object that has keys of a record itself is a broken record
        rather than a wrapping, and must not be passed over; nor must one be that lies somewhere in it.
        """
        if any(document.form is not None for document in found):
            return True
        return self._own_keys.isdisjoint(value) and (bool(found) or not holds_under(value, PARTS))

    @property
    def _own_keys(self) -> set[str]:
        shared = {"type", "ts", "timestamp", "created_at", "updated_at", "metadata", "status"}
        return {key for rule in self.entity.fields for key in rule.found.keys} - shared

    @property
    def _identities(self) -> tuple[str, ...]:
        return self.entity.fields[0].found.keys

    def _wrapped(self, value: dict[str, Any], place: DocumentPlace) -> "_Unwrapped[FormT] | None":
        """``{"runs": [...]}``, ``{"runs": {id: ...}}``, ``{"categories": {...}}``, and PowerShell's list of objects."""
        keys = [key for key in named(value, WRAPPERS) if may_hold_documents(value[key])]
        if not keys and is_powershell_list(value):
            keys = named(value, ["value"])
        found: list[Document[FormT]] = []
        for key in keys:
            inside = place.under(key, f"wrapper {name_of(key)}")
            found += self._members(value[key], inside, is_category=name_of(key) == "categories")
        return _Unwrapped(keys, found) if keys else None

    def _members(
        self, held: list[Any] | dict[str, Any], place: DocumentPlace, *, is_category: bool = False
    ) -> list[Document[FormT]]:
        if isinstance(held, list):
            return self._elements(held, place)
        if self.recognise(held) is not None:
            return self._documents(held, place._replace(is_listed=place.category is not None))
        if is_powershell_list(held):
            lists = named(held, ["value"])
            return [one for key in lists for one in self._elements(held[key], place.under(key, "list"))]
        found: list[Document[FormT]] = []
        for key, value in held.items():
            pointer = below(place.pointer, key)
            if is_category and may_hold_documents(value):
                found += self._members(value, place._replace(pointer=pointer, category=name_of(key)))
            elif not isinstance(value, dict | list) and not (
                isinstance(value, str) and is_in_place_of_one(value)
            ):
                continue  # a version or a count beside the documents
            elif isinstance(value, list):
                found += self._elements(value, place._replace(pointer=pointer))
            else:
                found += self._documents(value, place._replace(pointer=pointer, key=key))
        return found

    def _answered(self, value: dict[str, Any], place: DocumentPlace) -> "_Unwrapped[FormT] | None":
        """``{"success": true, "pattern": {...}}``: a program's answer that was saved."""
        keys = [entity.singular for entity in ENTITIES if is_filled(value.get(entity.singular))]
        if not keys or not ("success" in value or len(value) == len(keys)):
            return None
        found: list[Document[FormT]] = []
        for key in keys:
            inside, held = place.under(key, "API envelope"), value[key]
            found += self._elements(held, inside) if isinstance(held, list) else self._documents(held, inside)
        return _Unwrapped(keys, found)

    def _event(self, value: dict[str, Any], place: DocumentPlace) -> "_Unwrapped[FormT] | None":
        """``{"type": "job:created", "data": {...}, "timestamp": ...}``: something a program announced."""
        if not isinstance(value.get("type"), str) or not isinstance(value.get("data"), dict):
            return None
        return _Unwrapped(["data"], self._documents(value["data"], place.under("data", "event envelope")))

    # keyed by id

    def _keyed(self, value: dict[str, Any]) -> list[Document[FormT]]:
        """A file keyed by id, or one document that nobody knows.

        Of two or more objects most must be recognised, or half where the others are parts of records, so that a stray
        one costs only itself; a single one must have its key for its id.
        """
        if not all(isinstance(one, dict) for one in value.values()):
            return [Document("", value, None)]
        forms = {key: self.recognise(one) for key, one in value.items()}
        known = [key for key, form in forms.items() if form is not None]
        strays = [one for key, one in value.items() if forms[key] is None]
        own_keys = self._own_keys
        if len(value) == 1:
            is_keyed = bool(known) and self._has_id(value[known[0]], known[0])
        elif not any(own_keys.isdisjoint(one) for one in strays):
            is_keyed = len(known) >= len(strays)
        else:
            is_keyed = len(known) > max(1, len(strays))
        if not is_keyed:
            return [Document("", value, None)]
        places = {key: DocumentPlace(below("", key), key, shape="keyed by id") for key in value}
        return [self._one(one, forms[key], places[key]) for key, one in value.items()]

    def _has_id(self, document: dict[str, Any], wanted: str) -> bool:
        return any(str(document.get(key)) == wanted for key in self._identities)
