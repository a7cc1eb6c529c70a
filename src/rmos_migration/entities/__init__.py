"""What is migrated: the entities in load order, parents before children."""

from .base import Entity, FieldKind, FieldRule, Record, in_load_order
from .joblog import JOBLOG, JobLog
from .pattern import PATTERN, Pattern
from .strip_family import STRIP_FAMILY, StripFamily

ENTITIES: tuple[Entity, ...] = in_load_order((PATTERN, JOBLOG, STRIP_FAMILY))
"""Every entity, parents first. The order is derived from the references, not written down."""

BY_NAME: dict[str, Entity] = {entity.name: entity for entity in ENTITIES}

__all__ = [
    "BY_NAME",
    "ENTITIES",
    "JOBLOG",
    "PATTERN",
    "STRIP_FAMILY",
    "Entity",
    "FieldKind",
    "FieldRule",
    "JobLog",
    "Pattern",
    "Record",
    "StripFamily",
]
