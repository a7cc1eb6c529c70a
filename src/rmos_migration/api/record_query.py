"""What is asked of a page of records: how many, in which order, behind which, and which values they must have."""

from typing import Any, Literal

from pydantic import BaseModel, Field, create_model, field_validator

from ..entities import Entity, FieldKind, FieldRule
from .cursors import LONGEST
from .requests import NO_NUL

MOST = 500
"""Entries of a page."""


class RecordQuery(BaseModel):
    """What is asked of a page of records."""

    limit: int = Field(50, ge=1, le=MOST)
    cursor: str | None = Field(None, max_length=LONGEST, description="what ``next`` said")
    sort: Literal["id", "newest"] = Field("id", description="by id, or the latest first")


class _CursorOfForm(RecordQuery):
    @field_validator("*", mode="before")
    @classmethod
    def _without_empty(cls, value: Any) -> Any:
        return None if value == "" else value


def looking_of(entity: Entity, *, text_only: bool = False) -> type[RecordQuery]:
    """What is asked of a page of an entity's records, with its filters; ``text_only`` takes an empty text for none, as
    browsers send it."""
    filters: dict[str, Any] = {
        rule.name: (_type_of(rule) | None, _filter(rule)) for rule in entity.looked_for_by
    }
    base = _CursorOfForm if text_only else RecordQuery
    return create_model(f"{entity.record.__name__}Looking", __base__=base, **filters)


def _type_of(rule: FieldRule) -> Any:
    return int if rule.found.kind is FieldKind.COUNT else str


def _filter(rule: FieldRule) -> Any:
    if rule.found.kind is FieldKind.COUNT:
        return Field(None, ge=0, lt=2**63, description="just this number")
    what = "a part of it, in whatever case" if rule.name == "name" else "just this"
    return Field(None, max_length=200, pattern=NO_NUL, description=what)


def wanted_of(entity: Entity, looking: RecordQuery) -> dict[str, Any]:
    """What the records of a page must have."""
    asked = {rule.name: getattr(looking, rule.name) for rule in entity.looked_for_by}
    return {name: value for name, value in asked.items() if value is not None}
