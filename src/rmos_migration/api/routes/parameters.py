"""What the routes of the migration are asked with."""

from typing import Annotated

from fastapi import Path, Query

from ..cursors import LONGEST
from ..requests import NO_NUL

PREFIX = "/api/rmos/stores/migration"

MOST = 500
"""Entries of a page."""

RunId = Annotated[str, Path(pattern="^(dry-)?[1-9][0-9]{0,17}$", description="its number, or dry-N")]
Number = Annotated[int, Query(ge=1, le=MOST)]
Cursor = Annotated[str | None, Query(max_length=LONGEST, description="what ``next`` said")]
Part = Annotated[str | None, Query(max_length=200, pattern=NO_NUL)]
