"""How older software wrote documents: one module a generation, the more specific ones first.

A generation has a ``NAME``, ``recognise(entity, document)`` and ``normalise(entity, document, file_id)``.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from ..diagnostics import shown
from ..entities import ENTITIES, Entity
from . import native
from .canonical import Draft


class Generation(Protocol):
    """What each module of this package offers."""

    NAME: str

    def recognise(self, entity: Entity, document: Mapping[str, Any]) -> bool:
        """Whether the document is of this generation."""
        ...

    def normalise(self, entity: Entity, document: Mapping[str, Any], file_id: str) -> Draft:
        """The document in canonical form."""
        ...


GENERATIONS: tuple[Generation, ...] = (native,)

_COMMON_KEYS = {"metadata", "metadata_json", "created_at", "created_at_utc", "ts", "timestamp", "updated_at"}


def recognise(entity: Entity, document: Mapping[str, Any]) -> Generation | None:
    """The first generation that knows the document as a record of ``entity``."""
    for generation in GENERATIONS:
        if generation.recognise(entity, document):
            return generation
    return None


def refusal(entity: Entity, document: Mapping[str, Any]) -> tuple[str, str]:
    """Why a document that no generation knows is kept out: catalogue code and sentence."""
    for other in ENTITIES:
        if other is not entity and recognise(other, document):
            return "wrong-folder", f"this is a {_spoken(other)}; it belongs in the folder {other.name}"
    known = [
        key
        for rule in entity.fields
        for key in rule.found.keys
        if key in document and key not in _COMMON_KEYS
    ]
    if not known:
        keys = ", ".join(shown(key, 30) for key in list(document)[:6])
        return "not-a-record", f"none of the keys of a {_spoken(entity)} is here; its keys are {keys}"
    lacking = ", ".join(native.missing(entity, document))
    return "partial-record", f"this looks like part of a {_spoken(entity)}, but it has no {lacking}"


def _spoken(entity: Entity) -> str:
    return entity.singular.replace("_", " ")


__all__ = ["GENERATIONS", "Draft", "Generation", "recognise", "refusal"]
