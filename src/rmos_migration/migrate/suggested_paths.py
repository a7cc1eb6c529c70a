"""Paths under which files would be read that are not read where they are, each a place of its own.

Following these suggestions must never move one file over another, on any system: some do not tell capitals
apart.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import count
from pathlib import Path, PurePath
from typing import NamedTuple

from ..entities import Entity
from ..sources.folders import entity_of_folder, is_read_by_name


class SuggestedPath(NamedTuple):
    """A free path below the legacy folder; ``taken`` is the more obvious one, if another file is there."""

    path: str
    taken: str = ""


def suggest_paths(root: Path, files: Sequence[tuple[str, Entity]]) -> Iterator[SuggestedPath]:
    """Yield a path for each file, no two the same. Files that would get the same one keep all their folders.

    Args:
        root: the legacy folder.
        files: paths below it, with what the files hold.
    """
    firsts = [next(_places(path, entity)) for path, entity in files]
    rivals = Counter(map(_folded, firsts))
    given = set(rivals)
    names_of = lru_cache(maxsize=64)(_names_in)
    for (path, entity), first in zip(files, firsts, strict=True):
        is_taken = _is_there(root, first, names_of)
        if rivals[_folded(first)] == 1 and not is_taken:
            yield SuggestedPath(first)
            continue
        free = (
            place
            for place in _places(path, entity)
            if _folded(place) not in given and not _is_there(root, place, names_of)
        )
        place = next(free)
        given.add(_folded(place))
        yield SuggestedPath(place, first if is_taken else "")


def _places(path: str, entity: Entity) -> Iterator[str]:
    """Yield paths for a file, without end, the most obvious first."""
    *folders, name = path.split("/")
    readable = _readable(name)
    if folders and entity_of_folder(folders[0]) is entity:
        into = folders
        yield "/".join([*into, readable])
    else:
        others = [folder for folder in folders if entity_of_folder(folder) is None]
        below_first = [folder for folder in folders[1:] if entity_of_folder(folder) is None]
        into = [entity.name, *folders]
        for some in (below_first, others, folders):
            yield "/".join([entity.name, *some, readable])
    yield "/".join([*into, name if is_read_by_name(name) else _named_json(name)])
    kept = PurePath(readable)
    yield from ("/".join([*into, f"{kept.stem}-{number}{kept.suffix}"]) for number in count(2))


def _readable(name: str) -> str:
    """Return a file's name with an ending that is read: ``a.json`` for ``a.json.txt`` or ``a.txt``."""
    if is_read_by_name(name):
        return name
    stem = name.rpartition(".")[0] or name
    return stem if is_read_by_name(stem) else _named_json(stem)


def _named_json(stem: str) -> str:
    made = f"{stem}.json"
    if is_read_by_name(made):
        return made
    return f"{stem.rstrip('~').replace('.', '-') or 'record'}.json"  # else taken for a backup copy


def _is_there(root: Path, place: str, names_of: Callable[[Path], frozenset[str]]) -> bool:
    *folders, name = place.split("/")
    return _folded(name) in names_of(root.joinpath(*folders))


def _names_in(folder: Path) -> frozenset[str]:
    try:
        return frozenset(_folded(one.name) for one in folder.iterdir())
    except OSError:
        return frozenset()


def _folded(name: str) -> str:
    """Return a name as systems see it that tell neither capitals nor Unicode forms apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
