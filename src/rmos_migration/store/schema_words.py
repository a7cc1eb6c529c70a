"""What follows from a schema's own words, kept while they are the same."""

from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection

_Found = TypeVar("_Found")
_Words = tuple[tuple[Any, ...], ...]

_KEPT = 4
"""Schemas of which the answers are kept; a process meets one, and perhaps an older one and that of a copy."""

_LONGEST = 100_000
"""Characters of a schema that is kept: five times our own."""


def kept_by_schema(find: Callable[[Connection], _Found]) -> Callable[[Connection], _Found]:
    """Call a function once for each schema. What it returns is shared, and must hang on nothing but the schema."""
    kept: dict[_Words, _Found] = {}
    lock = Lock()

    @wraps(find)
    def found(connection: Connection) -> _Found:
        words = _words_of(connection)
        with lock:
            if words in kept:
                return kept[words]
        answer = find(connection)
        is_short = sum(len(str(one[-1])) for one in words) <= _LONGEST
        if is_short and _words_of(connection) == words:  # else another program changed it meanwhile
            with lock:
                while len(kept) >= _KEPT:
                    kept.pop(next(iter(kept)))
                kept[words] = answer
        return answer

    return found


def _words_of(connection: Connection) -> _Words:
    listed = connection.exec_driver_sql("SELECT type, name, tbl_name, rootpage > 0, sql FROM sqlite_master")
    return tuple(tuple(row) for row in listed)
