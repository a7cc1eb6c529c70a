"""Guessing from a sample of a file's text whether it holds records, without taking it apart."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from ..entities import ENTITIES, Entity
from ..generations import recognise
from ..sources.decode import decode, to_text
from ..sources.json_lines import decode_line, lines_of
from ..sources.read import SIZE_LIMIT

_BEGINS_LIKE_JSON = re.compile(r"[\s\ufeff]*+(?>//[^\n]*\n\s*+|/\*(?:[^*]|\*(?!/))*+\*/\s*+)*+[\[{]")
"""Comments may stand before it. Possessive, because a hostile file must not make it backtrack without end."""

_KEY = re.compile(r'"(\w{2,40})"\s*:')
_COMMON_KEYS = {"created_at", "created_at_utc", "updated_at", "metadata_json", "start_time", "end_time"}

_SAMPLE = 256 * 1024
"""Characters in which keys and lines are looked for, if the text as a whole is not JSON."""

_TRIED = 100
"""Values of a list, of an object, or of lines that are tried."""

_DEPTH = 3
"""Lists and objects around a record: an answer, a wrapper, a category."""


class ContentGuess(NamedTuple):
    """What a file seems to hold.

    Attributes:
        entity: what the first record is.
        is_single: whether it is one record, and the whole file.
        others: entities of further records in the file.
    """

    entity: Entity
    is_single: bool = False
    others: tuple[Entity, ...] = ()


def begins_like_json(head: bytes, encoding: str | None) -> bool:
    """Return whether the first bytes of a file are those of JSON, in any encoding."""
    return _BEGINS_LIKE_JSON.match(_text(head, encoding)) is not None


def guess_content(raw: bytes, encoding: str | None, nearby: Entity | None) -> ContentGuess | None:
    """Return what records a file's bytes seem to hold.

    Args:
        raw: the file's bytes; of one beyond ``SIZE_LIMIT`` its beginning.
        encoding: what the user says of files in no known one.
        nearby: the entity that is asked first, because a folder on the way is named after it.
    """
    first = [] if nearby is None else [nearby]
    entities = [*first, *(entity for entity in ENTITIES if entity is not nearby)]
    decoded = decode(raw, encoding) if len(raw) <= SIZE_LIMIT else None
    if decoded is not None and not decoded.errors:
        return _among([decoded.value], entities)
    sample = _text(raw[:_SAMPLE], encoding)
    values = (decode_line(line).value for _, line in islice(lines_of(sample), _TRIED))
    of_lines = _among((value for value in values if isinstance(value, dict)), entities, depth=0)
    return (of_lines and of_lines._replace(is_single=False)) or _by_keys(sample)


def _among(values: Iterable[Any], entities: list[Entity], depth: int = _DEPTH) -> ContentGuess | None:
    found = [kind for value in values for kind in _outermost(value, entities, depth)]
    if not found:
        return None
    (first, level), *_ = found
    others = dict.fromkeys(entity for entity, _ in found if entity is not first)
    return ContentGuess(first, is_single=level == depth, others=tuple(others))


def _outermost(value: Any, entities: list[Entity], depth: int) -> Iterator[tuple[Entity, int]]:
    """Yield the entities of the records that a value is or holds, and how much depth was left there.

    What a record holds is its own. Of many values the first and the last are tried.
    """
    if isinstance(value, dict):
        entity = next((one for one in entities if recognise(one, value) is not None), None)
        if entity is not None:
            yield entity, depth
            return
        held = list(value.values())
    else:
        held = value if isinstance(value, list) else []
    if depth:
        some = held if len(held) <= _TRIED else [*held[: _TRIED // 2], *held[-_TRIED // 2 :]]
        for below in some:
            yield from _outermost(below, entities, depth - 1)


def _by_keys(text: str) -> ContentGuess | None:
    """Return whose records a text seems to hold that is not JSON as a whole.

    Three keys of an entity tell, if one of them is such as hardly anything else has.
    """
    keys = set(_KEY.findall(text))
    of_entity = {entity: keys & _keys(entity) for entity in ENTITIES}
    entity = max(of_entity, key=lambda one: len(of_entity[one]))
    is_told = any("_" in key for key in of_entity[entity] - _COMMON_KEYS)
    return ContentGuess(entity) if is_told and len(of_entity[entity]) >= 3 else None


def _keys(entity: Entity) -> set[str]:
    return {key for rule in entity.fields for key in rule.source.keys}


def _text(raw: bytes, encoding: str | None) -> str:
    return to_text(raw, encoding).replace("\0", "")  # UTF-16 without its mark
