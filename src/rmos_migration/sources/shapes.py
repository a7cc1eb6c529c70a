"""The shapes in which files hold documents, and how they are split (docs/domain.md, Shapes).

The shapes are tried in this order: a record, a wrapper, an envelope, a file keyed by id; anything else is one
document that is not recognised. Each document has its own pointer, and is loaded or rejected on its own.
"""

from collections.abc import Callable
from typing import Any, Generic

from ..diagnostics import Diagnostic, Location, diagnose, shown
from ..entities import ENTITIES, Entity
from .document import Document, FormT, ValuePlace
from .pointers import Again, below, name_of, pointer_step
from .powershell import is_powershell_list
from .wrappings import (
    answer_keys,
    event_keys,
    holds_parts,
    id_keys,
    is_filled,
    is_in_place_of_object,
    is_keyed_by_id,
    is_list_of_objects,
    may_hold_documents,
    named,
    own_keys,
    says_failure,
    wrapper_keys,
)

MAX_DOCUMENTS = 100_000
"""Documents in one file, which are prepared and written together. Real ones have 160 bytes or more."""

_DEPTH = 3
"""Lists and objects around a record under a key that is not one of a wrapping."""

Recognise = Callable[[Entity, dict[str, Any]], FormT | None]


class TooManyError(Exception):
    """A file holds more than ``MAX_DOCUMENTS`` documents."""


class Splitter(Generic[FormT]):
    """Splits the value of a file into documents.

    Attributes:
        entity: what the folder says the documents are.
        path: the file's path, for diagnostics.
        listed: how many documents in lists were found.
        found: how many documents were found.

    Raises:
        TooManyError: if there are more than ``MAX_DOCUMENTS``.
    """

    def __init__(self, entity: Entity, recognise: Recognise[FormT], path: str) -> None:
        self.entity = entity
        self.path = path
        self._recognise = recognise
        self.listed = 0
        self.found = 0

    def whole(self, value: Any) -> list[Document[FormT]]:
        """Return the documents in the value of a file; an empty list or object holds none."""
        if isinstance(value, dict):
            form = self._recognise(self.entity, value)
            if form is not None:
                return [Document("", value, form)]
            inside = self._inside(value, ValuePlace()) if value else []
            return self._keyed(value) if inside is None else inside
        if isinstance(value, list) and (not value or any(isinstance(one, dict) and one for one in value)):
            return self._elements(value, ValuePlace(shape="list"))
        return [Document("", value, None)]

    def line(self, value: Any, pointer: str) -> list[Document[FormT]]:
        """Return the documents in the value of one of a file's lines."""
        return self._documents(value, ValuePlace(pointer, is_listed=True, shape="JSON Lines"))

    def broken_line(self, pointer: str, errors: tuple[Diagnostic, ...]) -> Document[FormT]:
        """Return the document in a line that cannot be read."""
        place = ValuePlace(pointer, is_listed=True, shape="JSON Lines")
        return self._one(None, None, place)._replace(errors=errors)

    def _documents(self, value: Any, place: ValuePlace) -> list[Document[FormT]]:
        """Return the documents in a value somewhere in the file: itself, or those that it wraps."""
        if not isinstance(value, dict):
            return [self._one(value, None, place)]
        form = self._recognise(self.entity, value)
        if form is None:
            inside = self._inside(value, place)
            if inside is not None:
                return inside
        return [self._one(value, form, place)]

    def _one(self, value: Any, form: FormT | None, place: ValuePlace) -> Document[FormT]:
        self.found += 1
        if self.found > MAX_DOCUMENTS:
            raise TooManyError
        number = None
        if place.is_listed and place.key is None:
            number = self.listed
            self.listed += 1
        return Document(place.pointer, value, form, place.key, number, place.category, place.shape)

    def _elements(self, values: list[Any], place: ValuePlace) -> list[Document[FormT]]:
        found: list[Document[FormT]] = []
        for index, value in enumerate(values):
            element = place._replace(pointer=below(place.pointer, index), key=None, is_listed=True)
            found += self._documents(value, element)
        return found

    # wrappings

    def _inside(self, value: dict[str, Any], place: ValuePlace) -> list[Document[FormT]] | None:
        """Return the documents in a wrapper or envelope; None if the object is neither."""
        before = self.listed, self.found
        for keys_of, unwrap in (
            (wrapper_keys, self._wrapped),
            (answer_keys, self._answered),
            (event_keys, self._announced),
        ):
            keys = keys_of(value)
            if not keys:
                continue
            found = unwrap(value, keys, place)
            beside = {key: held for key, held in value.items() if key not in keys}
            found += self._beside(beside, place)
            if self._is_wrapping(value, found):
                return self._warned(beside, place, found)
            self.listed, self.found = before
        return None

    def _wrapped(self, value: dict[str, Any], keys: list[str], place: ValuePlace) -> list[Document[FormT]]:
        """Unwrap ``{"runs": [...]}``, ``{"runs": {id: ...}}``, categories and PowerShell lists."""
        found: list[Document[FormT]] = []
        for key in keys:
            inside = place.under(key, f"wrapper {name_of(key)}")
            found += self._members(value[key], inside, is_category=name_of(key) == "categories")
        return found

    def _members(
        self, held: list[Any] | dict[str, Any], place: ValuePlace, *, is_category: bool = False
    ) -> list[Document[FormT]]:
        if isinstance(held, list):
            return self._elements(held, place)
        if self._recognise(self.entity, held) is not None:
            return self._documents(held, place._replace(is_listed=place.category is not None))
        if is_powershell_list(held):
            lists = named(held, ["value"])
            return [one for key in lists for one in self._elements(held[key], place.under(key, "list"))]
        found: list[Document[FormT]] = []
        for key, value in held.items():
            member = place._replace(pointer=below(place.pointer, key))
            if is_category and may_hold_documents(value):
                found += self._members(value, member._replace(category=name_of(key)))
            elif isinstance(value, list):
                found += self._elements(value, member)
            elif isinstance(value, dict) or is_in_place_of_object(value):
                found += self._documents(value, member._replace(key=key))
            # anything else is a version or a count beside the documents
        return found

    def _answered(self, value: dict[str, Any], keys: list[str], place: ValuePlace) -> list[Document[FormT]]:
        """Unwrap ``{"success": true, "pattern": {...}}``: a program's answer that was saved."""
        found: list[Document[FormT]] = []
        for key in keys:
            inside, held = place.under(key, "API envelope"), value[key]
            found += self._elements(held, inside) if isinstance(held, list) else self._documents(held, inside)
        return found

    def _announced(self, value: dict[str, Any], keys: list[str], place: ValuePlace) -> list[Document[FormT]]:
        """Unwrap ``{"type": "job:created", "data": {...}, "timestamp": ...}``: an announced event."""
        return self._documents(value[keys[0]], place.under(keys[0], "event envelope"))

    def _is_wrapping(self, value: dict[str, Any], found: list[Document[FormT]]) -> bool:
        """Tell whether an object is only the wrapping of what was found in it.

        It is if a record was found. If none was, an object that has keys of a record itself is a broken
        record rather than a wrapping, and must not be skipped; nor must one that is somewhere in it.
        """
        if any(document.form is not None for document in found):
            return True
        return own_keys(self.entity).isdisjoint(value) and (bool(found) or not holds_parts(value))

    # what is beside the documents of a wrapping

    def _beside(self, beside: dict[str, Any], place: ValuePlace) -> list[Document[FormT]]:
        """Return the records under repeated keys of a wrapping, or under keys that are not part of it."""
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
        """Tell whether a value is a record of any entity, or holds one not too far in."""
        if isinstance(held, dict):
            if self._is_record(held):
                return True
            held = held.values()
        elif not isinstance(held, list):
            return False
        return depth > 0 and any(self._holds_records(one, depth - 1) for one in held)

    def _is_record(self, value: dict[str, Any]) -> bool:
        return any(self._recognise(entity, value) is not None for entity in ENTITIES)

    def _records_in(self, held: Any, place: ValuePlace) -> list[Document[FormT]]:
        """Return the documents in a value that holds records, without what is beside them in an object."""
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

    def _warned(
        self, beside: dict[str, Any], place: ValuePlace, found: list[Document[FormT]]
    ) -> list[Document[FormT]]:
        """Add warnings of what is beside the documents of a wrapping and looks like a part of one.

        That is a key of a record, or a list of objects that are not records (the first record is warned), and
        the word that the program failed (every record is).
        """
        taken = {
            document.pointer.removeprefix(place.pointer).partition("/")[2].partition("/")[0]
            for document in found
        }
        keys = [
            key
            for key, held in beside.items()
            if key in id_keys(self.entity)
            or (is_list_of_objects(held) and pointer_step(key).removeprefix("/") not in taken)
        ]
        records = [index for index, document in enumerate(found) if document.form is not None]
        if keys and records:
            names = ", ".join(map(name_of, keys))
            message = f"{names} {'is' if len(keys) == 1 else 'are'} beside the documents and not part of any"
            warning = diagnose("keys-around", message, Location(self.path, place.pointer))
            found[records[0]] = found[records[0]].warned(warning)
        if says_failure(beside):
            flag = shown(beside["success"])
            message = f"the answer around the record says success: {flag}; the record is taken anyway"
            warning = diagnose("answer-failed", message, Location(self.path, below(place.pointer, "success")))
            for index in records:
                found[index] = found[index].warned(warning)
        return found

    def _keyed(self, value: dict[str, Any]) -> list[Document[FormT]]:
        """Return the documents of a file keyed by id, or one document that is not recognised."""
        if not all(isinstance(one, dict) for one in value.values()):
            return [Document("", value, None)]
        forms = {key: self._recognise(self.entity, one) for key, one in value.items()}
        if not is_keyed_by_id(self.entity, value, {key for key, form in forms.items() if form is not None}):
            return [Document("", value, None)]
        places = {key: ValuePlace(below("", key), key, shape="keyed by id") for key in value}
        return [self._one(one, forms[key], places[key]) for key, one in value.items()]
