"""Ids that look like one another: they differ only in how an accent is written, in blanks, or in case."""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator
from typing import Any
from unicodedata import normalize

from sqlalchemy import Connection, literal_column, select

from .bulk import among
from .tables import ENTITY_TABLES

_ROWID: Any = literal_column("rowid")
"""SQLite's own number of a row."""


def looks(text: str) -> str:
    """What a text looks like: equal for texts that differ only in Unicode form, blanks or case."""
    if text.isascii():
        return "".join(text.split()).lower()
    return "".join(normalize("NFC", normalize("NFC", text).casefold()).split())


class Looks:
    """What the ids of each table look like, for a run: a table is looked through once, when the first id is looked for.

    Parents are written before what refers to them, so a table that is looked through has all the rows of its run. Of each
    id 16 bytes are kept, however long it is: the hash of its looks, and its row's number.
    """

    def __init__(self) -> None:
        self._known: dict[str, _Table] = {}

    def alike(self, connection: Connection, entity: str, wanted: Collection[str]) -> dict[str, str]:
        """For each of the wanted ids, none of which has a row, a row's id that looks the same, if there is one.

        Of several the first in code points.
        """
        if not wanted:
            return {}
        if entity not in self._known:
            self._known[entity] = _Table(connection, entity)
        numbers = {number for one in wanted for number in self._known[entity].rows_of(looks(one))}
        column = ENTITY_TABLES[entity].c.id
        there: dict[str, str] = {}
        for one in (
            sorted(connection.scalars(select(column).where(among(_ROWID, numbers)))) if numbers else ()
        ):
            there.setdefault(looks(one), one)
        return {one: there[looks(one)] for one in wanted if looks(one) in there}


class _Table:
    """The hashes of the looks of a table's ids in order, and the numbers of their rows beside them."""

    def __init__(self, connection: Connection, entity: str) -> None:
        cursor: Any = connection.execute(select(_ROWID, ENTITY_TABLES[entity].c.id)).cursor
        numbers, hashes = array("q"), array("q")
        for number, one in cursor:
            numbers.append(number)
            hashes.append(hash(looks(one)))
        order = sorted(range(len(hashes)), key=hashes.__getitem__)
        self._hashes = array("q", (hashes[at] for at in order))
        self._numbers = array("q", (numbers[at] for at in order))

    def rows_of(self, look: str) -> Iterator[int]:
        """The numbers of the rows that may have an id of this look."""
        at = bisect_left(self._hashes, hash(look))
        while at < len(self._hashes) and self._hashes[at] == hash(look):
            yield self._numbers[at]
            at += 1
