"""Ids that look like one another: they differ only in how an accent is written, in blanks, or in case."""

from array import array
from bisect import bisect_left
from collections.abc import Collection
from typing import Any
from unicodedata import normalize

from sqlalchemy import (
    Connection,
    select,
)

from ..dialect import DIALECT
from ..tables import ENTITY_TABLES


def looks(text: str) -> str:
    """Return a form that is equal for texts differing only in Unicode form, blanks or case."""
    if text.isascii():
        return "".join(text.split()).lower()
    return "".join(normalize("NFC", normalize("NFC", text).casefold()).split())


class Looks:
    """The looks of each table's ids, for a run; a table is read once, when it is first asked about.

    Parents are written before what refers to them, so a table that is looked through has all the rows of its
    run. Of all ids that look the same 16 bytes are kept, however many and long they are: the hash of their
    looks, and the number of the first one's row.
    """

    def __init__(self) -> None:
        self._known: dict[str, _Table] = {}

    def alike(self, connection: Connection, entity: str, wanted: Collection[str]) -> dict[str, str]:
        """Return for each wanted id, none of which has a row, an existing id that looks the same.

        Of several the first in code points.
        """
        if not wanted:
            return {}
        if entity not in self._known:
            self._known[entity] = _Table(connection, entity)
        table = self._known[entity]
        numbers = {
            number for look in {looks(one) for one in wanted} if (number := table.row_of(look)) is not None
        }
        if not numbers:
            return {}
        found = ENTITY_TABLES[entity]
        here = DIALECT.among(DIALECT.row_number(found), numbers)
        there = {looks(one): one for one in connection.scalars(select(found.c.id).where(here))}
        return {one: there[looks(one)] for one in wanted if looks(one) in there}


class _Table:
    """The sorted hashes of the looks of a table's ids, and beside each the number of its first row."""

    def __init__(self, connection: Connection, entity: str) -> None:
        found = ENTITY_TABLES[entity]
        query = select(DIALECT.row_number(found), found.c.id).order_by(found.c.id)
        cursor: Any = connection.execute(query).cursor
        numbers, hashes = array("q"), array("q")
        for number, one in cursor:
            numbers.append(number)
            hashes.append(hash(looks(one)))
        order = sorted(range(len(hashes)), key=hashes.__getitem__)  # of equal ones the first stays first
        firsts = [at for place, at in enumerate(order) if not place or hashes[at] != hashes[order[place - 1]]]
        self._hashes = array("q", (hashes[at] for at in firsts))
        self._numbers = array("q", (numbers[at] for at in firsts))

    def row_of(self, look: str) -> int | None:
        """Return the number of the first row whose id most likely has this look."""
        at = bisect_left(self._hashes, hash(look))
        is_there = at < len(self._hashes) and self._hashes[at] == hash(look)
        return self._numbers[at] if is_there else None
