"""The shapes in which files hold documents, and how they are taken apart (DOMAIN.md §6).

The shapes are tried in this order: a record, a wrapper, an envelope, a file keyed by id; what is none of them is one
document that nobody knows. Each document has its own pointer, and its own fate.
"""

from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from ..entities import ENTITIES, Entity
from .answers import failure_in
from .pointers import Again, below, name_of
from .scan import Fault
from .truncation import is_cut_off

WRAPPERS = ("runs", "patterns", "entries", "items", "joblogs", "strip_families", "categories")
"""Keys under which programs put a whole list or dictionary of documents."""

MAX_DOCUMENTS = 100_000
"""Documents in one file, which are prepared and written together. Real ones are hardly below 160 bytes each."""

FormT = TypeVar("FormT")
Recognise = Callable[[Entity, dict[str, Any]], FormT | None]


class Document(NamedTuple, Generic[FormT]):
    """One document of a file.

    ``value`` is an object, or what else stands in its place; ``form`` is how it was recognised, None if it was not.
    ``key`` is the key it stood under in a keyed file, ``number`` its place among the file's listed documents from 0,
    ``category`` the catalogue's category it stood under. ``shape`` says in words how the file holds it. ``faults``
    are those of its own text, where each document is a line; ``notices`` are of what stands around it.
    """

    pointer: str
    value: Any
    form: FormT | None
    key: str | None = None
    number: int | None = None
    category: str | None = None
    shape: str = "one object"
    faults: tuple[Fault, ...] = ()
    notices: tuple[Fault, ...] = ()

    def file_id(self, stem: str) -> str:
        """The id it has where it says none itself: its key, or the file's stem with its number (DOMAIN.md §2)."""
        if self.key is not None:
            return self.key
        return stem if self.number is None else f"{stem}-{self.number}"


class TooManyError(Exception):
    """There are more documents in a file than are taken from one."""


class _Place(NamedTuple):
    """Where in a file a value stands: the parts of a document that do not depend on its value."""

    pointer: str = ""
    key: str | None = None
    is_listed: bool = False
    category: str | None = None
    shape: str = "one object"

    def under(self, token: str, shape: str) -> "_Place":
        """The place under a key that is no id."""
        shapes = shape if self.shape == "one object" else f"{self.shape}, {shape}"
        return self._replace(pointer=below(self.pointer, token), shape=shapes)


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
            inside = self._inside(value, _Place()) if value else []
            return self._keyed(value) if inside is None else inside
        if isinstance(value, list) and (not value or any(isinstance(one, dict) and one for one in value)):
            return self._elements(value, _Place(shape="list"))
        return [Document("", value, None)]

    def line(self, value: Any, count: int) -> list[Document[FormT]]:
        """The documents in the value of one of a file's lines, which are counted from 0."""
        return self._documents(value, _Place(f"/{count}", is_listed=True, shape="JSON Lines"))

    def broken_line(self, count: int, faults: tuple[Fault, ...]) -> Document[FormT]:
        """The document in a line that cannot be read."""
        place = _Place(f"/{count}", is_listed=True, shape="JSON Lines")
        return self._one(None, None, place)._replace(faults=faults)

    def _documents(self, value: Any, place: _Place) -> list[Document[FormT]]:
        """The documents in a value that stands somewhere in the file: itself, or those it wraps."""
        if not isinstance(value, dict):
            return [self._one(value, None, place)]
        form = self.recognise(value)
        if form is None:
            inside = self._inside(value, place)
            if inside is not None:
                return inside
        return [self._one(value, form, place)]

    def _one(self, value: Any, form: FormT | None, place: _Place) -> Document[FormT]:
        self.found += 1
        if self.found > MAX_DOCUMENTS:
            raise TooManyError
        number = None
        if place.is_listed and place.key is None:
            number = self.listed
            self.listed += 1
        return Document(place.pointer, value, form, place.key, number, place.category, place.shape)

    def _elements(self, values: list[Any], place: _Place) -> list[Document[FormT]]:
        found: list[Document[FormT]] = []
        for index, value in enumerate(values):
            element = place._replace(pointer=below(place.pointer, index), key=None, is_listed=True)
            found += self._documents(value, element)
        return found

    def _inside(self, value: dict[str, Any], place: _Place) -> list[Document[FormT]] | None:
        """The documents that a wrapper or envelope holds; None if the object is neither."""
        before = self.listed, self.found
        for unwrap in (self._wrapped, self._answered, self._event):
            found = unwrap(value, place)
            if found is not None and self._is_around(value, found):
                found += self._again(value, place, found)
                return self._with_notice(value, place, found)
            self.listed, self.found = before
        return None

    def _again(
        self, value: dict[str, Any], place: _Place, found: list[Document[FormT]]
    ) -> list[Document[FormT]]:
        """What stands a second time under the keys of a wrapping, where it was not taken apart: it is not passed over."""
        more: list[Document[FormT]] = []
        for key, held in value.items():
            if not isinstance(key, Again) or not (_is_filled(held) or _may_hold_documents(held)):
                continue
            pointer = below(place.pointer, key)
            if not any(one.pointer == pointer or one.pointer.startswith(f"{pointer}/") for one in found):
                more.append(self._one(held, None, place.under(key, "again")))
        return more

    def _with_notice(
        self, value: dict[str, Any], place: _Place, found: list[Document[FormT]]
    ) -> list[Document[FormT]]:
        """The documents found in a wrapping; the first record says so if the wrapping looks like a record itself."""
        keys = [key for key in value if key in self._identities]
        if keys and any(document.form is not None for document in found):
            message = f"{', '.join(keys)} stand around the documents and belong to none of them"
            at = next(index for index, document in enumerate(found) if document.form is not None)
            found[at] = _noticing(Fault("keys-around", message, pointer=place.pointer), found[at])
        failure = failure_in(value, place.pointer)
        return found if failure is None else [_noticing(failure, document) for document in found]

    def _is_around(self, value: dict[str, Any], found: list[Document[FormT]]) -> bool:
        """Whether an object is no more than the wrapping of what was found in it.

        It is, where a record was found. Where none was, an object that has keys of a record itself is a broken record
        rather than a wrapping, and must not be passed over.
        """
        return any(document.form is not None for document in found) or self._own_keys.isdisjoint(value)

    @property
    def _own_keys(self) -> set[str]:
        shared = {"type", "ts", "timestamp", "created_at", "updated_at", "metadata", "status"}
        return {key for rule in self.entity.fields for key in rule.found.keys} - shared

    @property
    def _identities(self) -> tuple[str, ...]:
        return self.entity.fields[0].found.keys

    def _wrapped(self, value: dict[str, Any], place: _Place) -> list[Document[FormT]] | None:
        """``{"runs": [...]}``, ``{"runs": {id: ...}}``, ``{"categories": {...}}``, and PowerShell's list of objects."""
        keys = [key for key in _named(value, WRAPPERS) if _may_hold_documents(value[key])]
        if not keys and _is_powershell_list(value):
            keys = _named(value, ["value"])
        found: list[Document[FormT]] = []
        for key in keys:
            inside = place.under(key, f"wrapper {name_of(key)}")
            found += self._members(value[key], inside, is_category=name_of(key) == "categories")
        return found if keys else None

    def _members(
        self, held: list[Any] | dict[str, Any], place: _Place, *, is_category: bool = False
    ) -> list[Document[FormT]]:
        if isinstance(held, list):
            return self._elements(held, place)
        if self.recognise(held) is not None:
            return self._documents(held, place._replace(is_listed=place.category is not None))
        if _is_powershell_list(held):
            lists = _named(held, ["value"])
            return [one for key in lists for one in self._elements(held[key], place.under(key, "list"))]
        found: list[Document[FormT]] = []
        for key, value in held.items():
            pointer = below(place.pointer, key)
            if is_category and _may_hold_documents(value):
                found += self._members(value, place._replace(pointer=pointer, category=name_of(key)))
            elif not isinstance(value, dict | list) and not (isinstance(value, str) and is_cut_off(value)):
                continue  # a version or a count beside the documents
            elif isinstance(value, list):
                found += self._elements(value, place._replace(pointer=pointer))
            else:
                found += self._documents(value, place._replace(pointer=pointer, key=key))
        return found

    def _answered(self, value: dict[str, Any], place: _Place) -> list[Document[FormT]] | None:
        """``{"success": true, "pattern": {...}}``: a program's answer that was saved."""
        keys = [entity.singular for entity in ENTITIES if _is_filled(value.get(entity.singular))]
        if not keys or not ("success" in value or len(value) == len(keys)):
            return None
        found: list[Document[FormT]] = []
        for key in keys:
            inside, held = place.under(key, "API envelope"), value[key]
            found += self._elements(held, inside) if isinstance(held, list) else self._documents(held, inside)
        return found

    def _event(self, value: dict[str, Any], place: _Place) -> list[Document[FormT]] | None:
        """``{"type": "job:created", "data": {...}, "timestamp": ...}``: something a program announced."""
        if not isinstance(value.get("type"), str) or not isinstance(value.get("data"), dict):
            return None
        return self._documents(value["data"], place.under("data", "event envelope"))

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
        places = {key: _Place(below("", key), key, shape="keyed by id") for key in value}
        return [self._one(one, forms[key], places[key]) for key, one in value.items()]

    def _has_id(self, document: dict[str, Any], wanted: str) -> bool:
        return any(str(document.get(key)) == wanted for key in self._identities)


def _noticing(notice: Fault, document: Document[FormT]) -> Document[FormT]:
    """The document with something noticed around it, if it is a record."""
    return document if document.form is None else document._replace(notices=(*document.notices, notice))


def _named(value: dict[str, Any], names: Iterable[str]) -> list[str]:
    """The keys of an object that have one of the names, in their order; also where one stands there again."""
    found = [name for name in names if name in value]
    found += [key for key in value if isinstance(key, Again) and key.name in names]
    return found


def _is_filled(value: Any) -> bool:
    """Whether a value is an object with something in it, or a list that may hold documents."""
    return (isinstance(value, dict) and bool(value)) or (
        isinstance(value, list) and _may_hold_documents(value)
    )


def _is_powershell_list(value: dict[str, Any]) -> bool:
    """Whether an object is a list as ConvertTo-Json of Windows PowerShell 5.1 writes some."""
    return isinstance(value.get("value"), list) and "Count" in value


def _may_hold_documents(value: Any) -> bool:
    """Whether a value is a list or dictionary of things that are not all plain, or an empty one."""
    if not isinstance(value, list | dict):
        return False
    held: Iterable[Any] = value if isinstance(value, list) else value.values()
    return not value or any(isinstance(one, dict | list) for one in held)
