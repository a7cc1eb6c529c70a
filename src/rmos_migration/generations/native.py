"""The newest programs, N8.6 and N8.7, whose documents must have all required fields.

A pattern has name, ring_count and geometry; a strip family name, width, thickness, material and strips; a job
job_type and parameters. A job without a status is pending.
"""

from ..entities import ENTITIES, JOBLOG, Entity
from .normalized import Fallback, Fallbacks
from .presets import has_lane_notes, preset
from .source_format import Document, Marker, SourceFormat, key

NAME = "native"

_PENDING = {"status": Fallback("pending")}


def newest(entity: Entity) -> tuple[Marker, ...]:
    """Return the markers of the newest programs: the required fields, each under any of its keys."""
    return tuple(key(*rule.source.keys, label=rule.native_key) for rule in entity.required)


def pending(document: Document) -> Fallbacks:
    """Return the status of a job that does not state one: it has not begun (docs/domain.md, Words).

    A job that has been through the promotion lanes names its pattern by preset_id.
    """
    return _PENDING | preset(document) if has_lane_notes(document.get("metadata")) else _PENDING


FORMATS = tuple(
    SourceFormat(NAME, entity, newest(entity), fallbacks=pending if entity is JOBLOG else None, strict=True)
    for entity in ENTITIES
)
