"""Addresses of records: the id is part of the path, unless the path would mean something else.

Some steps of a path are the server's own (``statistics``, ``drawing.svg``), and clients resolve ``.`` and
``..``. A record whose id is such a step is named by the parameter ``id`` instead.
"""

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import quote, urlencode

from fastapi.routing import APIRoute
from starlette.routing import Match

from ..entities import Entity

_BY_ID = "by-id"
"""Replaces the id in paths with the parameter ``id``."""

_WORDS = {"statistics", "drawing.svg"}


class PlainWord(APIRoute):
    """A route whose last step, if it is one of the server's own, matches only when written without ``%``.

    With one of its characters, or the slash before it, written as ``%..``, it is part of an id.
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
    """Return the id that a request names: in its parameter, or else in its path."""
    return record_id if by_id is None else by_id


def record_address(entity: Entity | str, record_id: str, rest: str = "") -> str:
    """Return a record's path below that of all records; ``rest`` is what follows its id in the path."""
    slug = slug_of(entity) if isinstance(entity, Entity) else entity.replace("_", "-")
    last_step = record_id.rpartition("/")[2]  # after a slash, too: a proxy may turn %2F into one
    if last_step in {".", "..", *_WORDS}:
        return f"/{slug}/{_BY_ID}{rest}?{urlencode({'id': record_id})}"
    return f"/{slug}/{quote(record_id, safe='')}{rest}"
