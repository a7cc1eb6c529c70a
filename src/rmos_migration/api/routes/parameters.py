"""What the routes are asked with."""

from typing import Annotated

from fastapi import Header, Path, Query

from ..cursors import LONGEST
from ..record_query import MOST
from ..requests import NO_NUL

PREFIX = "/api/rmos/stores/migration"

RunId = Annotated[str, Path(pattern="^(dry-)?[1-9][0-9]{0,17}$", description="its number, or dry-N")]
Number = Annotated[int, Query(ge=1, le=MOST)]
Cursor = Annotated[str | None, Query(max_length=LONGEST, description="what ``next`` said")]
Part = Annotated[str | None, Query(max_length=200, pattern=NO_NUL)]

Id = Annotated[str, Path(max_length=1000, description="the record's id; a slash in it as %2F")]
ById = Annotated[
    str | None,
    Query(
        alias="id", max_length=1000, description="the record's id, whatever stands in its place in the path"
    ),
]
"""For ids that a path cannot carry: clients make ``..`` something else, and ``statistics`` is a word of ours."""
ByIdToo = Annotated[str | None, Query(alias="id", max_length=1000, include_in_schema=False)]
"""The same for changes, which no word of ours stands in the way of: needed for dots alone, and told of in the manual."""
IfMatch = Annotated[
    str | None, Header(max_length=2000, description="ETags of the record that was read; no weak ones")
]
IfNoneMatch = Annotated[str | None, Header(max_length=2000, description="ETags that the caller has")]
