"""What addresses may carry: the parameters that several routes share, and those of a page of records."""

from types import UnionType
from typing import Annotated, Any, Literal

from fastapi import Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field, create_model, field_validator

from ..entities import Entity, FieldKind, FieldRule
from ..store.model import LedgerPlace
from ..views.paging import values_of_cursor
from ..views.records import Filters
from .problems import Problem, invalid_field
from .requests import NO_NUL

STORES = "/api/rmos/stores"
MIGRATION = f"{STORES}/migration"

LONGEST_CURSOR = 2000
MOST = 500
"""Entries of a page."""

RunId = Annotated[str, Path(pattern="^(dry-)?[1-9][0-9]{0,17}$", description="its number, or dry-N")]
Number = Annotated[int, Query(ge=1, le=MOST)]
Cursor = Annotated[str | None, Query(max_length=LONGEST_CURSOR, description="what ``next`` said")]
Part = Annotated[str | None, Query(max_length=200, pattern=NO_NUL)]

Id = Annotated[str, Path(max_length=1000, description="the record's id; a slash in it as %2F")]
ById = Annotated[
    str | None,
    Query(
        alias="id", max_length=1000, description="the record's id, whatever stands in its place in the path"
    ),
]
"""For ids that a path cannot carry: clients resolve ``..``, and ``statistics`` is a route of its own."""
ByIdToo = Annotated[str | None, Query(alias="id", max_length=1000, include_in_schema=False)]
"""The same for changes, where no other route is in the way: needed for ``.`` and ``..`` alone, so only the
manual mentions it."""
IfMatch = Annotated[
    str | None, Header(max_length=2000, description="ETags of the record that was read; no weak ones")
]
IfNoneMatch = Annotated[str | None, Header(max_length=2000, description="ETags that the caller has")]


class RecordQuery(BaseModel):
    """Which page of records is wanted."""

    model_config = ConfigDict(frozen=True)

    limit: int = Field(50, ge=1, le=MOST)
    cursor: str | None = Field(None, max_length=LONGEST_CURSOR, description="what ``next`` said")
    sort: Literal["id", "newest"] = Field("id", description="by id, or the latest first")

    def filters(self, entity: Entity) -> Filters:
        """Return what the records of the page must have."""
        wanted = ((rule.name, getattr(self, rule.name)) for rule in entity.filterable)
        return tuple((name, value) for name, value in wanted if value is not None)

    def after(self) -> tuple[str, str | None] | None:
        """Return id and created_at of the last record of the page before; None on the first page.

        Raises:
            Problem: if the cursor is invalid.
        """
        if self.cursor is None:
            return None
        record_id, created_at = values_from(self.cursor, str, str | None)
        return record_id, created_at


class _FormQuery(RecordQuery):
    """The same from a form, which sends fields that were left empty, too."""

    @field_validator("*", mode="before")
    @classmethod
    def _without_empty(cls, value: Any) -> Any:
        return None if value == "" else value


def record_query(entity: Entity, *, of_form: bool = False) -> type[RecordQuery]:
    """Return the query for a page of an entity's records, with its filters."""
    filters: dict[str, Any] = {
        rule.name: (_type_of(rule) | None, _filter(rule)) for rule in entity.filterable
    }
    base = _FormQuery if of_form else RecordQuery
    return create_model(f"{entity.record.__name__}Query", __base__=base, **filters)


def number_from(cursor: str | None) -> int | None:
    """Return the number in a cursor; None for no cursor.

    Raises:
        Problem: if the cursor is invalid.
    """
    return None if cursor is None else int(values_from(cursor, int)[0])


def place_from(cursor: str | None) -> LedgerPlace | None:
    """Return the place of a document in a cursor; None for no cursor.

    Raises:
        Problem: if the cursor is invalid.
    """
    return None if cursor is None else LedgerPlace(*values_from(cursor, int, str, str))


def values_from(cursor: str, *kinds: type | UnionType, name: str = "cursor") -> list[Any]:
    """Return the values in a cursor, of the given kinds.

    Raises:
        Problem: if the cursor is invalid.
    """
    values = values_of_cursor(cursor, *kinds)
    if values is None:
        message = f"invalid {name}"
        raise Problem("invalid", message, errors=[invalid_field(message, name, f"leave {name} out")])
    return values


def _type_of(rule: FieldRule) -> Any:
    return int if rule.source.kind is FieldKind.COUNT else str


def _filter(rule: FieldRule) -> Any:
    if rule.source.kind is FieldKind.COUNT:
        return Field(None, ge=0, lt=2**63, description="just this number")
    what = "a part of it, in whatever case" if rule.name == "name" else "just this"
    return Field(None, max_length=200, pattern=NO_NUL, description=what)
