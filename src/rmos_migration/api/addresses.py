"""Where a record is found: under its id in the path, unless the path would mean something else.

Some steps of a path are words of the server's own (``statistics``, ``drawing.svg``), and clients take ``.`` and ``..`` for
folders. A record whose id is such a step is named by the parameter ``id`` instead.
"""

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import quote, urlencode

from fastapi.routing import APIRoute
from starlette.routing import Match

from ..entities import Entity

_BY_ID = "by-id"
"""Stands for the id in paths with the parameter ``id``."""

_WORDS = {"statistics", "drawing.svg"}


class PlainWord(APIRoute):
    """A route whose last step, where it is one of our words, is meant only as it is written here: with a character of it, or
    the slash before it, as ``%..`` it is a part of an id.
    """

    def matches(self, scope: MutableMapping[str, Any]) -> tuple[Match, Any]:
        """Tell whether a request is for this route."""
        word = self.path.rpartition("/")[2]
        raw: bytes | None = scope.get("raw_path")
        if word in _WORDS and raw is not None and not raw.partition(b"?")[0].endswith(f"/{word}".encode()):
            return Match.NONE, {}
        return super().matches(scope)


def slug_of(entity: Entity) -> str:
    """Return an entity's name in addresses."""
    return entity.name.replace("_", "-")


def meant(record_id: str, by_id: str | None) -> str:
    """Return the id that a request is about: that of its parameter, if it has one, else that of its path."""
    return record_id if by_id is None else by_id


def record_address(entity: Entity | str, record_id: str, rest: str = "") -> str:
    """Return where a record is, below the place of all records; ``rest`` is what follows its id in the path."""
    slug = slug_of(entity) if isinstance(entity, Entity) else entity.replace("_", "-")
    if record_id.rpartition("/")[2] in {
        ".",
        "..",
        *_WORDS,
    }:  # behind a slash, too: a proxy may write %2F as one
        return f"/{slug}/{_BY_ID}{rest}?{urlencode({'id': record_id})}"
    return f"/{slug}/{quote(record_id, safe='')}{rest}"
