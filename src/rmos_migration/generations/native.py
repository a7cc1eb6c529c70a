"""The native generation: RMOS N8.6 and N8.7, whose documents are held to their required fields (DOMAIN.md §3)."""

from collections.abc import Mapping
from typing import Any

from ..entities import Entity
from .canonical import Draft, canonical, keys_in

NAME = "native"


def recognise(entity: Entity, document: Mapping[str, Any]) -> bool:
    """Every required field is there, under its native key or a synonym; its value may still be wrong."""
    return document.keys() >= entity.native_keys or not missing(entity, document)


def missing(entity: Entity, document: Mapping[str, Any]) -> list[str]:
    """The native keys of the required fields that the document does not have."""
    return [rule.native_key for rule in entity.required if not keys_in(document, rule)]


def normalise(entity: Entity, document: Mapping[str, Any], file_id: str) -> Draft:
    """The document as a record; a missing status means pending (DOMAIN.md §1)."""
    return canonical(entity, document, file_id, required=entity.required)
