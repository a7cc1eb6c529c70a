"""Ids that look like one another: they differ only in how an accent is written, in blanks, or in case."""

from collections.abc import Collection
from unicodedata import normalize

import orjson
from sqlalchemy import Connection, func, or_, select

from .bulk import among
from .tables import ENTITY_TABLES

MOST_LOOKED_THROUGH = 50_000
"""Rows of a table that is looked through, which happens for a whole batch; no workshop has as many."""


def looks(text: str) -> str:
    """What a text looks like: equal for texts that differ only in Unicode form, blanks or case."""
    if text.isascii():
        return "".join(text.split()).lower()
    return "".join(normalize("NFC", normalize("NFC", text).casefold()).split())


def ids_that_look_like(connection: Connection, entity: str, wanted: Collection[str]) -> dict[str, str]:
    """For each of the wanted ids, none of which has a row, a row's id that looks the same, if there is one.

    Of several the first in code points. Nothing is found where the table is larger than ``MOST_LOOKED_THROUGH``.
    """
    if not wanted:
        return {}
    column = ENTITY_TABLES[entity].c.id
    if connection.execute(select(column).offset(MOST_LOOKED_THROUGH).limit(1)).first() is not None:
        return {}
    wanted_looks = {looks(one) for one in wanted}
    is_odd = func.glob("*[^ -~]*", column) == 1  # not plain ASCII: the database does not know how it looks
    is_alike = among(func.lower(func.replace(column, " ", "")), wanted_looks)
    query = select(func.json_group_array(column)).where(or_(is_odd, is_alike))
    there: dict[str, str] = {}
    for one in sorted(orjson.loads(connection.scalar(query) or "[]")):
        if (looked := looks(one)) in wanted_looks:
            there.setdefault(looked, one)
    return {one: there[looks(one)] for one in wanted if looks(one) in there}
