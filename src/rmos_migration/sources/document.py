"""One document of a file, and where it stands there."""

from collections.abc import Collection, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from ..entities import ENTITIES, FieldKind
from .faults import Fault
from .pointers import Again, below
from .powershell import is_cut_off

FormT = TypeVar("FormT")

PARTS = frozenset(
    rule.name for entity in ENTITIES for rule in entity.fields if rule.found.kind is FieldKind.JSON
) - {
    "metadata",
    "results",
}
"""Keys under which a record of some entity has what it is made of."""


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
        """Return the id from its place: its key, or stem and number (docs/domain.md, Identity)."""
        if self.key is not None:
            return self.key
        return stem if self.number is None else f"{stem}-{self.number}"


class DocumentPlace(NamedTuple):
    """Where in a file a value stands: the parts of a document that do not depend on its value."""

    pointer: str = ""
    key: str | None = None
    is_listed: bool = False
    category: str | None = None
    shape: str = "one object"

    def under(self, token: str, shape: str) -> "DocumentPlace":
        """The place under a key that is no id."""
        shapes = shape if self.shape == "one object" else f"{self.shape}, {shape}"
        return self._replace(pointer=below(self.pointer, token), shape=shapes)


def noticing(notice: Fault, document: Document[FormT]) -> Document[FormT]:
    """The document with something noticed around it, if it is a record."""
    return document if document.form is None else document._replace(notices=(*document.notices, notice))


def named(value: dict[str, Any], names: Iterable[str]) -> list[str]:
    """The keys of an object that have one of the names, in their order; also where one stands there again."""
    found = [name for name in names if name in value]
    found += [key for key in value if isinstance(key, Again) and key.name in names]
    return found


def is_in_place_of_one(text: str) -> bool:
    """Whether a text stands where an object was: what ConvertTo-Json left, or the object as JSON text."""
    return is_cut_off(text) or text.lstrip().startswith("{")


def is_list_of_objects(value: Any) -> bool:
    """Whether a value is a list that holds objects with something in them."""
    return isinstance(value, list) and any(isinstance(one, dict) and one for one in value)


def is_filled(value: Any) -> bool:
    """Whether a value is an object with something in it, or a list that may hold documents."""
    return (isinstance(value, dict) and bool(value)) or (
        isinstance(value, list) and may_hold_documents(value)
    )


def holds_under(value: Any, keys: Collection[str]) -> bool:
    """Whether a list or an object with something in it stands under one of ``keys``, however far in."""
    if isinstance(value, dict):
        return any(
            (key in keys and bool(held) and isinstance(held, dict | list)) or holds_under(held, keys)
            for key, held in value.items()
        )
    return isinstance(value, list) and any(holds_under(held, keys) for held in value)


def is_powershell_list(value: dict[str, Any]) -> bool:
    """Whether an object is a list as ConvertTo-Json of Windows PowerShell 5.1 writes some."""
    return isinstance(value.get("value"), list) and "Count" in value


def may_hold_documents(value: Any) -> bool:
    """Whether a value is a list or dictionary of things that are not all plain, or an empty one."""
    if not isinstance(value, list | dict):
        return False
    held: Iterable[Any] = value if isinstance(value, list) else value.values()
    return not value or any(isinstance(one, dict | list) for one in held)
