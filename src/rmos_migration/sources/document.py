"""One document of a file, and where it is in it."""

from typing import Any, Generic, NamedTuple, TypeVar

from ..diagnostics import Diagnostic
from .pointers import below

FormT = TypeVar("FormT")


class Document(NamedTuple, Generic[FormT]):
    """One document of a file.

    Attributes:
        pointer: where the document is in the file.
        value: an object, or whatever is in the place of one.
        form: how it was recognised; None if it was not.
        key: the key that it has in a keyed file.
        number: its position among the listed documents of the file, from 0.
        category: the category of a catalogue that it is in.
        shape: how the file holds it, in words.
        errors: what rejects it before its value is looked at.
        warnings: what was noticed around it in the file.
    """

    pointer: str
    value: Any
    form: FormT | None
    key: str | None = None
    number: int | None = None
    category: str | None = None
    shape: str = "one object"
    errors: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()

    def file_id(self, stem: str) -> str:
        """Return the id from its place: its key, or stem and number (docs/domain.md, Identity)."""
        if self.key is not None:
            return self.key
        return stem if self.number is None else f"{stem}-{self.number}"

    def warned(self, *warnings: Diagnostic) -> "Document[FormT]":
        """Return the document with more warnings about what is around it."""
        own = (one.in_document(self.pointer) for one in warnings)
        return self._replace(warnings=(*self.warnings, *own))


class ValuePlace(NamedTuple):
    """Where a value is in its file: the parts of a document that do not depend on its value."""

    pointer: str = ""
    key: str | None = None
    is_listed: bool = False
    category: str | None = None
    shape: str = "one object"

    def under(self, token: str, shape: str) -> "ValuePlace":
        """Return the place under a key that is not an id."""
        shapes = shape if self.shape == "one object" else f"{self.shape}, {shape}"
        return self._replace(pointer=below(self.pointer, token), shape=shapes)
